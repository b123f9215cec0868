"""Deleted, but not yet gone."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from cms.models.column_types import UtcMoment


class Trashable:
    """An object that deleting moves to the trash, from where it can be restored or deleted for good."""

    trashed_at: Mapped[datetime | None] = mapped_column(
        UtcMoment, sort_order=85, info={"label": _l("Moved to the trash"), "machinery": True}
    )
