"""The page layer: what is served from where, and what a page can depend on."""

import gzip
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from cms.cache import depends_on, purge_now
from cms.cache.pages import OVERDUE_LIFETIME
from cms.cache.rendering import PersonalReply
from cms.extensions import db
from cms.models import Tag
from tests.cache.conftest import Clock, SmallSite
from tests.cache.test_moments import plan

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


def test_hooks_run_before_the_look_up_and_where_a_planned_moment_has_come(site: SmallSite, clock: Clock) -> None:
    site.service.clock = clock
    called: list[str] = []
    site.service.before_lookup.append(lambda: called.append("look"))
    site.service.before_render.append(lambda: called.append("begin"))
    site.service.when_due.append(lambda: called.append("due"))
    site.pages |= {"/en/": simple, "/en/late": simple, "/en/later": simple}
    with site.app.app_context():
        plan(1, datetime.fromtimestamp(clock.now + 60, UTC))
    site.mark("/en/")
    site.mark("/en/")
    site.mark("/admin/")
    assert called == ["look", "begin", "look", "look"]
    called.clear()
    clock.now += 60
    site.mark("/en/late")
    assert called == ["look", "begin", "due"]
    # What could not be done is tried again.
    site.mark("/en/later")
    assert called == ["look", "begin", "due"] * 2


def test_a_plan_that_is_made_later_counts(site: SmallSite, clock: Clock) -> None:
    """What was learned about plans is forgotten when one is made or moved, wherever that happens."""
    site.service.clock = clock
    called: list[str] = []
    site.service.when_due.append(lambda: called.append("render"))
    site.pages |= {"/en/": simple, "/en/late": simple}
    site.mark("/en/")
    with site.app.app_context():
        plan(1, datetime.fromtimestamp(clock.now + 60, UTC))
    clock.now += 60
    site.mark("/en/late")
    assert called == ["render"]


def test_what_may_be_due_is_done_where_pages_are_not_kept(site: SmallSite) -> None:
    called: list[str] = []
    site.service.when_due.append(lambda: called.append("render"))
    site.pages["/en/"] = simple
    site.service.on = False
    site.mark("/en/")
    assert called == ["render"]


def test_what_is_due_is_done_before_the_sequence_is_read(site: SmallSite, clock: Clock) -> None:
    """Publishing what is due purges pages; the page rendered after that is fresh, and kept."""
    site.service.clock = clock
    with site.app.app_context():
        plan(1, datetime.fromtimestamp(clock.now - 1, UTC), locale="pt")
    site.service.when_due.append(lambda: purge_now("posts@en"))
    site.pages["/en/"] = simple
    assert [site.mark("/en/") for _ in range(2)] == ["miss", "hit"]


def test_what_is_due_and_cannot_be_done_costs_no_page(
    site: SmallSite, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """As where the database is read-only, or locked: the page is given as it is until then, and kept for a moment."""
    site.service.clock = clock
    with site.app.app_context():
        plan(1, datetime.fromtimestamp(clock.now - 1, UTC), locale="pt")
        db.session.execute(
            text("CREATE TRIGGER refuse BEFORE UPDATE ON revisions BEGIN SELECT RAISE(ABORT, 'read-only'); END")
        )
        db.session.commit()

    def publish() -> None:
        db.session.execute(text("UPDATE revisions SET publish_at = NULL"))
        db.session.commit()

    site.service.when_due.append(publish)
    site.pages["/en/"] = site.pages["/en/other"] = simple
    assert [site.mark("/en/") for _ in range(2)] == ["miss", "hit"]
    assert caplog.text.count("could not be done") == 1
    # It is not tried again at once, and other pages are kept as shortly.
    assert site.mark("/en/other") == "miss"
    assert caplog.text.count("could not be done") == 1
    clock.now += OVERDUE_LIFETIME
    assert [site.mark("/en/"), site.mark("/en/other")] == ["miss", "miss"]


def test_where_nobody_knows_what_is_planned_the_page_is_rendered_and_not_kept(
    site: SmallSite, caplog: pytest.LogCaptureFixture
) -> None:
    with site.app.app_context():
        db.session.execute(text("DROP TABLE revisions"))
        db.session.commit()
    due: list[int] = []
    site.service.when_due.append(lambda: due.append(1))
    site.pages["/en/"] = simple
    assert [site.mark("/en/") for _ in range(2)] == ["bypass", "bypass"]
    assert site.get("/en/").text == LONG
    assert due == []
    assert "nobody knows what is planned" in caplog.text


def test_a_finished_page_is_given_where_nobody_knows_how_long_it_is_good(
    site: SmallSite, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    site.service.clock = clock
    with site.app.app_context():
        plan(1, datetime.fromtimestamp(clock.now + 60, UTC))

    def last(environ: dict[str, Any]) -> str:
        db.session.execute(text("DROP TABLE revisions"))
        db.session.commit()
        return simple(environ)

    site.pages["/en/"] = last
    reply = site.get("/en/")
    assert (reply.text, reply.headers["X-Cache"]) == (LONG, "bypass")
    assert "for how long it is good" in caplog.text


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
