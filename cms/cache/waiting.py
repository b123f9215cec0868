"""The reply to a save waits until the save is visible everywhere.

Other processes may go by what they learned from the cache server a moment ago (a lease). Whoever purges lets that
time pass before the reply is sent, or has them say that they know: within a request when the reply is ready,
elsewhere at once.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

# Seconds between two looks whether everybody knows.
GLANCE = 0.005


class Wait(NamedTuple):
    """A moment until which to wait, or sooner where `arrived` says so; `missed` is called where it never did."""

    until: float
    arrived: Callable[[], bool] | None = None
    missed: Callable[[], None] | None = None


_waits: ContextVar[list[Wait] | None] = ContextVar("cms.cache.waits", default=None)


class Patience:
    """Waits; `clock` gives seconds that never go back, `sleep` lets them pass."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep

    def settle_in(self, seconds: float) -> None:
        """A purge made now is visible everywhere in so many seconds."""
        waits = _waits.get()
        if waits is None:
            self._sleep(seconds)
        else:
            waits.append(Wait(self._clock() + seconds))

    def settle_when(self, arrived: Callable[[], bool], seconds: float, missed: Callable[[], None]) -> None:
        """A purge made now is visible everywhere when `arrived()` is true, and in any case in so many seconds.

        `missed` is called in the second case.
        """
        wait = Wait(self._clock() + seconds, arrived, missed)
        waits = _waits.get()
        if waits is None:
            self._wait([wait])
        else:
            waits.append(wait)

    @contextmanager
    def before_reply(self) -> Iterator[None]:
        """At the end of the block, wait for what was purged within it."""
        waits: list[Wait] = []
        token = _waits.set(waits)
        try:
            yield
        finally:
            _waits.reset(token)
            self._wait(waits)

    @contextmanager
    def nobody_waits(self) -> Iterator[None]:
        """What is purged within the block is visible somewhat later, and nobody is promised more."""
        token = _waits.set([])
        try:
            yield
        finally:
            _waits.reset(token)

    def _wait(self, waits: list[Wait]) -> None:
        # What came last is asked for first: those before it have mostly arrived as well by then.
        for wait in sorted(waits, reverse=True, key=lambda wait: wait.until):
            if wait.arrived is not None:
                self._look_out(wait.until, wait.arrived, wait.missed)
        left = max((wait.until for wait in waits if wait.arrived is None), default=0.0) - self._clock()
        if left > 0:
            self._sleep(left)

    def _look_out(self, until: float, arrived: Callable[[], bool], missed: Callable[[], None] | None) -> None:
        while not arrived():
            left = until - self._clock()
            if left <= 0:
                if missed is not None:
                    missed()
                return
            self._sleep(min(GLANCE, left))
