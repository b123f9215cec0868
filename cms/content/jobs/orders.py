"""What people do with jobs: start one, look how far it is, stop it, continue it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from cms.content.errors import Conflict, NotFound
from cms.content.jobs.walking import highest_id
from cms.content.validation import LARGEST_INTEGER
from cms.extensions import db
from cms.models.base import Model, model_by_table
from cms.models.column_types import utc_now
from cms.models.job import Job, JobState, Outcome
from cms.security.policy import is_administrator, may_everything, require

EXTENSION = "babelpress-workers"
# A worker tells every few tenths of a second that it is alive; after so long without that, it is not.
SILENCE = timedelta(seconds=30)
# A job that waits longer than this for a worker may have been lost on the way to it.
OVERDUE = timedelta(seconds=15)
# How long what became of a job can be looked up.
KEPT = timedelta(days=30)
LISTED = 100


class Workers(Protocol):
    """The way to those who work."""

    def send(self, job_id: int, turn: int) -> None:
        """Tell them that a job waits for its turn of this number."""

    def wake(self) -> None:
        """See to it that there is one, where that is anybody's business here."""


@dataclass(frozen=True)
class Order:
    """What is to be done: an action of the policy on a model, under the name that the kind of job knows it by."""

    kind: str
    model: type[Model]
    name: str
    permission: str
    selection: Mapping[str, Any]
    locale: str

    def identity(self, actor: Any) -> str:
        """The same for the same work."""
        return identity_of(self.kind, self.model.__tablename__, self.name, self.selection, actor)


def start(order: Order, actor: Any) -> Job:
    """Begin to do something to all rows of a selection, as they are now; committed.

    Raises Forbidden, and Conflict where the same is under way already.
    """
    require(actor, order.permission, order.model)
    forget_old()
    identity = order.identity(actor)
    _give_up_silent(identity)
    job = Job(
        kind=order.kind,
        model=order.model.__tablename__,
        action=order.name,
        selection=dict(order.selection),
        identity=identity,
        actor_id=actor.id,
        locale=order.locale,
        highest_id=highest_id(order.model),
    )
    db.session.add(job)
    _commit_unless_under_way()
    hand_over(job)
    return job


def stop(job: Job, actor: Any) -> None:
    """Have a job stop after the rows that are being worked on; committed. Raises NotFound where it is not theirs.

    What is done stays done. A job for which nobody works stops at once; one that is over stays as it is.
    """
    _require_theirs(job, actor)
    now = utc_now()
    unattended = or_(Job.state == JobState.WAITING, _is_silent(now))
    at_once = {"state": JobState.STOPPED, "outcome": Outcome.ASKED, "finished_at": now, "identity": None}
    _change(job, [unattended], {**at_once, "turn": Job.turn + 1})
    _change(job, [Job.state == JobState.RUNNING], {"stop_requested": True})
    db.session.commit()
    db.session.refresh(job)


def resume(job: Job, actor: Any) -> None:
    """Go on with a job where it ended before it was done; committed.

    Raises NotFound where it is not theirs, Conflict where it is under way, is done, or the same is under way anew.
    """
    _require_theirs(job, actor)
    again = {
        "state": JobState.WAITING,
        "outcome": Outcome.NOTHING,
        "stop_requested": False,
        "finished_at": None,
        "identity": identity_of(job.kind, job.model, job.action, job.selection, job.actor),
        "turn": Job.turn + 1,
    }
    ended = Job.state.in_((JobState.STOPPED, JobState.FAILED))
    try:
        changed = _change(job, [or_(ended, _is_silent(utc_now()))], again)
    except IntegrityError as error:
        db.session.rollback()
        raise _under_way() from error
    db.session.commit()
    db.session.refresh(job)
    if not changed:
        raise Conflict(_("This is done already.") if job.state == JobState.DONE else _("This is under way already."))
    hand_over(job)


def find(job_id: int, actor: Any) -> Job:
    """A job that the actor may know of. Raises NotFound."""
    query = select(Job).where(Job.id == job_id, _theirs(actor)).options(joinedload(Job.actor))
    # A larger number is no id, and no database takes it.
    job = db.session.scalar(query) if job_id <= LARGEST_INTEGER else None
    if job is None:
        raise NotFound(_("There is no such work."))
    return job


