"""Parts of files that are asked for: one at a time, of bytes."""

import re

from flask import request

# RFC 9110, section 14.1.2.
_ONE_OF_BYTES = re.compile(r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{1,18})?|-[0-9]{1,18})[ \t]*", re.ASCII | re.IGNORECASE)


def ignore_other_ranges() -> None:
    """Have the present request answered in whole where it asks for several parts, or for what is no part of a file.

    Werkzeug would refuse it. A server must ignore what it does not understand, and may ignore several parts at once,
    which some readers of PDF files ask for (RFC 9110, section 14.2).
    """
    asked = request.environ.get("HTTP_RANGE")
    match = _ONE_OF_BYTES.fullmatch(asked) if asked is not None else None
    if match is None or (match[2] is not None and int(match[1]) > int(match[2])):
        request.environ.pop("HTTP_RANGE", None)
