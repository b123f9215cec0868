"""The encodings in which a page is kept, and which of them a client likes best (RFC 9110, 12.5.3).

Brotli at level 5 makes pages a tenth smaller than gzip in the same time. Its highest level takes as long as rendering
the page does, and zstd gains next to nothing on texts of this size: the figures are in docs/performance.md.
"""

import gzip
from collections.abc import Callable
from functools import lru_cache

import brotli

IDENTITY = "identity"
_BROTLI_LEVEL = 5
_GZIP_LEVEL = 6
# A body below this gains nothing from compression that a packet would notice.
_LEAST_TO_COMPRESS = 200
_COMPRESSIBLE = ("text/", "application/json", "application/javascript", "application/xml", "image/svg+xml")
_LONGEST_HEADER = 1024
# Below every weight that a client can give (three digits): what it does not speak of is there, but not asked for.
_UNSPOKEN = 0.0001


def _brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_LEVEL))


def _gzip(body: bytes) -> bytes:
    # Without the moment of compression, the same page gives the same bytes in every process.
    return gzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)


# The one that a client gets where it likes several alike comes first.
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {"br": _brotli, "gzip": _gzip}


def compressed(body: bytes, kind: str) -> dict[str, bytes]:
    """A body of the media type `kind` in each encoding that makes it smaller."""
    kind = kind.lower()
    if len(body) < _LEAST_TO_COMPRESS or not (kind.startswith(_COMPRESSIBLE) or "+xml" in kind):
        return {}
    packed = {name: compress(body) for name, compress in COMPRESSORS.items()}
    return {name: data for name, data in packed.items() if len(data) < len(body)}


@lru_cache(maxsize=512)
def preferred(header: str) -> tuple[str, ...]:
    """The encodings that an Accept-Encoding header permits, the best first.

    The last one is always the plain text: also where a client takes nothing that there is.
    """
    if not header or len(header) > _LONGEST_HEADER:
        return (IDENTITY,)
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    rest = weights.get("*", 0.0)
    weights.setdefault("gzip", weights.get("x-gzip", rest))
    plain = weights.get(IDENTITY, rest or _UNSPOKEN)
    liked = [name for name in COMPRESSORS if weights.get(name, rest) > 0 and weights.get(name, rest) >= plain]
    return (*sorted(liked, key=lambda name: -weights.get(name, rest)), IDENTITY)


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
