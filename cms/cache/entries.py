"""A cached page, and its form in the store.

The form is ours: a fixed head, a signature, JSON, and the bodies. What does not bear our signature, was cut off, or
belongs to another address is no entry: reading it gives None, never an exception and never code that runs.
"""

import json
import struct
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

from cms.cache.encodings import COMPRESSORS, IDENTITY, compressed

Headers = list[tuple[str, str]]

# The lengths of the facts and of the body as it is, then in each encoding.
_HEAD = struct.Struct(f">4sII{len(COMPRESSORS)}I")
_MAGIC = b"BPC2"
_SIGNATURE_BYTES = 16

# Said anew for every reply, or about one connection only.
_DROPPED = frozenset(
    {
        "accept-ranges",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-range",
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
BROWSERS = ("Cache-Control", "no-cache")
HIT = ("X-Cache", "hit")
_RANGES = ("Accept-Ranges", "bytes")


class Variant:
    """One encoding of a page, with the headers of a hit and those of a reply that nothing has changed."""

    __slots__ = ("body", "etag", "hit", "unchanged")

    def __init__(self, entry: "Entry", encoding: str, body: bytes) -> None:
        self.body = body
        # Of the bytes as they are sent: another encoding, or another release of a compressor, has another one.
        self.etag = f'"{_mark(entry.status, entry.headers, encoding, body)}"'
        self.unchanged: Headers = [("ETag", self.etag), ("Vary", "Accept-Encoding"), BROWSERS]
        self.hit: Headers = [*entry.headers, *self.unchanged, ("Content-Length", str(len(body)))]
        if encoding != IDENTITY:
            self.hit.append(("Content-Encoding", encoding))
        if entry.status.startswith("200"):
            self.hit.append(_RANGES)
        self.hit.append(HIT)


class Entry:
    """A reply that any visitor may be given.

    `key` is the address it belongs to, `tags` what it depends on, `sequence` the purge sequence read before its
    first query, `expires` the moment (seconds since 1970) from which it must not be given any more. `variants` are
    its encodings by name, `identity` the plain one among them.
    `validated_at` is the sequence at which its stamps were last found good; it stays in this process.
    """

    __slots__ = (
        "expires",
        "headers",
        "identity",
        "key",
        "sequence",
        "status",
        "tags",
        "used",
        "validated_at",
        "variants",
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
        packed: dict[str, bytes] | None = None,
    ) -> None:
        self.key = key
        self.status = status
        self.headers = headers
        self.tags = tags
        self.sequence = sequence
        self.expires = expires
        self.validated_at = -1
        self.used = False
        self.identity = Variant(self, IDENTITY, body)
        self.variants = {name: Variant(self, name, data) for name, data in (packed or {}).items()}
        self.variants[IDENTITY] = self.identity

    @property
    def code(self) -> int:
        """The status as a number."""
        return int(self.status[:3])

    @property
    def byte_size(self) -> int:
        """What the entry roughly takes of memory."""
        return sum(len(one.body) + 1000 for one in self.variants.values()) + 60 * len(self.tags) + 1000

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
        kind = next((value for name, value in kept if name.lower() == "content-type"), "")
        return cls(
            key=key,
            status=status,
            headers=kept,
            body=body,
            tags=tags,
            sequence=sequence,
            expires=expires,
            packed=compressed(body, kind),
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
        bodies = [self.variants[name].body if name in self.variants else b"" for name in (IDENTITY, *COMPRESSORS)]
        head = _HEAD.pack(_MAGIC, len(text), *map(len, bodies))
        content = b"".join((head, text, *bodies))
        return _signature(content, secret) + content


def decode(data: object, key: str, secret: bytes) -> Entry | None:
    """The entry for the address `key` that `encode` made `data` from; None for anything else."""
    if not isinstance(data, bytes) or len(data) < _SIGNATURE_BYTES + _HEAD.size:
        return None
    signature, content = data[:_SIGNATURE_BYTES], data[_SIGNATURE_BYTES:]
    if not compare_digest(signature, _signature(content, secret)):
        return None
    magic, *lengths = _HEAD.unpack_from(content)
    if magic != _MAGIC or len(content) != _HEAD.size + sum(lengths):
        return None
    parts, place = [], _HEAD.size
    for length in lengths:
        parts.append(content[place : place + length])
        place += length
    text, body, *packed = parts
    facts: dict[str, Any] = json.loads(text)
    if facts["key"] != key:
        return None
    return Entry(
        key=key,
        status=facts["status"],
        headers=[(name, value) for name, value in facts["headers"]],
        body=body,
        tags=facts["tags"],
        sequence=facts["sequence"],
        expires=facts["expires"],
        packed={name: data for name, data in zip(COMPRESSORS, packed, strict=True) if data},
    )


def _signature(content: bytes, secret: bytes) -> bytes:
    return blake2b(content, digest_size=_SIGNATURE_BYTES, key=secret).digest()


def _mark(status: str, headers: Headers, encoding: str, body: bytes) -> str:
    """What tells one version of a page in one encoding from every other, for the ETag."""
    digest = blake2b(body, digest_size=12)
    digest.update(repr((status, headers, encoding)).encode())
    return digest.hexdigest()
