"""The bad days of the cache server: no failed request, hardly any waiting, and nothing stale when it is back."""

import os
import pickle
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import func, select

from benchmarks.bad_days import go_through
from cms.cache import depends_on, purge_now
from cms.cache.connection import TIMEOUT
from cms.extensions import db
from cms.models import PendingPurge, Tag
from tests.cache.conftest import SmallSite
from tests.live_site import live_site
from tests.servers import RedisServer


def listing(environ: dict[str, Any]) -> str:
    depends_on("tags@en")
    return ", ".join(db.session.scalars(select(Tag.name).order_by(Tag.id)))


def kept(site: SmallSite) -> int:
    with site.app.app_context():
        return db.session.scalar(select(func.count(PendingPurge.id))) or 0


def save(site: SmallSite, name: str) -> None:
    with site.app.app_context():
        db.session.add(Tag(name=name, slug=name.lower(), locale="en"))
        db.session.commit()


class Days:
    """Two sites on one server, with breakers that a test lets rest as long as it likes."""

    def __init__(self, one: SmallSite, two: SmallSite, server: RedisServer) -> None:
        self.one, self.two, self.server = one, two, server
        self.waited: list[float] = []
        for site in (one, two):
            site.pages["/en/"] = site.pages["/en/other"] = listing
            breaker = site.service.breaker
            assert breaker is not None
            breaker._rest = 3600.0
            breaker._spawn = lambda work: work()
            site.service.patience._sleep = self.waited.append
        self.client = redis.Redis.from_url(server.url)

    def rested(self) -> None:
        """The rest of both breakers is over: the next request tries the server."""
        for site in (self.one, self.two):
            assert site.service.breaker is not None
            site.service.breaker._retry_at = 0.0

    def break_connections(self) -> None:
        """Both sites have to connect anew."""
        for site in (self.one, self.two):
            site.service.close()

    def look_for_kept_purges(self) -> None:
        """The time is over for which a process that saw no failure trusts what is cached."""
        for site in (self.one, self.two):
            site.service._shared_delivery._outbox.settled_until = float("-inf")

    def texts(self) -> list[str]:
        """What readers get from both sites."""
        return [site.get("/en/").text for site in (self.one, self.two)]

    def marks(self) -> list[str]:
        return [site.mark("/en/") for site in (self.one, self.two)]


@pytest.fixture
def days(redis_server: RedisServer, build_site: Callable[..., SmallSite]) -> Iterator[Days]:
    found = Days(build_site(REDIS_URL=redis_server.url), build_site(REDIS_URL=redis_server.url), redis_server)
    save(found.one, "First")
    assert found.marks() == ["miss", "hit"]
    yield found
    found.client.close()


@pytest.fixture
def quick_days(shared_redis: RedisServer, build_site: Callable[..., SmallSite]) -> Iterator[Days]:
    """The same on a server that nobody stops, emptied for this test."""
    days = Days(build_site(REDIS_URL=shared_redis.url), build_site(REDIS_URL=shared_redis.url), shared_redis)
    days.client.flushall()
    save(days.one, "First")
    assert days.marks() == ["miss", "hit"]
    yield days
    days.client.flushall()
    days.client.close()


def test_what_one_process_purges_the_other_renders_anew(days: Days) -> None:
    save(days.two, "Second")
    assert days.texts() == ["First, Second"] * 2
    assert kept(days.one) == 0
    assert days.waited == []


def test_dead(days: Days) -> None:
    days.server.stop()
    assert days.marks() == ["bypass", "bypass"]
    save(days.one, "Second")
    assert days.texts() == ["First, Second"] * 2
    assert kept(days.one) == 1
    # The reply to that save waits until every process has looked for kept purges.
    assert max(days.waited) > 1.0


def test_restarted_empty(days: Days) -> None:
    days.server.stop()
    assert days.marks() == ["bypass", "bypass"]
    save(days.one, "Second")
    days.server.start()
    assert days.marks() == ["bypass", "bypass"]
    days.rested()
    assert days.marks() == ["miss", "hit"]
    assert days.texts() == ["First, Second"] * 2
    assert kept(days.one) == 0


