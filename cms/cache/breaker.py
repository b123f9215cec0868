"""The circuit breaker between the pages and the cache server.

One failure opens it: while it is open nobody waits for the server, pages are rendered. When its rest is over, the
next request starts a probe beside itself; the breaker closes when the probe has succeeded, and not before.
"""

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

REST_SECONDS = 1.0


class Unavailable(Exception):
    """The cache server cannot be used now; the page has to be rendered."""


def in_background(work: Callable[[], None]) -> None:
    """Run `work` in a thread of its own that does not keep the process alive."""
    threading.Thread(target=work, name="cache-probe", daemon=True).start()


class Breaker:
    """Closed: use the server. Open: don't.

    `probe` is called to find out whether the server is well again; it raises Unavailable where it is not.
    `clock` gives seconds that never go back, `spawn` runs the probe beside the request.
    """

    def __init__(
        self,
        probe: Callable[[], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        spawn: Callable[[Callable[[], None]], None] = in_background,
        rest: float = REST_SECONDS,
    ) -> None:
        self._probe = probe
        self._clock = clock
        self._spawn = spawn
        self._rest = rest
        self._lock = threading.Lock()
        self._probing = False
        self._retry_at = 0.0
        self.closed = True
        # How often it has opened; what was learned from the server before then is no longer trusted.
        self.trips = 0

    def check(self) -> None:
        """Raise Unavailable while the breaker is open; start a probe where its rest is over."""
        if self.closed:
            return
        with self._lock:
            due = not self.closed and not self._probing and self._clock() >= self._retry_at
            if due:
                self._probing = True
        if due:
            self._spawn(self._try_again)
        if not self.closed:
            raise Unavailable("the cache server is resting")

    def trip(self, reason: object) -> None:
        """Open the breaker."""
        with self._lock:
            was_closed, self.closed = self.closed, False
            self.trips += 1
            self._retry_at = self._clock() + self._rest
        if was_closed:
            logger.warning("The cache server is not used for now: %s", reason)

    def _try_again(self) -> None:
        try:
            self._probe()
        except Unavailable as reason:
            self.trip(reason)
        else:
            with self._lock:
                self.closed = True
            logger.warning("The cache server is used again.")
        finally:
            self._probing = False
