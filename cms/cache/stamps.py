"""The purge sequence and the stamps of the tags.

There is one sequence that only ever rises. A purge raises it and writes it on each purged tag. A page keeps its tags
and the sequence that was read *before* its first query; it is valid while each of its tags bears a stamp at or below
that. A stamp that was lost makes the page invalid: what cannot be shown to be fresh is rendered anew.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import Protocol

# Tags that one process remembers; beyond it all stamps are forgotten at once, at the price of rendering anew.
MOST_STAMPS = 200_000


class Stamps(Protocol):
    """The sequence and the stamps, wherever they are kept. Every method may raise Unavailable."""

    def sequence(self, *, fresh: bool = False) -> int:
        """The present value of the sequence; not from memory where `fresh`."""

    def read(self, tags: Sequence[str]) -> list[int | None]:
        """The stamps of tags, None for a lost one."""

    def arm(self, tags: Sequence[str]) -> list[int | None]:
        """As `read`, but tags without a stamp get the present sequence, so that purges of them can be told."""

    def purge(self, tags: Iterable[str]) -> int:
        """Raise the sequence, write it on each tag, and return it. One step for everybody else."""


def still_valid(stamps: Sequence[int | None], sequence: int) -> bool:
    """Whether a page that was rendered from `sequence` on is fresh, given the stamps of all its tags."""
    return all(stamp is not None and stamp <= sequence for stamp in stamps)


class LocalStamps:
    """The stamps of a site that one process serves. Nothing is ever lost, so a tag never purged counts as fresh."""

    def __init__(self, most: int = MOST_STAMPS) -> None:
        self._lock = threading.Lock()
        self._stamps: dict[str, int] = {}
        self._sequence = 1
        self._floor = 0
        self._most = most

    def sequence(self, *, fresh: bool = False) -> int:  # noqa: ARG002 -- always fresh
        return self._sequence

    def read(self, tags: Sequence[str]) -> list[int | None]:
        with self._lock:
            return [self._stamps.get(tag, self._floor) for tag in tags]

    arm = read

    def purge(self, tags: Iterable[str]) -> int:
        with self._lock:
            self._sequence += 1
            if len(self._stamps) > self._most:
                self._stamps.clear()
                self._floor = self._sequence
            for tag in tags:
                self._stamps[tag] = self._sequence
            return self._sequence