def test_restarted_between_two_requests(days: Days) -> None:
    """Connections that the restart broke are replaced; what processes hold in memory is not trusted any more."""
    days.server.stop()
    days.server.start()
    save(days.one, "Second")
    assert days.texts() == ["First, Second"] * 2
    assert kept(days.one) == 0


def test_hung(days: Days) -> None:
    assert days.server.process is not None
    for site in (days.one, days.two):
        assert site.service._connection is not None
        site.service.close()
        site.service._connection.connection_pool.connection_kwargs.update(socket_timeout=TIMEOUT)
        site.service._connection.connection_pool.reset()
    os.kill(days.server.process.pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        assert days.one.mark("/en/") == "bypass"
        assert time.monotonic() - begun < 1.0
        # One time-out, which opened the breaker.
        assert days.one.service.breaker is not None
        assert days.one.service.breaker.trips == 1
        assert TIMEOUT <= 0.3
        begun = time.monotonic()
        for _ in range(10):
            assert days.one.mark("/en/") == "bypass"
        save(days.one, "Second")
        assert time.monotonic() - begun < 1.0
    finally:
        os.kill(days.server.process.pid, signal.SIGCONT)
    assert kept(days.one) == 1
    days.rested()
    # The other process was asked nothing while the server hung, so its memory looks good to it.
    days.look_for_kept_purges()
    assert days.two.get("/en/").text == "First, Second"
    assert days.texts() == ["First, Second"] * 2
    assert kept(days.one) == 0


def test_full_with_no_eviction(days: Days) -> None:
    """A full server keeps nothing new; but it deletes, and a deleted stamp makes pages stale."""
    days.client.config_set("maxmemory-policy", "noeviction")
    days.client.config_set("maxmemory", "1")
    assert days.marks() == ["hit", "hit"]
    save(days.one, "Second")
    assert days.texts() == ["First, Second"] * 2
    assert kept(days.one) == 0
    days.client.config_set("maxmemory", "0")
    assert days.texts() == ["First, Second"] * 2
    assert days.marks() == ["hit", "hit"]


def test_read_only(days: Days) -> None:
    """Reading goes on; a purge that was refused must stop it, in every process."""
    days.client.config_set("replica-read-only", "yes")
    days.client.replicaof("127.0.0.1", "1")
    days.client.config_set("replica-serve-stale-data", "yes")
    assert days.marks() == ["hit", "hit"]
    save(days.one, "Second")
    assert kept(days.one) == 1
    assert days.one.get("/en/").text == "First, Second"
    days.look_for_kept_purges()
    assert days.two.get("/en/").text == "First, Second"
    days.rested()
    assert days.marks() == ["bypass", "bypass"]
    days.client.replicaof("NO", "ONE")
    days.rested()
    assert days.texts() == ["First, Second"] * 2
    assert kept(days.one) == 0
    assert days.marks() == ["hit", "hit"]


def test_wrong_password(days: Days) -> None:
    """Connections that are open stay good; new ones are refused until the password is what we know again."""
    days.client.config_set("requirepass", "changed")
    days.break_connections()
    assert days.marks() == ["bypass", "bypass"]
    save(days.one, "Second")
    assert days.texts() == ["First, Second"] * 2
    assert kept(days.one) == 1
    days.rested()
    assert days.marks() == ["bypass", "bypass"]
    days.client.config_set("requirepass", "")
    days.rested()
    assert days.texts() == ["First, Second"] * 2
    assert days.marks() == ["hit", "hit"]
    assert kept(days.one) == 0


@pytest.mark.parametrize("taken", ["-@write", "-@scripting", "-@read", "-@all +ping"])
def test_permissions_taken_away(days: Days, taken: str) -> None:
    """What was cached may be served while nothing changes; a purge that is refused stops that everywhere."""
    account = ["ACL", "SETUSER", "default"]
    administrator = redis.Redis.from_url(days.server.url, username="administrator", password="administrator")
    days.client.execute_command("ACL", "SETUSER", "administrator", "on", ">administrator", "~*", "&*", "+@all")
    days.client.execute_command(*account, *taken.split())
    assert set(days.marks()) <= {"hit", "bypass"}
    save(days.one, "Second")
    assert kept(days.one) == 1
    days.look_for_kept_purges()
    assert days.texts() == ["First, Second"] * 2
    days.rested()
    assert days.marks() == ["bypass", "bypass"]
    administrator.execute_command(*account, "+@all")
    administrator.close()
    days.rested()
    assert days.texts() == ["First, Second"] * 2
    assert days.marks() == ["hit", "hit"]
    assert kept(days.one) == 0


def test_everything_evicted(days: Days) -> None:
    days.client.flushall()
    save(days.one, "Second")
    assert days.texts() == ["First, Second"] * 2
    days.client.flushall()
    assert days.texts() == ["First, Second"] * 2


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


def test_killed(days: Days) -> None:
    """Without a word: connections break in the middle, and what it held is gone."""
    assert days.server.process is not None
    days.server.process.kill()
    days.server.process.wait()
    assert days.marks() == ["bypass", "bypass"]
    save(days.one, "Second")
    assert kept(days.one) == 1
    days.server.start()
    days.rested()
    assert days.texts() == ["First, Second"] * 2
    assert days.marks() == ["hit", "hit"]
    assert kept(days.one) == 0


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


def test_a_purge_without_a_change_of_the_database_is_kept_too(days: Days) -> None:
    days.server.stop()
    with days.one.app.app_context():
        purge_now("tags@en")
    assert kept(days.one) == 1
    days.server.start()
    days.rested()
    assert days.texts() == ["First", "First"]
    assert kept(days.one) == 0


def test_a_purge_without_a_change_is_kept_before_anybody_waits(days: Days) -> None:
    """Whoever looked for kept purges just before it serves on for a second, and the wait may be interrupted."""
    days.server.stop()

    def interrupted(seconds: float) -> None:
        assert seconds > 1.0
        raise KeyboardInterrupt

    days.one.service.patience._sleep = interrupted
    with days.one.app.app_context(), pytest.raises(KeyboardInterrupt):
        purge_now("tags@en")
    assert kept(days.one) == 1


def test_a_rolled_back_change_keeps_nothing(days: Days) -> None:
    days.server.stop()
    with days.one.app.app_context():
        db.session.add(Tag(name="Undone", slug="undone", locale="en"))
        db.session.flush()
        db.session.rollback()
    assert kept(days.one) == 0


def test_a_process_killed_between_commit_and_purge_is_finished_by_another(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days.one.service.delivery, "deliver", lambda tags: False)
    save(days.one, "Second")
    assert kept(days.one) == 1
    days.look_for_kept_purges()
    assert days.two.get("/en/").text == "First, Second"
    assert kept(days.one) == 0


def test_without_its_table_of_kept_purges_pages_are_still_served(
    days: Days, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that does not answer has changed nothing; visitors go on reading."""
    outbox = days.one.service._shared_delivery._outbox
    with days.one.app.app_context():
        PendingPurge.__table__.drop(db.engine)  # type: ignore[attr-defined]  # a Table
    outbox.settled_until = float("-inf")
    assert days.one.mark("/en/") == "hit"
    assert "could not be looked for" in caplog.text
    outbox.remove([1])
    assert "will be delivered again" in caplog.text


def test_a_server_that_dies_while_a_page_renders_costs_no_page(days: Days) -> None:
    def dying(environ: dict[str, Any]) -> str:
        days.server.stop()
        return listing(environ)

    days.one.pages["/en/dying"] = dying
    assert days.one.get("/en/dying").text == "First"
    assert days.one.mark("/en/dying") == "bypass"


@pytest.mark.stress("long")
def test_one_after_the_other_with_real_processes(
    postgresql_url: str, redis_server: RedisServer, tmp_path: Path
) -> None:
    with live_site(postgresql_url, redis_server, tmp_path) as live:
        visitors = go_through(live, seconds=10)
    assert visitors.failed == 0
    assert visitors.stale == 0
