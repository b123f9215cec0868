"""Catalogues of a small site, and an application that does nothing but speak."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, g

from cms.i18n import domain
from cms.i18n.locales import describe
from tests.i18n.po_samples import HEADER

PORTUGUESE = f"""\
{HEADER}
msgid "Look it up"
msgstr "Pesquisar"

#, python-format
msgid "%(num)d post"
msgid_plural "%(num)d posts"
msgstr[0] "%(num)d artigo"
msgstr[1] "%(num)d artigos"

msgid "Write"
msgstr "Escrever"
"""


class Catalogs:
    """The catalogue files of a test."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, code: str) -> Path:
        return self.root / describe(code).folder / "LC_MESSAGES" / "messages.po"

    def write(self, code: str, text: str) -> None:
        path = self.path(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def edit(self, code: str, old: str, new: str) -> None:
        text = self.path(code).read_bytes().decode()
        assert old in text
        self.write(code, text.replace(old, new))


@pytest.fixture
def catalogs(tmp_path: Path) -> Catalogs:
    """Catalogues in Portuguese, and in English without a translation."""
    files = Catalogs(tmp_path / "translations")
    files.write("pt", PORTUGUESE)
    files.write("en", HEADER.replace("Language: pt", "Language: en"))
    return files


@pytest.fixture
def purged() -> list[str]:
    """The cache tags that were purged."""
    return []


@pytest.fixture
def speaking_app(catalogs: Catalogs, purged: list[str], tmp_path: Path) -> Callable[[], Flask]:
    """Build an application that speaks `g.locale`: as often as processes are wanted."""

    def build() -> Flask:
        app = Flask("speaking", instance_path=str(tmp_path / "instance"))
        app.config.update(
            SITE_LOCALES=("en", "pt"),
            DEFAULT_LOCALE="en",
            TRANSLATIONS_PATH=catalogs.root,
            INSTANCE_PATH=tmp_path / "instance",
            SECRET_KEY="for tests",
        )
        app.extensions["page_cache"] = SimpleNamespace(delivery=SimpleNamespace(deliver_now=purged.extend))
        domain.init_app(app, lambda: describe(g.get("locale", "en")).folder, lambda: None)
        return app

    return build
