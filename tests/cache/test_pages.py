"""The page layer: what is served from where, and what a page can depend on."""

import gzip
import threading
from typing import Any

import pytest

from cms.cache import depends_on, purge_now
from cms.cache.rendering import PersonalReply
from cms.extensions import db
from cms.models import Tag
from tests.cache.conftest import SmallSite

LONG = "A page that is long enough to be worth compressing. " * 40


def simple(environ: dict[str, Any]) -> str:
    depends_on("posts@en")
    return LONG


def test_a_page_is_rendered_once(site: SmallSite) -> None:
    site.pages["/en/"] = simple
    assert [site.mark("/en/") for _ in range(3)] == ["miss", "hit", "hit"]
    assert site.rendered == ["/en/"]


def test_hit_and_miss_give_the_same_bytes(site: SmallSite) -> None:
    site.pages["/en/"] = simple
    site.headers.append(("Content-Language", "en"))
    miss, hit = site.get("/en/"), site.get("/en/")
    assert miss.data == hit.data == LONG.encode()
    assert dict(miss.headers) | {"X-Cache": ""} == dict(hit.headers) | {"X-Cache": ""}
    assert hit.headers["Content-Language"] == "en"
    assert hit.headers["Cache-Control"] == "no-cache"
    assert hit.headers["Vary"] == "Accept-Encoding"
    assert int(hit.headers["Content-Length"]) == len(LONG)


def test_a_purge_is_seen_by_the_next_request(site: SmallSite) -> None:
    site.pages["/en/"] = lambda environ: simple(environ) + str(len(site.rendered))
    first = site.get("/en/").data
    with site.app.app_context():
        purge_now("posts@en")
    again = site.get("/en/")
    assert again.headers["X-Cache"] == "miss"
    assert again.data != first


def test_unrelated_pages_stay(site: SmallSite) -> None:
    site.pages["/en/"] = simple
    site.pages["/pt/"] = lambda environ: depends_on("posts@pt") or LONG
    assert [site.mark("/en/"), site.mark("/pt/")] == ["miss", "miss"]
    with site.app.app_context():
        purge_now("posts@pt")
    assert [site.mark("/en/"), site.mark("/pt/")] == ["hit", "miss"]


def test_a_purge_during_the_rendering_makes_the_page_stale(site: SmallSite) -> None:
    """What was read before a save must not be kept, even where the page is finished after it."""

    def overtaken(environ: dict[str, Any]) -> str:
        depends_on("posts@en")
        text = f"read {len(site.rendered)}"
        if len(site.rendered) == 1:
            purge_now("posts@en")
        return text

    site.pages["/en/"] = overtaken
    assert site.get("/en/").data == b"read 1"
    assert site.get("/en/").data == b"read 2"
    assert site.get("/en/").data == b"read 2"


def test_clearing_the_cache_purges_everything(site: SmallSite) -> None:
    site.pages["/en/"] = simple
    site.mark("/en/")
    site.service._store.clear()
    assert site.mark("/en/") == "miss"


def test_a_page_without_declared_dependencies_is_not_kept(site: SmallSite) -> None:
    site.pages["/en/"] = lambda environ: "depends on nothing that was said"
    assert [site.mark("/en/") for _ in range(2)] == ["bypass", "bypass"]


@pytest.mark.parametrize("control", ["no-store", "private, max-age=60"])
def test_a_page_may_forbid_to_be_kept(site: SmallSite, control: str) -> None:
    site.pages["/en/"] = simple
    site.headers.append(("Cache-Control", control))
    assert [site.mark("/en/") for _ in range(2)] == ["bypass", "bypass"]


def test_errors_are_not_kept(site: SmallSite) -> None:
    site.pages["/en/"] = simple
    site.status = "500 INTERNAL SERVER ERROR"
    assert [site.mark("/en/") for _ in range(2)] == ["bypass", "bypass"]
    assert site.get("/en/", method="HEAD").data == b""


def test_missing_pages_and_redirects_are_kept(site: SmallSite) -> None:
    assert [site.mark("/en/nothing") for _ in range(2)] == ["miss", "hit"]
    site.pages["/en/old"] = simple
    site.status, site.headers = "301 MOVED PERMANENTLY", [("Location", "/en/new")]
    assert [site.mark("/en/old") for _ in range(2)] == ["miss", "hit"]
    moved = site.get("/en/old")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/en/new")


