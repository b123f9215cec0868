"""How many requests a second each contestant answers.

Every round has each of them once, in the same order: what else the machine does, it does to all.
"""

import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import front, load, rendered, static_file
from benchmarks.contestants import Contestant, Setup, of_python, prepare
from tests.servers import running_redis

# Where contestants come from.
MAKERS: list[Callable[[Setup], Iterator[Contestant]]] = [
    of_python,
    static_file.contestants,
    front.contestants,
    rendered.contestants,
]
Measured = tuple[float, float]


def measure(
    folder: Path, servers: list[str], rounds: int, seconds: float, warm_up: float, wanted: list[str]
) -> list[dict[str, Any]]:
    """A row for each contestant: the medians of the rounds, and its share of what its yardstick reached in each.

    Seconds are those for which a contestant is asked in a round, and those before that do not count. `wanted` are
    parts of names; without any, all are measured.
    """
    with running_redis() as redis:
        setup = prepare(folder, redis.url, tuple(servers))
        contestants = [
            one
            for maker in MAKERS
            for one in maker(setup)
            if not wanted or any(part in f"{one.name} on {one.server}" for part in wanted)
        ]
        seen: dict[tuple[str, str], list[Measured]] = {(one.name, one.server): [] for one in contestants}
        for number in range(rounds):
            for one in contestants:
                with one.start() as running:
                    if warm_up:
                        load.measure(running, one.path, warm_up)
                    seen[one.name, one.server].append(load.measure(running, one.path, seconds))
            print(f"Round {number + 1} of {rounds}.", flush=True)
    return [row(one, seen) for one in contestants]


def row(one: Contestant, seen: dict[tuple[str, str], list[Measured]]) -> dict[str, Any]:
    """What the table and the JSON say of a contestant."""
    values = seen[one.name, one.server]
    # A yardstick that was not measured (nginx is not installed) leaves nothing to compare with.
    compared = list(zip(values, seen.get(one.measured_by, []), strict=False))
    return {
        "contestant": one.name,
        "server": one.server,
        "yardstick": " on ".join(one.measured_by),
        "requests a second": statistics.median(rate for rate, _ in values),
        "microseconds": statistics.median(each for _, each in values),
        "share of rate": share([own[0] / other[0] for own, other in compared]),
        "share by processor time": share([other[1] / own[1] for own, other in compared]),
        "rounds": values,
    }


def share(ratios: list[float]) -> float | None:
    """The median of the ratios of each round."""
    return statistics.median(ratios) if ratios else None
