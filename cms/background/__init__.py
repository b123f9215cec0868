"""Work in the background: Celery, with a broker that needs no server or with Redis. Why, and what it costs:
docs/decisions/0013-background-work.md.

`queue`   how a waiting job is handed to the workers
`worker`  the process that works
`minder`  the server's own worker, started when there is something to do
"""

import time

from flask import Flask

from cms.background.minder import Minder
from cms.background.queue import Queue
from cms.content.jobs import orders


class Workers:
    """The way from an application to its workers."""

    def __init__(self, queue: Queue, minder: Minder | None) -> None:
        self._queue = queue
        self._minder = minder

    def send(self, job_id: int, turn: int) -> None:
        """Tell the workers of a job; where that is this process's business, see to it that there is one."""
        self._queue.send(job_id, turn)
        if self._minder is not None:
            self._minder.see_to_it()

    def wake(self) -> None:
        """Where that is this process's business, see to it that a worker runs if any job waits."""
        if self._minder is not None and self._minder.is_needed():
            self._minder.see_to_it()


def init_app(app: Flask) -> None:
    """Give an application its queue, and a worker of its own where no other is meant to work.

    Reads JOBS_WORKER: "serve" (the process that hands a job over sees to it that a worker runs) or "apart".
    """
    minder = Minder(app) if app.config["JOBS_WORKER"] == "serve" else None
    app.extensions[orders.EXTENSION] = Workers(Queue(app), minder)


def take_up(app: Flask) -> None:
    """See to the jobs that waited when the server was stopped; called once it serves, in a thread of its own.

    Twice: the worker of a server that was stopped a moment ago may still be at its last batch.
    """
    workers: Workers = app.extensions[orders.EXTENSION]
    for seconds in (0, 5):
        time.sleep(seconds)
        workers.wake()
