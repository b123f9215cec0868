"""Looking for kept purges in time: who looks, who waits, and what is trusted meanwhile."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from sqlalchemy import exc, text
from sqlalchemy.exc import OperationalError

from cms.cache.breaker import Unavailable
from cms.cache.looks import LIMIT, RENEWAL, Looks
from cms.cache.outbox import PENDING_LEASE, STATEMENT_LIMIT, Outbox
from cms.connections import BESIDE_THE_POOL
from cms.extensions import db
from tests.cache.conftest import Clock, SmallSite
from tests.cache.test_delivery import rows


class Desk:
    """The looks of one process. With `held`, they go on when the test says so."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self.outbox = outbox
        self.held: list[Callable[[], None]] | None = None
        self.begun = 0
        self.purged: list[str] = []
        self.looks = Looks(outbox, self.purge, clock=clock, spawn=self.spawn)

    def purge(self, tags: set[str]) -> None:
        self.purged += sorted(tags)

    def spawn(self, work: Callable[[], None]) -> None:
        self.begun += 1
        if self.held is None:
            work()
        else:
            self.held.append(work)

    def go_on(self) -> None:
        assert self.held
        self.held.pop(0)()


@pytest.fixture
def desk(build_site: Callable[..., SmallSite], clock: Clock) -> Desk:
    return Desk(Outbox(build_site().app), clock)


