"""Telling the network what was purged.

Each purge is a row in the database, written with the change that it belongs to. A thread of the serving process
posts it right after the commit. What could not be delivered is tried again, by whichever process comes first; nobody's
save waits for the network or fails because of it.

For a moment after a purge another process may still give the old page, and the network may fetch it just then and keep
it. So the same purge is posted once more when that moment is over, and only then is the row removed.
"""

import atexit
import http.client
import json
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cms.cache.cdn.keys import EVERYTHING_KEY, Keys
from cms.cache.delivery import Delivery
from cms.cache.outbox import PENDING_LEASE, Outbox

logger = logging.getLogger(__name__)

TIMEOUT = 2.0
# Seconds between two looks for rows that other processes have written, and the longest rest after a failure.
LOOK = 5.0
LONGEST_REST = 60.0
# Seconds after which no process gives a page that was purged, even where the cache server could not be reached.
SETTLED = 2 * PENDING_LEASE
# Requests for one purge; with more keys than they hold, everything is purged instead.
MOST_REQUESTS = 10


class Receipt(NamedTuple):
    """What the delivery within gave, and the row for the network, which the thread removes."""

    inner: Any
    row: int


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token is for the one address that was set, so a redirect is an error."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


class Network:
    """The network's address for purges. `credential` is the name and value of the header that it asks for."""

    def __init__(self, url: str, keys: Keys, credential: tuple[str, str] | None) -> None:
        self._url = url
        self._keys = keys
        # What Fastly and Cloudflare call them, and how many one request may have.
        self._field, self._at_once = ("surrogate_keys", 256) if keys.surrogate else ("tags", 30)
        self._headers = {"Content-Type": "application/json", "User-Agent": "Babelpress"}
        if credential is not None:
            self._headers[credential[0]] = credential[1]
        self._opener = urllib.request.build_opener(_NoRedirect)

    @property
    def host(self) -> str:
        """For messages: the address itself may hold a secret."""
        return urlsplit(self._url).hostname or ""

    def purge(self, tags: Iterable[str]) -> None:
        """Have the network drop what depends on `tags`. Raises OSError or HTTPException where it did not take it."""
        keys = self._keys.to_purge(tags)
        if len(keys) > self._at_once * MOST_REQUESTS:
            keys = [EVERYTHING_KEY]
        for start in range(0, len(keys), self._at_once):
            self._post(keys[start : start + self._at_once])

    def _post(self, keys: Sequence[str]) -> None:
        data = json.dumps({self._field: keys}).encode()
        request = urllib.request.Request(self._url, data, self._headers, method="POST")  # noqa: S310 -- http(s), checked in config.py
        try:
            self._opener.open(request, timeout=TIMEOUT).close()
        except urllib.error.HTTPError as refusal:
            refusal.close()
            raise


class Teller:
    """Delivers the rows, again after `again_after` seconds.

    `start` is for a process that serves; others try once when they end, and leave the second time to it.
    """

    def __init__(self, rows: Outbox, network: Network, again_after: float = SETTLED) -> None:
        self._rows = rows
        self._network = network
        self._again_after = again_after
        # When this process has first told of a row, in seconds of `time.monotonic`.
        self._told: dict[int, float] = {}
        self._woken = threading.Event()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._at_exit = False
        self._failing = False

    def start(self) -> None:
        """Deliver from now on, beside the requests. Costs nothing where that was begun."""
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="cdn-purges", daemon=True)
                    self._thread.start()

    def wake(self) -> None:
        """A row was written."""
        self._woken.set()
        if self._thread is None and not self._at_exit:
            self._at_exit = True
            atexit.register(self.try_once)

    def close(self) -> None:
        """End the thread; rows stay for others."""
        atexit.unregister(self.try_once)
        self._ended.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(TIMEOUT + 1)

    def try_once(self) -> bool:
        """Deliver what there is; False where that failed."""
        try:
            self._tell()
        except (OSError, http.client.HTTPException, SQLAlchemyError) as reason:
            if not self._failing:
                logger.warning("Purges for the CDN at %s are kept: %s", self._network.host, reason)
            self._failing = True
            return False
        if self._failing:
            logger.warning("The CDN at %s has the kept purges.", self._network.host)
        self._failing = False
        return True

    def _tell(self) -> None:
        while True:
            rows = self._rows.oldest()
            self._told = {row: moment for row, moment in self._told.items() if row in rows}
            now = time.monotonic()
            last = {row for row in rows if self._told.get(row, now) + self._again_after <= now}
            due = [row for row in rows if row in last or row not in self._told]
            if not due:
                return
            self._network.purge({tag for row in due for tag in rows[row]})
            self._told |= dict.fromkeys(due, now)
            if last:
                self._rows.remove(last)
                # Databases may give the id of a row that is gone to a new one.
                self._told = {row: moment for row, moment in self._told.items() if row not in last}

    def _run(self) -> None:
        rest = 0.0
        while not self._ended.is_set():
            self._woken.clear()
            if self.try_once():
                rest = 0.0
                self._woken.wait(min(LOOK, self._again_after) if self._told else LOOK)
            else:
                # Also what is purged meanwhile waits: the network is asked once for all of it.
                rest = min(LONGEST_REST, rest * 2 or 1.0)
                self._ended.wait(rest)


class ToldDelivery:
    """A delivery of which the network is told as well."""

    def __init__(self, inner: Delivery, rows: Outbox, wake: Callable[[], None]) -> None:
        self._inner = inner
        self._rows = rows
        self._wake = wake

    def prepare(self, session: Session, tags: set[str]) -> Receipt:
        return Receipt(self._inner.prepare(session, tags), self._rows.keep(session, tags))

    def deliver(self, tags: Iterable[str]) -> bool:
        delivered = self._inner.deliver(tags)
        self._wake()
        return delivered

    def finish(self, receipt: Receipt, bind: Engine | Connection | None) -> None:
        if receipt.inner is not None:
            self._inner.finish(receipt.inner, bind)

    def deliver_now(self, tags: Iterable[str]) -> None:
        wanted = set(tags)
        try:
            # First, so that an interrupted wait does not lose it. The network is told twice: also after the wait.
            self._rows.keep_now(wanted)
        except SQLAlchemyError:
            logger.exception("A purge for the CDN is lost: it keeps what it has until its time runs out.")
        self._inner.deliver_now(wanted)
        self._wake()

    def settle(self) -> None:
        self._inner.settle()
