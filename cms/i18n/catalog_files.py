"""Catalogue files on the disk: where they lie, when they changed, and how one is replaced in a single step."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from cms.i18n.errors import CatalogNotWritable, UnreadableCatalog

# The largest catalogues in the world are below five megabytes.
MAX_BYTES = 16 * 1024 * 1024
# How often a change of a file is begun anew because a tool outside wrote it in that very moment.
ATTEMPTS = 5
DOMAIN = "messages"


class FileStamp(NamedTuple):
    """What changes whenever a file is written. The time of change (ctime) cannot be set by any tool."""

    modified: int
    changed: int
    size: int
    inode: int


def catalog_path(root: Path, folder: str) -> Path:
    """Where the catalogue of a language lies, in the way of gettext. ``folder`` is ``LocaleInfo.folder``."""
    return root / folder / "LC_MESSAGES" / f"{DOMAIN}.po"


def stamp_of(path: Path) -> FileStamp | None:
    """The stamp of a file, or None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return FileStamp(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def read_bytes(path: Path) -> bytes:
    """The content of a catalogue file. Raises UnreadableCatalog."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise UnreadableCatalog(_l("There is no file for this language yet.")) from error
    except OSError as error:
        raise UnreadableCatalog(_l("The file of this language cannot be read on this server.")) from error
    if len(data) > MAX_BYTES:
        raise UnreadableCatalog(_l("The file of this language is too large."))
    return data


def replace_file(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of ``path``: readers see all of the old or all of the new. Its mode stays, and its
    owner and group as far as the system lets us.

    Links are followed, so that the file itself is replaced. Folders on the way are made.

    Raises:
        CatalogNotWritable: where the system refuses; then nothing changed.
    """
    target = path.resolve()
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            keep_owner(descriptor, target)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode_of(target))
        temporary.replace(target)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise CatalogNotWritable from error


def replace_unless_changed(path: Path, stamp: FileStamp | None, data: bytes) -> bool:
    """As `replace_file`, for data that was made from the file as it was at ``stamp``.

    Returns whether it was done: not where a tool outside, which knows no lock of ours, wrote the file since.
    """
    if stamp_of(path) != stamp:
        return False
    replace_file(path, data)
    return True


def keep_owner(descriptor: int, target: Path) -> None:
    """Give the file that takes the place of ``target`` to whom that belongs, so that they can still read it.

    The commands may be run by another account than the server's. Only the administrator of the system may give files
    away; others may keep the group, if it is one of theirs.
    """
    try:
        status = target.stat()
    except OSError:
        return
    try:
        os.fchown(descriptor, status.st_uid, status.st_gid)
    except OSError:
        with contextlib.suppress(OSError):
            os.fchown(descriptor, -1, status.st_gid)


def mode_of(target: Path) -> int:
    """The permission bits that a file has, or that a new one would get."""
    try:
        return target.stat().st_mode & 0o7777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


@contextlib.contextmanager
def editing_lock(folder: Path, name: str) -> Iterator[None]:
    """Let one process at a time edit the catalogue ``name``. The lock file lies in ``folder``; it is never written.

    Raises:
        CatalogNotWritable: where the lock file cannot be made, or the file system knows no locks.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = open_lock(folder / f"{name}.lock")
    except OSError as error:
        raise CatalogNotWritable from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            raise CatalogNotWritable from error
        yield
    finally:
        os.close(descriptor)


def open_lock(path: Path) -> int:
    """The descriptor of a lock file. Raises OSError.

    Commands may be run by another account than the server's, and each must be able to lock out the other, so reading
    is enough. A folder of another machine (NFS) locks only what may be written.
    """
    flags = os.O_CREAT | os.O_CLOEXEC
    try:
        return os.open(path, flags | os.O_RDWR, 0o644)
    except PermissionError:
        return os.open(path, flags | os.O_RDONLY, 0o644)
