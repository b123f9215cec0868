"""Getting a purge to every process that serves pages, and waiting until it has arrived."""

import contextlib
import logging
from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from cms.cache.breaker import Breaker, Unavailable
from cms.cache.journal import Journal
from cms.cache.looks import Looks
from cms.cache.mirrors import SILENCE, Mirrors
from cms.cache.outbox import PENDING_LEASE, Outbox
from cms.cache.redis_stamps import Purged, RedisStamps
from cms.cache.stamps import Stamps
from cms.cache.waiting import Patience

logger = logging.getLogger(__name__)

# The clocks of two machines run alike to far less than this.
_MARGIN = 1.2


class Delivery(Protocol):
    """How purges reach the processes that serve pages."""

    def prepare(self, session: Session, tags: set[str]) -> Any:
        """Before the outermost commit: do what must be committed together with the change. Gives a receipt or None."""

    def deliver(self, tags: Iterable[str]) -> bool:
        """After the commit: purge. Returns whether everybody was reached."""

    def finish(self, receipt: Any, bind: Engine | Connection | None) -> None:
        """When all were reached and the transaction has given its connection back: tidy up."""

    def deliver_now(self, tags: Iterable[str]) -> None:
        """Purge for something that is not a change of the database.

        Raises SQLAlchemyError where the purge can be neither delivered nor kept.
        """

    def settle(self) -> None:
        """Before a page is looked up: take in what was purged elsewhere. Raises Unavailable."""


class LocalDelivery:
    """For a site that one process serves: its own stamps, and a journal for what commands change beside it."""

    def __init__(self, stamps: Stamps, journal: Journal) -> None:
        self._stamps = stamps
        self._journal = journal

    def prepare(self, session: Session, tags: set[str]) -> int | None:  # noqa: ARG002 -- the journal knows no sessions
        self._journal.append(tags, announced=True)
        return None

    def deliver(self, tags: Iterable[str]) -> bool:
        wanted = set(tags)
        self._stamps.purge(wanted)
        self._journal.append(wanted)
        return True

    def finish(self, receipt: int, bind: Engine | Connection | None) -> None:
        """Nothing is kept, so nothing has to be tidied up."""

    def deliver_now(self, tags: Iterable[str]) -> None:
        self.deliver(tags)

    def settle(self) -> None:
        self._journal.catch_up(self._stamps.purge)


class SharedDelivery:
    """For processes that share Redis: the stamps there, and rows in the database until they have arrived there.

    `looks` tell when those rows have to be looked for.

    `probing` are the stamps without a breaker, for the moment at which the server is tried again; `mirrors` those who
    serve pages without being asked.
    """

    def __init__(
        self,
        stamps: RedisStamps,
        probing: Stamps,
        breaker: Breaker,
        outbox: Outbox,
        looks: Looks,
        patience: Patience,
        mirrors: Mirrors,
        lease: float,
    ) -> None:
        self._stamps = stamps
        self._mirrors = mirrors
        self._probing = probing
        self._breaker = breaker
        self._outbox = outbox
        self._looks = looks
        self._patience = patience
        self._lease = lease

    def prepare(self, session: Session, tags: set[str]) -> int | None:
        return self._outbox.keep(session, tags)

    def deliver(self, tags: Iterable[str]) -> bool:
        purged = self._purge(tags)
        if purged is None:
            # Its row was written with the change.
            self._await_looks()
            return False
        self._await_everybody(purged)
        return True

    def _purge(self, tags: Iterable[str]) -> Purged | None:
        """Tell the cache server; None where it does not take the purge."""
        try:
            return self._stamps.purge_told(tags)
        except Unavailable as reason:
            # Also where the server is there and only refuses: nothing from it may be served before it has the purge.
            self._breaker.trip(reason)
            logger.warning("A purge is kept in the database: %s", reason)
            return None

    def _await_looks(self) -> None:
        """Wait until every process has looked for kept purges. From the moment on at which the row is there."""
        self._patience.settle_in(PENDING_LEASE * _MARGIN)

    def _await_everybody(self, purged: Purged) -> None:
        """Wait until nobody goes by what he knew before the purge."""
        if self._lease:
            self._patience.settle_in(self._lease * _MARGIN)
        if purged.mirrored:
            self._await_mirrors(purged)
        if purged.unsure:
            self._patience.settle_in(purged.unsure)

    def _await_mirrors(self, purged: Purged) -> None:
        """Wait until every mirror has the purge, or is not served from any more."""

        def arrived() -> bool:
            try:
                return self._mirrors.have_come_to(purged.sequence)
            except Unavailable:
                return False

        def missed() -> None:
            # Whoever is not struck off now is waited for again at the next purge.
            with contextlib.suppress(Unavailable):
                self._mirrors.strike_off(purged.sequence)

        self._patience.settle_when(arrived, SILENCE, missed)

    def finish(self, receipt: int, bind: Engine | Connection | None) -> None:
        self._outbox.remove([receipt], bind)

    def deliver_now(self, tags: Iterable[str]) -> None:
        wanted = set(tags)
        purged = self._purge(wanted)
        if purged is None:
            # First: others may have looked just before the row is there, and an interrupted wait must not lose it.
            self._outbox.keep_now(wanted)
            self._await_looks()
        else:
            self._await_everybody(purged)

    def settle(self) -> None:
        self._breaker.check()
        self._looks.settle()

    def recover(self) -> None:
        """What the breaker probes: replay what was kept. Raises Unavailable where the server is not well yet."""
        # Also while Redis does not answer: who has always known that the database is away, need not ask it again then.
        self._looks.settle_now(self._probing.purge)
        self._probing.sequence(fresh=True)
