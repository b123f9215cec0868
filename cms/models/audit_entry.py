"""Who did what, to what, and when."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.models.base import Model
from cms.models.column_types import UtcMoment, utc_now

if TYPE_CHECKING:
    from cms.models.user import User


class AuditEntry(Model):
    """One line of the record: written by services, changed by nobody."""

    __tablename__ = "audit_entries"
    __label__ = _l("Activity")
    __label_plural__ = _l("Activity")
    __purpose__ = "system"
    __icon__ = "history"

    at: Mapped[datetime] = mapped_column(UtcMoment, default=utc_now, index=True, info={"label": _l("When")})
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    actor: Mapped["User | None"] = relationship("User", foreign_keys=[actor_id], info={"label": _l("Who")})
    action: Mapped[str] = mapped_column(String(32), info={"label": _l("What"), "kind": "audit_action"})
    model: Mapped[str | None] = mapped_column(String(64), info={"label": _l("Kind"), "kind": "model"})
    object_id: Mapped[int | None]
    label: Mapped[str] = mapped_column(String(240), default="", info={"label": _l("Name"), "kind": "title"})
    locale: Mapped[str | None] = mapped_column(String(35), info={"label": _l("Language"), "kind": "locale"})
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info={"label": _l("Details")})

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return (Index(None, "model", "object_id"),)