def test_missing_pages_cannot_fill_the_cache(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.cache.addresses.SHARED_PLACES", 8)
    places: set[str] = set()
    keep = site.service._store.set

    def note(place: str, *args: Any, **kwargs: Any) -> Any:
        places.add(place)
        return keep(place, *args, **kwargs)

    monkeypatch.setattr(site.service._store, "set", note)
    for number in range(60):
        site.mark(f"/en/nothing-{number}")
    assert len(places) == 8
    # The last one is still there, and each gets its own page.
    assert site.mark("/en/nothing-59") == "hit"


def test_pages_of_made_up_hosts_share_their_places(site: SmallSite) -> None:
    site.pages["/en/"] = simple
    assert site.mark("/en/", headers={"Host": "made-up.example"}) == "miss"
    assert site.mark("/en/", headers={"Host": "made-up.example"}) == "hit"
    assert len(site.service.near) == 0
    assert site.mark("/en/") == "miss"
    assert len(site.service.near) == 1


def test_an_impossible_host_is_for_the_application_to_refuse(site: SmallSite) -> None:
    site.pages["/en/"] = simple
    assert [site.mark("/en/", headers={"Host": "a b<"}) for _ in range(2)] == ["bypass", "bypass"]


def test_the_application_sees_nothing_of_the_visitor(site: SmallSite) -> None:
    seen: list[dict[str, Any]] = []
    site.pages["/en/"] = lambda environ: seen.append(environ) or simple(environ)
    site.get(
        "/en/?utm=1&page=2&session=x&page=3",
        headers={
            "Cookie": "session=secret",
            "Authorization": "Basic x",
            "Accept-Language": "de",
            "User-Agent": "spy",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-For": "1.2.3.4",
            "Range": "bytes=0-1",
        },
        environ_overrides={"REMOTE_ADDR": "1.2.3.4"},
    )
    assert {name for name in seen[0] if name.startswith("HTTP_")} == {"HTTP_HOST"}
    assert "REMOTE_ADDR" not in seen[0]
    assert seen[0]["QUERY_STRING"] == "page=2"
    assert site.mark("/en/?page=2&page=9&other=1") == "hit"
    assert site.mark("/en/?page=3") == "miss"


def test_private_addresses_reach_the_application_as_they_are(site: SmallSite) -> None:
    seen: list[dict[str, Any]] = []
    for path in ("/", "/admin/posts/", "/account/login", "/language/pt", "/healthz", "/_debug_toolbar/x"):
        site.pages[path] = lambda environ: seen.append(environ) or "personal"
        reply = site.get(path, headers={"Cookie": "session=secret"}, query_string="next=/en/")
        assert reply.headers["X-Cache"] == "bypass"
        assert seen[-1]["HTTP_COOKIE"] == "session=secret"
        assert seen[-1]["QUERY_STRING"] == "next=/en/"
    assert site.mark("/administrators") == "miss"


def test_only_get_and_head_are_answered_from_the_cache(site: SmallSite) -> None:
    site.pages["/en/"] = simple
    assert [site.mark("/en/") for _ in range(2)] == ["miss", "hit"]
    assert site.mark("/en/", method="POST") == "bypass"
    assert site.mark("/en/", method="HEAD") == "hit"


def test_head_is_answered_like_get_without_the_body(site: SmallSite) -> None:
    site.pages["/en/"] = simple
    head = site.get("/en/", method="HEAD")
    get = site.get("/en/")
    assert (head.data, head.headers["X-Cache"], get.headers["X-Cache"]) == (b"", "miss", "hit")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_revalidation(site: SmallSite) -> None:
    site.pages["/en/"] = simple
    etag = site.get("/en/").headers["ETag"]
    unchanged = site.get("/en/", headers={"If-None-Match": f'"other", W/{etag}'})
    assert (unchanged.status_code, unchanged.data, unchanged.headers["ETag"]) == (304, b"", etag)
    assert "Content-Length" not in unchanged.headers
    packed = site.get("/en/", headers={"Accept-Encoding": "gzip", "If-None-Match": etag})
    assert packed.status_code == 200
    assert gzip.decompress(packed.data) == LONG.encode()
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] != etag
    with site.app.app_context():
        purge_now("posts@en")
    site.pages["/en/"] = lambda environ: simple(environ) + "changed"
    assert site.get("/en/", headers={"If-None-Match": etag}).status_code == 200


