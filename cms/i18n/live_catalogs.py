"""The texts of a running process, which follow the catalogue files while they are edited.

The file is the truth. Each process looks at the stamps of the files now and then; where one changed, it reads the file
anew, puts the new texts in place of the old in one step, and only then announces the change, so that no page rendered
from old texts can outlive the announcement. A file that cannot be used changes nothing: the last good texts stay, and
the reason is logged and kept for the screen of translators.

A copy of each last good file is kept in the instance folder. With it, a process that starts while a file is broken has
good texts too, and one that starts after an edit notices that cached pages are out of date. A file that is as its copy
is known to be good, so its texts are read when somebody needs them: a start does not wait for languages that nobody
has asked for yet.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.support import Translations
from flask_babel import lazy_gettext as _l

from cms.i18n.catalog_files import FileStamp, catalog_path, read_bytes, replace_file, stamp_of
from cms.i18n.errors import CatalogNotWritable, UnreadableCatalog
from cms.i18n.locales import LocaleInfo
from cms.i18n.texts import Texts, read_texts, texts_of_libraries_alone

log = logging.getLogger(__name__)

# A file system may give two writes in quick succession one time. As long as a file is this young (in seconds), an
# equal stamp proves nothing and the content is compared.
SETTLED_AFTER = 2.0


@dataclass
class LiveCatalog:
    """One language in this process."""

    locale: LocaleInfo
    path: Path
    copy: Path
    """Where the last good file is kept."""
    texts: Texts | None = None
    """What is shown; None before the first good file, and before the first need of one that is known to be good."""
    problem: UnreadableCatalog | None = None
    """Why the file, as it is now, is not used."""
    stamp: FileStamp | None = None
    data: bytes | None = None
    """The last good file as it was read, as long as the file is good."""
    started: bool = False
    unannounced: bool = False
    """Whether pages may still show other texts than these."""

    @property
    def translations(self) -> Translations:
        """The look-ups for this language."""
        return self.texts.translations if self.texts else texts_of_libraries_alone(self.locale.folder)


class LiveCatalogs:
    """The catalogues of all languages of one application in this process."""

    def __init__(
        self,
        locales: tuple[LocaleInfo, ...],
        root: Path,
        copies: Path,
        announce: Callable[[str], bool],
    ) -> None:
        """``root`` holds the catalogues, ``copies`` the last good ones; ``announce`` is told the code of a language
        whose texts changed, after they did, and is called again later where it returns False."""
        self.announce = announce
        self.lock = threading.RLock()
        self.by_folder: Mapping[str, LiveCatalog] = {
            locale.folder: LiveCatalog(locale, catalog_path(root, locale.folder), copies / f"{locale.folder}.po")
            for locale in locales
        }

    def translations(self, folder: str) -> Translations:
        """The look-ups for the language that Babel calls ``folder``, read at first need."""
        catalog = self.by_folder.get(folder)
        if catalog is None:
            return texts_of_libraries_alone(folder)
        if catalog.texts is None and (not catalog.started or catalog.data is not None):
            self.read(catalog)
        return catalog.translations

    def read(self, catalog: LiveCatalog) -> None:
        """Have the texts of a language at hand that nobody has needed until now."""
        with self.lock:
            if not catalog.started:
                self.refresh(catalog)
            # Whoever waited for the lock finds it done.
            if catalog.texts is not None or catalog.data is None:
                return
            try:
                self.show(catalog, read_texts(catalog.data, catalog.locale.folder), catalog.data)
            except UnreadableCatalog as error:
                # An earlier release, which left the copy, took it for good.
                self.keep_last_good(catalog, error, first=True)

    def refresh_all(self) -> None:
        """Look at every file, and take over what changed."""
        for catalog in self.by_folder.values():
            self.refresh(catalog)

    def refresh(self, catalog: LiveCatalog) -> None:
        """Look at one file, and take over what changed. Never raises because of the file."""
        with self.lock:
            stamp = stamp_of(catalog.path)
            if catalog.started and stamp == catalog.stamp and is_settled(stamp):
                self.announce_what_is_due(catalog)
                return
            first, catalog.started, catalog.stamp = not catalog.started, True, stamp
            try:
                data = read_bytes(catalog.path)
                if data == catalog.data:
                    self.announce_what_is_due(catalog)
                    return
                if first and same_content(catalog.copy, data):
                    catalog.data = data
                    return
                texts = self.sound(catalog, data)
            except UnreadableCatalog as error:
                self.keep_last_good(catalog, error, first=first)
            else:
                self.show(catalog, texts, data)
                if not first:
                    log.info("%s: changed, and read anew", catalog.path)
                catalog.unannounced = True
                self.announce_what_is_due(catalog)

    def sound(self, catalog: LiveCatalog, data: bytes) -> Texts:
        """The texts in ``data``, the content of the file of a language. Nothing may be built on another content.

        Raises:
            UnreadableCatalog: where it is damaged, or was cut off.
        """
        texts = read_texts(data, catalog.locale.folder)
        refuse_cut_off(texts, data, self.last_good(catalog))
        return texts

    def last_good(self, catalog: LiveCatalog) -> Texts | None:
        """The texts in use, or else those of the copy that an earlier process left."""
        if catalog.texts is not None:
            return catalog.texts
        try:
            return read_texts(catalog.data or read_bytes(catalog.copy), catalog.locale.folder)
        except UnreadableCatalog:
            return None

    def show(self, catalog: LiveCatalog, texts: Texts, data: bytes) -> None:
        """Show the texts of a good file from now on."""
        catalog.texts, catalog.problem, catalog.data = texts, None, data
        for rejected in texts.rejected:
            log.error(
                "%s: the translation of %r is not shown: %s",
                catalog.path,
                rejected.entry.source,
                "; ".join(str(problem.text) for problem in rejected.problems),
            )

    def announce_what_is_due(self, catalog: LiveCatalog) -> None:
        """Announce a change that has not been announced, and only then keep a copy of the file.

        Where the process ends before, the next one finds the old copy and announces the change.
        """
        if not catalog.unannounced or not self.announce(catalog.locale.code):
            return
        catalog.unannounced = False
        try:
            replace_file(catalog.copy, catalog.data or b"")
        except CatalogNotWritable:
            log.warning("%s: no copy of the last good catalogue could be kept", catalog.copy)

    def keep_last_good(self, catalog: LiveCatalog, error: UnreadableCatalog, *, first: bool) -> None:
        """Go on with the texts that there were, and report why."""
        if first or catalog.data is not None:
            catalog.texts = self.last_good(catalog)
        if str(error) != str(catalog.problem or ""):
            log.error("%s: not used, the last good texts stay: %s", catalog.path, error)
        catalog.problem = error
        catalog.data = None


def is_settled(stamp: FileStamp | None) -> bool:
    """Whether the file is old enough for its stamp to be trusted."""
    return stamp is None or time.time() - stamp.changed / 1e9 > SETTLED_AFTER


def same_content(path: Path, data: bytes) -> bool:
    """Whether the file exists and holds ``data``."""
    try:
        return read_bytes(path) == data
    except UnreadableCatalog:
        return False


def refuse_cut_off(texts: Texts, data: bytes, before: Texts | None) -> None:
    """Refuse a file that is the beginning of the last good one and nothing else.

    A file that was cut off between two lines of a translation or two entries, or that a tool is still writing, reads
    without an error. Where only texts that are no longer in use are missing, a tool took them away.

    Raises:
        UnreadableCatalog: where translations are missing at the end alone.
    """
    if before is None or texts is before or not before.po.to_bytes().startswith(data.rstrip()):
        return
    if [(entry.key, entry.forms) for entry in texts.po.active] != [
        (entry.key, entry.forms) for entry in before.po.active
    ]:
        raise UnreadableCatalog(_l("The file seems to have been cut off: entries at its end are missing."))
