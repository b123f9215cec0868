"""Purges that the cache server has not heard of yet."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from cms.models.base import Model


class PendingPurge(Model):
    """Tags whose purge could not be delivered; it is replayed before anything cached earlier is served."""

    __tablename__ = "pending_purges"
    __label__ = _l("Pending purge")
    __label_plural__ = _l("Pending purges")
    __purpose__ = "hidden"

    tags: Mapped[list[str]] = mapped_column(JSON)

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        """No id is given twice: processes remember them beyond the life of a row."""
        return ({"sqlite_autoincrement": True},)
