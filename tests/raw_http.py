"""HTTP as somebody speaks it who keeps to no rule: every byte of the request is the test's own."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass

HEADERS_END = b"\r\n\r\n"


@dataclass(frozen=True)
class RawReply:
    """A reply as it came; names of headers are in small letters, the values of equal names joined by a line feed."""

    status: int
    headers: dict[str, str]
    body: bytes


class RawConnection:
    """A connection that is kept as long as the server keeps it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._held = b""

    def ask(self, method: str, target: str, headers: Iterable[tuple[str, str]]) -> RawReply:
        """Send a request without a body, and read the reply."""
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            self._held = b""
        self._socket.sendall("\r\n".join(lines).encode("latin-1") + HEADERS_END)
        head = self._until(HEADERS_END).decode("latin-1").split("\r\n")
        found: dict[str, str] = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            found[name] = f"{found[name]}\n{value.strip()}" if name in found else value.strip()
        status = int(head[0].split()[1])
        body = b"" if method == "HEAD" or status in (204, 304) else self._body(found)
        if status == 400 or found.get("connection", "").lower() == "close":
            # What a server could not read leaves it no way to know where the next request begins.
            self.close()
        return RawReply(status, found, body)

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self._bytes(int(headers.get("content-length", "0")))
        parts = []
        while size := int(self._until(b"\r\n"), 16):
            parts.append(self._bytes(size))
            self._until(b"\r\n")
        self._until(b"\r\n")
        return b"".join(parts)

    def _until(self, end: bytes) -> bytes:
        while end not in self._held:
            self._receive()
        found, _, self._held = self._held.partition(end)
        return found

    def _bytes(self, count: int) -> bytes:
        while len(self._held) < count:
            self._receive()
        found, self._held = self._held[:count], self._held[count:]
        return found

    def _receive(self) -> None:
        assert self._socket is not None
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("The server hung up in the middle of a reply.")
        self._held += data
