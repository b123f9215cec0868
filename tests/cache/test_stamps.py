"""The purge sequence and the stamps, in process and in Redis."""

import uuid
from collections.abc import Iterator

import pytest
import redis

from cms.cache.breaker import Breaker, Unavailable
from cms.cache.connection import LIFE, SEQUENCE, STAMP, connect
from cms.cache.redis_stamps import RedisStamps
from cms.cache.stamps import LocalStamps, Stamps, still_valid
from tests.cache.conftest import Clock
from tests.servers import RedisServer


@pytest.fixture
def namespace() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def client(shared_redis: RedisServer, namespace: str) -> Iterator[redis.Redis]:
    client = connect(shared_redis.url, namespace, "*")
    yield client
    client.close()


@pytest.fixture(params=["in process", "redis"])
def stamps(request: pytest.FixtureRequest) -> Stamps:
    if request.param == "in process":
        return LocalStamps()
    client, name = request.getfixturevalue("client"), request.getfixturevalue("namespace")
    return RedisStamps(client, name, None, lease=0.0)


def test_the_sequence_only_rises(stamps: Stamps) -> None:
    seen = [stamps.sequence()]
    for number in range(20):
        seen += [stamps.purge([f"t{number % 3}"]), stamps.sequence(), stamps.sequence(fresh=True)]
    assert seen == sorted(seen)
    assert len(set(seen)) == 21


def test_a_purge_is_stamped_on_its_tags_and_on_no_other(stamps: Stamps) -> None:
    before = stamps.arm(["a", "b", "c"])
    risen = stamps.purge(["a", "b", "a"])
    assert stamps.read(["a", "b", "c"]) == [risen, risen, before[2]]
    assert all(stamp is not None and stamp < risen for stamp in before)


def test_what_was_read_before_a_purge_is_stale_and_after_it_fresh(stamps: Stamps) -> None:
    early = stamps.sequence(fresh=True)
    stamps.arm(["a"])
    assert still_valid(stamps.read(["a"]), stamps.sequence())
    stamps.purge(["a"])
    assert not still_valid(stamps.read(["a"]), early)
    late = stamps.sequence()
    assert still_valid(stamps.read(["a"]), late)
    stamps.purge(["b"])
    assert still_valid(stamps.read(["a"]), late)


def test_nothing_known_is_not_valid() -> None:
    assert still_valid([1, 2], 2)
    assert not still_valid([1, None], 2)
    assert not still_valid([3], 2)
    assert still_valid([], 0)


def test_local_stamps_are_bounded() -> None:
    stamps = LocalStamps(most=10)
    early = stamps.sequence()
    for number in range(40):
        stamps.purge([f"t{number}"])
    assert len(stamps._stamps) <= 12
    assert not still_valid(stamps.read(["t0"]), early)
    assert still_valid(stamps.read(["never"]), stamps.sequence())


# What follows is about Redis alone: values that others lost, planted or took away.


@pytest.fixture
def shared(client: redis.Redis, namespace: str) -> RedisStamps:
    return RedisStamps(client, namespace, None, lease=0.0)


def test_a_lost_stamp_is_none_until_it_is_armed(shared: RedisStamps, client: redis.Redis, namespace: str) -> None:
    shared.arm(["a", "b"])
    early = shared.sequence()
    shared.purge(["a"])
    client.delete(STAMP % (namespace, "a"))
    assert shared.read(["a", "b"])[0] is None
    armed = shared.arm(["a", "b"])
    # Nobody knows any more when it was purged: only what is rendered from now on may count.
    assert armed[0] is not None
    assert armed[0] > early
    assert shared.read(["a", "b"]) == armed


@pytest.mark.parametrize("lost", ["delete", "garbage", "list", "ahead", "empty"])
def test_a_lost_sequence_goes_on_above_all_that_was(
    shared: RedisStamps, client: redis.Redis, namespace: str, lost: str
) -> None:
    high = max(shared.purge(["a"]) for _ in range(5))
    key = SEQUENCE % namespace
    client.delete(key)
    if lost == "list":
        client.rpush(key, "x")
    elif lost != "delete":
        client.set(key, {"garbage": "nan", "ahead": "99999999999999999", "empty": ""}[lost])
    assert shared.sequence() >= high or lost == "ahead"
    assert high < shared.purge(["a"]) < 9_000_000_000_000_000
    assert shared.sequence() == shared.read(["a"])[0]


