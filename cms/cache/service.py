"""The page cache of one application: the parts, put together once."""

import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import Engine

from cms.cache import cdn
from cms.cache.addresses import Address
from cms.cache.breaker import Breaker, Unavailable
from cms.cache.cdn.keys import Keys
from cms.cache.cdn.telling import Teller, ToldDelivery
from cms.cache.connection import TIMEOUT, connect
from cms.cache.delivery import Delivery, LocalDelivery, SharedDelivery
from cms.cache.due import Due
from cms.cache.entries import Entry, decode
from cms.cache.fragments import Fragments, Rendering
from cms.cache.journal import LEASE_SECONDS as LOOK_SECONDS
from cms.cache.journal import Journal
from cms.cache.locks import LocalLocks, Locks, RedisLocks
from cms.cache.looks import LIMIT, Looks
from cms.cache.mirror.offers import Offers
from cms.cache.mirrors import Mirrors
from cms.cache.moments import earliest_moment, next_moment
from cms.cache.near import Near
from cms.cache.outbox import Outbox
from cms.cache.redis_stamps import LEASE_SECONDS, RedisStamps
from cms.cache.release import fingerprint
from cms.cache.stamps import LocalStamps, Stamps, still_valid
from cms.cache.store import MEGABYTE
from cms.cache.tags import EVERYTHING
from cms.cache.waiting import Patience
from cms.extensions import cache, db

if TYPE_CHECKING:
    import redis

logger = logging.getLogger(__name__)

NAMESPACE = "babelpress"
# Seconds that a page is kept at most. What is there under an address without end of them (404, redirects) is kept
# for a short time only, so that nobody can fill the cache with addresses made up.
LIFETIME = 24 * 3600
BRIEF_LIFETIME = 60
NEAR_BRIEF_ENTRIES = 1000


