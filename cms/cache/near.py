"""What this process has at hand: pages ready to be sent, and parts of them."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar


class Kept(Protocol):
    """What can be kept: it tells how many bytes of memory it roughly takes, and remembers that it was used."""

    used: bool

    @property
    def byte_size(self) -> int: ...


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Kept)


class Near(Generic[K, V]):
    """Entries by address, bounded in number and bytes.

    Looking one up takes no lock and moves nothing: an entry that was used gets a second chance when room is needed.
    """

    def __init__(self, most_entries: int, most_bytes: int) -> None:
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._held: OrderedDict[K, V] = OrderedDict()
        self.byte_size = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(self, address: K) -> V | None:
        """The entry kept for an address, which may have been purged since."""
        entry = self._held.get(address)
        if entry is not None:
            entry.used = True
        return entry

    def put(self, address: K, entry: V) -> None:
        """Keep an entry; others may have to go."""
        with self._lock:
            self._drop(address)
            if entry.byte_size > self._most_bytes:
                return
            self._held[address] = entry
            self.byte_size += entry.byte_size
            while len(self._held) > self._most_entries or self.byte_size > self._most_bytes:
                self._make_room()

    def drop(self, address: K) -> None:
        """Forget an address."""
        with self._lock:
            self._drop(address)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self.byte_size = 0

    def _make_room(self) -> None:
        oldest = next(iter(self._held))
        entry = self._held[oldest]
        if entry.used:
            entry.used = False
            self._held.move_to_end(oldest)
        else:
            self._drop(oldest)

    def _drop(self, address: K) -> None:
        entry = self._held.pop(address, None)
        if entry is not None:
            self.byte_size -= entry.byte_size
