"""The part of a page that a client asks for (RFC 9110, section 14): one range of bytes.

Several ranges, other units and whatever cannot be read are ignored, as the standard permits: the client gets it all.
"""

import re
from typing import Any

_LONGEST_HEADER = 64
_RANGE = re.compile(r"bytes[ \t]*=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range begins behind the end."""


def asked_range(environ: dict[str, Any], etag: str, length: int) -> tuple[int, int] | None:
    """The first byte and the one behind the last, of a body with so many bytes; None where all of it is due.

    An If-Range other than the strong `etag` asks for all of it. Raises Unsatisfiable.
    """
    header = environ["HTTP_RANGE"]
    if len(header) > _LONGEST_HEADER or not length or environ.get("HTTP_IF_RANGE", etag).strip() != etag:
        return None
    found = _RANGE.fullmatch(header.strip())
    if found is None:
        return None
    first, last = found.groups()
    if not first:
        return _last_bytes(last, length)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= length:
        raise Unsatisfiable
    return start, min(int(last) + 1, length) if last else length


def _last_bytes(count: str, length: int) -> tuple[int, int] | None:
    if not count:
        return None
    if int(count) == 0:
        raise Unsatisfiable
    return max(length - int(count), 0), length