def newest(actor: Any, most: int = LISTED) -> Sequence[Job]:
    """The newest jobs of the actor, of everybody for administrators."""
    query = select(Job).where(_theirs(actor)).order_by(Job.id.desc()).limit(most).options(joinedload(Job.actor))
    return db.session.scalars(query).all()


def is_interrupted(job: Job, now: datetime | None = None) -> bool:
    """Whether the worker that had the job is gone: it has not been heard of for long."""
    heard = job.heartbeat_at
    return job.state == JobState.RUNNING and (heard is None or (now or utc_now()) - heard > SILENCE)


def hand_over(job: Job) -> None:
    """Tell the workers that a job waits."""
    _workers().send(job.id, job.turn)


def remind(job: Job) -> None:
    """Have somebody look whether there is a worker, where a job waits longer than it should."""
    if job.state == JobState.WAITING and utc_now() - job.updated_at > OVERDUE:
        _workers().wake()


def any_waits() -> bool:
    """Whether any job waits for a worker."""
    return db.session.scalar(select(Job.id).where(Job.state == JobState.WAITING).limit(1)) is not None


def lost(now: datetime | None = None) -> list[tuple[int, int]]:
    """Id and turn of the jobs that wait longer than they should, each told of once in that time; committed."""
    now = now or utc_now()
    overdue = (Job.state == JobState.WAITING) & (Job.updated_at < now - OVERDUE)
    found = [(row.id, row.turn) for row in db.session.execute(select(Job.id, Job.turn).where(overdue))]
    for job_id, turn in found:
        told = update(Job).where(Job.id == job_id, Job.turn == turn).values(updated_at=now)
        db.session.execute(told.execution_options(synchronize_session=False))
    db.session.commit()
    return found


def _workers() -> Workers:
    workers: Workers = current_app.extensions[EXTENSION]
    return workers


def forget_old(now: datetime | None = None) -> None:
    """Remove jobs that ended long ago; with the caller's commit."""
    db.session.execute(delete(Job).where(Job.finished_at < (now or utc_now()) - KEPT))


def _theirs(actor: Any) -> ColumnElement[bool]:
    return true() if is_administrator(actor) else Job.actor_id == getattr(actor, "id", None)


def _require_theirs(job: Job, actor: Any) -> None:
    """What one may not know of is not there."""
    if not is_administrator(actor) and (job.actor_id is None or job.actor_id != getattr(actor, "id", None)):
        raise NotFound(_("There is no such work."))


def _is_silent(now: datetime) -> ColumnElement[bool]:
    return (Job.state == JobState.RUNNING) & (Job.heartbeat_at < now - SILENCE)


def _change(job: Job, conditions: Sequence[ColumnElement[bool]], values: Mapping[str, Any]) -> bool:
    """Change the row of a job where it still meets conditions; whoever else changes it meanwhile is waited for."""
    statement = update(Job).where(Job.id == job.id, *conditions).values(**values)
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return bool(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a cursor result


def identity_of(kind: str, table: str, name: str, selection: Mapping[str, Any], actor: Any) -> str:
    """A name for certain work, of 64 characters: that of each actor by itself, unless they may do everything.

    What a list shows to those who see their own only is other rows for each of them.
    """
    model = model_by_table(table)
    whose = None if model is not None and may_everything(actor, model) else getattr(actor, "id", None)
    facts = [kind, table, name, dict(selection), whose]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _give_up_silent(identity: str) -> None:
    """Let a job whose worker is gone not keep others from its work; should that worker return, its turn is over."""
    silent = update(Job).where(Job.identity == identity, _is_silent(utc_now()))
    given_up = silent.values(identity=None, turn=Job.turn + 1)
    db.session.execute(given_up.execution_options(synchronize_session=False))


def _commit_unless_under_way() -> None:
    try:
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise _under_way() from error


def _under_way() -> Conflict:
    return Conflict(_("Just this is under way already. Wait until it is done, or stop it."))
