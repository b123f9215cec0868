"""From the lines of a `.po` file to its entries. Anything that is not understood is an error, never a guess."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cms.i18n.errors import UnreadableCatalog
from cms.i18n.po_entry import Entry, Key, Span
from cms.i18n.po_syntax import is_quoted, unquote

WHITE_SPACE = " \t\r\n\f\v"
STATEMENT = re.compile(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[([0-9]{1,2})\])?)[ \t]*(\".*)", re.DOTALL)
CONFLICT_MARKER = re.compile(r"(<{7}|={7}|>{7}|\|{7})(?:\s|$)")


@dataclass
class Statement:
    """A keyword with its text, and the lines that it covers."""

    text: str
    start: int
    end: int


@dataclass
class Draft:
    """An entry that is being read."""

    start: int | None = None
    end: int = 0
    obsolete: bool = False
    comments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    context: Statement | None = None
    source: Statement | None = None
    plural: Statement | None = None
    forms: list[Statement] = field(default_factory=list)
    open: Statement | None = None
    """The statement that a line with nothing but a string continues."""

    @property
    def has_statements(self) -> bool:
        """Whether more than comments has been read."""
        return self.context is not None or self.source is not None


class Reader:
    """Goes through the lines once, and collects the entries."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.entries: list[Entry] = []
        self.first_seen: dict[Key, int] = {}
        self.draft = Draft()

    def read(self) -> list[Entry]:
        """All entries of the file, in its order. Raises UnreadableCatalog."""
        for number, line in enumerate(self.lines):
            content = line.strip(WHITE_SPACE)
            if not content:
                continue
            if content.startswith("#~") and content[2:].strip(WHITE_SPACE) and not content.startswith("#~|"):
                self.read_statement(number, content[2:].strip(WHITE_SPACE), obsolete=True)
            elif content.startswith("#"):
                self.read_comment(number, content)
            else:
                self.read_statement(number, content, obsolete=False)
        if self.draft.has_statements:
            self.finish(len(self.lines) - 1, at_end=True)
        return self.entries

    def read_comment(self, number: int, content: str) -> None:
        """A line that begins with ``#``. It ends the entry before it."""
        if self.draft.has_statements:
            self.finish(number)
        draft = self.draft
        draft.start = number if draft.start is None else draft.start
        text = content[2:].strip(WHITE_SPACE)
        match content[1:2]:
            case ":":
                draft.references.extend(text.split())
            case ".":
                draft.notes.append(text)
            case ",":
                draft.flags.update(flag.strip() for flag in text.split(","))
            case "|" | "~" | "=":
                pass
            case _:
                draft.comments.append(content[1:].strip(WHITE_SPACE))

    def read_statement(self, number: int, content: str, *, obsolete: bool) -> None:
        """A keyword with its string, or a string that goes on from the line before."""
        match = STATEMENT.fullmatch(content)
        quoted = match[3] if match else content
        if not is_quoted(quoted):
            if CONFLICT_MARKER.match(content):
                self.refuse(number, _l("there are marks of a merge conflict that has not been resolved."))
            self.refuse(number, _l("this is not a line of a catalogue."))
        if match is None:
            self.continue_statement(number, quoted, obsolete=obsolete)
            return
        keyword = match[1]
        if self.draft.forms and keyword in {"msgctxt", "msgid"}:
            self.finish(number)
        draft = self.draft
        if draft.has_statements and draft.obsolete is not obsolete:
            self.refuse(number, _l("this is not a line of a catalogue."))
        draft.start = number if draft.start is None else draft.start
        draft.obsolete = obsolete
        draft.open = statement = Statement(unquote(quoted), number, number + 1)
        draft.end = number + 1
        self.place(number, keyword, match[2], statement)

    def place(self, number: int, keyword: str, index: str | None, statement: Statement) -> None:
        """Put a statement where it belongs; refuse it where it has no place."""
        draft = self.draft
        if keyword == "msgctxt" and not draft.has_statements:
            draft.context = statement
        elif keyword == "msgid" and draft.source is None:
            draft.source = statement
        elif keyword == "msgid_plural" and draft.source and not draft.plural and not draft.forms:
            draft.plural = statement
        elif keyword.startswith("msgstr") and self.is_next_form(index):
            draft.forms.append(statement)
        else:
            self.refuse(number, _l("this line does not belong here; something before it is missing or given twice."))

    def is_next_form(self, index: str | None) -> bool:
        """Whether a form with this index (None: without one) may follow what was read of the entry."""
        draft = self.draft
        if draft.source is None:
            return False
        if draft.plural is None:
            return index is None and not draft.forms
        return index is not None and int(index) == len(draft.forms)

    def continue_statement(self, number: int, quoted: str, *, obsolete: bool) -> None:
        """A line with nothing but a string."""
        draft = self.draft
        if draft.open is None or draft.obsolete is not obsolete:
            self.refuse(number, _l("this is not a line of a catalogue."))
        draft.open.text += unquote(quoted)
        draft.open.end = draft.end = number + 1

    def finish(self, number: int, *, at_end: bool = False) -> None:
        """Turn the draft into an entry. ``number`` is the line that ended it."""
        draft, self.draft = self.draft, Draft()
        if draft.source is None or not draft.forms:
            if at_end:
                self.refuse(number, _l("the file ends in the middle of a text; it seems to have been cut off."))
            self.refuse(number, _l("the text before this line has no place for its translation."))
        key = Key(draft.context.text if draft.context else None, draft.source.text)
        span = Span(draft.start or 0, draft.end)
        if not draft.obsolete:
            if key in self.first_seen:
                reason = _l("the same text stands in line %(first)d already.", first=self.first_seen[key])
                self.refuse(draft.source.start, reason)
            self.first_seen[key] = draft.source.start + 1
        forms = tuple(form.text for form in draft.forms)
        seen = (draft.plural.text if draft.plural else None, forms, draft.comments, "fuzzy" in draft.flags)
        self.entries.append(
            Entry(
                key=key,
                source_plural=draft.plural.text if draft.plural else None,
                forms=forms,
                comments=tuple(draft.comments),
                notes=tuple(draft.notes),
                references=tuple(draft.references),
                flags=frozenset(draft.flags),
                obsolete=draft.obsolete,
                span=span,
                form_spans=tuple(Span(form.start, form.end) for form in draft.forms),
                fingerprint=hashlib.sha256(repr(seen).encode()).hexdigest()[:24],
            )
        )

    def refuse(self, number: int, reason: LazyString) -> NoReturn:
        """Stop at line ``number``, counted from 0."""
        raise UnreadableCatalog(reason, number + 1)


def read_entries(lines: Sequence[str]) -> list[Entry]:
    """All entries of the file with these lines, the header and obsolete ones included.

    Raises:
        UnreadableCatalog: at the first line that does not belong into a catalogue.
    """
    return Reader(lines).read()
