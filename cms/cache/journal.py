"""Purges told through a file, for a site that one process serves without a cache server.

Commands (an import, a new user) change the database beside that process. Each process appends its purges; a process
that serves pages looks at the size of the file every few milliseconds, and takes in what others have appended. A
command ends only when that much time has passed since its last purge.
"""

import atexit
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import uuid4

from cms.cache.tags import EVERYTHING

LEASE_SECONDS = 0.01
# Beyond it the file is begun anew, which everybody takes for a purge of everything.
LARGEST = 4 * 1024 * 1024
# Seconds after its announcement in which a purge comes, or its process is gone.
ANNOUNCED = 10.0


class Journal:
    """The journal at `path`, as one process sees it."""

    def __init__(
        self,
        path: Path,
        largest: int = LARGEST,
        lease: float = LEASE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._largest = largest
        self._lease = lease
        self._clock = clock
        # The moment of `clock` up to which there is nothing to catch up with.
        self.settled_until = 0.0
        self._waits_at_exit = False
        self._own = uuid4().hex
        self._lock = threading.Lock()
        # Purges of others that were announced, and until when they may come.
        self._announced: dict[tuple[str, frozenset[str]], float] = {}
        self._seen = self._state()
        self._head = self._first_line()

    def append(self, tags: Iterable[str], *, announced: bool = False) -> None:
        """Tell other processes of a purge; `announced`, of one that may be about to come."""
        line = self._line(tags, announced=announced)
        with self._lock:
            if self._state()[1] + len(line) > self._largest:
                self._path.unlink(missing_ok=True)
                # Whoever has not read the file that is gone, be it because there was none at its start.
                line = self._line([EVERYTHING])
            # One short write at the end of a file: lines of two processes do not mix.
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
            if not self._waits_at_exit:
                self._waits_at_exit = True
                atexit.register(time.sleep, self._lease * 1.5)

    def _line(self, tags: Iterable[str], *, announced: bool = False) -> bytes:
        # The first part makes every line, and so the first line of every file, different from all others.
        return json.dumps([uuid4().hex, self._own, announced, sorted(tags)]).encode() + b"\n"

    def catch_up(self, purge: Callable[[set[str]], object]) -> None:
        """Hand what others have purged since the last call to `purge`; cheap where there is nothing new."""
        if self._clock() < self.settled_until:
            return
        with self._lock:
            now = self._clock()
            # Whoever waited for the lock finds it done.
            if now < self.settled_until:
                return
            state = self._state()
            if state != self._seen:
                tags = self._news(self._seen[1])
                if tags:
                    purge(tags)
                self._seen = state
            for overdue in [one for one, until in self._announced.items() if until <= now]:
                purge(set(overdue[1]))
                del self._announced[overdue]
            # Only now: until then nobody else may take the pages for fresh.
            self.settled_until = now + self._lease

    def _news(self, start: int) -> set[str]:
        head = self._first_line()
        replaced = self._head not in (b"", head)
        self._head = head
        if replaced:
            return {EVERYTHING}
        tags: set[str] = set()
        try:
            with self._path.open("rb") as file:
                file.seek(start)
                for line in file:
                    _, writer, announced, purged = json.loads(line)
                    if writer != self._own:
                        tags.update(self._heard(writer, frozenset(map(str, purged)), announced=bool(announced)))
        except (OSError, ValueError, TypeError):
            return {EVERYTHING}
        return tags

    def _heard(self, writer: str, tags: frozenset[str], *, announced: bool) -> frozenset[str]:
        if announced:
            self._announced[writer, tags] = self._clock() + ANNOUNCED
            return frozenset()
        self._announced.pop((writer, tags), None)
        return tags

    def _first_line(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                return file.readline(4096)
        except OSError:
            return b""

    def _state(self) -> tuple[int, int, int]:
        """Which file it is, its size, and when it was written: a new one may have the number of the old."""
        try:
            found = os.stat(self._path)  # noqa: PTH116 -- half the price of Path.stat, for every page
        except OSError:
            return 0, 0, 0
        return found.st_ino, found.st_size, found.st_mtime_ns
