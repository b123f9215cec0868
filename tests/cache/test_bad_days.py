"""The bad days of the cache server: no failed request, hardly any waiting, and nothing stale when it is back."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import redis

from benchmarks.bad_days import go_through
from cms.cache.connection import TIMEOUT
from tests.cache.bad_days import Days, kept, listing, save
from tests.live_site import live_site
from tests.servers import RedisServer


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
