"""Which file stands for which address.

The web server makes the name from what it was asked for, as it was asked: deploy/nginx/babelpress-http.conf has the
same rules. An address that does not fit them is answered by the application. The names of folders hold no `=` and
those of files do, so a page and what lies below it never meet; nothing begins with a dot, nothing is encoded.
"""

import re
from hashlib import blake2b

from cms.cache.addresses import Address
from cms.cache.entries import Entry

# What may stand in each part of an address.
HOST = r"[a-z0-9][a-z0-9.:-]*"
PATH = r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?"
# The number of a page, as there are only so many of that answer with 200.
QUERY = r"[a-z]+=[1-9][0-9]{0,6}"

_PARTS = [re.compile(pattern) for pattern in ("https?", HOST, PATH, rf"(?:{QUERY})?")]
# Bytes. File systems take 255 for one part, and the query and an ending are yet to come.
_LONGEST_PART = 240
_LONGEST = 1000

_MEDIA_TYPE = "text/html; charset=utf-8"


def file_name(address: Address) -> str | None:
    """The path of the file for an address, below the folder of its headers; None where it has to be asked for."""
    parts = address.scheme, address.host, address.path, address.query
    name = f"{address.scheme}/{address.host}{address.path}={address.query}"
    fitting = all(rule.fullmatch(part) for rule, part in zip(_PARTS, parts, strict=True))
    if address.root or not address.path or len(name) > _LONGEST or not fitting:
        return None
    return name if max(map(len, name.split("/"))) <= _LONGEST_PART else None


def headers_mark(headers: list[tuple[str, str]]) -> str:
    """A name for the headers of a page.

    The web server sends the same ones with every file, and looks for files below the mark of these: pages with any
    other headers are not found.
    """
    told = sorted((name.lower(), value) for name, value in headers)
    return blake2b(repr(told).encode(), digest_size=6).hexdigest()


def may_be_a_file(entry: Entry) -> bool:
    """Whether a page is of the one kind that is kept as a file."""
    kind = [value for name, value in entry.headers if name.lower() == "content-type"]
    return entry.status.startswith("200") and kind == [_MEDIA_TYPE]
