"""What the network is told with each reply."""

from collections.abc import Callable
from typing import Any

from cms.cache import depends_on, purge_now
from cms.cache.breaker import Unavailable
from cms.cache.cdn.answering import answering
from cms.cache.cdn.keys import Keys
from cms.cache.entries import Entry
from cms.cache.replies import answer
from tests.cache.cdn.conftest import SmallNetwork
from tests.cache.conftest import SmallSite


def simple(environ: dict[str, Any]) -> str:
    depends_on("posts@en")
    return "A page."


def test_off_by_default(site: SmallSite) -> None:
    site.pages["/en/"] = simple
    assert answering(None, lambda entry: True, lambda: 0.0) is answer
    for _ in range(2):
        names = {name.lower() for name, _ in site.get("/en/").headers}
        assert names.isdisjoint({"surrogate-key", "surrogate-control", "cache-tag", "cdn-cache-control"})


def test_pages_bear_their_keys_and_others_none(build_told: Callable[..., SmallSite]) -> None:
    site = build_told(CDN_LIFETIME=600)
    site.pages["/en/"] = simple
    site.pages["/admin/"] = lambda environ: "personal"
    keys = site.service.cdn_keys
    assert keys is not None
    for mark in ("miss", "hit"):
        reply = site.get("/en/")
        assert reply.headers["X-Cache"] == mark
        assert reply.headers["Surrogate-Key"].split() == keys.of(["*", "posts@en"])
        assert reply.headers["Surrogate-Control"] == "max-age=600"
        assert reply.headers["Cache-Control"] == "no-cache"
    assert site.get("/en/", headers={"If-None-Match": reply.headers["ETag"]}).headers["Surrogate-Key"]
    assert site.get("/en/", headers={"Range": "bytes=0-1"}).headers["Surrogate-Key"]
    assert "Surrogate-Key" not in site.get("/en/", headers={"Range": "bytes=99-"}).headers
    assert "Surrogate-Key" not in site.get("/admin/").headers
    # What is there under an address without end of them is kept for a short time only.
    assert 50 < int(site.get("/en/none").headers["Surrogate-Control"].removeprefix("max-age=")) <= 60


def test_a_page_that_was_purged_while_it_was_rendered_is_not_for_the_network(
    build_told: Callable[..., SmallSite],
) -> None:
    site = build_told()
    site.pages["/en/"] = lambda environ: purge_now("posts@en") or simple(environ)
    assert site.get("/en/").headers["Surrogate-Control"] == "max-age=0"


def test_a_page_of_which_nobody_knows_whether_it_is_fresh_is_not_for_the_network() -> None:
    def unknown(entry: Entry) -> bool:
        raise Unavailable

    one = Entry(key="k", status="200 OK", headers=[], body=b"page", tags=["*"], sequence=1, expires=100.0)
    told: list[Any] = []
    function = answering(Keys("Cache-Tag", 60, b"k"), unknown, lambda: 10.0)
    function(one, {"REQUEST_METHOD": "GET"}, lambda status, headers: told.extend(headers), hit=False)
    assert ("CDN-Cache-Control", "max-age=0") in told


def test_a_page_that_is_not_kept_is_not_for_the_network(
    build_told: Callable[..., SmallSite], network: SmallNetwork
) -> None:
    site = build_told(PAGE_CACHE=False)
    site.pages["/en/"] = simple
    reply = site.get("/en/")
    assert (reply.headers["X-Cache"], reply.headers["Surrogate-Control"]) == ("bypass", "max-age=0")
    assert reply.headers["Cache-Control"] == "no-cache"
    assert "Surrogate-Key" not in reply.headers
    site.headers.append(("Cache-Control", "no-store"))
    assert site.get("/en/").headers.getlist("Cache-Control") == ["no-store"]