def test_switched_off_everything_is_rendered_and_still_impersonal(build_site: Any) -> None:
    site = build_site(PAGE_CACHE=False)
    seen: list[dict[str, Any]] = []
    site.pages["/en/"] = lambda environ: seen.append(environ) or simple(environ)
    assert [site.mark("/en/", headers={"Cookie": "a=b"}) for _ in range(2)] == ["bypass", "bypass"]
    assert len(site.rendered) == 2
    assert "HTTP_COOKIE" not in seen[0]


@pytest.mark.parametrize("header", [("Set-Cookie", "a=b"), ("Vary", "Cookie")])
def test_a_personal_reply_is_an_error_in_tests_and_never_kept(
    site: SmallSite, header: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    site.pages["/en/"] = simple
    site.headers.append(header)
    with pytest.raises(PersonalReply):
        site.get("/en/")
    site.service.strict = False
    assert [site.mark("/en/") for _ in range(2)] == ["bypass", "bypass"]
    assert "is not kept" in caplog.text


def test_an_exception_leaves_no_lock_behind(site: SmallSite) -> None:
    def broken(environ: dict[str, Any]) -> str:
        raise ZeroDivisionError

    site.pages["/en/"] = broken
    with pytest.raises(ZeroDivisionError):
        site.get("/en/")
    site.pages["/en/"] = simple
    assert [site.mark("/en/") for _ in range(2)] == ["miss", "hit"]


def test_a_hit_asks_the_database_nothing(site: SmallSite, count_queries: Any) -> None:
    def listing(environ: dict[str, Any]) -> str:
        depends_on("tags@en")
        return str(db.session.query(Tag).count())

    site.pages["/en/"] = listing
    site.mark("/en/")
    with count_queries() as queries:
        assert site.mark("/en/") == "hit"
    assert len(queries) == 0


def test_one_rendering_however_many_ask(site: SmallSite) -> None:
    asked, go = threading.Semaphore(0), threading.Event()

    def slow(environ: dict[str, Any]) -> str:
        asked.release()
        assert go.wait(10)
        return simple(environ)

    site.pages["/en/slow"] = slow
    site.pages["/en/"] = simple
    marks: list[str] = []
    readers = [threading.Thread(target=lambda: marks.append(site.mark("/en/slow"))) for _ in range(8)]
    for reader in readers:
        reader.start()
    assert asked.acquire(timeout=10)
    # Other pages do not wait for it.
    assert site.mark("/en/") == "miss"
    go.set()
    for reader in readers:
        reader.join(10)
    assert site.rendered.count("/en/slow") == 1
    assert sorted(marks) == ["hit"] * 7 + ["miss"]


def test_who_waits_for_a_page_that_cannot_be_kept_gets_one_of_his_own(site: SmallSite) -> None:
    asked, go = threading.Semaphore(0), threading.Event()

    def slow(environ: dict[str, Any]) -> str:
        asked.release()
        assert go.wait(10)
        return "declares nothing"

    site.pages["/en/"] = slow
    marks: list[str] = []
    readers = [threading.Thread(target=lambda: marks.append(site.mark("/en/"))) for _ in range(3)]
    for reader in readers:
        reader.start()
    assert asked.acquire(timeout=10)
    go.set()
    for reader in readers:
        reader.join(10)
    assert marks == ["bypass"] * 3


def test_who_waited_gets_nothing_older_than_his_request(site: SmallSite) -> None:
    """A save that ends while a page renders is visible to whoever asks after it, also to those who had to wait."""
    asked, go = threading.Semaphore(0), threading.Event()
    texts = iter(["old", "new", "never"])

    def slow(environ: dict[str, Any]) -> str:
        depends_on("posts@en")
        text = next(texts)
        asked.release()
        assert go.wait(10)
        return text

    site.pages["/en/"] = slow
    early: list[bytes] = []
    late: list[bytes] = []
    first = threading.Thread(target=lambda: early.append(site.get("/en/").data))
    first.start()
    assert asked.acquire(timeout=10)
    with site.app.app_context():
        purge_now("posts@en")
    second = threading.Thread(target=lambda: late.append(site.get("/en/").data))
    second.start()
    go.set()
    first.join(10)
    second.join(10)
    assert (early, late) == ([b"old"], [b"new"])
