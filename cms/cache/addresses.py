"""Which requests are for public pages, under which address each is kept, and what the application gets to see of it.

A public page sees its address and nothing else of the request: no cookie, no authorization, no language preference,
no forwarded header, no parameter that is not on the list. So it cannot depend on them, whoever asked first.
"""

import io
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

# Addresses that are not public pages: they may know who asks. `/` itself negotiates the language.
PRIVATE = (
    "/account",
    "/admin",
    "/files",
    "/healthz",
    "/language",
    "/media",
    "/search",
    "/static",
)
# Served by development tools only; matched as a beginning, since their names go on (`/_debug_toolbar/`).
DEVELOPMENT = "/_debug"

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"[a-z0-9._-]{1,253}(:[0-9]{1,5})?|\[[0-9a-f:.]{2,45}\](:[0-9]{1,5})?")
_METHODS = ("GET", "HEAD")
_LONGEST_QUERY = 4096
# How many requests are remembered, and how long what tells them apart may be.
_MOST_KEPT = 20_000
_LONGEST_KEPT = 400
_Asked = tuple[str, str | None, str, str, str, str, str]
# Addresses that anybody could make up without end share this many places; where two meet, the later one stays.
SHARED_PLACES = 4096

# What a server tells of itself and not of the visitor, and what the test client needs to keep a context.
_KEPT = (
    "SCRIPT_NAME",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "wsgi.url_scheme",
    "wsgi.version",
    "wsgi.errors",
    "wsgi.multithread",
    "wsgi.multiprocess",
    "wsgi.run_once",
    "werkzeug.debug.preserve_context",
)


class Address(NamedTuple):
    """The address of a public page: all that its bytes may depend on.

    `known` tells whether the host is one of ours; anybody can make up others, as long as the server answers them.
    """

    scheme: str
    host: str
    root: str
    path: str
    query: str
    known: bool

    @property
    def made_up(self) -> bool:
        """Whether anybody could make up addresses like this without end: by hosts, or by numbers of pages."""
        return not self.known or bool(self.query)

    @property
    def text(self) -> str:
        """The address as one string, different for different addresses."""
        return json.dumps([self.scheme, self.host, self.root, self.path, self.query])

    def place(self, release: str) -> str:
        """Where the store keeps the page of this address that can be there only once."""
        return f"page:{_digest(release, self.text)}"

    def shared_place(self, release: str) -> str:
        """Where the store keeps the page together with others that meet at the same place."""
        return f"shared:{int(_digest(release, self.text), 16) % SHARED_PLACES}:{_digest(release, '')}"


def _digest(release: str, text: str) -> str:
    """Keeps no text that is longer than those of this site's own addresses."""
    return _known_digest(release, text) if len(text) <= _LONGEST_KEPT else _new_digest(release, text)


def _new_digest(release: str, text: str) -> str:
    return blake2b(f"{release}\n{text}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


_known_digest = lru_cache(maxsize=4096)(_new_digest)


def is_public(path: str) -> bool:
    """Whether a path is that of a page which every visitor gets alike."""
    if path == "/" or not path.startswith("/") or path.startswith(DEVELOPMENT):
        return False
    return not any(path == one or path.startswith(f"{one}/") for one in PRIVATE)


class Addresses:
    """Reads the address out of a request.

    `parameters` are the query parameters that pages may depend on, `site_url` and `hosts` name our own hosts. What
    was found out about a request is kept for the next one like it: hits should cost next to nothing.
    """

    def __init__(self, parameters: Iterable[str], site_url: str | None, hosts: Iterable[str]) -> None:
        self._parameters = tuple(sorted(parameters))
        self._site_host = urlsplit(site_url).netloc.lower() if site_url else None
        self._hosts = frozenset(host.lower() for host in (*hosts, *_LOOPBACK))
        self._found: dict[_Asked, Address | None] = {}

    def of(self, environ: dict[str, Any]) -> Address | None:
        """The address of a request for a public page; None for any other, and where the host cannot be one."""
        if environ["REQUEST_METHOD"] not in _METHODS:
            return None
        asked: _Asked = (
            environ["wsgi.url_scheme"],
            environ.get("HTTP_HOST"),
            environ["SERVER_NAME"],
            environ["SERVER_PORT"],
            environ.get("SCRIPT_NAME", ""),
            environ["PATH_INFO"],
            environ.get("QUERY_STRING", ""),
        )
        try:
            return self._found[asked]
        except KeyError:
            address = self._read(*asked)
        if sum(len(part or "") for part in asked) <= _LONGEST_KEPT:
            if len(self._found) >= _MOST_KEPT:
                self._found.clear()
            self._found[asked] = address
        return address

    def _read(
        self, scheme: str, header: str | None, server: str, port: str, root: str, path: str, query: str
    ) -> Address | None:
        if not is_public(path):
            return None
        judged = self._judge_host(header, server, port)
        if judged is None:
            return None
        host, known = judged
        return Address(scheme, host, root, path, self.query(query) if query else "", known)

    def query(self, text: str) -> str:
        """The parameters on the list, each at most once (the first one counts), in the order of their names."""
        if not self._parameters or len(text) > _LONGEST_QUERY:
            return ""
        first: dict[str, str] = {}
        for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
            first.setdefault(name, value)
        return urlencode([(name, first[name]) for name in self._parameters if name in first], errors="replace")

    def _judge_host(self, header: str | None, server: str, port: str) -> tuple[str, bool] | None:
        host = (header or f"{server}:{port}").lower()
        if not _HOST.fullmatch(host):
            return None
        if host == self._site_host:
            return host, True
        name, _, given = host.rpartition(":") if re.search(r":[0-9]+$", host) else (host, "", port)
        return host, name in self._hosts and given == port


def bare_request(environ: dict[str, Any], address: Address) -> dict[str, Any]:
    """The request as the application may see it where the reply is for everybody."""
    seen = {name: environ[name] for name in _KEPT if name in environ}
    seen |= {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "HTTP_HOST": address.host,
        "wsgi.input": io.BytesIO(),
    }
    return seen
