"""The reply to a save waits until the save is visible everywhere.

Other processes may go by what they learned from the cache server a moment ago (a lease). Whoever purges lets that
time pass before the reply is sent: within a request when the reply is ready, elsewhere at once.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_moments: ContextVar[list[float] | None] = ContextVar("cms.cache.moments", default=None)


class Patience:
    """Waits; `clock` gives seconds that never go back, `sleep` lets them pass."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep

    def settle_in(self, seconds: float) -> None:
        """A purge made now is visible everywhere in so many seconds."""
        moments = _moments.get()
        if moments is None:
            self._sleep(seconds)
        else:
            moments.append(self._clock() + seconds)

    @contextmanager
    def before_reply(self) -> Iterator[None]:
        """At the end of the block, wait for what was purged within it."""
        moments: list[float] = []
        token = _moments.set(moments)
        try:
            yield
        finally:
            _moments.reset(token)
            left = max(moments, default=0.0) - self._clock()
            if left > 0:
                self._sleep(left)
