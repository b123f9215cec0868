"""Looking for kept purges in time, beside the requests.

A process serves what is cached for PENDING_LEASE seconds after a look that found nothing kept (see
`cms.cache.outbox`). When half of them are over, a thread looks anew, so that no reader waits for the database while
it answers. Where a look is refused or not answered at all, the database is away: nobody can have changed anything
there either, and the pages stay good. Where only this process was not served, nothing cached is trusted.
"""

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy import exc
from sqlalchemy.exc import SQLAlchemyError

from cms.cache.breaker import Unavailable, in_background
from cms.cache.outbox import PENDING_LEASE, Outbox

logger = logging.getLogger(__name__)

# The share of the lease after which one thread looks anew.
RENEWAL = 0.5
# Seconds after which a look that was not answered tells that the database is away. A statement that takes long there
# is refused sooner (`outbox.STATEMENT_LIMIT`), so that this cannot be mistaken for a database that is only slow.
LIMIT = 2.0

# SQLSTATE of what was refused for want of time (query_canceled) or of room (the class of insufficient resources).
_TOO_SLOW, _TOO_FULL = "57014", "53"


class _Look:
    """A look that began at a moment. When it has `ended`, `failure` says why what is cached must not be trusted.

    `answered` says before that that there are kept purges, which are about to be delivered.
    """

    __slots__ = ("answered", "begun", "ended", "failure", "told")

    def __init__(self, begun: float) -> None:
        self.begun = begun
        self.ended = threading.Event()
        self.failure: Unavailable | None = None
        self.answered = False
        self.told = False

    def tell(self) -> None:
        """Say once that there is no answer."""
        if not self.told:
            self.told = True
            logger.warning("The database does not answer whether purges were kept; cached pages are served on.")


class Looks:
    """The looks of one process at `outbox`. What was kept is handed to `purge`, which may raise Unavailable.

    `clock` gives seconds that never go back; `spawn` runs a look beside the request.
    """

    def __init__(
        self,
        outbox: Outbox,
        purge: Callable[[set[str]], object],
        *,
        limit: float = LIMIT,
        clock: Callable[[], float] = time.monotonic,
        spawn: Callable[[Callable[[], None]], None] = in_background,
    ) -> None:
        self._outbox = outbox
        self._purge = purge
        self._limit = limit
        self._clock = clock
        self._spawn = spawn
        self._lock = threading.Lock()
        self._under_way: _Look | None = None
        # The moments of `clock` up to which nothing has to be done, and up to which what is cached may be trusted.
        self.settled_until = float("-inf")
        self._trusted_until = float("-inf")
        # The moment up to which a database that is away has been so all the time since it was found to be.
        self._away_until = float("-inf")

    def forget(self) -> None:
        """Trust nothing before the next look."""
        self.settled_until = self._trusted_until = float("-inf")

    def settle(self) -> None:
        """Before a page is served from the cache: see to it that kept purges were delivered. Raises Unavailable."""
        now = self._clock()
        if now < self.settled_until:
            return
        until = now + self._limit
        while True:
            look = self._begin()
            if self._clock() < self._trusted_until:
                return
            if not self._await(look):
                return
            if look.failure is not None:
                raise Unavailable(str(look.failure)) from look.failure
            now = self._clock()
            if now < self._trusted_until:
                return
            # It took so long that what it found is too old.
            if now >= until:
                raise Unavailable("the database takes too long to look for kept purges")

    def _await(self, look: _Look) -> bool:
        """Whether a look has ended in time; if not, the database is away. Raises Unavailable where it has answered."""
        left = look.begun + self._limit - self._clock()
        if look.ended.wait(max(0.0, left)):
            return True
        if look.answered:
            raise Unavailable("kept purges are being delivered")
        look.tell()
        return False

    def settle_now(self, purge: Callable[[set[str]], object]) -> None:
        """Look at once, and hand what was kept to `purge`, for whoever knows that something may have been kept.

        Raises Unavailable also where the database is away, unless it was away a moment ago as well: then nothing can
        have been kept since.
        """
        begun = self._clock()
        try:
            self._outbox.hand_over(purge)
        except SQLAlchemyError as error:
            if begun >= self._away_until or _only_we_were_refused(error):
                raise Unavailable(f"kept purges could not be looked for: {error}") from error
            self._trust_what_is_away()
        else:
            self._trust(begun)

    def _begin(self) -> _Look:
        """The look that is under way; a new one where there is none."""
        with self._lock:
            look = self._under_way
            if look is not None:
                return look
            look = self._under_way = _Look(self._clock())
        try:
            self._spawn(lambda: self._carry_out(look))
        except RuntimeError as error:
            # There are too many threads. Whoever comes next tries again.
            self._end(look, Unavailable(f"no look for kept purges could be begun: {error}"))
        return look

    def _carry_out(self, look: _Look) -> None:
        def purge(tags: set[str]) -> None:
            look.answered = True
            self._purge(tags)

        failure: Unavailable | None = Unavailable("the look for kept purges failed")
        try:
            self._outbox.hand_over(purge)
            self._trust(look.begun)
            failure = None
        except Unavailable as reason:
            failure = reason
        except SQLAlchemyError as error:
            logger.warning("Kept purges could not be looked for: %s", error)
            if _only_we_were_refused(error):
                failure = Unavailable(f"kept purges could not be looked for: {error}")
            else:
                self._trust_what_is_away()
                failure = None
        finally:
            self._end(look, failure)

    def _trust(self, since: float) -> None:
        self._trusted_until = since + PENDING_LEASE
        self.settled_until = since + PENDING_LEASE * RENEWAL

    def _trust_what_is_away(self) -> None:
        now = self._clock()
        self._trust(now)
        self._away_until = now + 2 * PENDING_LEASE

    def _end(self, look: _Look, failure: Unavailable | None) -> None:
        with self._lock:
            self._under_way = None
        look.failure = failure
        look.ended.set()


def _only_we_were_refused(error: SQLAlchemyError) -> bool:
    """Whether the database is there, and others may be changing things in it."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return isinstance(error, exc.TimeoutError) or state == _TOO_SLOW or state.startswith(_TOO_FULL)
