"""The files, and the leases without which the web server does not find them.

    leases/1795175432.7 -> ../pages-3f…   one for each tenth of a second in which the files may be served
    pages-3f…/<mark of the headers>/https/example.org/en/posts/hello=
    mirror.sock, lock

The web server looks for a page below the tenth of a second that it is. Whoever keeps the folder makes these links a
moment ahead, and no further: when it dies or hangs, the links run out by themselves.
"""

import fcntl
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

_LEASES = "leases"
_PAGES = "pages-"
_LOCK = "lock"
# Tenths of a second for which a link is left behind: the web server's clock is read once for several requests.
_BEHIND = 2
# The bits of a time stamp that every file system of today keeps (ext4 ends in the year 2446).
_STAMP_BITS = 33


class Occupied(Exception):
    """Another mirror keeps this folder."""


def in_background(work: Callable[[], None]) -> None:
    """Run `work` in a thread of its own that does not keep the process alive."""
    threading.Thread(target=work, name="mirror-tidying", daemon=True).start()


class Folder:
    """The folder at `path`, which this process alone keeps; what another one left is not trusted and goes.

    Raises Occupied where another one does keep it, and OSError where it cannot be written.
    """

    def __init__(self, path: Path, spawn: Callable[[Callable[[], None]], None] = in_background) -> None:
        self._path = path
        self._spawn = spawn
        self._links: set[int] = set()
        path.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise Occupied(str(path)) from None
        (path / _LEASES).mkdir(exist_ok=True)
        for link in (path / _LEASES).iterdir():
            link.unlink()
        for old in path.glob(f"{_PAGES}*"):
            shutil.rmtree(old)
        self._pages = self._make_pages()

    def _make_pages(self) -> Path:
        pages = self._path / f"{_PAGES}{uuid4().hex}"
        pages.mkdir()
        return pages

    def extend(self, begun: float, until: float) -> None:
        """Have the files served from the moment `begun` until the moment `until` (seconds since 1970) at most."""
        first, end = int(begun * 10) - _BEHIND, int(until * 10)
        for tenth in range(max(first, end - 100), end):
            if tenth not in self._links:
                self._lease(tenth).symlink_to(f"../{self._pages.name}")
                self._links.add(tenth)
        # Also those ahead, where somebody has set the clock back.
        for tenth in [one for one in self._links if not first <= one < end]:
            self._unlink(tenth)

    def write(self, name: str, mark: str, body: bytes, packed: bytes | None, stamps: tuple[int, int]) -> None:
        """Write a page, and its compressed form, each with a time stamp that tells its content from others."""
        self.remove(name, mark)
        target = self._pages / mark / name
        target.parent.mkdir(parents=True, exist_ok=True)
        for ending, data, stamp in (("", body, stamps[0]), (".gz", packed, stamps[1])):
            if data is not None:
                fresh = self._pages / "fresh"
                fresh.write_bytes(data)
                os.utime(fresh, (stamp, stamp))
                fresh.rename(f"{target}{ending}")

    def remove(self, name: str, mark: str) -> None:
        """Remove a page. Raises OSError where it is still there: then nothing must be served any more."""
        target = self._pages / mark / name
        for path in (target, target.with_name(f"{target.name}.gz")):
            with suppress(NotADirectoryError):
                path.unlink(missing_ok=True)

    def begin_anew(self) -> None:
        """Have nothing served that there is now, at once; the files go when there is time."""
        for tenth in list(self._links):
            self._unlink(tenth)
        old, self._pages = self._pages, self._make_pages()
        self._spawn(lambda: shutil.rmtree(old, ignore_errors=True))

    def close(self) -> None:
        """Have nothing served any more, and leave the folder to another one."""
        for tenth in list(self._links):
            self._unlink(tenth)
        shutil.rmtree(self._pages, ignore_errors=True)
        os.close(self._lock)

    def keeps_stamps(self) -> bool:
        """Whether the file system keeps time stamps as they are, on which the ETags rest."""
        probe = self._pages / "probe"
        probe.write_bytes(b"")
        wanted = [(1 << _STAMP_BITS) - 1, 1]
        found = []
        for stamp in wanted:
            os.utime(probe, (stamp, stamp))
            found.append(int(probe.stat().st_mtime))
        probe.unlink()
        return found == wanted

    def _lease(self, tenth: int) -> Path:
        return self._path / _LEASES / f"{tenth // 10}.{tenth % 10}"

    def _unlink(self, tenth: int) -> None:
        self._lease(tenth).unlink(missing_ok=True)
        self._links.discard(tenth)


def stamp_of(etag: str) -> int:
    """The time stamp for a file, made from the ETag of its content: the web server makes its own from that."""
    return int(etag.strip('"')[:16], 16) % (1 << _STAMP_BITS)
