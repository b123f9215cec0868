"""The service behind the translators' screen and the command line: progress, search, and saving one translation."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from cms.extensions import db
from cms.i18n.catalog_files import (
    ATTEMPTS,
    FileStamp,
    catalog_path,
    editing_lock,
    read_bytes,
    replace_file,
    replace_unless_changed,
    stamp_of,
)
from cms.i18n.checks import check_forms
from cms.i18n.compiling import compile_mo
from cms.i18n.errors import (
    CatalogError,
    Conflict,
    InvalidTranslation,
    NotOnRecord,
    UnknownEntry,
    UnknownLanguage,
    UnreadableCatalog,
)
from cms.i18n.locales import LocaleInfo, lookup, site_locales
from cms.i18n.po_edit import with_translation
from cms.i18n.po_entry import Entry
from cms.i18n.po_file import PoFile, parse_po
from cms.i18n.texts import Texts, read_texts
from cms.i18n.watch import watch_of
from cms.models import AuditEntry
from cms.security.permissions import CATALOGS_TRANSLATE
from cms.security.policy import holds, require_permission


class Show(StrEnum):
    """Which entries a translator wants to see."""

    ALL = "all"
    MISSING = "missing"
    UNSURE = "unsure"
    PROBLEMS = "problems"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the interface is translated into one language."""

    locale: LocaleInfo
    total: int
    translated: int
    unsure: int
    """Guesses of tools that nobody has confirmed; they are not shown to anybody."""
    problems: int
    broken: str | None = None
    """Why the file, as it is now, is not used. The last good texts are shown meanwhile."""

    @property
    def missing(self) -> int:
        """Texts without any translation."""
        return self.total - self.translated - self.unsure

    @property
    def percent(self) -> int:
        """Translated texts in a hundred, rounded down: 100 means that nothing is missing."""
        if not self.total:
            return 0 if self.broken else 100
        return self.translated * 100 // self.total


def path_of(locale: LocaleInfo) -> Path:
    """The file of a language of the running site."""
    return catalog_path(current_app.config["TRANSLATIONS_PATH"], locale.folder)


def open_catalog(locale: LocaleInfo) -> Texts:
    """The catalogue of a language as the file is at this moment. Raises UnreadableCatalog."""
    return read_texts(read_bytes(path_of(locale)), locale.folder)


def readable(locale: LocaleInfo) -> tuple[Texts | None, str | None]:
    """What there is to read of a language: the file, or else the last good texts and why the file is not used."""
    try:
        return sound(locale, read_bytes(path_of(locale))), None
    except UnreadableCatalog as error:
        catalogs = watch_of(current_app).catalogs
        return catalogs.last_good(catalogs.by_folder[locale.folder]), str(error)


def sound(locale: LocaleInfo, data: bytes) -> Texts:
    """The texts in ``data``, the content of the file of a language of the running site.

    Raises:
        UnreadableCatalog: where the site does not use such a file, so that nothing may be built on it.
    """
    catalogs = watch_of(current_app).catalogs
    return catalogs.sound(catalogs.by_folder[locale.folder], data)


def editing(locale: LocaleInfo) -> AbstractContextManager[None]:
    """Keep the others out who edit the file of a language with this program. Raises CatalogNotWritable."""
    return editing_lock(current_app.config["INSTANCE_PATH"] / "catalogs", locale.folder)


def language(code: str) -> LocaleInfo:
    """The site's language with this code. Raises UnknownLanguage."""
    locale = lookup(code)
    if locale is None:
        raise UnknownLanguage(code)
    return locale


def languages_of(actor: Any) -> tuple[LocaleInfo, ...]:
    """The languages whose texts ``actor`` may translate."""
    return tuple(locale for locale in site_locales() if holds(actor, CATALOGS_TRANSLATE, locale=locale.code))


def progress(locale: LocaleInfo) -> Progress:
    """How far a language is. A file that cannot be used counts with the last good texts, and says why."""
    texts, broken = readable(locale)
    if texts is None:
        return Progress(locale, 0, 0, 0, 0, broken)
    return count(locale, texts, broken)


def count(locale: LocaleInfo, texts: Texts, broken: str | None = None) -> Progress:
    """The numbers of one catalogue."""
    entries = texts.po.active
    return Progress(
        locale=locale,
        total=len(entries),
        translated=sum(entry.is_translated for entry in entries),
        unsure=sum(entry.is_fuzzy and any(entry.forms) for entry in entries),
        problems=len(texts.problems),
        broken=broken,
    )


def neighbours(entries: Sequence[Entry], entry: Entry) -> tuple[Entry | None, Entry | None]:
    """The entries before and after ``entry`` among a selection that it need not be part of, in file order."""
    before = [other for other in entries if other.span < entry.span]
    after = [other for other in entries if other.span > entry.span]
    return (before[-1] if before else None, after[0] if after else None)