@pytest.mark.parametrize("planted", ["nan", "-1", "1e99", "0x10", "9999999999999999999999", "", "inf", "\x00"])
def test_planted_stamps_are_never_fresh_and_are_mended(
    shared: RedisStamps, client: redis.Redis, namespace: str, planted: str
) -> None:
    shared.arm(["a"])
    key = STAMP % (namespace, "a")
    client.set(key, planted)
    sequence = shared.sequence()
    assert not still_valid(shared.read(["a"]), sequence)
    shared.purge(["a"])
    assert still_valid(shared.read(["a"]), shared.sequence())


def test_keys_of_another_type_are_lost_stamps(shared: RedisStamps, client: redis.Redis, namespace: str) -> None:
    client.rpush(STAMP % (namespace, "a"), "x")
    assert shared.read(["a"]) == [None]
    assert shared.arm(["a"]) == [shared.sequence()]


def test_stamps_expire_one_day_and_arming_renews_them(shared: RedisStamps, client: redis.Redis, namespace: str) -> None:
    shared.arm(["a"])
    key = STAMP % (namespace, "a")
    client.expire(key, 100)
    shared.arm(["a"])
    assert client.ttl(key) > 24 * 3600


def test_many_tags_are_purged_in_several_steps(shared: RedisStamps) -> None:
    tags = [f"t{number}" for number in range(2500)]
    risen = shared.purge(tags)
    assert all(stamp is not None and stamp <= risen for stamp in shared.read(tags))


def test_the_sequence_is_asked_for_once_within_its_lease(client: redis.Redis, namespace: str, clock: Clock) -> None:
    stamps = RedisStamps(client, namespace, None, lease=0.02, clock=clock)
    other = RedisStamps(client, namespace, None, lease=0.0)
    first = stamps.sequence()
    risen = other.purge(["a"])
    assert stamps.sequence() == first
    assert stamps.sequence(fresh=True) == risen
    risen = other.purge(["a"])
    clock.now += 0.03
    assert stamps.sequence() == risen
    # One's own purges are known at once.
    assert stamps.purge(["b"]) == stamps.sequence() > risen


def test_one_thread_asks_anew_before_the_lease_is_over(client: redis.Redis, namespace: str, clock: Clock) -> None:
    stamps = RedisStamps(client, namespace, None, lease=0.02, clock=clock)
    first = stamps.sequence()
    risen = RedisStamps(client, namespace, None, lease=0.0).purge(["a"])
    clock.now += 0.019
    with stamps._renewing:
        # Another one is asking; the lease is not over yet.
        assert stamps.sequence() == first
    assert stamps.sequence() == risen
    clock.now += 0.001
    risen = RedisStamps(client, namespace, None, lease=0.0).purge(["a"])
    clock.now += 0.02
    with stamps._renewing:
        assert stamps.sequence() == risen


def test_what_was_learned_before_the_breaker_opened_is_not_trusted(
    client: redis.Redis, namespace: str, clock: Clock
) -> None:
    breaker = Breaker(lambda: None, clock=clock, spawn=lambda probe: None)
    stamps = RedisStamps(client, namespace, breaker, lease=0.02, clock=clock)
    stamps.sequence()
    before = breaker.trips
    breaker.trip("it is hung")
    # An answer that was on its way meanwhile.
    stamps._remember(7, clock.now, before)
    with pytest.raises(Unavailable):
        stamps.sequence()


def test_an_older_answer_does_not_replace_a_newer_one(client: redis.Redis, namespace: str, clock: Clock) -> None:
    stamps = RedisStamps(client, namespace, None, lease=1.0, clock=clock)
    clock.now += 5
    newer = stamps.purge(["a"])
    stamps._remember(newer - 1, clock.now - 1, 0)
    assert stamps.sequence() == newer


def test_a_server_that_came_back_with_older_data_has_everything_purged(
    shared: RedisStamps, shared_redis: RedisServer, client: redis.Redis, namespace: str
) -> None:
    """As after a restart from a snapshot, or with a replica that took over: it is not the server that we knew."""
    shared.arm(["*", "a"])
    early = shared.sequence()
    assert still_valid(shared.read(["*", "a"]), early)
    client.set(LIFE % namespace, "another run id")
    with connect(shared_redis.url, namespace, "*") as fresh_client:
        fresh = RedisStamps(fresh_client, namespace, None, lease=0.0)
        assert not still_valid(fresh.read(["*", "a"]), early)
        assert still_valid(fresh.read(["*", "a"]), fresh.sequence())
        known = fresh.sequence()
    with connect(shared_redis.url, namespace, "*") as again:
        assert RedisStamps(again, namespace, None, lease=0.0).sequence() == known


def test_an_answer_that_is_no_number_makes_the_server_unavailable(shared: RedisStamps) -> None:
    with pytest.raises(Unavailable):
        shared._certain(b"not a number")
