"""The keys by which a network can be told to drop pages, and the headers that give them.

A key is a keyed digest of a cache tag: whoever sees it learns nothing of ids, languages or accounts, and no other
site on the same network has it. Two keys are plain words, so that an operator can purge by hand: `everything`, which
every page has, and `many`, for pages with more keys than a header may hold. `many` is part of every purge.
"""

from base64 import b32encode
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

from cms.cache.entries import Entry, Headers
from cms.cache.tags import EVERYTHING

EVERYTHING_KEY = "everything"
MANY_KEY = "many"
# Bytes of one header's value that networks take.
LONGEST = 16 * 1024
# Headers whose keys stand between commas; in others, spaces.
_WITH_COMMAS = ("cache-tag", "edge-cache-tag")
# Replies to a condition that did not hold say nothing of the page.
_ABOUT_THE_REQUEST = ("412", "416")


class Keys:
    """The keys of one site, and the headers for them.

    `header` is the name of the one with the keys, `lifetime` the seconds for which the network keeps a page at most.
    """

    def __init__(self, header: str, lifetime: int, secret: bytes) -> None:
        self._header = header
        self._lifetime = lifetime
        self._separator = "," if header.lower() in _WITH_COMMAS else " "
        self.surrogate = header.lower() == "surrogate-key"
        self._control = "Surrogate-Control" if self.surrogate else "CDN-Cache-Control"
        self.not_to_be_kept = (self._control, "max-age=0")
        self._key = lru_cache(maxsize=20_000)(lambda tag: _digest(tag, secret))

    def of(self, tags: Iterable[str]) -> list[str]:
        """The keys of tags, in a fixed order."""
        return sorted(EVERYTHING_KEY if tag == EVERYTHING else self._key(tag) for tag in set(tags))

    def to_purge(self, tags: Iterable[str]) -> list[str]:
        """The keys that have to be purged where tags were."""
        wanted = set(tags)
        return [EVERYTHING_KEY] if EVERYTHING in wanted else [*self.of(wanted), MANY_KEY]

    def headers(self, entry: Entry, status: str, now: float, *, fresh: bool) -> Headers:
        """What the network is told with a reply from `entry` at the moment `now`.

        One that is not `fresh` any more was purged while it was rendered: it is not to be kept.
        """
        if status.startswith(_ABOUT_THE_REQUEST):
            return []
        left = max(0, min(self._lifetime, int(entry.expires - now))) if fresh else 0
        named = self._separator.join(self.of(entry.tags))
        if len(named) > LONGEST:
            named = self._separator.join((EVERYTHING_KEY, MANY_KEY))
        return [(self._header, named), (self._control, f"max-age={left}")]


def _digest(tag: str, secret: bytes) -> str:
    # Small letters and digits: some networks take capitals for small letters.
    return b32encode(blake2b(tag.encode(), key=secret, digest_size=10).digest()).decode().lower()
