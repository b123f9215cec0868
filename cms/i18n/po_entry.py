"""One entry of a catalogue: a source text, its translation, and the lines of the file that hold them."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple


class Key(NamedTuple):
    """What tells entries apart: the source text, and the context where it has one."""

    context: str | None
    source: str

    @property
    def token(self) -> str:
        """A short name for addresses and forms that gives nothing away and fits anywhere."""
        text = self.source if self.context is None else f"{self.context}\4{self.source}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


class Span(NamedTuple):
    """A range of lines, counted from 0; ``end`` is the first line that is not part of it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One text with its translation."""

    key: Key
    source_plural: str | None
    forms: tuple[str, ...]
    """The translation: one text, or one for each plural form. Empty where there is none."""
    comments: tuple[str, ...]
    """What translators wrote for each other."""
    notes: tuple[str, ...]
    """What developers wrote for translators."""
    references: tuple[str, ...]
    """The files that use the text."""
    flags: frozenset[str]
    obsolete: bool
    span: Span
    """All lines of the entry, comments included."""
    form_spans: tuple[Span, ...]
    """The lines of each form."""
    fingerprint: str
    """What a translator saw, in one word: it changes with the translation, its comments and the plural of the source,
    but not where the program merely uses the text elsewhere."""

    @property
    def source(self) -> str:
        """The text as the program has it."""
        return self.key.source

    @property
    def context(self) -> str | None:
        """What tells apart two uses of one source text, or None."""
        return self.key.context

    @property
    def is_plural(self) -> bool:
        """Whether the text depends on a number."""
        return self.source_plural is not None

    @property
    def is_header(self) -> bool:
        """Whether this is the entry that holds the file's own facts."""
        return not self.key.source and self.key.context is None

    @property
    def is_fuzzy(self) -> bool:
        """Whether a tool marked the translation as a guess. Guesses are not shown to anybody."""
        return "fuzzy" in self.flags

    @property
    def is_translated(self) -> bool:
        """Whether there is a complete translation that somebody vouches for."""
        return all(self.forms) and not self.is_fuzzy
