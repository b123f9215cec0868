"""The mirror: takes pages and purges in, one after the other, and says until when the files may be served.

It does one thing at a time, so a page is never written between a purge and what the purge removes. And it lets files
be served only from a look at Redis on that found nothing new and left it in the hash of the mirrors: whoever purges
later waits for it (see `cms.cache.mirrors`).
"""

import logging
import os
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from cms.cache.breaker import Unavailable
from cms.cache.entries import Entry
from cms.cache.mirror.contents import Contents, Kept
from cms.cache.mirror.folder import Folder, stamp_of
from cms.cache.mirror.names import file_name, headers_mark, may_be_a_file
from cms.cache.mirror.offers import LARGEST, SOCKET, decode_offer, release_of
from cms.cache.mirrors import HORIZON, Look, Mirrors
from cms.cache.outbox import PENDING_LEASE
from cms.cache.release import fingerprint
from cms.cache.service import CacheService
from cms.cache.stamps import Stamps, still_valid
from cms.cache.tags import EVERYTHING

logger = logging.getLogger(__name__)

# Seconds between two looks at Redis, and between two attempts while it does not answer.
TICK = 0.02
REST = 0.1
# Seconds between two looks for purges that could not be delivered. Whoever kept one waits for a little more than
# PENDING_LEASE: by then a look that did not see it, and what was served after it, must be over.
KEPT_LOOK = PENDING_LEASE - HORIZON - 0.1
# A page that is good for fewer seconds is not worth a file.
LEAST_LIFETIME = 2.0
# Looks in a row that find new purges; beyond it, nothing is served until there is a pause.
_MOST_ROUNDS = 20
# A purge of more files than this has all of them made anew: that takes no time.
_MOST_REMOVED = 2000
# Seconds between two looks whether the program on the disk is another one.
_RELEASE_LOOK = 5.0


