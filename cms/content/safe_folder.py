"""Operations on the files of one folder, none of which can reach outside it.

Every name along a path is opened relative to its parent and without following symbolic links, so that no name, no
link and no change in between leads anywhere else. Links are never shown, opened, or written through.
"""

import errno
import fcntl
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, BinaryIO

from flask_babel import gettext as _

from cms.content.errors import Conflict, InvalidInput, NotFound
from cms.content.file_names import is_plain_name, path_parts

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Not to wait for a writer where a named pipe lies in the folder.
READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
CREATE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
COPY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """A file or folder: its path below the root with `/` between names, size in bytes, and last change in UTC."""

    path: str
    is_folder: bool
    size: int
    changed_at: datetime
    version: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def parent(self) -> str:
        """The path of the folder that it lies in; empty for the root."""
        return self.path.rpartition("/")[0]


class SafeFolder:
    """The folder `root`, made when it is first used. The root itself may be a link that the operator has set."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def opened(self, parts: tuple[str, ...]) -> Iterator[int]:
        """A descriptor of the folder at `parts` for the length of the block. Raises NotFound."""
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in parts:
                with _missing_is_not_found():
                    inner = os.open(name, FOLDER_FLAGS, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
            yield descriptor
        finally:
            os.close(descriptor)

    def entry(self, path: str) -> Entry:
        """What lies at a path. Raises NotFound, also for links and for what is neither file nor folder."""
        parts = path_parts(path)
        if not parts:
            with self.opened(()) as folder:
                return _entry("", os.fstat(folder))
        with self.opened(parts[:-1]) as folder, _missing_is_not_found():
            return _entry(path, os.stat(parts[-1], dir_fd=folder, follow_symlinks=False))

    def entries(self, path: str) -> list[Entry]:
        """Everything in a folder that may be seen, in no order. Raises NotFound."""
        with self.opened(path_parts(path)) as folder:
            return list(_entries_in(folder, path))

    def entries_below(self, path: str, limit: int) -> Iterator[Entry]:
        """Everything in a folder and in the folders in it, at most `limit` of them. Raises NotFound."""
        waiting = [path]
        while waiting:
            folder = waiting.pop()
            for found in self.entries(folder):
                if limit <= 0:
                    return
                limit -= 1
                yield found
                if found.is_folder:
                    with suppress(NotFound):  # deeper than any path that may be asked for
                        path_parts(found.path + "/x")
                        waiting.append(found.path)

    @contextmanager
    def reading(self, path: str) -> Iterator[tuple[BinaryIO, Entry]]:
        """An open file and what is known of it, for the length of the block. Raises NotFound."""
        file, entry = self.open_file(path)
        with file:
            yield file, entry

    def open_file(self, path: str) -> tuple[BinaryIO, Entry]:
        """An open file, to be closed by the caller, and what is known of it. Raises NotFound."""
        parts = path_parts(path)
        if not parts:
            raise NotFound(_("There is no such file."))
        with self.opened(parts[:-1]) as folder, _missing_is_not_found():
            descriptor = os.open(parts[-1], READ_FLAGS, dir_fd=folder)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise NotFound(_("There is no such file."))
        return os.fdopen(descriptor, "rb"), _entry(path, status)

    def make_folder(self, parent: str, name: str) -> str:
        """Make a folder and return its path. `name` is checked. Raises NotFound and Conflict."""
        path = _joined(parent, name)
        with self.opened(path_parts(parent)) as folder, _taken_is_conflict(name):
            os.mkdir(name, 0o755, dir_fd=folder)
        return path

    def write(
        self, parent: str, name: str, content: IO[bytes], *, overwrite: bool, version: str | None = None
    ) -> Entry:
        """Write a file, whole or not at all, and return what it is now. `name` is checked.

        Raises NotFound where the folder is missing, and Conflict where something of that name is there and may not
        be, or cannot be, overwritten. With `version`, only what still is that is overwritten: else Conflict.
        """
        path = _joined(parent, name)
        with self.opened(path_parts(parent)) as folder:
            existing = _status(name, folder)
            if existing is not None and not (overwrite and stat.S_ISREG(existing.st_mode)):
                raise Conflict(_("There is already something called “%(name)s” here.", name=name))
            temporary = _write_temporary(folder, content, stat.S_IMODE(existing.st_mode) if existing else 0o644)
            try:
                with _one_writer(folder):
                    if version is not None:
                        _require_version(name, folder, version)
                    written = os.stat(temporary, dir_fd=folder, follow_symlinks=False)
                    with nullcontext() if overwrite else _reserved(name, folder):
                        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                os.unlink(temporary, dir_fd=folder)
                raise
        return _entry(path, written)

    def move(self, path: str, parent: str, name: str) -> str:
        """Give a file or folder another place, another name, or both, and return its new path. `name` is checked.

        Raises NotFound, Conflict where the name is taken, and InvalidInput where a folder would move into itself, or
        where nobody could ask for something in it any more.
        """
        parts, target = path_parts(path), _joined(parent, name)
        if not parts:
            raise InvalidInput({"": _("This folder stays where it is.")})
        if target == path:
            return path
        if f"{target}/".startswith(f"{path}/"):
            raise InvalidInput({"folder": _("A folder cannot be moved into itself.")})
        with self.opened(parts[:-1]) as source, self.opened(path_parts(parent)) as destination:
            moved = _entry(path, _existing_status(parts[-1], source))
            if moved.is_folder:
                self._require_room(path, target)
            with _reserved(name, destination, folder=moved.is_folder), _missing_is_not_found():
                os.rename(parts[-1], name, src_dir_fd=source, dst_dir_fd=destination)
        return target

    def _require_room(self, folder: str, target: str) -> None:
        """Raise InvalidInput where something in a folder would lie too deep, or its path be too long, at its target."""
        for entry in self.entries_below(folder, sys.maxsize):
            _joined(target, entry.path[len(folder) + 1 :])

    def delete(self, path: str) -> Entry:
        """Delete a file, or a folder with all that is in it, and return what it was. Raises NotFound.

        The root cannot be deleted: InvalidInput.
        """
        parts = path_parts(path)
        if not parts:
            raise InvalidInput({"": _("This folder cannot be deleted.")})
        with self.opened(parts[:-1]) as folder, _missing_is_not_found():
            deleted = _entry(path, os.stat(parts[-1], dir_fd=folder, follow_symlinks=False))
            if deleted.is_folder:
                shutil.rmtree(parts[-1], dir_fd=folder)
            else:
                os.unlink(parts[-1], dir_fd=folder)
        return deleted


def _joined(parent: str, name: str) -> str:
    """The path of a name in a folder. Raises NotFound for a folder that cannot be, InvalidInput for a path too long."""
    path_parts(parent)
    path = f"{parent}/{name}" if parent else name
    try:
        path_parts(path)
    except NotFound:
        raise InvalidInput({"name": _("This name is too long, or its folder lies too deep.")}) from None
    return path


def _entry(path: str, status: os.stat_result) -> Entry:
    is_folder = stat.S_ISDIR(status.st_mode)
    if not is_folder and not stat.S_ISREG(status.st_mode):
        raise NotFound(_("There is no such file."))
    return Entry(
        path,
        is_folder,
        0 if is_folder else status.st_size,
        datetime.fromtimestamp(status.st_mtime, UTC),
        _version_of(status),
    )


def _entries_in(folder: int, path: str) -> Iterator[Entry]:
    with os.scandir(folder) as found:
        for item in found:
            if is_plain_name(item.name):
                # Links, pipes, and what vanished since the folder was read.
                with suppress(NotFound, FileNotFoundError):
                    yield _entry(f"{path}/{item.name}" if path else item.name, item.stat(follow_symlinks=False))


def _status(name: str, folder: int) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _require_version(name: str, folder: int, version: str) -> None:
    status = _status(name, folder)
    if status is None or _version_of(status) != version:
        raise Conflict(_("Somebody else has changed this file meanwhile. Copy your text, and open the file anew."))


def _version_of(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns:x}-{status.st_size:x}"


@contextmanager
def _one_writer(folder: int) -> Iterator[None]:
    """Have the names in a folder to oneself among those who write files, where the file system has locks."""
    with suppress(OSError):
        fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        yield
    finally:
        with suppress(OSError):
            fcntl.flock(folder, fcntl.LOCK_UN)


def _existing_status(name: str, folder: int) -> os.stat_result:
    with _missing_is_not_found():
        return os.stat(name, dir_fd=folder, follow_symlinks=False)


def _write_temporary(folder: int, content: IO[bytes], mode: int) -> str:
    """Write into a hidden file beside the final one, and return its name."""
    name = f".{secrets.token_hex(8)}.partial"
    descriptor = os.open(name, CREATE_FLAGS, mode, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(content, file, COPY_BYTES)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(name, dir_fd=folder)
        raise
    return name


@contextmanager
def _reserved(name: str, directory: int, *, folder: bool = False) -> Iterator[None]:
    """Take a name by making something empty of it, which the block replaces; given back where the block fails.

    So nothing that appears meanwhile is overwritten. Raises Conflict.
    """
    with _taken_is_conflict(name):
        if folder:
            os.mkdir(name, 0o755, dir_fd=directory)
        else:
            os.close(os.open(name, CREATE_FLAGS, 0o644, dir_fd=directory))
    try:
        yield
    except BaseException:
        (os.rmdir if folder else os.unlink)(name, dir_fd=directory)
        raise


@contextmanager
def _missing_is_not_found() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG):
            raise NotFound(_("There is no such file.")) from error
        raise


@contextmanager
def _taken_is_conflict(name: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise Conflict(_("There is already something called “%(name)s” here.", name=name)) from error
