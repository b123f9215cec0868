"""Bring a catalogue up to date with the texts of the program, with as few changed lines as can be.

Entries stay where they are, byte for byte; only comments that tools write (where a text is used, what developers say)
follow the source. New texts are put next to their neighbours of the source. What is no longer used moves to the end of
the file with its translation, and comes back from there when the text does. Nothing is made up and nothing thrown away:
where a text begins or ceases to depend on a number, its translation stays as a guess for a translator to confirm.
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cms.i18n.extraction import Message
from cms.i18n.locales import LocaleInfo
from cms.i18n.plural_forms import plural_forms_of
from cms.i18n.po_edit import line_end, usual_line_end, wraps
from cms.i18n.po_entry import Entry
from cms.i18n.po_file import PoFile, join_lines, parse_po
from cms.i18n.po_syntax import WRAP_AT, quoted_lines

# Comment lines that come from the source, and are written anew when it changes.
FROM_SOURCE = ("#.", "#:", "#,")


def updated(po: PoFile, messages: Sequence[Message], *, fill: bool = False) -> bytes:
    """The file with exactly the texts of ``messages`` in use.

    With ``fill``, new texts are their own translation: the catalogue of the language that the source is written in.
    """
    return Update(po, messages, fill=fill).result()


def new_catalog(locale: LocaleInfo, messages: Sequence[Message], *, fill: bool = False) -> bytes:
    """A new file for a language, with all of ``messages``."""
    head = (
        f"# {locale.english_name} texts of Babelpress.\n"
        'msgid ""\n'
        'msgstr ""\n'
        '"Project-Id-Version: Babelpress\\n"\n'
        f'"Language: {locale.folder}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
    )
    rule = "\n".join(quoted_lines("", f"Plural-Forms: {plural_forms_of(locale.folder).header}\n"))
    head += rule.removeprefix(' ""\n').lstrip() + "\n"
    return updated(parse_po(head.encode(), locale.folder), messages, fill=fill)


def template(messages: Sequence[Message]) -> bytes:
    """A catalogue without translations, for tools that begin a new language from it."""
    head = 'msgid ""\nmsgstr ""\n"Project-Id-Version: Babelpress\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    return updated(parse_po(head.encode(), "en"), messages)


@dataclass(frozen=True)
class Chunk:
    """Lines that stay together. New ones have no empty line after them yet."""

    lines: Sequence[str]
    is_new: bool = False


class Update:
    """One update of one file, put together from the lines of its entries."""

    def __init__(self, po: PoFile, messages: Sequence[Message], *, fill: bool) -> None:
        self.po = po
        self.messages = {message.key: message for message in messages}
        self.fill = fill
        self.ending = usual_line_end(po.lines)
        self.wrap = wraps(po)
        self.retired = {entry.key: entry for entry in po.entries if entry.obsolete}
        spans = sorted(entry.span for entry in (po.header_entry, *po.entries) if entry is not None)
        self.first_start, self.last_end = spans[0].start, spans[-1].end
        self.next_start = dict(pairwise([*(span.start for span in spans), len(po.lines)]))

    def result(self) -> bytes:
        """The updated file."""
        chunks = [*self.chunks_before(), *self.chunks_in_use(), *self.chunks_retired(), *self.chunks_after()]
        lines: list[str] = []
        for number, chunk in enumerate(chunks):
            is_open = bool(lines) and not line_end(lines[-1])
            if lines and (chunk.is_new or chunks[number - 1].is_new or is_open):
                self.separate(lines)
            lines.extend(chunk.lines)
        if lines != list(self.po.lines):
            while len(lines) > 1 and not lines[-1].strip():
                lines.pop()
        return join_lines(lines, byte_order_mark=self.po.has_byte_order_mark)

    def separate(self, lines: list[str]) -> None:
        """End the last line, and leave an empty one before what follows."""
        if not line_end(lines[-1]):
            lines[-1] += self.ending
        if lines[-1].strip():
            lines.append(self.ending)

    def chunks_before(self) -> list[Chunk]:
        """The head of the file, which other tools look for at its beginning, and whatever stands above it."""
        header = self.po.header_entry
        above = Chunk(self.po.lines[: self.first_start])
        return [above] if header is None else [above, Chunk(self.as_it_was(header))]

    def chunks_after(self) -> list[Chunk]:
        """Remarks that stand behind the last entry and belong to none."""
        tail = self.po.lines[self.last_end :]
        return [Chunk(tail)] if any(line.strip() for line in tail) else []

    def chunks_in_use(self) -> list[Chunk]:
        """The lines of every text in use: old ones in their order, new ones behind their neighbours of the source."""
        order = [entry.key for entry in self.po.active if entry.key in self.messages]
        known = set(order)
        position = 0
        for key in self.messages:
            if key in known:
                position = order.index(key) + 1
            else:
                order.insert(position, key)
                position += 1
        chunks = []
        for key in order:
            entry = self.po.by_key.get(key)
            if entry is None:
                chunks.append(Chunk(self.new_lines(self.messages[key]), is_new=True))
            else:
                chunks.append(Chunk([*self.refreshed(entry, self.messages[key]), *self.gap_after(entry)]))
        return chunks

    def gap_after(self, entry: Entry) -> Sequence[str]:
        """The empty lines between an entry and the next one, or the end of the file."""
        gap = self.po.lines[entry.span.end : self.next_start[entry.span.start]]
        return [] if any(line.strip() for line in gap) else gap

    def as_it_was(self, entry: Entry) -> list[str]:
        """The lines of an entry and the empty ones behind it."""
        return [*self.po.lines[entry.span.start : entry.span.end], *self.gap_after(entry)]

    def refreshed(self, entry: Entry, message: Message) -> list[str]:
        """The lines of an entry that stays in use."""
        retired = self.retired.get(message.key)
        if retired is not None and any(retired.forms) and not any(entry.forms):
            # Tools that do not look among the retired texts begin such a text anew.
            said = tuple(dict.fromkeys((*entry.comments, *retired.comments)))
            return self.revived(replace(retired, comments=said), message)
        if entry.source_plural != message.source_plural:
            return self.carried_over(entry, message)
        own = list(self.po.lines[entry.span.start : entry.span.end])
        flags = entry.flags - {"python-format"} | message.flags
        if (entry.notes, entry.references, entry.flags) == (message.notes, message.references, flags):
            return own
        head = own[: self.first_statement(own)]
        comments = [line for line in head if not line.lstrip().startswith(FROM_SOURCE)]
        before = [line for line in comments if not line.lstrip().startswith("#|")]
        previous = [line for line in comments if line.lstrip().startswith("#|")]
        return before + self.source_comments(message, flags) + previous + own[len(head) :]

    def carried_over(self, entry: Entry, message: Message) -> list[str]:
        """The lines of a text whose plural is another now: what it was translated by stays as a guess.

        The form for one thing stands for the text that does not depend on a number, and the other way round. Forms
        that have no place any more become comments.
        """
        if not any(entry.forms) or (self.fill and entry.forms[0] == entry.source):
            return self.head(message, entry.comments) + self.statements(message, self.initial_forms(message))
        forms, comments = entry.forms, list(entry.comments)
        of_one = self.po.plural_forms.index(1)
        if message.source_plural is None:
            kept = of_one if any(entry.forms[of_one : of_one + 1]) else next(n for n, form in enumerate(forms) if form)
            others = [(number, form) for number, form in enumerate(forms) if form and number != kept]
            comments += [
                line for number, form in others for line in quoted_lines(f"msgstr[{number}]", form, wrap=False)
            ]
            forms = (forms[kept],)
        elif not entry.is_plural:
            forms = tuple(forms[0] if number == of_one else "" for number in range(self.po.plural_forms.count))
        flags = entry.flags - {"python-format"} | message.flags | {"fuzzy"}
        return self.head(message, comments, flags) + self.statements(message, forms)

    @staticmethod
    def first_statement(lines: Sequence[str]) -> int:
        """The number of comment lines at the beginning."""
        return next(number for number, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#"))

    def initial_forms(self, message: Message) -> tuple[str, ...]:
        """What a new text begins with: nothing, or itself."""
        if message.source_plural is None:
            return (message.key.source,) if self.fill else ("",)
        count = self.po.plural_forms.count
        if not self.fill:
            return ("",) * count
        return (message.key.source, *(message.source_plural,) * (count - 1))

    def new_lines(self, message: Message) -> list[str]:
        """The lines of a text that was not in use; with the translation that it had, if it ever had one."""
        retired = self.retired.get(message.key)
        if retired is None:
            return self.head(message) + self.statements(message, self.initial_forms(message))
        return self.revived(retired, message)

    def revived(self, retired: Entry, message: Message) -> list[str]:
        """The lines of a text that is in use again."""
        if retired.source_plural != message.source_plural:
            return self.carried_over(retired, message)
        flags = message.flags | (retired.flags & {"fuzzy"})
        return self.head(message, retired.comments, flags) + self.statements(message, retired.forms)

    def head(self, message: Message, comments: Iterable[str] = (), flags: frozenset[str] | None = None) -> list[str]:
        """The comment lines of an entry."""
        own = [f"# {comment}".rstrip() + self.ending for comment in comments]
        return own + self.source_comments(message, message.flags if flags is None else flags)

    def source_comments(self, message: Message, flags: frozenset[str]) -> list[str]:
        """The comment lines that follow from the source."""
        lines = [f"#. {note}" for note in message.notes]
        lines += [
            f"#: {line}"
            for line in textwrap.wrap(
                " ".join(message.references), WRAP_AT, break_long_words=False, break_on_hyphens=False
            )
        ]
        if flags:
            lines.append(f"#, {', '.join(sorted(flags))}")
        return [line + self.ending for line in lines]

    def statements(self, message: Message, forms: Sequence[str]) -> list[str]:
        """The lines of an entry that are not comments."""
        quoted = self.quoted
        lines = quoted("msgctxt", message.key.context) if message.key.context is not None else []
        lines += quoted("msgid", message.key.source)
        if message.source_plural is None:
            return lines + quoted("msgstr", forms[0])
        lines += quoted("msgid_plural", message.source_plural)
        for index, form in enumerate(forms):
            lines += quoted(f"msgstr[{index}]", form)
        return lines

    def quoted(self, keyword: str, text: str) -> list[str]:
        """The lines of one statement."""
        return [line + self.ending for line in quoted_lines(keyword, text, wrap=self.wrap)]

    def chunks_retired(self) -> list[Chunk]:
        """The lines of the texts that are no longer in use, those that were retired earlier first."""
        earlier = [
            Chunk(self.as_it_was(entry))
            for entry in self.po.entries
            if entry.obsolete and entry.key not in self.messages
        ]
        now = [
            Chunk(self.retire(entry), is_new=True)
            for entry in self.po.active
            if entry.key not in self.messages and any(entry.forms)
        ]
        return earlier + now

    def retire(self, entry: Entry) -> list[str]:
        """The lines of an entry, turned into comments; what the source said about it goes."""
        own = self.po.lines[entry.span.start : entry.span.end]
        start = self.first_statement(own)
        comments = [line for line in own[:start] if not line.lstrip().startswith((*FROM_SOURCE, "#|"))]
        fuzzy = [f"#, fuzzy{self.ending}"] if entry.is_fuzzy else []
        return comments + fuzzy + [f"#~ {line}" for line in own[start:] if line.strip()]
