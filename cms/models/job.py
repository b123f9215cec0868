"""Work on many rows that goes on in the background."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.models.base import Model
from cms.models.column_types import UtcMoment

if TYPE_CHECKING:
    from cms.models.user import User


class JobState(StrEnum):
    """Where a job stands. `WAITING` is one for which no worker works at this moment, also between two turns."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Outcome(StrEnum):
    """Why a job ended early."""

    NOTHING = ""
    ASKED = "asked"
    FORBIDDEN = "forbidden"
    LIST_CHANGED = "list_changed"
    BROKEN = "broken"
    FAULT = "fault"


class Job(Model):
    """One action on every row that a list shows, with how far it is; written by `cms.content.jobs` alone.

    The rows are those that meet `selection`, up to `highest_id`, by their id; those up to `last_id` are seen to.
    `turn` rises whenever a worker takes the job: what an earlier worker still wants to write is refused by it.
    `identity` is the same for the same work while that is unfinished, and None afterwards: it is unique, so that
    nobody starts it twice. A job whose worker is gone gives it up to whoever starts the same anew.
    """

    __tablename__ = "jobs"
    __label__ = _l("Background work")
    __label_plural__ = _l("Background work")
    __purpose__ = "hidden"
    __icon__ = "clock"
    __owner__: ClassVar[str | None] = "actor_id"
    __grantable__ = False

    kind: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    selection: Mapped[dict[str, Any]] = mapped_column(JSON)
    identity: Mapped[str | None] = mapped_column(String(64), unique=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    actor: Mapped["User | None"] = relationship("User", foreign_keys=[actor_id])
    locale: Mapped[str] = mapped_column(String(35))
    state: Mapped[str] = mapped_column(String(16), default=JobState.WAITING)
    stop_requested: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str] = mapped_column(String(32), default=Outcome.NOTHING)
    turn: Mapped[int] = mapped_column(default=0)
    highest_id: Mapped[int]
    last_id: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    started_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcMoment)
    finished_at: Mapped[datetime | None] = mapped_column(UtcMoment)

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return (Index(None, "actor_id", "id"), Index(None, "finished_at"))

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens unless somebody continues it."""
        return self.state in (JobState.DONE, JobState.STOPPED, JobState.FAILED)
