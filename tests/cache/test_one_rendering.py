"""One rendering for each missing page over all processes."""

import threading
import time
from typing import Any

import pytest

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
    monkeypatch.setattr(one.service.locks, "acquire", lambda place: None)
    assert one.mark("/en/") == "miss"
    assert one.mark("/en/") == "hit"


def test_a_lock_is_released_by_its_holder_only_and_runs_out(two_sites: tuple[SmallSite, SmallSite]) -> None:
    locks: Any = two_sites[0].service.locks
    assert isinstance(locks, RedisLocks)
    token = locks.acquire("a")
    assert token
    assert locks.acquire("a") is None
    locks.release("a", "somebody else's")
    assert locks.acquire("a") is None
    locks.release("a", token)
    locks._hold = 50
    assert locks.acquire("a")
    time.sleep(0.1)
    assert locks.acquire("a")


def test_a_page_that_came_while_the_lock_was_taken_is_not_rendered_again(
    two_sites: tuple[SmallSite, SmallSite], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process finished between the look-up and the lock."""
    one, two = two_sites
    for site in two_sites:
        site.pages["/en/"] = lambda environ: depends_on("posts@en") or "text"
    acquire = one.service.locks.acquire

    def late(place: str) -> str | None:
        if not two.rendered:
            two.mark("/en/")
        return acquire(place)

    monkeypatch.setattr(one.service.locks, "acquire", late)
    assert one.mark("/en/") == "hit"
    assert one.rendered == []