def select(texts: Texts, search: str = "", show: Show = Show.ALL) -> list[Entry]:
    """The entries whose source, translation, context or comment holds every word of ``search``, in file order."""
    words = search.casefold().split()
    return [entry for entry in texts.po.active if shown(entry, texts, show) and matches(entry, words)]


def shown(entry: Entry, texts: Texts, show: Show) -> bool:
    """Whether an entry belongs to what a translator wants to see."""
    match show:
        case Show.MISSING:
            return not entry.is_translated and not (entry.is_fuzzy and any(entry.forms))
        case Show.UNSURE:
            return entry.is_fuzzy and any(entry.forms)
        case Show.PROBLEMS:
            return entry.key in texts.problems
        case _:
            return True


def matches(entry: Entry, words: Sequence[str]) -> bool:
    """Whether an entry holds every one of ``words``, which are casefolded."""
    parts = (entry.source, entry.source_plural, entry.context, *entry.forms, *entry.comments, *entry.notes)
    text = "\n".join(part for part in parts if part).casefold()
    return all(word in text for word in words)


def save_translation(actor: Any, code: str, token: str, forms: Sequence[str], seen: str) -> Entry:
    """Save the translation of one text: permission, conflict, checks, file, audit, announcement.

    Takes who saves, the language's code, the entry's ``key.token``, one text for each form (all of them empty to take a
    translation back) and the ``fingerprint`` of the entry as the translator saw it. Returns the entry as saved.

    Raises:
        UnknownLanguage, Forbidden, UnreadableCatalog, UnknownEntry, Conflict, InvalidTranslation, CatalogNotWritable,
        NotOnRecord: nothing was changed then.
    """
    locale = language(code)
    require_permission(actor, CATALOGS_TRANSLATE, locale=locale.code)
    texts = [form.replace("\r\n", "\n").replace("\r", "\n") for form in forms]
    with editing(locale):
        saved = put_translation(actor, locale, token, texts, seen)
        compile_beside(path_of(locale), locale)
    live = watch_of(current_app).catalogs
    live.refresh(live.by_folder[locale.folder])
    return saved


def put_translation(actor: Any, locale: LocaleInfo, token: str, texts: Sequence[str], seen: str) -> Entry:
    """Write a translation into the file and on record, for somebody who holds the lock. Raises as `save_translation`.

    A tool outside may write the file in this very moment. Its lines must not be lost, so all is done anew then.
    """
    path = path_of(locale)
    for _ in range(ATTEMPTS):
        stamp = stamp_of(path)
        po = sound(locale, read_bytes(path)).po
        entry = editable_entry(po, token, texts, seen)
        data = with_translation(po, entry, texts)
        if data == po.to_bytes():
            return entry
        saved = parse_po(data, locale.folder).by_key[entry.key]
        if replace_on_record(path, stamp, po, data, partial(record, actor, locale, entry, saved)):
            return saved
    raise Conflict(entry.forms)


def replace_on_record(
    path: Path, stamp: FileStamp | None, before: PoFile, data: bytes, note: Callable[[], None]
) -> bool:
    """Replace the file and commit what ``note`` puts on record: both or neither.

    Returns False where the file changed since ``stamp``. Raises CatalogNotWritable, NotOnRecord.
    """
    written = False
    try:
        note()
        written = replace_unless_changed(path, stamp, data)
        if written:
            db.session.commit()
    except SQLAlchemyError as error:
        if written:
            replace_file(path, before.to_bytes())
        raise NotOnRecord from error
    finally:
        # After a commit there is nothing to take back.
        db.session.rollback()
    return written


def editable_entry(po: PoFile, token: str, texts: Sequence[str], seen: str) -> Entry:
    """The entry that ``texts`` may replace the translation of. Raises UnknownEntry, Conflict, InvalidTranslation."""
    entry = po.by_token.get(token)
    if entry is None:
        raise UnknownEntry
    if entry.fingerprint != seen and list(entry.forms) != list(texts):
        raise Conflict(entry.forms)
    problems = check_forms(entry, texts, po.plural_forms)
    if problems:
        raise InvalidTranslation(problems)
    return entry


def record(actor: Any, locale: LocaleInfo, before: Entry, after: Entry) -> None:
    """Put the change on record, in the transaction that the caller commits."""
    db.session.add(
        AuditEntry(
            actor_id=getattr(actor, "id", None),
            action="translate",
            model="catalogs",
            label=before.source[:240],
            locale=locale.code,
            details={"before": list(before.forms), "after": list(after.forms)},
        )
    )
    db.session.flush()


def compile_beside(path: Path, locale: LocaleInfo) -> None:
    """Write the compiled catalogue for other programs, where every translation passes the checks.

    This program does not read it, so it is no reason to fail that a folder refuses one more file.
    """
    try:
        replace_file(path.with_suffix(".mo"), compile_mo(read_texts(read_bytes(path), locale.folder)))
    except CatalogError as error:
        current_app.logger.warning("%s: not compiled: %s", path, error)