class Mirror:
    """Keeps the pages of one installation in a folder, at most `most_bytes` of them.

    `mirrors` and `stamps` ask Redis without the breaker. `clock` gives seconds since 1970: the web server on the same
    machine goes by it.
    """

    def __init__(
        self,
        service: CacheService,
        mirrors: Mirrors,
        stamps: Stamps,
        folder: Folder,
        *,
        most_bytes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._service = service
        self._mirrors = mirrors
        self._stamps = stamps
        self._folder = folder
        self._most_bytes = most_bytes
        self._clock = clock
        self._name = uuid4().hex
        self._known = 0
        self._contents = Contents()
        self._kept_looked_at = float("-inf")
        self._release_looked_at = float("-inf")
        self._stopping = False
        self.serving: bool | None = None
        # Whether it stopped because a newer release has taken over on this machine.
        self.superseded = False

    def stop(self) -> None:
        """Have `run` return within a moment."""
        self._stopping = True

    def run(self, place: Path) -> None:
        """Take pages from the socket SOCKET in the folder `place` until stopped."""
        path = place / SOCKET
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as offers:
            offers.bind(str(path))
            path.chmod(0o660)
            try:
                while not self._stopping:
                    serving = self.tick()
                    self._receive(offers, TICK if serving else REST)
            finally:
                self._folder.close()
                path.unlink(missing_ok=True)
                with suppress(Unavailable):
                    self._mirrors.leave(self._name)

    def _receive(self, offers: socket.socket, seconds: float) -> None:
        """Take in what comes within so many seconds."""
        until = time.monotonic() + seconds
        while not self._stopping:
            left = until - time.monotonic()
            if left <= 0 or not select.select([offers], [], [], left)[0]:
                return
            message = offers.recv(LARGEST + 1)
            if self.serving:
                with suppress(Unavailable):
                    self.take(message)

    def tick(self) -> bool:
        """Take in what was purged, then have the files served on; returns whether they are."""
        try:
            with self._service.patience.nobody_waits():
                for hook in self._service.before_lookup:
                    hook()
            self._deliver_kept()
            begun = self._catch_up()
        except Unavailable as reason:
            if self.serving is not False:
                logger.warning("No page is served from files for now: %s", reason)
            self.serving = False
            return False
        # Taking in what was purged may have lasted, and a purge may have been kept meanwhile.
        kept_known_for = time.monotonic() - self._kept_looked_at
        until = begun + min(HORIZON, KEPT_LOOK + HORIZON - kept_known_for)
        for name in list(self._contents.expired(until)):
            self._remove(name)
        self._folder.extend(begun, until)
        if self.serving is not True:
            logger.info("Pages are served from files.")
        self.serving = True
        return True

    def _deliver_kept(self) -> None:
        now = time.monotonic()
        if now - self._kept_looked_at >= KEPT_LOOK:
            self._service.recover()
            self._kept_looked_at = now

    def _catch_up(self) -> float:
        """Take in all purges; gives a moment from which on nothing was purged that is not taken in."""
        for _ in range(_MOST_ROUNDS):
            begun = self._clock()
            look = self._mirrors.look(self._name, self._known)
            if look.sequence == self._known:
                return begun
            self._take_in(look)
        raise Unavailable("pages are purged faster than files can be removed")

    def _take_in(self, look: Look) -> None:
        if look.sequence is None or look.purges is None:
            self._drop_all()
            # A sequence that was lost is begun anew.
            self._known = look.sequence or self._stamps.sequence(fresh=True)
            return
        for purge in look.purges:
            stale = self._contents.made_stale(purge.tags, purge.sequence)
            if EVERYTHING in purge.tags or len(stale) > _MOST_REMOVED:
                self._drop_all()
            else:
                for name in stale:
                    self._remove(name)
        self._known = look.sequence

    def _drop_all(self) -> None:
        if len(self._contents):
            self._folder.begin_anew()
            self._contents = Contents()

    def _remove(self, name: str) -> None:
        kept = self._contents.get(name)
        if kept is not None:
            self._folder.remove(name, kept.mark)
            self._contents.drop(name)

    def take(self, message: bytes) -> bool:
        """Take a page in; returns whether it is a file now. Raises Unavailable."""
        release = release_of(message)
        if release != self._service.release:
            self._see_to_release(release)
            return False
        offer = decode_offer(message, self._service.secret)
        name = file_name(offer.address) if offer is not None else None
        if offer is None or name is None or not self._is_wanted(name, offer.entry):
            return False
        return self._write(name, offer.entry)

    def _is_wanted(self, name: str, entry: Entry) -> bool:
        """Whether a page is of the right kind, good for some time yet, not there already, and fresh."""
        kept = self._contents.get(name)
        return (
            may_be_a_file(entry)
            and entry.expires >= self._clock() + LEAST_LIFETIME
            and (kept is None or kept.sequence < entry.sequence)
            and entry.sequence <= self._stamps.sequence(fresh=True)
            and still_valid(self._stamps.read(entry.tags), entry.sequence)
        )

    def _write(self, name: str, entry: Entry) -> bool:
        plain, packed = entry.identity, entry.variants.get("gzip")
        size = len(plain.body) + (len(packed.body) if packed else 0)
        self._remove(name)
        while len(self._contents) and self._contents.size + size > self._most_bytes:
            self._remove(self._contents.oldest())
        mark = headers_mark(entry.headers)
        stamps = stamp_of(plain.etag), stamp_of(packed.etag) if packed else 0
        try:
            self._folder.write(name, mark, plain.body, packed.body if packed else None, stamps)
        except OSError as error:
            logger.warning("A page could not be written to a file: %s", error)
            self._folder.remove(name, mark)
            return False
        self._contents.add(name, Kept(mark, size, frozenset(entry.tags), entry.sequence, entry.expires))
        return True

    def _see_to_release(self, release: str) -> None:
        """Stop where pages come from the release that is on the disk by now, and this process is an older one."""
        now = time.monotonic()
        if now - self._release_looked_at < _RELEASE_LOOK:
            return
        self._release_looked_at = now
        if fingerprint(Path(self._service.app.root_path)) == release:
            logger.info("Another release has taken over.")
            self.superseded = True
            self.stop()


def build(service: CacheService, place: Path, most_bytes: int) -> Mirror:
    """The mirror of an installation, with its files in the folder `place`, readable by whoever the web server is.

    Raises Occupied or OSError where the folder cannot be kept, and ValueError where the cache is not shared or the
    file system cannot tell two versions of a page apart.
    """
    if service.mirrors is None or service.probing is None:
        raise ValueError("REDIS_URL: the mirror learns from Redis what is purged; set it, here and for the server.")
    os.umask(0o022)
    folder = Folder(place)
    if not folder.keeps_stamps():
        folder.close()
        raise ValueError(f"PAGE_MIRROR: {place} does not keep time stamps as they are; choose a folder below /run.")
    return Mirror(service, service.mirrors, service.probing, folder, most_bytes=most_bytes)
