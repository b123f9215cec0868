"""A cached page, and its form in the store.

The form is ours: a fixed head, a signature, JSON, and the bodies. What does not bear our signature, was cut off, or
belongs to another address is no entry: reading it gives None, never an exception and never code that runs.
"""

import gzip
import json
import struct
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

Headers = list[tuple[str, str]]

_HEAD = struct.Struct(">4sIII")
_MAGIC = b"BPC1"
_SIGNATURE_BYTES = 16
# A body below this gains nothing from compression that a packet would notice.
_LEAST_TO_COMPRESS = 200
_COMPRESSIBLE = ("text/", "application/json", "application/javascript", "application/xml", "image/svg+xml")

# Said anew for every reply, or about one connection only.
_DROPPED = frozenset(
    {
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "date",
        "etag",
        "expires",
        "keep-alive",
        "last-modified",
        "server",
        "transfer-encoding",
        "vary",
        "x-cache",
    }
)
# Browsers keep the page and ask whether it is still the one: a reload shows what was saved, mostly for a 304.
_BROWSERS = ("Cache-Control", "no-cache")


HIT = ("X-Cache", "hit")


class Variant:
    """One encoding of a page, with the headers of a hit and those of a reply that nothing has changed."""

    __slots__ = ("body", "etag", "hit", "unchanged")

    def __init__(self, common: Headers, body: bytes, etag: str, encoding: str | None) -> None:
        self.body = body
        self.etag = etag
        self.unchanged: Headers = [("ETag", etag), ("Vary", "Accept-Encoding"), _BROWSERS]
        self.hit: Headers = [*common, *self.unchanged, ("Content-Length", str(len(body)))]
        if encoding:
            self.hit.append(("Content-Encoding", encoding))
        self.hit.append(HIT)


class Entry:
    """A reply that any visitor may be given.

    `key` is the address it belongs to, `tags` what it depends on, `sequence` the purge sequence read before its
    first query, `expires` the moment (seconds since 1970) from which it must not be given any more.
    `validated_at` is the sequence at which its stamps were last found good; it stays in this process.
    """

    __slots__ = (
        "expires",
        "gzip",
        "headers",
        "identity",
        "key",
        "sequence",
        "status",
        "tags",
        "used",
        "validated_at",
    )

    def __init__(
        self,
        *,
        key: str,
        status: str,
        headers: Headers,
        body: bytes,
        tags: list[str],
        sequence: int,
        expires: float,
        compressed: bytes | None = None,
    ) -> None:
        self.key = key
        self.status = status
        self.headers = headers
        self.tags = tags
        self.sequence = sequence
        self.expires = expires
        self.validated_at = -1
        self.used = False
        mark = _mark(status, headers, body)
        self.identity = Variant(headers, body, f'"{mark}"', None)
        self.gzip = Variant(headers, compressed, f'"{mark}-gz"', "gzip") if compressed else None

    @property
    def code(self) -> int:
        """The status as a number."""
        return int(self.status[:3])

    @property
    def byte_size(self) -> int:
        """What the entry roughly takes of memory."""
        return len(self.identity.body) + len(self.gzip.body if self.gzip else b"") + 60 * len(self.tags) + 2000

    @classmethod
    def of_reply(
        cls,
        *,
        key: str,
        status: str,
        headers: Headers,
        body: bytes,
        tags: list[str],
        sequence: int,
        expires: float,
    ) -> "Entry":
        """The entry for what the application answered."""
        kept = [(name, value) for name, value in headers if name.lower() not in _DROPPED]
        kind = next((value.lower() for name, value in kept if name.lower() == "content-type"), "")
        compressed = None
        if len(body) >= _LEAST_TO_COMPRESS and (kind.startswith(_COMPRESSIBLE) or "+xml" in kind):
            # Without the moment of compression, the same page gives the same bytes in every process.
            packed = gzip.compress(body, compresslevel=6, mtime=0)
            compressed = packed if len(packed) < len(body) else None
        return cls(
            key=key,
            status=status,
            headers=kept,
            body=body,
            tags=tags,
            sequence=sequence,
            expires=expires,
            compressed=compressed,
        )

    def encode(self, secret: bytes) -> bytes:
        """The form in the store, signed with `secret`."""
        facts = {
            "key": self.key,
            "status": self.status,
            "headers": self.headers,
            "tags": self.tags,
            "sequence": self.sequence,
            "expires": self.expires,
        }
        text = json.dumps(facts, separators=(",", ":")).encode()
        compressed = self.gzip.body if self.gzip else b""
        head = _HEAD.pack(_MAGIC, len(text), len(self.identity.body), len(compressed))
        content = b"".join((head, text, self.identity.body, compressed))
        return _signature(content, secret) + content


def decode(data: object, key: str, secret: bytes) -> Entry | None:
    """The entry for the address `key` that `encode` made `data` from; None for anything else."""
    if not isinstance(data, bytes) or len(data) < _SIGNATURE_BYTES + _HEAD.size:
        return None
    signature, content = data[:_SIGNATURE_BYTES], data[_SIGNATURE_BYTES:]
    if not compare_digest(signature, _signature(content, secret)):
        return None
    magic, text_length, body_length, packed_length = _HEAD.unpack_from(content)
    if magic != _MAGIC or len(content) != _HEAD.size + text_length + body_length + packed_length:
        return None
    body_at = _HEAD.size + text_length
    facts: dict[str, Any] = json.loads(content[_HEAD.size : body_at])
    if facts["key"] != key:
        return None
    return Entry(
        key=key,
        status=facts["status"],
        headers=[(name, value) for name, value in facts["headers"]],
        body=content[body_at : body_at + body_length],
        tags=facts["tags"],
        sequence=facts["sequence"],
        expires=facts["expires"],
        compressed=content[body_at + body_length :] or None,
    )


def _signature(content: bytes, secret: bytes) -> bytes:
    return blake2b(content, digest_size=_SIGNATURE_BYTES, key=secret).digest()


def _mark(status: str, headers: Headers, body: bytes) -> str:
    """What tells one version of a page from another, for the ETag."""
    digest = blake2b(body, digest_size=12)
    digest.update(repr((status, headers)).encode())
    return digest.hexdigest()
