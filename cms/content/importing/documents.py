"""The Markdown files of a folder, read: one document for each file name, in one or more languages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from flask_babel import gettext as _

from cms.content.importing.front_matter import UnreadableHead, number_of, split, text_of, words_of
from cms.content.importing.report import Report

MAX_BYTES = 1_000_000
_SUFFIXES = frozenset({".md", ".markdown"})
_NAMESPACE = UUID("7d1b3c52-9a0e-4c0a-8f57-3f0f5a4c6e21")

LocaleOf = Callable[[str], str | None]
"""Takes a language as people spell it (`zh-hans`); gives the site's own code (`zh-Hans`), or None."""

Identity = tuple[str, str]
"""What tells documents apart: language and name."""


@dataclass(frozen=True)
class Document:
    """One file: its place below the imported folder, its language, its head and its text."""

    place: str
    path: Path
    name: str
    locale: str
    head: dict[str, Any]
    text: str

    @property
    def identity(self) -> Identity:
        return self.locale, self.name

    @property
    def title(self) -> str:
        return words_of(self.head, "title") or self.name.replace("-", " ").replace("_", " ").capitalize()

    @property
    def order(self) -> int | None:
        return number_of(self.head, "order")

    def key(self, kind: str) -> str:
        """The translation key of the document: files of one name are one document, whenever they are imported."""
        return uuid5(_NAMESPACE, f"{kind}:{self.name}").hex


def read_documents(folder: Path, locale_of: LocaleOf, default_locale: str, report: Report) -> list[Document]:
    """The documents of a folder, those of the default language first, each language in its own order.

    A folder below it that is named like one of the site's languages holds that language; files beside these
    folders are of the language that their head names, or else of the default one.
    """
    documents: dict[Identity, Document] = {}
    for path, folder_locale in _files(folder, locale_of, report):
        # Names of files are bytes; what of them is no text is not shown.
        place = path.relative_to(folder).as_posix().encode(errors="replace").decode()
        try:
            _require_own(path, folder)
            document = _read(path, place, folder_locale or default_locale, locale_of)
        except UnreadableFile as error:
            report.problem(place, error)
            continue
        first = documents.setdefault(document.identity, document)
        if first is not document:
            report.problem(place, _("Another file has this name in this language: %(place)s.", place=first.place))
    return sorted(documents.values(), key=lambda it: (it.locale != default_locale, it.locale, it.order or 0, it.name))


class UnreadableFile(Exception):
    """A file cannot be taken; the text is a sentence for the person who imports."""


def _files(folder: Path, locale_of: LocaleOf, report: Report) -> Iterator[tuple[Path, str | None]]:
    """The Markdown files, each with the language of its folder."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix.lower() in _SUFFIXES and path.stem.lower() != "readme":
            yield path, None
        elif path.is_dir() and not path.name.startswith("."):
            inner = [inside for inside in sorted(path.rglob("*")) if inside.suffix.lower() in _SUFFIXES]
            locale = locale_of(path.name)
            if locale is not None:
                yield from ((inside, locale) for inside in inner if inside.is_file())
            elif inner:
                report.problem(path.name, _("The folder is not named like a language of this site."))


def _require_own(path: Path, folder: Path) -> None:
    """Whoever wrote the folder decides what is imported of it, and of nothing else on this machine."""
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UnreadableFile(_("The file lies elsewhere: links out of the folder are not followed."))
    try:
        path.name.encode()
    except UnicodeEncodeError as error:
        raise UnreadableFile(_("The name of the file is not text in UTF-8.")) from error


def _read(path: Path, place: str, locale: str, locale_of: LocaleOf) -> Document:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableFile(_("The file is larger than a text can be."))
        head, text = split(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise UnreadableFile(_("The file is not text in UTF-8.")) from error
    except OSError as error:
        raise UnreadableFile(_("The file could not be read.")) from error
    except UnreadableHead as error:
        raise UnreadableFile(str(error)) from error
    named = text_of(head, "lang", "locale")
    if named:
        of_head = locale_of(named)
        if of_head is None:
            raise UnreadableFile(_("“%(language)s” is not a language of this site.", language=named))
        # The folder decides where files lie in such folders; beside them the head does.
        if "/" in place and of_head != locale:
            raise UnreadableFile(_("The head of the file names another language than its folder."))
        locale = of_head
    return Document(place, path, path.stem, locale, head, text)
