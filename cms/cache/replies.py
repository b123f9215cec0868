"""Answering from an entry: which encoding, whether the visitor has it already, headers only or the body as well."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cms.cache.entries import HIT as _HIT
from cms.cache.entries import Entry

_LONGEST_HEADER = 1024
_MISS = ("X-Cache", "miss")


def answer(
    entry: Entry, environ: dict[str, Any], start_response: Callable[..., Any], *, hit: bool = True
) -> list[bytes]:
    """Give a reply from `entry`; `X-Cache` says whether it was there already.

    Conditional requests as in RFC 9110, section 13; a Range is ignored, as section 14.2 permits.
    """
    variant = entry.identity
    if entry.gzip is not None and takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
        variant = entry.gzip
    condition = environ.get("HTTP_IF_NONE_MATCH")
    if condition is not None and entry.status.startswith("200") and matches(condition, variant.etag):
        start_response("304 Not Modified", [*variant.unchanged, _HIT if hit else _MISS])
        return []
    # A server may change the list that it is given, hence the copy.
    start_response(entry.status, variant.hit[:] if hit else [*variant.hit[:-1], _MISS])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [variant.body]


@lru_cache(maxsize=512)
def takes_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header permits gzip and does not like the plain text better (RFC 9110, 12.5.3)."""
    if not header or len(header) > _LONGEST_HEADER:
        return False
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    packed = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return packed > 0 and packed >= weights.get("identity", 0.0)


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def matches(condition: str, etag: str) -> bool:
    """Whether an If-None-Match header names `etag`, by the weak comparison of RFC 9110, section 8.8.3.2."""
    if len(condition) > _LONGEST_HEADER:
        return False
    if condition.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") == etag for part in condition.split(","))
