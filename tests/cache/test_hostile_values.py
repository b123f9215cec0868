"""What somebody may have planted in the cache server: nothing of it is executed, shown, or in the way."""

import pickle
from collections.abc import Callable
from typing import Any

import pytest
import redis

from cms.cache import depends_on
from tests.cache.bad_days import Days, kept, save


class Executed:
    """What a pickle of this does when somebody loads it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("A value of the cache server was executed.",)


TEXTS = [
    pickle.dumps(Executed()),
    b"",
    b"0",
    b"-1",
    b"12.5",
    b"1e3",
    b"0x10",
    b"nan",
    b"inf",
    b" 7",
    b"9" * 18,
    b"9" * 19,
    "\u0663".encode(),
    b"x" * 20_000_000,
]
PLANTED: dict[str, Callable[[redis.Redis, bytes], object]] = {
    **{repr(text[:20]): lambda client, key, text=text: client.set(key, text) for text in TEXTS},
    "list": lambda client, key: client.rpush(key, "x"),
    "set": lambda client, key: client.sadd(key, "x"),
    "sorted set": lambda client, key: client.zadd(key, {"x": 1}),
    "hash": lambda client, key: client.hset(key, "x", "y"),
    "an end far off": lambda client, key: client.set(key, "x", ex=3600),
    "stream": lambda client, key: client.xadd(key, {"x": "y"}),
}


@pytest.mark.parametrize("what", PLANTED)
def test_hostile_values_at_every_key(quick_days: Days, what: str) -> None:
    keys = list(quick_days.client.keys("*"))
    assert len(keys) >= 5
    quick_days.client.flushall()
    for key in keys:
        PLANTED[what](quick_days.client, key)
    for site in (quick_days.one, quick_days.two):
        site.service.near.clear()
    assert quick_days.texts() == ["First", "First"]
    save(quick_days.one, "Second")
    assert quick_days.texts() == ["First, Second"] * 2
    assert quick_days.marks() == ["hit", "hit"]
    assert kept(quick_days.one) == 0


@pytest.mark.parametrize("what", PLANTED)
def test_hostile_values_without_any_purge(quick_days: Days, what: str) -> None:
    """Nobody need save anything for pages to be kept again."""
    keys = list(quick_days.client.keys("*"))
    quick_days.client.flushall()
    for key in keys:
        PLANTED[what](quick_days.client, key)
    quick_days.break_connections()
    for _ in range(3):
        assert quick_days.texts() == ["First", "First"]
    assert quick_days.marks() == ["hit", "hit"]


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_lock_holds_nobody_up(quick_days: Days, what: str) -> None:
    locks = quick_days.one.service.locks
    PLANTED[what](quick_days.client, locks._key("page:1"))
    assert locks.acquire("page:1", "one")
    assert not locks.acquire("page:1", "two")
    locks.release("page:1", "one")
    assert locks.acquire("page:1", "two")


def test_a_page_planted_under_the_key_of_another_is_not_served(days: Days) -> None:
    days.one.pages["/en/secret"] = lambda environ: depends_on("tags@en") or "secret"
    days.one.mark("/en/secret")
    pages = [key for key in days.client.keys("*") if b":page:" in key]
    assert len(pages) == 2
    first, second = (days.client.get(key) for key in pages)
    days.client.set(pages[0], second)
    days.client.set(pages[1], first)
    days.one.service.near.clear()
    assert days.one.get("/en/").text == "First"
    assert days.one.get("/en/secret").text == "secret"


def test_long_values_are_not_even_sent(quick_days: Days) -> None:
    """Python takes seconds to take in what Redis sends in a moment."""
    site, client = quick_days.one, quick_days.client
    for key in client.keys("*"):
        client.set(key, b"x" * 5_000_000)
    sent = client.info("stats")["total_net_output_bytes"]
    site.service.near.clear()
    assert quick_days.texts() == ["First", "First"]
    assert client.info("stats")["total_net_output_bytes"] - sent < 100_000
