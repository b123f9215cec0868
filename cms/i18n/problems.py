"""What a check found in one translation."""

from dataclasses import dataclass

from flask_babel import LazyString


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a translation."""

    kind: str
    """A short stable name, for tests and for the command line: ``placeholder-unknown``."""
    text: LazyString
    """One sentence for the translator, in the language of whoever reads it."""
    breaks: bool
    """Whether the translation must not be used at all: it would fail, or change the markup of a page.

    Other problems keep a translation from being saved here, but one that is in a file already is still shown.
    """
    form: int = 0
    """Which plural form it was found in; 0 where there is only one."""
