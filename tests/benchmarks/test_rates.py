"""What the rounds of the contestants add up to."""

from contextlib import nullcontext

from benchmarks.contestants import BARE, Contestant
from benchmarks.rates import row


def contestant(name: str, server: str = "granian", yardstick: str = BARE, yardstick_server: str = "") -> Contestant:
    return Contestant(name, server, nullcontext, "/", yardstick, yardstick_server)  # type: ignore[arg-type]  # never started


def test_shares_are_of_the_same_round() -> None:
    """A round in which the machine was busy with something else counts like any other."""
    seen = {
        (BARE, "granian"): [(1000.0, 10.0), (100.0, 20.0), (2000.0, 10.0)],
        ("ours", "granian"): [(800.0, 12.5), (90.0, 20.0), (1000.0, 20.0)],
    }
    found = row(contestant("ours"), seen)
    assert found["requests a second"] == 800
    assert found["microseconds"] == 20
    assert found["share of rate"] == 0.8
    assert found["share by processor time"] == 0.8
    assert found["yardstick"] == "bare WSGI function on granian"


def test_a_yardstick_of_another_server_or_none() -> None:
    seen = {("static file", "nginx"): [(100.0, 1.0)], ("ours", "front"): [(80.0, 2.0)]}
    found = row(contestant("ours", "front", "static file", "nginx"), seen)
    assert (found["share of rate"], found["share by processor time"]) == (0.8, 0.5)
    assert row(contestant("ours", "front", "missing"), seen)["share of rate"] is None
