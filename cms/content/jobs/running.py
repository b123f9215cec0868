"""What a worker does with a job: a turn of some seconds, in batches of which each is one transaction.

A batch begins by telling that the worker lives. That statement also asks whether the job is still this worker's and
whether somebody wants it stopped, and keeps the row of the job until the batch is committed; so what was done and how
far it got are written together, or not at all.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import selectinload

from cms.content.errors import ContentError
from cms.content.holding import held_rows
from cms.content.jobs.kinds import ListChanged, Work, kind_named
from cms.content.jobs.walking import count, still_matching, window_after
from cms.content.transactions import apart, one_transaction
from cms.extensions import db
from cms.models.base import Model
from cms.models.column_types import utc_now
from cms.models.job import Job, JobState, Outcome
from cms.models.revisable import Revisable
from cms.security.policy import Forbidden

logger = logging.getLogger(__name__)

# Rows of a batch, and the seconds after which it ends with fewer: SQLite lets nobody else write meanwhile.
BATCH = 100
BATCH_SECONDS = 0.2
# What a pause takes for each second of work, and at least: others get to write, and to compute.
PAUSE_SHARE = 0.5
PAUSE_SECONDS = 0.02
# A turn; the next one may be another job's.
TURN_SECONDS = 10.0
# Rows that could not be done and are told of by name; those after them are counted.
TOLD_OF = 50
# A database that is busy, or gone for a moment, is tried again after so many seconds.
TRIED_AGAIN_AFTER = (0.5, 2.0, 10.0)


class NotOurs(Exception):
    """The job is another worker's by now, or is to stop."""


@dataclass
class Trail:
    """Rows that a worker has found and not yet done, and the id up to which it has looked for them."""

    ids: list[int] = field(default_factory=list)
    seen: int = 0

    def look_ahead(self, job: Job, work: Work, conditions: Sequence[Any]) -> None:
        """Find the next rows; where few meet the conditions, look at many for no longer than a batch takes."""
        self.seen = max(self.seen, job.last_id)
        until = time.monotonic() + BATCH_SECONDS
        while not self.ids and self.seen < job.highest_id and time.monotonic() < until:
            self.ids, self.seen = window_after(work.model, conditions, self.seen, job.highest_id)

    def next_rows(self) -> tuple[list[int], int]:
        """The ids of a batch, and the id up to which all is seen to once they are done."""
        ids = self.ids[:BATCH]
        return ids, self.seen if len(ids) == len(self.ids) else ids[-1]

    def leave_behind(self, last_id: int) -> None:
        """Rows up to this id are done."""
        self.ids = [row_id for row_id in self.ids if row_id > last_id]


@dataclass
class Tally:
    """What became of the rows of a batch."""

    done: int = 0
    failed: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)


def run_turn(
    app: Flask, job_id: int, turn: int, *, pause: Callable[[float], None] = time.sleep, ending: Callable[[], bool]
) -> int | None:
    """Work on a job until it ends, its turn is over, or `ending()` says that the worker stops.

    `turn` is the one that the job was handed over for: of two workers that are told of it, one takes it. Returns the
    number of the next turn where there is more to do, for whoever hands the job over again.
    """
    if not _take(app, job_id, turn):
        return None
    mine, until = turn + 1, time.monotonic() + TURN_SECONDS
    failures, trail = 0, Trail()
    while True:
        begun = time.monotonic()
        try:
            more = _step(app, job_id, mine, trail)
        except NotOurs:
            _stop_if_asked(app, job_id, mine)
            return None
        except OperationalError:
            logger.warning("The database did not take a batch of job %s.", job_id, exc_info=True)
            if failures == len(TRIED_AGAIN_AFTER):
                _end(app, job_id, mine, JobState.FAILED, Outcome.BROKEN)
                return None
            pause(TRIED_AGAIN_AFTER[failures])
            failures += 1
            continue
        except Exception:
            # Nobody would go on with it, and whoever waits for it would never learn why.
            logger.exception("Background job %s ended by something that nobody had thought of.", job_id)
            _end(app, job_id, mine, JobState.FAILED, Outcome.FAULT)
            return None
        failures = 0
        if not more:
            return None
        if ending() or time.monotonic() > until:
            return mine if _give_back(app, job_id, mine) else None
        pause(max(PAUSE_SECONDS, (time.monotonic() - begun) * PAUSE_SHARE))


def _take(app: Flask, job_id: int, turn: int) -> bool:
    """Make a job that waits this worker's."""
    now = utc_now()
    values = {"state": JobState.RUNNING, "turn": turn + 1, "heartbeat_at": now}
    with app.app_context():
        statement = update(Job).where(Job.id == job_id, Job.turn == turn, Job.state == JobState.WAITING)
        if not _written(statement.values(**values)):
            db.session.rollback()
            return False
        _written(update(Job).where(Job.id == job_id, Job.started_at.is_(None)).values(started_at=now))
        db.session.commit()
        return True


def _give_back(app: Flask, job_id: int, turn: int) -> bool:
    """Have a job wait for its next turn."""
    with app.app_context():
        given = _written(_ours(job_id, turn).values(state=JobState.WAITING, updated_at=utc_now()))
        db.session.commit()
        return given


