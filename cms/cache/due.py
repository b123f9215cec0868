"""Doing what was planned, when its moment has come and a page is about to be rendered.

A reader must not pay for a database that cannot be written to at that moment: the page can be rendered all the same,
as it is until then.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from flask import Flask

logger = logging.getLogger(__name__)

# Seconds after which what could not be done is tried again.
RETRY_AFTER = 2.0


class Due:
    """Calls `hooks` within an application context; `clock` gives seconds that never go back."""

    def __init__(
        self, app: Flask, hooks: Sequence[Callable[[], object]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._hooks = hooks
        self._clock = clock
        self._retrying = threading.Lock()
        self._retry_at: float | None = None

    def do(self) -> bool:
        """Do what is due; returns whether that was possible.

        Once it has failed, one request after the other tries, with a rest between: each may have to wait for a lock.
        """
        if self._retry_at is None:
            return self._try()
        if not self._retrying.acquire(blocking=False):
            return False
        try:
            retry_at = self._retry_at
            return (retry_at is None or self._clock() >= retry_at) and self._try()
        finally:
            self._retrying.release()

    def _try(self) -> bool:
        if not self._hooks:
            return True
        try:
            with self._app.app_context():
                for hook in self._hooks:
                    hook()
        except Exception as error:
            # Whatever went wrong with a plan, the page can be rendered.
            known = self._retry_at is not None
            logger.warning("What was planned could not be done; it is tried again: %s", error, exc_info=not known)
            self._retry_at = self._clock() + RETRY_AFTER
            return False
        self._retry_at = None
        return True
