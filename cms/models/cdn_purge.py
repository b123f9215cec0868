"""Purges that the content delivery network has not been told of yet."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from cms.models.base import Model


class CdnPurge(Model):
    """Tags that were purged by one change; the row goes when the network has taken them in."""

    __tablename__ = "cdn_purges"
    __label__ = _l("Purge for the CDN")
    __label_plural__ = _l("Purges for the CDN")
    __purpose__ = "hidden"

    tags: Mapped[list[str]] = mapped_column(JSON)

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        """No id is given twice: processes remember them beyond the life of a row."""
        return ({"sqlite_autoincrement": True},)
