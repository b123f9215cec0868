"""How the application gives its pages to the mirror: a message for each, sent and forgotten.

A request that reaches the application found no file, so the page is offered. Where the mirror is busy or away the
message is lost, and the next request for the page brings another one: no request ever waits for it or fails by it.
"""

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cms.cache.addresses import Address
from cms.cache.entries import Entry, decode
from cms.cache.mirror.names import file_name, may_be_a_file

SOCKET = "mirror.sock"
# Seconds after which a page that still finds no file is offered again.
AGAIN = 1.0
# Bytes. The system takes no larger message; the few pages beyond it are answered by the application.
LARGEST = 400_000
_MOST_REMEMBERED = 20_000


class Offers:
    """The pages that one process offers to the mirror whose socket is in `folder`."""

    def __init__(self, folder: Path, release: str, secret: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        self._place = str(folder / SOCKET)
        self._release = release
        self._secret = secret
        self._clock = clock
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._offered: dict[Address, tuple[int, float]] = {}

    def make(self, address: Address, entry: Entry) -> None:
        """Offer a page, unless that was done a moment ago."""
        now = self._clock()
        sequence, moment = self._offered.get(address, (-1, 0.0))
        if sequence == entry.sequence and now - moment < AGAIN:
            return
        with self._lock:
            if len(self._offered) >= _MOST_REMEMBERED:
                self._offered.clear()
            self._offered[address] = entry.sequence, now
        if file_name(address) is None or not may_be_a_file(entry):
            return
        message = encode_offer(self._release, entry, self._secret)
        if len(message) <= LARGEST:
            with suppress(OSError):
                self._connected().sendto(message, self._place)

    def _connected(self) -> socket.socket:
        """The socket of this process, which must not be that of the process it was copied from."""
        with self._lock:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                self._socket.setblocking(False)
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * LARGEST)
            return self._socket

    def close(self) -> None:
        """Give the socket back."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


class Offer(NamedTuple):
    """A page as the mirror gets it. Only addresses under hosts of ours are offered."""

    address: Address
    entry: Entry


def encode_offer(release: str, entry: Entry, secret: bytes) -> bytes:
    """A page as a message: the release that made it, its address, and the page in its signed form."""
    return b"\n".join((release.encode(), entry.key.encode(), entry.encode(secret)))


def release_of(message: bytes) -> str:
    """Which release a message is from."""
    return message.partition(b"\n")[0].decode("ascii", "replace")


def decode_offer(message: bytes, secret: bytes) -> Offer | None:
    """The page in a message; None for anything that was not made by `encode_offer` with the same secret."""
    _, _, rest = message.partition(b"\n")
    key, _, data = rest.partition(b"\n")
    try:
        entry = decode(data, key.decode(), secret)
    except UnicodeDecodeError:
        return None
    if entry is None:
        return None
    scheme, host, root, path, query = json.loads(entry.key)
    return Offer(Address(scheme, host, root, path, query, known=True), entry)
