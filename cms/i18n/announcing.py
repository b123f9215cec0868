"""Telling the page cache that the interface of a language reads differently now."""

import logging

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from cms.cache.tags import ui_tag

log = logging.getLogger(__name__)


def announce_change(app: Flask, code: str) -> bool:
    """Have every page rendered anew that shows interface texts of the language ``code``.

    Returns whether that is certain; where it is not, it must be tried again. An application without a page cache has
    nothing to forget.
    """
    page_cache = app.extensions.get("page_cache")
    if page_cache is None:
        return True
    try:
        with app.app_context():
            page_cache.delivery.deliver_now([ui_tag(code)])
    except SQLAlchemyError:
        # The cache server could not be reached, nor the database in which the purge would be kept for it.
        log.exception("Pages in %s could not be purged; that will be tried again", code)
        return False
    return True
