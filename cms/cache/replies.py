"""Answering from an entry: which encoding, whether the visitor has it already, headers only, a part, or all of it."""

from collections.abc import Callable
from typing import Any

from cms.cache.encodings import preferred
from cms.cache.entries import HIT as _HIT
from cms.cache.entries import Entry, Headers, Variant
from cms.cache.ranges import Unsatisfiable, asked_range

_LONGEST_HEADER = 1024
_MISS = ("X-Cache", "miss")


def answer(
    entry: Entry, environ: dict[str, Any], start_response: Callable[..., Any], *, hit: bool = True
) -> list[bytes]:
    """Give a reply from `entry`; `X-Cache` says whether it was there already.

    Conditional requests as in RFC 9110, section 13; there are no dates to compare. Ranges as in section 14.
    """
    variants = entry.variants
    for name in preferred(environ.get("HTTP_ACCEPT_ENCODING", "")):
        if name in variants:
            break
    variant = variants[name]
    if "HTTP_IF_NONE_MATCH" in environ or "HTTP_RANGE" in environ or "HTTP_IF_MATCH" in environ:
        special = _conditional(entry, variant, environ)
        if special is not None:
            status, headers, body = special
            start_response(status, [*headers, _HIT if hit else _MISS])
            return body
    # A server may change the list that it is given, hence the copy.
    start_response(entry.status, variant.hit[:] if hit else [*variant.hit[:-1], _MISS])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [variant.body]


def _conditional(entry: Entry, variant: Variant, environ: dict[str, Any]) -> tuple[str, Headers, list[bytes]] | None:
    """The reply to a request with conditions, in the order of RFC 9110, 13.2.2; None where it is the usual one."""
    if not entry.status.startswith("200"):
        return None
    condition = environ.get("HTTP_IF_MATCH")
    if condition is not None and not matches(condition, variant.etag, strong=True):
        return "412 Precondition Failed", [*variant.unchanged, ("Content-Length", "0")], []
    condition = environ.get("HTTP_IF_NONE_MATCH")
    if condition is not None and matches(condition, variant.etag):
        return "304 Not Modified", variant.unchanged, []
    if "HTTP_RANGE" not in environ or environ["REQUEST_METHOD"] != "GET":
        return None
    whole = len(variant.body)
    try:
        found = asked_range(environ, variant.etag, whole)
    except Unsatisfiable:
        headers = [*variant.unchanged, ("Content-Range", f"bytes */{whole}"), ("Content-Length", "0")]
        return "416 Range Not Satisfiable", headers, []
    if found is None:
        return None
    start, end = found
    headers = [(name, value) for name, value in variant.hit[:-1] if name != "Content-Length"]
    headers += [("Content-Range", f"bytes {start}-{end - 1}/{whole}"), ("Content-Length", str(end - start))]
    return "206 Partial Content", headers, [variant.body[start:end]]


def matches(condition: str, etag: str, *, strong: bool = False) -> bool:
    """Whether an If-None-Match or If-Match header names `etag`, which is strong.

    By the weak comparison of RFC 9110, section 8.8.3.2, or by the strong one: then what is marked as weak does not
    count. A header longer than any of ours names nothing.
    """
    if len(condition) > _LONGEST_HEADER:
        return False
    if condition.strip() == "*":
        return True
    named = (part.strip() for part in condition.split(","))
    return etag in named if strong else any(part.removeprefix("W/") == etag for part in named)
