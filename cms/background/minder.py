"""The server's own worker: a process that is started when a job waits, and ends when there is nothing to do.

So a site that has no background work has no worker either, which would take as much memory as a second server.
"""

import logging
import subprocess
import sys
import threading
import time
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from cms.content.jobs import orders

logger = logging.getLogger(__name__)

# Seconds between a worker's end and the start of the next one: one that ends at once is not started over and over.
BREATH = 2.0
COMMAND = ("-m", "flask", "--app", "app", "worker", "--for-server")


class Minder:
    """Sees to it that a worker runs while jobs wait."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._minding = False

    def see_to_it(self) -> None:
        """Have a worker run, now or in a moment; returns at once."""
        with self._lock:
            if self._minding:
                return
            self._minding = True
        threading.Thread(target=self._mind, daemon=True).start()

    def is_needed(self) -> bool:
        """Whether any job waits."""
        with self._app.app_context():
            try:
                return orders.any_waits()
            except SQLAlchemyError:
                logger.warning("Jobs that wait could not be looked for.", exc_info=True)
                return False

    def _mind(self) -> None:
        while True:
            try:
                self._run_one()
            except OSError:
                # Short of memory or of processes; the jobs wait.
                logger.exception("No worker for background jobs could be started.")
            # A job that came while the worker was ending: whoever handed it over saw one that still ran.
            with self._lock:
                if not self.is_needed():
                    self._minding = False
                    return
            time.sleep(BREATH)

    def _run_one(self) -> None:
        """A worker, until it ends. It ends with this process, too: its standard input does."""
        command = [sys.executable, *COMMAND]
        # A session of its own: Ctrl+C is for the server, with which the worker ends after its batch.
        options: dict[str, Any] = {"stdin": subprocess.PIPE, "cwd": self._app.root_path, "start_new_session": True}
        with subprocess.Popen(command, **options) as worker:  # noqa: S603 -- our own command
            code = worker.wait()
        if code:
            logger.warning("The worker for background jobs ended with status %s.", code)
