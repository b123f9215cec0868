"""Who mirrors pages, how far each has come, and what a save waits for."""

import uuid
from collections.abc import Iterator

import pytest
import redis

from cms.cache.breaker import Unavailable
from cms.cache.connection import connect
from cms.cache.mirrors import MOST_PURGES, SILENCE, Mirrors, Purge
from cms.cache.redis_stamps import RedisStamps
from cms.cache.tags import EVERYTHING
from cms.cache.waiting import GLANCE, Patience
from tests.cache.conftest import Clock
from tests.servers import RedisServer, free_port


class Installation:
    """Stamps and mirrors on one Redis, with ways to disturb them."""

    def __init__(self, url: str, *, mirrored: bool = False) -> None:
        self.namespace = uuid.uuid4().hex
        self.client = connect(url, self.namespace, EVERYTHING, 5.0)
        self.stamps = RedisStamps(self.client, self.namespace, None, lease=0.0, mirrored=mirrored)
        self.mirrors = Mirrors(self.client, self.namespace, None)

    def key(self, name: str) -> str:
        return f"{{{self.namespace}}}:{name}"

    def join(self, name: str = "a") -> int:
        """A new mirror that has come to the present."""
        sequence = self.stamps.sequence(fresh=True)
        assert self.mirrors.look(name, sequence) == (sequence, [])
        return sequence

    def members(self) -> set[bytes]:
        return set(self.client.hkeys(self.key("mirrors")))


@pytest.fixture
def installation(shared_redis: RedisServer) -> Iterator[Installation]:
    found = Installation(shared_redis.url)
    yield found
    found.client.close()


def test_a_mirror_hears_of_each_purge_in_turn(installation: Installation) -> None:
    known = installation.join()
    first = installation.stamps.purge(["posts:1", "posts@en"])
    second = installation.stamps.purge(["posts:2"])
    expected = [Purge(first, frozenset({"posts:1", "posts@en"})), Purge(second, frozenset({"posts:2"}))]
    assert installation.mirrors.look("a", known) == (second, expected)
    assert installation.mirrors.look("a", first) == (second, expected[1:])
    assert installation.mirrors.look("a", second) == (second, [])


def test_a_save_learns_that_somebody_has_to_take_it_in(installation: Installation) -> None:
    assert installation.stamps.purge_told(["a"]) == (installation.stamps.sequence(fresh=True), False, 0.0)
    known = installation.join()
    told = installation.stamps.purge_told(["a"])
    assert told.mirrored
    # Nobody can tell who else was there before the hash.
    assert SILENCE - 0.5 < told.unsure <= SILENCE
    assert not installation.mirrors.have_come_to(told.sequence)
    # To have seen a purge is not to have taken it in.
    installation.mirrors.look("a", known)
    assert not installation.mirrors.have_come_to(told.sequence)
    installation.mirrors.look("a", told.sequence)
    assert installation.mirrors.have_come_to(told.sequence)


def test_the_slowest_mirror_counts(installation: Installation) -> None:
    for name in ("a", "b"):
        installation.join(name)
    sequence = installation.stamps.purge(["x"])
    installation.mirrors.look("a", sequence)
    assert not installation.mirrors.have_come_to(sequence)
    installation.mirrors.strike_off(sequence)
    assert installation.members() == {b"since", b"a"}
    assert installation.mirrors.have_come_to(sequence)
    installation.mirrors.leave("a")
    assert installation.members() == {b"since"}


