"""A revision: what a document contained when somebody saved it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.models.base import Model, index_of_reference
from cms.models.column_types import UtcMoment

if TYPE_CHECKING:
    from cms.models.user import User


class Revision(Model):
    """The content of one document at one save.

    `data` holds column values by name and the ids of many-to-many targets. `publish_at` is set while the
    revision waits to be published at that moment. `locale` and `translation_key` are those of the document, so
    that the pages it will touch are known without loading it.
    """

    __tablename__ = "revisions"
    __label__ = _l("Revision")
    __label_plural__ = _l("Revisions")
    __purpose__ = "hidden"
    __icon__ = "history"

    model: Mapped[str] = mapped_column(String(64))
    object_id: Mapped[int]
    number: Mapped[int]
    locale: Mapped[str | None] = mapped_column(String(35))
    translation_key: Mapped[str | None] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    publish_at: Mapped[datetime | None] = mapped_column(UtcMoment, index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    author: Mapped["User | None"] = relationship("User", foreign_keys=[author_id])

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return UniqueConstraint("model", "object_id", "number"), index_of_reference("author_id")
