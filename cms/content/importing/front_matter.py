"""The YAML head of a Markdown file."""

import re
from datetime import UTC, date, datetime
from html import unescape
from html.entities import html5
from typing import Any

import yaml
from flask_babel import gettext as _

_HEAD = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)

_CHARACTER = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


# Bits of a whole number that somebody may have meant; none of a million digits is written out.
_LONGEST_NUMBER = 256


# What PyYAML raises for a value that is not what its tag says differs from tag to tag.
_UNREADABLE = (yaml.YAMLError, ValueError, OverflowError, LookupError, AttributeError, TypeError, RecursionError)


class UnreadableHead(Exception):
    """The head is not what it should be; the text is a sentence for the person who imports."""


class _Loader(yaml.SafeLoader):
    """YAML of plain values, as `yaml.safe_load` has them.

    A list or mapping that is named, and repeated in the next one, and that again, grows without bounds: no head of a
    text needs that. A single value may be repeated.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        is_repeated = self.check_event(yaml.AliasEvent)
        node = super().compose_node(parent, index)
        if is_repeated and isinstance(node, yaml.CollectionNode):
            raise yaml.composer.ComposerError(None, None, "more than a single value is repeated", node.start_mark)
        return node


def split(text: str) -> tuple[dict[str, Any], str]:
    """The head of a file as a mapping, and the text below it.

    A file without a head has an empty one. Raises `UnreadableHead`.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    match = _HEAD.match(text)
    if match is None:
        return {}, text
    try:
        head = yaml.load(match[1] or "", _Loader)  # noqa: S506 -- a SafeLoader
    except _UNREADABLE as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        if line is None:
            raise UnreadableHead(_("The head of the file is not valid YAML.")) from error
        raise UnreadableHead(_("The head of the file is not valid YAML (line %(line)d).", line=line + 2)) from error
    if head is None:
        head = {}
    if not isinstance(head, dict):
        raise UnreadableHead(_("The head of the file is not a list of names and values."))
    return {_line(key): value for key, value in head.items()}, text[match.end() :]


def text_of(head: dict[str, Any], *names: str) -> str:
    """The first of these values that is there, as one line of text; empty where there is none."""
    for name in names:
        text = _line(head.get(name))
        if text:
            return text
    return ""


def _line(value: Any) -> str:
    """A single value as one line of text; empty where it is none."""
    is_one = isinstance(value, str | int | float) and not isinstance(value, bool)
    if not is_one or (isinstance(value, int) and value.bit_length() > _LONGEST_NUMBER):
        return ""
    # Halves of pairs and NUL, which YAML can write, no database can be asked for.
    text = str(value).encode(errors="ignore").decode().replace("\0", "")
    return " ".join(text.split())


def words_of(head: dict[str, Any], *names: str) -> str:
    """As `text_of`, for words that people read: some files write letters as HTML does (`C&oacute;digo`)."""
    return " ".join(_CHARACTER.sub(_character, text_of(head, *names)).split())


def _character(match: re.Match[str]) -> str:
    """What a reference stands for; a name that HTML does not know, for itself."""
    is_known = match[0][1] == "#" or match[0][1:] in html5
    return unescape(match[0]) if is_known else match[0]


def number_of(head: dict[str, Any], name: str) -> int | None:
    """A whole number, or None."""
    value = head.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1_000_000 else None


def names_of(head: dict[str, Any], name: str) -> dict[str, str]:
    """A list of names, as key and name: `[Craft]` gives {"Craft": "Craft"}, `{craft: Ofício}` {"craft": "Ofício"}.

    A mapping ties what has one name in each language.
    """
    value = head.get(name)
    if isinstance(value, dict):
        lines = {_line(key): _line(text) for key, text in value.items()}
        return {key: text for key, text in lines.items() if key and text}
    items = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    return {line: line for line in map(_line, items) if line}


def moment_of(head: dict[str, Any], name: str) -> datetime | None:
    """A date or a moment; UTC where it names no time zone. None where there is none, or none that UTC has."""
    value = head.get(name)
    if isinstance(value, datetime):
        try:
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        except OverflowError:
            return None
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, 9, tzinfo=UTC)
    return None
