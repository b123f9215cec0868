"""The stores: bytes of ours and nothing else, bounded."""

import pickle
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from cms.cache.addresses import Address
from cms.cache.entries import Entry
from cms.cache.near import Near
from cms.cache.store import MOST_SHARED, MemoryStore, RedisStore
from tests.cache.conftest import Clock
from tests.servers import RedisServer


@pytest.fixture(params=["in process", "redis"])
def store(request: pytest.FixtureRequest, shared_redis: RedisServer) -> Iterator[Any]:
    if request.param == "in process":
        yield MemoryStore()
        return
    with redis.Redis.from_url(shared_redis.url) as client:
        yield RedisStore(host=client, key_prefix=uuid.uuid4().hex)


def test_bytes_come_back_as_they_are(store: Any) -> None:
    for value in (b"", b"!x", b"17", bytes(range(256))):
        assert store.set("a", value, timeout=100)
        assert store.get("a") == value
    assert store.get_many("a", "b") == [bytes(range(256)), None]
    assert store.has("a")
    assert store.delete("a")
    assert store.get("a") is None
    assert not store.has("a")


def test_what_is_too_long_for_a_page_is_not_even_sent(shared_redis: RedisServer) -> None:
    with redis.Redis.from_url(shared_redis.url) as client:
        store = RedisStore(host=client, key_prefix=uuid.uuid4().hex)
        assert store.set("page", b"x" * MOST_SHARED)
        assert len(store.get("page") or b"") == MOST_SHARED
        assert not store.set("longer", b"x" * (MOST_SHARED + 1))
        assert store.get("longer") is None
        client.set(f"{store.key_prefix}longer", b"x" * (MOST_SHARED + 1))
        client.rpush(f"{store.key_prefix}list", "x")
        before = client.info("stats")["total_net_output_bytes"]
        assert store.get_many("longer", "list", "missing") == [None] * 3
        assert client.info("stats")["total_net_output_bytes"] - before < 50_000


def test_pickles_are_neither_written_nor_read(store: Any) -> None:
    for value in ("text", {"a": 1}, 7, None):
        with pytest.raises(TypeError, match="bytes"):
            store.set("a", value)
    planted = b"!" + pickle.dumps(ValueError("unpickled"))
    store.set("a", planted)
    assert store.get("a") == planted


def test_adding_does_not_replace(store: Any) -> None:
    assert store.add("a", b"1")
    assert not store.add("a", b"2")
    assert store.get("a") == b"1"


def test_clearing_tells_who_keeps_pages_elsewhere(store: Any) -> None:
    store.clear()
    told: list[str] = []
    store.on_clear = lambda: told.append("cleared")
    store.set("a", b"1")
    assert store.clear()
    assert told == ["cleared"]


def test_what_is_in_process_expires(clock: Clock) -> None:
    store = MemoryStore(clock=clock)
    store.set("a", b"1", timeout=10)
    store.set("b", b"2", timeout=0)
    clock.now += 10
    assert store.get("a") is None
    assert store.get("b") == b"2"
    assert store.byte_size == 1


def test_the_least_used_goes_first_where_there_are_too_many() -> None:
    store = MemoryStore(most_entries=2)
    store.set("a", b"1")
    store.set("b", b"2")
    store.get("a")
    store.set("c", b"3")
    assert store.get_many("a", "b", "c") == [b"1", None, b"3"]


def test_bytes_are_bounded() -> None:
    store = MemoryStore(most_bytes=100)
    for number in range(50):
        store.set(str(number), b"x" * 30)
        assert store.byte_size <= 90
    store.set("49", b"y")
    assert store.byte_size == 61
    assert not store.set("large", b"x" * 101)
    assert store.clear()
    assert store.byte_size == 0


def entry(size: int = 10) -> Entry:
    return Entry.of_reply(key="k", status="200 OK", headers=[], body=b"x" * size, tags=["*"], sequence=1, expires=0.0)


def address(path: str) -> Address:
    return Address("http", "localhost", "", path, "", known=True)


def test_near_pages_are_bounded_and_the_used_stay() -> None:
    near = Near(most_entries=3, most_bytes=1_000_000)
    for path in ("a", "b", "c"):
        near.put(address(path), entry())
    assert near.get(address("a")) is not None
    near.put(address("d"), entry())
    assert [near.get(address(path)) is not None for path in "abcd"] == [True, False, True, True]
    near.drop(address("a"))
    near.drop(address("a"))
    assert len(near) == 2


def test_near_pages_are_bounded_in_bytes() -> None:
    near = Near(most_entries=1000, most_bytes=100_000)
    for number in range(100):
        near.put(address(str(number)), entry(5_000))
        assert near.byte_size <= 100_000
    near.put(address("99"), entry(200_000))
    assert near.get(address("99")) is None
    near.clear()
    assert (len(near), near.byte_size) == (0, 0)