class CacheService:
    """What `app.extensions["page_cache"]` holds.

    `on` is False where pages are never kept; `strict` makes undeclared dependencies an error, for tests.
    """

    def __init__(self, app: Flask, clock: Callable[[], float] = time) -> None:
        config = app.config
        self.app = app
        self.on: bool = config.get("PAGE_CACHE", True)
        self.strict: bool = app.testing
        self.clock = clock
        self.patience = Patience()
        self.release = fingerprint(Path(app.root_path))
        # Another installation on the same server has another secret, and so cannot give us its pages.
        secret = config.get("SECRET_KEY") or secrets.token_hex(32)
        self.secret = blake2b(str(secret).encode(), person=b"page cache", digest_size=32).digest()
        self.before_lookup: list[Callable[[], object]] = []
        self.before_render: list[Callable[[], object]] = []
        self.when_due: list[Callable[[], object]] = []
        self.due = Due(app, self.when_due)
        size: int = config.setdefault("PAGE_CACHE_BYTES", 64 * MEGABYTE)
        self.near: Near[Address, Entry] = Near(most_entries=50_000, most_bytes=size)
        self.near_brief: Near[Address, Entry] = Near(most_entries=NEAR_BRIEF_ENTRIES, most_bytes=size // 8)
        # The sequence at which it was asked when the next publication is planned, and the answer.
        self._planned: tuple[int, float] = (-1, 0.0)
        self.stamps: Stamps
        self.delivery: Delivery
        # Who knows up to which moment of `time.monotonic` there is nothing to settle.
        self._settled: Journal | Looks
        self.locks: Locks
        self.breaker: Breaker | None = None
        self._connection: redis.Redis | None = None
        # For the process that mirrors pages: who else does, and stamps that it may ask without the breaker.
        self.mirrors: Mirrors | None = None
        self.probing: Stamps | None = None
        folder: Path | None = config.get("PAGE_MIRROR")
        self.offers = Offers(folder, self.release, self.secret) if folder is not None else None
        url = config.get("REDIS_URL")
        if url:
            self._share(app, url)
        else:
            self._keep_here(app)
        self.fragments = Fragments(self.stamps, self.now, size // 4)
        self.cdn_keys = cdn.keys_of(app, self.secret)
        self.teller: Teller | None = None
        if self.cdn_keys is not None:
            self._tell_network(app, self.cdn_keys)

    def _tell_network(self, app: Flask, keys: Keys) -> None:
        found = cdn.teller_of(app, keys)
        if found is not None:
            self.teller, rows = found
            self.delivery = ToldDelivery(self.delivery, rows, self.teller.wake)
            self.before_lookup.append(self.begin_to_serve)

    def begin_to_serve(self) -> None:
        """Start what a process that serves does beside its requests; costs next to nothing the second time."""
        if self.teller is not None:
            self.teller.start()

    def now(self) -> float:
        """The present moment in seconds since 1970."""
        return self.clock()

    def _keep_here(self, app: Flask) -> None:
        self.stamps = LocalStamps()
        folder = Path(app.instance_path)
        folder.mkdir(parents=True, exist_ok=True)
        self._settled = journal = Journal(folder / "purges.log", lease=0.0 if app.testing else LOOK_SECONDS)
        self.delivery = LocalDelivery(self.stamps, journal)
        self.locks = LocalLocks()
        self._bind_store({"CACHE_TYPE": "cms.cache.store.MemoryStore"})

    def _share(self, app: Flask, url: str) -> None:
        namespace: str = app.config.get("CACHE_NAMESPACE", NAMESPACE)
        # In tests, waiting for other processes would only cost time, and a busy machine is no broken server.
        lease: float = app.config.get("PAGE_CACHE_LEASE", 0.0 if app.testing else LEASE_SECONDS)
        timeout: float = app.config.get("PAGE_CACHE_TIMEOUT", 5.0 if app.testing else TIMEOUT)
        client = connect(url, namespace, EVERYTHING, timeout)
        self._connection = client
        self.breaker = Breaker(self.recover)
        mirrored = self.offers is not None
        self.stamps = stamps = RedisStamps(client, namespace, self.breaker, lease=lease, mirrored=mirrored)
        self.probing = RedisStamps(client, namespace, None, lease=lease, mirrored=mirrored)
        self.mirrors = Mirrors(client, namespace, None)
        outbox = Outbox(app)
        self._settled = looks = Looks(outbox, stamps.purge, limit=max(LIMIT, timeout))
        self._shared_delivery = SharedDelivery(
            stamps,
            self.probing,
            self.breaker,
            outbox,
            looks,
            self.patience,
            Mirrors(client, namespace, self.breaker),
            lease,
        )
        self.delivery = self._shared_delivery
        self.locks = RedisLocks(client, namespace, self.breaker)
        self._bind_store(
            {
                "CACHE_TYPE": "cms.cache.store.RedisStore",
                "CACHE_REDIS_CLIENT": client,
                "CACHE_KEY_PREFIX": f"{namespace}:",
            }
        )

    def _bind_store(self, settings: dict[str, Any]) -> None:
        cache.init_app(self.app, {"CACHE_DEFAULT_TIMEOUT": LIFETIME, **settings})
        self._store: Any = self.app.extensions["cache"][cache]
        self._store.on_clear = self.forget_everything

    def forget_everything(self) -> None:
        """Purge every page, in every process."""
        self.near.clear()
        self.near_brief.clear()
        self.fragments.clear()
        self.delivery.deliver_now({EVERYTHING})

    def recover(self) -> None:
        """Deliver every kept purge, without the breaker. Raises Unavailable where the cache server is not well."""
        self._shared_delivery.recover()

    def close(self) -> None:
        """Give the connections to the cache server back."""
        if self.teller is not None:
            self.teller.close()
        if self._connection is not None:
            self._connection.close()
        if self.offers is not None:
            self.offers.close()

    def look_up(self, address: Address) -> Entry | None:
        """The page of an address if it is there and fresh. Raises Unavailable."""
        if monotonic() >= self._settled.settled_until:
            self.delivery.settle()
        # Also where the breaker is open, this raises.
        sequence = self.stamps.sequence()
        near = self.near.get(address)
        if near is None:
            near = self.near_brief.get(address)
        if near is not None and near.expires > self.clock():
            if near.validated_at == sequence:
                return near
            if self._validate(near, sequence):
                return near
        entry = self._fetch(address)
        if entry is None or entry.expires <= self.clock() or not self._validate(entry, sequence):
            return None
        self._keep_near(address, entry)
        return entry

    def is_fresh(self, entry: Entry) -> bool:
        """Whether an entry that somebody else has just made may be given to a request that came later."""
        self.delivery.settle()
        return entry.expires > self.clock() and self._validate(entry, self.stamps.sequence())

    def keep(self, address: Address, entry: Entry) -> None:
        """Keep a page, if it is still fresh and the cache server can be reached."""
        try:
            stamps = self.stamps.arm(entry.tags)
        except Unavailable as reason:
            logger.debug("A page is not kept: %s", reason)
            return
        seconds = int(entry.expires - self.clock())
        if seconds < 1 or not still_valid(stamps, entry.sequence):
            return
        self._keep_near(address, entry)
        shared = not _is_lasting(entry) or address.made_up
        place = address.shared_place(self.release) if shared else address.place(self.release)
        self._tolerate(lambda: self._store.set(place, entry.encode(self.secret), timeout=seconds))

    def offer(self, address: Address, entry: Entry) -> None:
        """Offer a page that was just given to a reader to the mirror, which had it not, where there is one."""
        if self.offers is not None and address.known:
            self.offers.make(address, entry)

    def expiry(self, tags: Sequence[str], sequence: int, since: float, *, brief: bool) -> float:
        """The moment from which a page with these tags, rendered from `sequence` on, must not be given.

        It and `since`, when the rendering began, are in seconds since 1970. What was planned for a moment within the
        rendering counts: the page may lack it.
        """
        latest = since + (BRIEF_LIFETIME if brief else LIFETIME)
        if self.next_planned(sequence) >= latest:
            return latest
        planned = next_moment(self._engine(), tags, datetime.fromtimestamp(since, UTC))
        return min(latest, planned.timestamp()) if planned is not None else latest

    def rendering(self, address: Address, sequence: int, since: float) -> Rendering:
        """What parts of a page need to know: the page at `address`, rendered from the moment `since` on."""

        # Whatever is planned ends all parts: it needs no question of its own, and seldom happens.
        ends = min(since + LIFETIME, self.next_planned(sequence))
        return Rendering(self.fragments, sequence, ends, address.root)

    def next_planned(self, sequence: int) -> float:
        """The moment (seconds since 1970) of the earliest planned publication, given the present sequence.

        Making, moving or dropping a plan purges what it touches, so while the sequence stays nobody has to be asked.
        """
        known_at, moment = self._planned
        if known_at != sequence:
            planned = earliest_moment(self._engine())
            moment = planned.timestamp() if planned is not None else float("inf")
            self._planned = sequence, moment
        return moment

    def _engine(self) -> Engine:
        with self.app.app_context():
            return db.engine

    def _validate(self, entry: Entry, sequence: int) -> bool:
        # Entries do not come from the future: that is garbage, or a sequence learned a moment before theirs.
        if entry.sequence > sequence and entry.sequence > self.stamps.sequence(fresh=True):
            return False
        if not still_valid(self.stamps.read(entry.tags), entry.sequence):
            return False
        entry.validated_at = sequence
        return True

    def _keep_near(self, address: Address, entry: Entry) -> None:
        near, other = self.near, self.near_brief
        if not _is_lasting(entry) or address.made_up:
            near, other = other, near
        near.put(address, entry)
        # A page may have come where none was, or have gone.
        other.drop(address)

    def _places(self, address: Address) -> list[str]:
        shared = address.shared_place(self.release)
        return [shared] if address.made_up else [address.place(self.release), shared]

    def _fetch(self, address: Address) -> Entry | None:
        found = self._tolerate(lambda: self._store.get_many(*self._places(address)))
        for data in found or ():
            entry = decode(data, address.text, self.secret)
            if entry is not None:
                return entry
        return None

    def _tolerate(self, action: Callable[[], Any]) -> Any:
        """Do something with the store; that it cannot be done costs speed and nothing else."""
        try:
            return self.locks.ask(action)
        except Unavailable as reason:
            logger.debug("The store of the pages: %s", reason)
            return None


def _is_lasting(entry: Entry) -> bool:
    """Whether a page is of a kind of which there is only a limited number."""
    return entry.status.startswith("200")
