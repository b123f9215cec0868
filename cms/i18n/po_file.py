"""Catalogue files, read strictly and kept byte for byte.

A catalogue (`.po`) is text that people edit with many tools, and compare with ``diff``. So it is never written as a
whole: the file is held as its lines, every entry knows which of them are its own, and an edit replaces these alone
(``po_edit``). Line ends, a byte order mark, a missing last line end, wrapping, comments and order stay as they were.

Reading is strict: what tools would silently take for something else (the markers of a merge conflict, a file that
was cut off) is refused, with the number of the line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from flask_babel import lazy_gettext as _l

from cms.i18n.errors import UnreadableCatalog
from cms.i18n.plural_forms import InvalidPluralForms, PluralForms, parse_plural_forms, plural_forms_of
from cms.i18n.po_entry import Entry, Key
from cms.i18n.po_reader import read_entries

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class PoFile:
    """A catalogue that was read without an error."""

    lines: tuple[str, ...]
    """Every line with its end; together they are the file."""
    has_byte_order_mark: bool
    entries: tuple[Entry, ...]
    """In the order of the file, obsolete ones included, the header not."""
    header_entry: Entry | None
    headers: Mapping[str, str]
    """The file's own facts, by their names in lower case."""
    plural_forms: PluralForms
    by_key: Mapping[Key, Entry] = field(repr=False)
    """The entries that are in use."""

    @cached_property
    def by_token(self) -> Mapping[str, Entry]:
        """The entries that are in use, by the short name of their key."""
        return {key.token: entry for key, entry in self.by_key.items()}

    @property
    def active(self) -> tuple[Entry, ...]:
        """The entries that are in use, in the order of the file."""
        return tuple(self.by_key.values())

    def to_bytes(self) -> bytes:
        """The file, exactly as it was read."""
        return join_lines(self.lines, byte_order_mark=self.has_byte_order_mark)


def join_lines(lines: Sequence[str], *, byte_order_mark: bool) -> bytes:
    """Lines with their ends as the bytes of a file."""
    return (BYTE_ORDER_MARK if byte_order_mark else b"") + "".join(lines).encode("utf-8")


def split_lines(text: str) -> list[str]:
    """Cut at line feeds alone: nothing else ends a line of a catalogue, whatever Unicode calls a line."""
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def parse_po(data: bytes, folder: str) -> PoFile:
    """Read a catalogue.

    Takes the bytes of the file, and the folder name of its language, whose usual plural rule stands in where the
    file states none.

    Raises:
        UnreadableCatalog: where the file is damaged. The message names the line.
    """
    has_mark = data.startswith(BYTE_ORDER_MARK)
    try:
        text = data[len(BYTE_ORDER_MARK) :].decode("utf-8") if has_mark else data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableCatalog(_l("the file is not written in UTF-8."), line) from error
    lines = tuple(split_lines(text))
    found = read_entries(lines)
    header = next((entry for entry in found if entry.is_header and not entry.obsolete), None)
    entries = tuple(entry for entry in found if entry is not header)
    if header is None and not entries:
        raise UnreadableCatalog(_l("the file is empty."))
    headers = read_headers(header)
    plural_forms = read_plural_forms(headers, header, folder)
    for entry in entries:
        if entry.is_plural and not entry.obsolete and len(entry.forms) > plural_forms.count:
            reason = _l("there are more plural forms than the head of the file states.")
            raise UnreadableCatalog(reason, entry.span.start + 1)
    by_key = {entry.key: entry for entry in entries if not entry.obsolete}
    return PoFile(lines, has_mark, entries, header, headers, plural_forms, by_key)


def read_headers(header: Entry | None) -> dict[str, str]:
    """The facts in the head of the file, by their names in lower case. Raises UnreadableCatalog."""
    if header is None:
        return {}
    pairs = (line.partition(":") for line in header.forms[0].split("\n"))
    headers = {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}
    _, _, charset = headers.get("content-type", "").lower().partition("charset=")
    if charset.strip() not in {"", "utf-8", "utf8", "us-ascii", "ascii"}:
        raise UnreadableCatalog(_l("the file is not written in UTF-8."), header.span.start + 1)
    return headers


def read_plural_forms(headers: Mapping[str, str], header: Entry | None, folder: str) -> PluralForms:
    """The plural rule that the head states, else the usual one of the language. Raises UnreadableCatalog."""
    stated = headers.get("plural-forms")
    if not stated:
        return plural_forms_of(folder)
    try:
        return parse_plural_forms(stated)
    except InvalidPluralForms as error:
        line = header.span.start + 1 if header else None
        raise UnreadableCatalog(_l("the head of the file states plural forms that make no sense."), line) from error