def fail_with(desk: Desk, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(purge: object) -> None:
        raise error

    monkeypatch.setattr(desk.outbox, "hand_over", fail)


def refusal(error: Exception) -> OperationalError:
    return OperationalError("SELECT", {}, error)


def test_kept_purges_are_looked_for_when_half_of_the_lease_is_over(desk: Desk, clock: Clock) -> None:
    desk.looks.settle()
    desk.outbox.keep_now({"a"})
    clock.now += PENDING_LEASE * RENEWAL - 0.01
    desk.looks.settle()
    assert (desk.purged, desk.begun) == ([], 1)
    clock.now += 0.02
    desk.looks.settle()
    assert (desk.purged, desk.begun) == (["a"], 2)
    assert rows(desk.outbox) == []


def test_nobody_waits_for_a_look_while_the_lease_lasts(desk: Desk, clock: Clock) -> None:
    desk.looks.settle()
    desk.outbox.keep_now({"a"})
    clock.now += PENDING_LEASE * 0.9
    desk.held = []
    for _ in range(3):
        desk.looks.settle()
    # One for all of them.
    assert len(desk.held) == 1
    assert desk.purged == []
    desk.go_on()
    assert desk.purged == ["a"]


def test_when_the_lease_is_over_everybody_waits_for_the_one_look(desk: Desk, clock: Clock) -> None:
    desk.outbox.keep_now({"a"})
    desk.held = []
    passed: list[list[str]] = []
    readers = [threading.Thread(target=lambda: desk.looks.settle() or passed.append(desk.purged)) for _ in range(4)]
    for reader in readers:
        reader.start()
    while not desk.held:
        time.sleep(0.001)
    assert passed == []
    desk.go_on()
    for reader in readers:
        reader.join(10)
    assert passed == [["a"]] * 4
    assert desk.begun == 1


def test_a_lease_is_counted_from_before_the_look(desk: Desk, clock: Clock) -> None:
    """What was kept right after the look began, others wait for from then on."""
    hand_over = desk.outbox.hand_over

    def slow(purge: Any) -> None:
        hand_over(purge)
        clock.now += PENDING_LEASE * 0.8

    desk.outbox.hand_over = slow  # type: ignore[method-assign]  # a slow database
    desk.looks.settle()
    clock.now += PENDING_LEASE * 0.3
    desk.outbox.keep_now({"a"})
    desk.looks.settle()
    assert desk.purged == ["a"]


def test_looks_that_take_too_long_prove_nothing(desk: Desk, clock: Clock) -> None:
    def very_slow(purge: Any) -> None:
        clock.now += PENDING_LEASE * 1.1

    desk.outbox.hand_over = very_slow  # type: ignore[method-assign]  # a database that answers, and slowly
    with pytest.raises(Unavailable, match="too long"):
        desk.looks.settle()


def test_a_database_that_is_away_has_changed_nothing(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fail_with(desk, refusal(OSError("connection refused")), monkeypatch)
    desk.looks.settle()
    desk.looks.settle()
    assert desk.begun == 1
    assert "could not be looked for" in caplog.text
    # Trusted from the moment on at which it was found to be away.
    clock.now += PENDING_LEASE * RENEWAL + 0.01
    desk.held = []
    desk.looks.settle()
    assert len(desk.held) == 1


@pytest.mark.parametrize(
    "error",
    [
        exc.TimeoutError("QueuePool limit reached"),
        refusal(psycopg.errors.QueryCanceled()),
        refusal(psycopg.errors.TooManyConnections()),
    ],
)
def test_where_only_we_were_refused_nothing_is_trusted(
    desk: Desk, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(desk, error, monkeypatch)
    for _ in range(2):
        with pytest.raises(Unavailable, match="could not be looked for"):
            desk.looks.settle()
    monkeypatch.undo()
    desk.looks.settle()


def test_where_the_cache_server_does_not_take_what_was_kept_nothing_is_trusted(desk: Desk) -> None:
    desk.outbox.keep_now({"a"})

    def refuse(tags: set[str]) -> None:
        raise Unavailable("no")

    desk.purge = refuse  # type: ignore[method-assign]  # a server that is away
    desk.looks._purge = refuse
    with pytest.raises(Unavailable, match="no"):
        desk.looks.settle()
    assert rows(desk.outbox) == [["a"]]


def test_a_database_that_does_not_answer_is_waited_for_once(
    desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    desk.held = []
    desk.looks._limit = 0.01
    # Waits for that long.
    desk.looks.settle()
    clock.now += 1
    desk.looks._limit = LIMIT
    clock.now += LIMIT
    begun = time.monotonic()
    for _ in range(3):
        desk.looks.settle()
    assert time.monotonic() - begun < LIMIT
    assert desk.begun == 1
    assert caplog.text.count("does not answer") == 1
    # It answers at last, to the same look; that tells only of the moment at which it was asked.
    desk.go_on()
    desk.held = None
    desk.outbox.keep_now({"a"})
    desk.looks.settle()
    assert desk.purged == ["a"]


def test_what_was_found_and_is_not_delivered_yet_stops_everybody(desk: Desk, clock: Clock) -> None:
    desk.outbox.keep_now({"a"})

    def slow(tags: set[str]) -> None:
        clock.now += LIMIT
        with pytest.raises(Unavailable, match="being delivered"):
            desk.looks.settle()

    desk.looks._purge = slow
    with suppress(Unavailable):
        desk.looks.settle()


def test_a_look_that_cannot_be_begun_is_not_waited_for(desk: Desk) -> None:
    spawn = desk.looks._spawn

    def fail(work: Callable[[], None]) -> None:
        raise RuntimeError("can't start new thread")

    desk.looks._spawn = fail
    with pytest.raises(Unavailable, match="could be begun"):
        desk.looks.settle()
    desk.looks._spawn = spawn
    desk.looks.settle()
    assert desk.begun == 1


def test_a_look_that_fails_in_an_unforeseen_way_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(desk, ZeroDivisionError(), monkeypatch)
    with pytest.raises(ZeroDivisionError):
        desk.looks.settle()
    with pytest.raises(ZeroDivisionError):
        desk.looks.settle()
    assert desk.begun == 2


def test_who_knows_that_purges_may_be_kept_needs_an_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache server that is back may lack what was kept while it was away."""
    desk.outbox.keep_now({"a"})
    with monkeypatch.context() as patch:
        fail_with(desk, refusal(OSError("connection refused")), patch)
        with pytest.raises(Unavailable):
            desk.looks.settle_now(desk.purge)
    desk.looks.settle_now(desk.purge)
    assert desk.purged == ["a"]
    desk.looks.settle()
    assert desk.begun == 0


def test_what_has_been_away_all_the_time_has_kept_nothing(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache server that stumbles while the database is away is used again."""
    fail_with(desk, refusal(OSError("connection refused")), monkeypatch)
    desk.looks.settle()
    for _ in range(3):
        clock.now += 1.5 * PENDING_LEASE
        desk.looks.settle_now(desk.purge)
    clock.now += 2 * PENDING_LEASE
    with pytest.raises(Unavailable):
        desk.looks.settle_now(desk.purge)
    monkeypatch.undo()
    desk.looks.settle()
    fail_with(desk, exc.TimeoutError("QueuePool limit reached"), monkeypatch)
    with pytest.raises(Unavailable):
        desk.looks.settle_now(desk.purge)


@pytest.fixture
def on_postgresql(postgresql_url: str, build_site: Callable[..., SmallSite]) -> Iterator[Desk]:
    """With real threads and a real clock."""
    site = build_site(
        SQLALCHEMY_DATABASE_URI=postgresql_url, SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 1, "max_overflow": 0}
    )
    outbox = Outbox(site.app)
    with site.app.app_context():
        outbox._table.create(db.engine)
        yield Desk(outbox, time.monotonic)  # type: ignore[arg-type]  # a clock that nobody moves
        db.session.remove()
        outbox._table.drop(db.engine)


def test_looks_need_none_of_the_connections_that_requests_have_taken(on_postgresql: Desk) -> None:
    on_postgresql.outbox.keep_now({"a"})
    with db.engine.connect():
        on_postgresql.looks.settle()
    assert on_postgresql.purged == ["a"]


def test_their_connection_is_given_back_with_the_others(on_postgresql: Desk) -> None:
    on_postgresql.looks.settle()
    ours = on_postgresql.outbox._own_engine
    assert ours is not None
    assert ours.pool.checkedin() == 1  # type: ignore[attr-defined]  # a pool of one
    db.engine.dispose()
    assert ours.pool.checkedin() == 0  # type: ignore[attr-defined]  # a pool of one
    on_postgresql.looks.forget()
    on_postgresql.looks.settle()


def test_a_slow_database_refuses_a_look_before_it_is_taken_for_one_that_is_away(on_postgresql: Desk) -> None:
    assert STATEMENT_LIMIT < LIMIT
    with db.engine.begin() as other:
        other.execute(text("LOCK TABLE pending_purges"))
        with pytest.raises(Unavailable, match="statement timeout"):
            on_postgresql.looks.settle()
    on_postgresql.looks.settle()


def test_a_database_that_hangs_costs_no_cached_page(on_postgresql: Desk) -> None:
    looks = Looks(on_postgresql.outbox, on_postgresql.purge, limit=0.3)
    looks.settle()
    own = text("SELECT pid FROM pg_stat_activity WHERE application_name = :name AND datname = current_database()")
    with db.engine.connect() as connection:
        (backend,) = connection.scalars(own, {"name": BESIDE_THE_POOL}).all()
    os.kill(backend, signal.SIGSTOP)
    try:
        looks.forget()
        for _ in range(5):
            looks.settle()
        hung = looks._under_way
        assert hung is not None
    finally:
        os.kill(backend, signal.SIGCONT)
    assert hung.ended.wait(10)
    on_postgresql.outbox.keep_now({"a"})
    looks.forget()
    looks.settle()
    assert on_postgresql.purged == ["a"]
