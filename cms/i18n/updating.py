"""Bringing the file of a language in step with the program, while others may be editing it."""

from collections.abc import Sequence

from cms.i18n.catalog_files import ATTEMPTS, read_bytes, replace_file, replace_unless_changed, stamp_of
from cms.i18n.catalogs import editing, path_of, sound
from cms.i18n.errors import CatalogNotWritable
from cms.i18n.extraction import Message
from cms.i18n.locales import LocaleInfo
from cms.i18n.po_file import parse_po
from cms.i18n.po_update import new_catalog, updated


def bring_in_step(locale: LocaleInfo, messages: Sequence[Message], *, fill: bool = False) -> bool:
    """Give the file of a language exactly the texts of ``messages``, or make it; ``fill`` as for `updated`.

    Returns whether anything had to be changed. What is saved meanwhile, here or by a tool outside, is kept.

    Raises:
        UnreadableCatalog, CatalogNotWritable: nothing was changed then.
    """
    path = path_of(locale)
    with editing(locale):
        for _ in range(ATTEMPTS):
            stamp = stamp_of(path)
            if stamp is None:
                replace_file(path, new_catalog(locale, messages, fill=fill))
                return True
            before = read_bytes(path)
            after = updated(sound(locale, before).po, messages, fill=fill)
            if after == before:
                return False
            # What could not be read again must not take the place of what can.
            parse_po(after, locale.folder)
            if replace_unless_changed(path, stamp, after):
                return True
    raise CatalogNotWritable
