"""One rendering for each missing page over all processes."""

import threading
import time
from typing import Any

import pytest
import redis

from cms.cache import depends_on
from cms.cache.locks import RedisLocks
from tests.cache.conftest import SmallSite


def test_two_processes_render_a_page_once(two_sites: tuple[SmallSite, SmallSite]) -> None:
    asked, go = threading.Semaphore(0), threading.Event()

    def slow(environ: dict[str, Any]) -> str:
        depends_on("posts@en")
        asked.release()
        assert go.wait(10)
        return "text"

    marks: list[str] = []
    for site in two_sites:
        site.pages["/en/"] = slow
    readers = [threading.Thread(target=lambda site=site: marks.append(site.mark("/en/"))) for site in two_sites * 3]
    for reader in readers:
        reader.start()
    assert asked.acquire(timeout=10)
    time.sleep(0.1)
    go.set()
    for reader in readers:
        reader.join(10)
    assert sum(len(site.rendered) for site in two_sites) == 1
    assert sorted(marks) == ["hit"] * 5 + ["miss"]


def test_a_page_that_may_not_be_kept_is_rendered_by_each(two_sites: tuple[SmallSite, SmallSite]) -> None:
    for site in two_sites:
        site.pages["/en/"] = lambda environ: "declares nothing"
    assert [site.mark("/en/") for site in two_sites] == ["bypass", "bypass"]


def test_who_holds_the_lock_too_long_is_not_waited_for(
    two_sites: tuple[SmallSite, SmallSite], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.cache.pages.PATIENCE", 0.2)
    one, _ = two_sites
    one.pages["/en/"] = lambda environ: depends_on("posts@en") or "text"
    monkeypatch.setattr(one.service.locks, "acquire", lambda place, token: False)
    assert one.mark("/en/") == "miss"
    assert one.mark("/en/") == "hit"


def test_a_lock_is_released_by_its_holder_only_and_runs_out(two_sites: tuple[SmallSite, SmallSite]) -> None:
    locks: Any = two_sites[0].service.locks
    assert isinstance(locks, RedisLocks)
    assert locks.acquire("a", "one")
    assert not locks.acquire("a", "two")
    locks.release("a", "two")
    assert not locks.acquire("a", "two")
    locks.release("a", "one")
    locks._hold = 50
    assert locks.acquire("a", "one")
    time.sleep(0.1)
    assert locks.acquire("a", "two")


def test_who_asks_again_after_a_broken_connection_does_not_wait_for_himself(
    two_sites: tuple[SmallSite, SmallSite],
) -> None:
    locks = two_sites[0].service.locks
    assert [locks.acquire("b", "one"), locks.acquire("b", "one"), locks.acquire("b", "two")] == [True, True, False]


class Hiccup:
    """One site whose server breaks off once; what is done beside its requests is done at once."""

    def __init__(self, site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
        self.site = site
        self.locks: Any = site.service.locks
        self.server: Any = site.service._connection
        self._patch = monkeypatch
        self.locks._spawn = lambda work: work()
        site.pages["/en/"] = lambda environ: depends_on("posts@en") or "text"
        assert site.service.breaker is not None
        # Nobody tries the server again during this test.
        site.service.breaker._rest = 3600.0

    def after(self, holder: Any, name: str) -> None:
        """The answer to `holder.name()` gets lost, though the server has done what was asked."""
        done = getattr(holder, name)

        def lost(*args: Any, **kwargs: Any) -> Any:
            self._patch.setattr(holder, name, done)
            done(*args, **kwargs)
            raise redis.TimeoutError("too late")

        self._patch.setattr(holder, name, lost)

    def held(self) -> list[bytes]:
        return [key for key in self.server.keys("*") if b":lock:" in key]


@pytest.fixture
def hiccup(two_sites: tuple[SmallSite, SmallSite], monkeypatch: pytest.MonkeyPatch) -> Hiccup:
    hiccup = Hiccup(two_sites[0], monkeypatch)
    hiccup.server.flushdb()
    return hiccup


def test_a_lock_of_which_the_server_could_not_tell_is_released(hiccup: Hiccup) -> None:
    hiccup.after(hiccup.locks, "_acquire")
    assert hiccup.site.get("/en/").text == "text"
    assert not hiccup.site.service.breaker.closed  # type: ignore[union-attr]  # there is one
    assert hiccup.held() == []


def test_a_lock_is_released_where_the_server_was_lost_after_it(hiccup: Hiccup, monkeypatch: pytest.MonkeyPatch) -> None:
    acquire = hiccup.locks._acquire

    def then_lost(*args: Any, **kwargs: Any) -> Any:
        hiccup.site.service.stamps._known = (0, 0.0, 0.0, -1)  # type: ignore[attr-defined]  # those in Redis
        hiccup.after(hiccup.server, "getrange")
        return acquire(*args, **kwargs)

    monkeypatch.setattr(hiccup.locks, "_acquire", then_lost)
    assert hiccup.site.get("/en/").text == "text"
    assert not hiccup.site.service.breaker.closed  # type: ignore[union-attr]  # there is one
    assert hiccup.held() == []


def test_a_lock_whose_release_got_lost_is_released_again(hiccup: Hiccup, monkeypatch: pytest.MonkeyPatch) -> None:
    release, asked = hiccup.locks._release, []

    def breaking(*args: Any, **kwargs: Any) -> Any:
        asked.append(1)
        if len(asked) <= 2:
            raise redis.ConnectionError("gone")
        return release(*args, **kwargs)

    monkeypatch.setattr("cms.cache.locks.RETRY", 0.0)
    monkeypatch.setattr(hiccup.locks, "_release", breaking)
    assert hiccup.site.mark("/en/") == "miss"
    assert len(asked) == 3
    assert hiccup.held() == []


def test_nobody_tries_to_release_a_lock_that_has_run_out(hiccup: Hiccup, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: Any, **kwargs: Any) -> Any:
        raise redis.ConnectionError("gone")

    hiccup.locks._hold = 1
    monkeypatch.setattr("cms.cache.locks.RETRY", 0.01)
    monkeypatch.setattr(hiccup.locks, "_release", gone)
    assert hiccup.site.get("/en/").text == "text"


def test_a_server_that_refuses_to_release_is_not_asked_again(hiccup: Hiccup, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def refuse(*args: Any, **kwargs: Any) -> Any:
        asked.append(1)
        raise redis.ResponseError("READONLY")

    monkeypatch.setattr(hiccup.locks, "_release", refuse)
    assert hiccup.site.mark("/en/") == "miss"
    assert asked == [1]


def test_a_page_that_came_while_the_lock_was_taken_is_not_rendered_again(
    two_sites: tuple[SmallSite, SmallSite], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process finished between the look-up and the lock."""
    one, two = two_sites
    for site in two_sites:
        site.pages["/en/"] = lambda environ: depends_on("posts@en") or "text"
    acquire = one.service.locks.acquire

    def late(place: str, token: str) -> bool:
        if not two.rendered:
            two.mark("/en/")
        return acquire(place, token)

    monkeypatch.setattr(one.service.locks, "acquire", late)
    assert one.mark("/en/") == "hit"
    assert one.rendered == []
