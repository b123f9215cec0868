"""Which texts the program shows: found in its source, as ``babel.cfg`` says.

The result depends on the source alone: files in the order of their names, texts in the order of their first use, no
dates and no line numbers. So extracting twice gives the same, and moving code about changes no catalogue.
"""

import configparser
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from jinja2 import TemplateError

from cms.i18n.checks import placeholders_of
from cms.i18n.po_entry import Key

# Where a developer's comment for translators begins, in Python and in templates: `# NOTE: …`, `{# NOTE: … #}`.
COMMENT_TAG = "NOTE:"
CONFIGURATION = "babel.cfg"
SOURCE_FOLDERS = frozenset({"cms", "admin", "templates"})

KEYWORDS: Mapping[str, Any] = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
    "lazy_npgettext": ((1, "c"), 2, 3),
    # What Flask-Admin's templates call them.
    "_gettext": None,
    "_ngettext": (1, 2),
}


class ExtractionError(Exception):
    """The source cannot be searched. The text names the file and says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """A text that the program shows."""

    key: Key
    source_plural: str | None
    references: tuple[str, ...]
    """The files that use it, sorted."""
    notes: tuple[str, ...]
    """What developers say about it."""

    @property
    def flags(self) -> frozenset[str]:
        """What other tools should check about its translations."""
        texts = (self.key.source, self.source_plural or "")
        return frozenset({"python-format"} if any(placeholders_of(text).has_any for text in texts) else ())


def extract_messages(root: Path) -> list[Message]:
    """All texts of the program whose source lies in ``root``, in a stable order.

    Raises:
        ExtractionError: where the configuration is missing, or a file does not parse.
    """
    found: dict[Key, Message] = {}
    for reference, key, plural, notes in found_texts(root):
        known = found.get(key)
        if known is None:
            found[key] = Message(key, plural, (reference,), notes)
            continue
        found[key] = Message(
            key,
            known.source_plural or plural,
            tuple(sorted({*known.references, reference})),
            tuple(dict.fromkeys((*known.notes, *notes))),
        )
    return list(found.values())


def found_texts(root: Path) -> Iterator[tuple[str, Key, str | None, tuple[str, ...]]]:
    """Each use of a text: the file, the key, the plural and the developer's notes."""
    for name, _line, source, comments, context in sorted(raw_texts(root), key=lambda found: Path(found[0]).as_posix()):
        singular, plural = source if isinstance(source, tuple) else (source, None)
        # A comment in a template comes as one, however many lines it takes there.
        notes = tuple(line.strip() for comment in comments for line in comment.splitlines())
        yield Path(name).as_posix(), Key(context, singular), plural, notes


def raw_texts(root: Path) -> list[Any]:
    """What Babel finds, with its complaints in our words."""
    # Not with every start of a server: it brings the whole command line of Babel.
    from babel.messages.frontend import parse_mapping_cfg  # noqa: PLC0415 -- see above

    reached = CONFIGURATION

    def note_file(name: str, *_: object) -> None:
        nonlocal reached
        reached = name

    def in_source(folder: str | os.PathLike[str]) -> bool:
        parts = Path(folder).relative_to(root).parts
        return not parts or (parts[0] in SOURCE_FOLDERS and not parts[-1].startswith((".", "__")))

    try:
        with (root / CONFIGURATION).open(encoding="utf-8") as file:
            methods, options = parse_mapping_cfg(file, CONFIGURATION)
        found = extract_from_dir(
            root,
            methods,
            options,
            KEYWORDS,
            comment_tags=[COMMENT_TAG],
            callback=note_file,
            strip_comment_tags=True,
            directory_filter=in_source,
        )
        return list(found)
    except OSError as error:
        raise ExtractionError(f"{reached}: {error.strerror}.") from error
    except (SyntaxError, ValueError, LookupError, TokenError, TemplateError, configparser.Error) as error:
        raise ExtractionError(f"{reached}: {error}") from error
