"""One rendering for each missing page within a process, however many ask for it."""

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Flight(Generic[T]):
    """One rendering under way. `result` is set when `landed` is; None where it failed or may not be shared."""

    __slots__ = ("landed", "result")

    def __init__(self) -> None:
        self.landed = threading.Event()
        self.result: T | None = None


class Flights(Generic[T]):
    """The renderings under way, by address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, Flight[T]] = {}

    def join(self, key: Hashable) -> tuple[Flight[T], bool]:
        """The flight for an address, and whether the caller has to fly it: then it must `land` it in any case."""
        with self._lock:
            flight = self._under_way.get(key)
            if flight is not None:
                return flight, False
            flight = self._under_way[key] = Flight()
            return flight, True

    def land(self, key: Hashable, flight: Flight[T], result: T | None) -> None:
        """Let those who wait have the result."""
        with self._lock:
            self._under_way.pop(key, None)
        flight.result = result
        flight.landed.set()
