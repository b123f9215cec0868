"""The process that works on jobs: a Celery worker, one job at a time, in turns.

Two threads beside it look after it. One looks for jobs that wait longer than they should: their message was lost, or
the broker was away. The other ends a worker that belongs to a server when that server is gone.
"""

import logging
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.exc import DatabaseError

from cms.background.queue import QUEUE, TASK, celery_for
from cms.content.jobs import orders
from cms.content.jobs.running import run_turn
from cms.i18n.watch import watch_of

logger = logging.getLogger(__name__)

# Seconds between two looks for jobs that wait too long, and of idleness after which a server's worker ends.
LOOK_EVERY = 5.0
IDLE_SECONDS = 60.0


class Activity:
    """Whether a worker works, and since when it does not."""

    def __init__(self) -> None:
        self.busy = False
        self.since = time.monotonic()

    def begin(self) -> None:
        """A turn begins."""
        self.busy = True

    def end(self) -> None:
        """A turn is over."""
        self.busy, self.since = False, time.monotonic()

    def idle_seconds(self) -> float:
        """For how long there was nothing to do."""
        return 0.0 if self.busy else time.monotonic() - self.since


def work(app: Flask, *, for_server: bool = False, threads: int = 1) -> None:
    """Work until told to stop; with `for_server`, also until there is nothing to do, or standard input ends."""
    from celery.platforms import SecurityWarning  # noqa: PLC0415 -- only workers load it
    from celery.worker import state  # noqa: PLC0415 -- likewise

    # Celery warns of root for the sake of pickled messages; ours are JSON and name a job by two numbers.
    warnings.simplefilter("ignore", SecurityWarning)

    celery, activity = celery_for(app), Activity()

    @celery.task(name=TASK)
    def turn_of(job_id: int, turn: int) -> None:
        activity.begin()
        try:
            # No request begins here, which would look for texts that were translated since.
            watch_of(app).look()
            following = run_turn(app, job_id, turn, ending=lambda: state.should_stop is not None)
            if following is not None:
                celery.send_task(TASK, args=(job_id, following))
        finally:
            activity.end()

    def stop() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    _in_thread(lambda: look_after(app, celery, activity, stop if for_server else None))
    if for_server:
        _in_thread(lambda: leave_with_server(stop))
    pool = ["--pool", "threads", "--concurrency", str(threads)] if threads > 1 else ["--pool", "solo"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    celery.worker_main(["--quiet", "worker", "--queues", QUEUE, *pool, *quiet])


def look_after(app: Flask, celery: Any, activity: Activity, stop: Callable[[], None] | None) -> None:
    """Hand jobs over that wait too long; where `stop` is given, call it after IDLE_SECONDS without work."""
    failed = False
    while True:
        time.sleep(LOOK_EVERY)
        try:
            # Beside a turn that takes long, jobs wait for good reason.
            if not activity.busy:
                hand_over_lost(app, celery)
                failed = False
        except Exception as error:
            # Told once: a database that is away for an hour is away at each of its looks.
            if not failed:
                away = isinstance(error, DatabaseError)
                why = str(error).partition("\n")[0]
                logger.warning("Jobs that wait could not be looked for: %s", why, exc_info=not away)
            failed = True
        if stop is not None and activity.idle_seconds() > IDLE_SECONDS:
            stop()
            return


def hand_over_lost(app: Flask, celery: Any) -> None:
    """Send the messages anew of jobs that have waited too long."""
    with app.app_context():
        lost = orders.lost()
    for job_id, turn in lost:
        celery.send_task(TASK, args=(job_id, turn))


def leave_with_server(stop: Callable[[], None]) -> None:
    """Stop when standard input ends: the server that started this worker holds its other end, as long as it lives."""
    # Past Python's buffer: its lock, held by a thread that still waits when the worker ends, makes that end a crash.
    while os.read(sys.stdin.fileno(), 1):
        pass
    stop()


def _in_thread(target: Callable[[], None]) -> None:
    threading.Thread(target=target, daemon=True).start()
