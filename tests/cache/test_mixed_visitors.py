"""Everybody gets the page of his own address, whoever asked before and with whatever headers."""

import gzip
import random
from typing import Any

import brotli

from cms.cache import depends_on, purge_now
from tests.cache.conftest import SmallSite

REQUESTS = 1500
UNPACK = {"identity": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
HOSTS = ["localhost", "LOCALHOST", "127.0.0.1", "made-up.example", "other.example:8080", "a b", "localhost:99999999"]
PATHS = ["/en/", "/pt/", "/ar/", "/en/posts/a", "/EN/", "/en/%2e%2e/", "/en/\u00fc", "/en//posts/a", "/en/none"]
QUERIES = [
    "",
    "page=2",
    "page=2&page=3",
    "utm=1",
    "page=",
    "%70age=2",
    "page=2&session=x",
    "&&=",
    "page=%00",
    "page[]=1",
]
HEADERS: list[dict[str, str]] = [
    {},
    {"Cookie": "session=one"},
    {"Cookie": "session=" + "x" * 5000},
    {"Authorization": "Basic YTpi"},
    {"Accept-Language": "pt"},
    {"Range": "bytes=0-9999"},
    {"If-None-Match": '"x"'},
    {"If-Modified-Since": "Fri, 20 Nov 2026 00:00:00 GMT"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"},
    {"X-Original-URL": "/admin/", "X-HTTP-Method-Override": "POST"},
    {"Accept": "application/json"},
]


def mark(environ: dict[str, Any]) -> str:
    """The address as the page sees it: nobody may be given another one's."""
    depends_on("posts@en")
    seen = [environ[name] for name in ("wsgi.url_scheme", "HTTP_HOST", "PATH_INFO", "QUERY_STRING")]
    others = sorted(name for name in environ if name.startswith("HTTP_") and name != "HTTP_HOST")
    return " ".join([*seen, *others, "and some more text, so that it is worth compressing. " * 10])


def expected(host: str, path: str, query: str) -> str:
    """What such a visitor must get."""
    page = {"page=2&page=3": "page=2", "%70age=2": "page=2", "page=2&session=x": "page=2", "page=%00": "page=%00"}
    kept = page.get(query, query if query in ("page=2", "page=") else "")
    return f"http {host.lower()} {path} {kept} and some more text"


def test_everybody_gets_his_own_page(site: SmallSite) -> None:
    chance = random.Random(11)
    application = site.application

    def everywhere(environ: dict[str, Any], start_response: Any) -> Any:
        site.pages.setdefault(environ["PATH_INFO"], mark)
        return application(environ, start_response)

    site.layer._application = everywhere
    marks: set[str] = set()
    for number in range(REQUESTS):
        host, path, query = (chance.choice(many) for many in (HOSTS, PATHS, QUERIES))
        headers = {"Host": host, "Accept-Encoding": chance.choice(["", "gzip", "br"])} | chance.choice(HEADERS)
        reply = site.get(path, query_string=query, headers=headers)
        marks.add(reply.headers["X-Cache"])
        # The page is small, so that the range is all of it.
        assert reply.status_code == (206 if "Range" in headers and reply.headers["X-Cache"] != "bypass" else 200)
        body = UNPACK[reply.headers.get("Content-Encoding", "identity")](reply.data)
        # A path travels percent-encoded; what is decoded is the path itself.
        seen = path.replace("%2e%2e", "..").encode().decode("latin-1")
        if reply.headers["X-Cache"] == "bypass":
            # A host that cannot be one is for the application to refuse: it gets the request as it is.
            assert host in ("a b", "localhost:99999999")
        else:
            assert body.decode().startswith(expected(host, seen, query)), (host, path, query, headers)
        if number % 300 == 0:
            with site.app.app_context():
                purge_now("posts@en")
    assert marks == {"hit", "miss", "bypass"}


def test_made_up_queries_make_no_entries(site: SmallSite) -> None:
    site.pages["/en/"] = mark
    for number in range(200):
        site.mark(f"/en/?tracking={number}&page[]={number}")
    assert site.rendered == ["/en/"]


def test_made_up_values_of_a_parameter_that_pages_know_share_their_places(site: SmallSite) -> None:
    """A post is the same page under every number of a list."""
    site.pages["/en/"] = mark
    stored: set[str] = set()
    set_one = site.service._store.set
    site.service._store.set = lambda place, *rest, **more: stored.add(place) or set_one(place, *rest, **more)
    assert site.mark("/en/") == "miss"
    for number in range(200):
        assert site.mark(f"/en/?page={number}") == "miss"
    assert site.mark("/en/?page=199") == "hit"
    assert site.mark("/en/") == "hit"
    assert len(site.service.near) == 1
    assert [place.partition(":")[0] for place in sorted(stored)] == ["page"] + ["shared"] * (len(stored) - 1)