def test_one_that_is_there_after_all_is_not_struck_off(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.join()
    sequence = installation.stamps.purge(["x"])
    behind = installation.mirrors._behind(sequence)
    installation.mirrors.look("a", sequence)
    monkeypatch.setattr(installation.mirrors, "_behind", lambda _: behind)
    installation.mirrors.strike_off(sequence)
    assert installation.members() == {b"since", b"a"}


@pytest.mark.parametrize(
    "disturb",
    [
        lambda site: site.client.delete(site.key("purges")),
        lambda site: site.client.xtrim(site.key("purges"), maxlen=1, approximate=False),
        lambda site: site.client.set(site.key("purges"), "x"),
        lambda site: site.client.delete(site.key("sequence")),
        lambda site: site.client.set(site.key("sequence"), "garbage"),
        lambda site: site.client.set(site.key("sequence"), "5"),
        lambda site: (site.client.delete(site.key("sequence")), site.client.rpush(site.key("sequence"), "x")),
        lambda site: site.client.xadd(site.key("purges"), {"after": "1", "tags": "[]"}, id="9999999999999999-0"),
        lambda site: site.client.xadd(site.key("purges"), {"x": "y"}, id="9999999999999999-0"),
        lambda site: site.client.flushall(),
    ],
)
def test_a_gap_is_noticed(redis_server: RedisServer, disturb) -> None:
    installation = Installation(redis_server.url)
    known = installation.join()
    for tag in ("a", "b"):
        installation.stamps.purge([tag])
    disturb(installation)
    assert installation.mirrors.look("a", known).purges is None
    # And after the next purge everything goes on.
    sequence = installation.stamps.purge(["c"])
    assert installation.mirrors.look("a", known).purges is None
    following = installation.stamps.purge(["d"])
    assert installation.mirrors.look("a", sequence) == (following, [Purge(following, frozenset({"d"}))])
    installation.client.close()


def test_a_mirror_that_looks_very_late_has_missed_something(installation: Installation) -> None:
    known = installation.join()
    for number in range(2 * MOST_PURGES):
        installation.stamps.purge([f"posts:{number}"])
    assert installation.mirrors.look("a", known).purges is None
    assert installation.client.xlen(installation.key("purges")) < 2 * MOST_PURGES


def test_without_mirrors_nothing_is_written_for_them(installation: Installation) -> None:
    installation.stamps.purge(["a"])
    assert not installation.client.exists(installation.key("mirrors"), installation.key("purges"))
    installation.mirrors.strike_off(installation.stamps.sequence())


def test_where_mirrors_may_be_a_lost_hash_is_waited_for(shared_redis: RedisServer) -> None:
    installation = Installation(shared_redis.url, mirrored=True)
    told = installation.stamps.purge_told(["a"])
    assert (told.mirrored, told.unsure) == (False, SILENCE)
    since = int(installation.client.hget(installation.key("mirrors"), "since") or 0)
    assert 0 < installation.stamps.purge_told(["a"]).unsure < SILENCE
    # It has been there for a minute.
    installation.client.hset(installation.key("mirrors"), "since", str(since - 60_000_000))
    assert installation.stamps.purge_told(["a"]) == (installation.stamps.sequence(), False, 0.0)
    for garbage in ("never", str(since + 60_000_000)):
        installation.client.hset(installation.key("mirrors"), "since", garbage)
        assert installation.stamps.purge_told(["a"]).unsure == SILENCE
    installation.client.close()


def test_a_server_that_has_restarted_asks_who_is_there(redis_server: RedisServer) -> None:
    installation = Installation(redis_server.url)
    installation.join()
    installation.client.set(installation.key("life"), "an older one")
    installation.client.connection_pool.disconnect()
    assert installation.members() == set()
    installation.client.close()


def test_a_full_server_has_everybody_waited_for(redis_server: RedisServer) -> None:
    installation = Installation(redis_server.url, mirrored=True)
    known = installation.join()
    installation.client.config_set("maxmemory-policy", "noeviction")
    installation.client.config_set("maxmemory", "1")
    told = installation.stamps.purge_told(["a"])
    assert (told.mirrored, told.unsure) == (True, SILENCE)
    assert installation.mirrors.look("a", known).purges is None
    with pytest.raises(Unavailable):
        installation.mirrors.look("new", known)
    installation.client.close()


def test_no_server_is_no_answer() -> None:
    client = redis.Redis(port=free_port())
    mirrors = Mirrors(client, "x", None)
    for question in (lambda: mirrors.look("a", 1), lambda: mirrors.have_come_to(1), lambda: mirrors.leave("a")):
        with pytest.raises(Unavailable):
            question()
    client.close()


class Waiting:
    """A patience whose clock its own sleep moves."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.patience = Patience(clock, self.sleep)
        self.begun = clock.now
        self.missed: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.clock.now += seconds

    @property
    def passed(self) -> float:
        return self.clock.now - self.begun

    def settle_when(self, seconds: float, *, at: float) -> None:
        self.patience.settle_when(lambda: self.passed >= at, seconds, lambda: self.missed.append(self.passed))


@pytest.fixture
def waiting(clock: Clock) -> Waiting:
    return Waiting(clock)


def test_the_reply_waits_until_all_have_said_so(waiting: Waiting) -> None:
    with waiting.patience.before_reply():
        waiting.settle_when(0.6, at=0.2)
        waiting.patience.settle_in(0.1)
        assert waiting.passed == 0
    assert waiting.passed == pytest.approx(0.2, abs=GLANCE)
    assert waiting.missed == []


def test_the_reply_waits_for_the_silent_no_longer_than_it_must(waiting: Waiting) -> None:
    with waiting.patience.before_reply():
        waiting.settle_when(0.6, at=9.0)
        waiting.settle_when(0.5, at=9.0)
    assert waiting.missed == [pytest.approx(0.6)] * 2
    assert waiting.passed == pytest.approx(0.6)


def test_outside_of_a_request_all_are_waited_for_at_once(waiting: Waiting) -> None:
    waiting.settle_when(0.6, at=0.3)
    assert waiting.passed == pytest.approx(0.3, abs=GLANCE)


def test_where_nobody_was_promised_anything_nobody_waits(waiting: Waiting) -> None:
    with waiting.patience.nobody_waits():
        waiting.settle_when(0.6, at=0.3)
        waiting.patience.settle_in(0.5)
    assert waiting.passed == 0
