"""Compiled templates are kept from one start to the next, as Python keeps its modules."""

import logging
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

logger = logging.getLogger(__name__)


class CompiledTemplates(FileSystemBytecodeCache):
    """A folder of compiled templates. Where it cannot be written, as on a full disk, pages are rendered without it."""

    _told = False

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one template."""
        try:
            super().dump_bytecode(bucket)
        except OSError as error:
            if not self._told:
                logger.warning("Compiled templates cannot be kept: %s", error)
            self._told = True


def keep_compiled_templates(app: Flask) -> None:
    """Have an application do so: compiling the templates takes longer than rendering the first page with them."""
    folder: Path = app.config["INSTANCE_PATH"] / "templates"
    folder.mkdir(mode=0o700, exist_ok=True)
    app.jinja_options = {"bytecode_cache": CompiledTemplates(str(folder))}
