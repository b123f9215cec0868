"""The circuit breaker: nobody waits for a server that failed, and it is tried again beside the requests."""

import threading
from collections.abc import Callable

import pytest

from cms.cache.breaker import Breaker, Unavailable, in_background
from tests.cache.conftest import Clock


class Server:
    """What the breaker protects: well or not; `probes` counts how often it was asked."""

    def __init__(self) -> None:
        self.well = True
        self.probes = 0

    def probe(self) -> None:
        self.probes += 1
        if not self.well:
            raise Unavailable("still ill")


def test_closed_it_lets_everybody_through(clock: Clock) -> None:
    breaker = Breaker(Server().probe, clock=clock)
    breaker.check()
    assert breaker.closed


def test_open_it_keeps_everybody_away_until_its_rest_is_over(clock: Clock) -> None:
    server = Server()
    breaker = Breaker(server.probe, clock=clock, spawn=lambda work: work(), rest=1.0)
    breaker.trip("ill")
    for _ in range(3):
        with pytest.raises(Unavailable):
            breaker.check()
    assert server.probes == 0
    clock.now += 1.0
    breaker.check()
    assert (server.probes, breaker.closed, breaker.trips) == (1, True, 1)


def test_a_failed_probe_lets_it_rest_again(clock: Clock) -> None:
    server = Server()
    server.well = False
    breaker = Breaker(server.probe, clock=clock, spawn=lambda work: work(), rest=1.0)
    breaker.trip("ill")
    clock.now += 1.0
    for _ in range(3):
        with pytest.raises(Unavailable):
            breaker.check()
    assert server.probes == 1
    server.well = True
    clock.now += 1.0
    breaker.check()
    assert server.probes == 2


def test_one_probe_at_a_time_and_nobody_waits_for_it(clock: Clock) -> None:
    started: list[Callable[[], None]] = []
    breaker = Breaker(Server().probe, clock=clock, spawn=started.append, rest=1.0)
    breaker.trip("ill")
    clock.now += 1.0
    for _ in range(3):
        with pytest.raises(Unavailable):
            breaker.check()
    assert len(started) == 1
    started[0]()
    breaker.check()


def test_the_probe_runs_in_a_thread_of_its_own() -> None:
    done = threading.Event()
    names: list[str] = []

    def work() -> None:
        names.append(threading.current_thread().name)
        done.set()

    in_background(work)
    assert done.wait(5)
    assert names == ["cache-probe"]