def _stop_if_asked(app: Flask, job_id: int, turn: int) -> None:
    with app.app_context():
        ended = {"state": JobState.STOPPED, "outcome": Outcome.ASKED, "finished_at": utc_now(), "identity": None}
        _written(_ours(job_id, turn).where(Job.stop_requested).values(**ended))
        db.session.commit()


def _end(app: Flask, job_id: int, turn: int, state: JobState, outcome: Outcome) -> None:
    with app.app_context():
        _close(job_id, turn, state, outcome)


def _close(job_id: int, turn: int, state: JobState, outcome: Outcome = Outcome.NOTHING) -> None:
    ended = {"state": state, "outcome": outcome, "finished_at": utc_now(), "identity": None}
    _written(_ours(job_id, turn).values(**ended))
    db.session.commit()


def _step(app: Flask, job_id: int, turn: int, trail: Trail) -> bool:
    """One batch. Returns whether there is more to do. Raises NotOurs, OperationalError."""
    with app.app_context():
        job = db.session.get(Job, job_id)
        if job is None or job.turn != turn or job.state != JobState.RUNNING or job.stop_requested:
            raise NotOurs
        db.session.expunge(job)
        db.session.rollback()
    try:
        with kind_named(job.kind, app).opened(app, job) as work:
            if not work.is_allowed():
                _close(job_id, turn, JobState.STOPPED, Outcome.FORBIDDEN)
                return False
            return _batch(job, work, trail)
    except ListChanged:
        _end(app, job_id, turn, JobState.STOPPED, Outcome.LIST_CHANGED)
        return False


def _batch(job: Job, work: Work, trail: Trail) -> bool:
    conditions = work.conditions()
    if job.total is None:
        total = count(work.model, conditions, job.highest_id)
        _beat(job, total=total)
        db.session.commit()
    trail.look_ahead(job, work, conditions)
    ids, seen = trail.next_rows()
    # What is written begins with a transaction that has read nothing yet, which a busy SQLite would refuse.
    db.session.rollback()
    if not ids:
        return _go_on(job, seen, Tally())
    with one_transaction():
        _beat(job)
        # What is read from here on, nobody changes before the commit.
        rows = held_rows(work.model, ids, *_together(work.model))
        tally, seen = _do(work, rows, still_matching(work.model, conditions, ids), seen)
        _note(job, seen, tally)
    trail.leave_behind(seen)
    return _finished_or_more(job, seen)


def _do(work: Work, rows: Mapping[int, Any], ids: Sequence[int], seen: int) -> tuple[Tally, int]:
    """Do it to rows, each apart, for as long as a batch may take; gives the id up to which all are seen to."""
    tally, until = Tally(), time.monotonic() + BATCH_SECONDS
    for number, row_id in enumerate(ids, 1):
        if row_id in rows:
            _do_one(work, rows[row_id], tally)
        if time.monotonic() > until and number < len(ids):
            return tally, row_id
    return tally, seen


def _together(model: type[Model]) -> list[Any]:
    """What is loaded for all rows of a batch at once: the lists that a revision keeps."""
    if not issubclass(model, Revisable):
        return []
    return [selectinload(relation.class_attribute) for relation in model.revised_relations()]


def _do_one(work: Work, row: Any, tally: Tally) -> None:
    row_id, name = row.id, str(row)
    try:
        with apart():
            work.do(row)
    except (ContentError, Forbidden) as error:
        reason = str(error)
    except OperationalError:
        raise
    except Exception:
        logger.exception("A background job could not do %s to row %s.", work.model.__tablename__, row_id)
        reason = _("Something went wrong. The log says what.")
    else:
        tally.done += 1
        return
    tally.failed += 1
    tally.problems.append({"id": row_id, "name": name, "reason": reason})


def _beat(job: Job, **more: Any) -> None:
    """Tell that the worker lives, and keep the job's row for this transaction. Raises NotOurs."""
    mine = _ours(job.id, job.turn).where(Job.stop_requested.is_(False))
    if not _written(mine.values(heartbeat_at=utc_now(), **more)):
        db.session.rollback()
        raise NotOurs


def _note(job: Job, seen: int, tally: Tally) -> None:
    """Write how far the job is, in the transaction of what was done."""
    values: dict[str, Any] = {"last_id": seen, "done": Job.done + tally.done, "failed": Job.failed + tally.failed}
    room = TOLD_OF - len(job.problems)
    if room > 0 and tally.problems:
        values["problems"] = [*job.problems, *tally.problems[:room]]
    _written(_ours(job.id, job.turn).values(**values))


def _go_on(job: Job, seen: int, tally: Tally) -> bool:
    """Note that rows were looked at of which none was to be done."""
    _beat(job)
    _note(job, seen, tally)
    db.session.commit()
    return _finished_or_more(job, seen)


def _finished_or_more(job: Job, seen: int) -> bool:
    if seen < job.highest_id:
        return True
    _close(job.id, job.turn, JobState.DONE)
    return False


def _ours(job_id: int, turn: int) -> Any:
    return update(Job).where(Job.id == job_id, Job.turn == turn, Job.state == JobState.RUNNING)


def _written(statement: Any) -> bool:
    result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return bool(result.rowcount)
