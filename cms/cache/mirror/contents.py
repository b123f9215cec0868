"""Which file depends on what, and until when it is good."""

import heapq
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Kept(NamedTuple):
    """What is known of a file: the mark of its headers, its size in bytes, and what an entry says of its page."""

    mark: str
    size: int
    tags: frozenset[str]
    sequence: int
    expires: float


class Contents:
    """The files by name. Those that came first are the first to go where there is no room."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._by_tag: dict[str, set[str]] = {}
        self._by_moment: list[tuple[float, str]] = []
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, name: str) -> Kept | None:
        """What is known of a file."""
        return self._kept.get(name)

    def add(self, name: str, kept: Kept) -> None:
        """Take a file in."""
        self.drop(name)
        self._kept[name] = kept
        self.size += kept.size
        for tag in kept.tags:
            self._by_tag.setdefault(tag, set()).add(name)
        heapq.heappush(self._by_moment, (kept.expires, name))
        if len(self._by_moment) > 2 * len(self._kept) + 1000:
            # Most of them are moments of files that were dropped earlier.
            self._by_moment = [(held.expires, name) for name, held in self._kept.items()]
            heapq.heapify(self._by_moment)

    def drop(self, name: str) -> Kept | None:
        """Forget a file; gives what was known of it."""
        kept = self._kept.pop(name, None)
        if kept is None:
            return None
        self.size -= kept.size
        for tag in kept.tags:
            names = self._by_tag[tag]
            names.discard(name)
            if not names:
                del self._by_tag[tag]
        return kept

    def oldest(self) -> str:
        """The file that came first."""
        return next(iter(self._kept))

    def made_stale(self, tags: Iterable[str], sequence: int) -> list[str]:
        """The files that a purge of `tags` at `sequence` makes stale."""
        names = {name for tag in tags for name in self._by_tag.get(tag, ())}
        return [name for name in names if self._kept[name].sequence < sequence]

    def expired(self, moment: float) -> Iterator[str]:
        """The files that are not good beyond a moment; each has to be dropped."""
        while self._by_moment and self._by_moment[0][0] <= moment:
            expires, name = heapq.heappop(self._by_moment)
            kept = self._kept.get(name)
            if kept is not None and kept.expires == expires:
                yield name
