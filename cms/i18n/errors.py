"""What can go wrong with languages and catalogues, in words that may be shown to the person concerned.

Every message is a lazy string: it is said in the language of whoever reads it.
"""

from collections.abc import Sequence

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cms.i18n.problems import Problem


class CatalogError(Exception):
    """Base of everything below. ``str(error)`` is one sentence for people."""


class UnknownLanguage(CatalogError):
    """The code does not name a language of this site."""

    def __init__(self, code: str) -> None:
        super().__init__(_l("There is no language “%(code)s” on this site.", code=code[:40]))


class UnreadableCatalog(CatalogError):
    """The file cannot be used as it stands: damaged, cut off, in conflict, or not to be opened.

    ``line`` is the number of the offending line, counted from 1, or None where no single line is to blame.
    """

    def __init__(self, reason: LazyString | str, line: int | None = None) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason if line is None else _l("Line %(line)d: %(reason)s", line=line, reason=reason))


class CatalogNotWritable(CatalogError):
    """The file, or the folder it lies in, refused to be written."""

    def __init__(self) -> None:
        super().__init__(_l("The file of this language cannot be written on this server."))


class NotOnRecord(CatalogError):
    """The database refused to note who changed what, so nothing was changed."""

    def __init__(self) -> None:
        super().__init__(_l("The change cannot be put on record at the moment, so it was not saved. Try again later."))


class UnknownEntry(CatalogError):
    """The catalogue has no such text (any more)."""

    def __init__(self) -> None:
        super().__init__(_l("This text is no longer part of the site."))


class Conflict(CatalogError):
    """Somebody else changed the entry since it was shown. ``current`` holds the forms as they are now."""

    def __init__(self, current: Sequence[str]) -> None:
        self.current = tuple(current)
        super().__init__(_l("Somebody else changed this translation in the meantime. Compare both, then save again."))


class InvalidTranslation(CatalogError):
    """The translation would break a page or lose something that its source says. Nothing was saved."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(_l("This translation cannot be saved yet."))
