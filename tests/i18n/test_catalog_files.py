"""Catalogue files on the disk."""

import fcntl
import os
import threading
from pathlib import Path

import pytest

from cms.i18n import catalog_files
from cms.i18n.catalog_files import editing_lock, read_bytes, replace_file, stamp_of
from cms.i18n.errors import CatalogNotWritable, UnreadableCatalog


def test_a_file_is_replaced_in_one_step_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.po"
    path.write_bytes(b"old")
    path.chmod(0o604)
    before = stamp_of(path)
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o604
    assert stamp_of(path).inode != before.inode
    assert [file.name for file in tmp_path.iterdir()] == ["a.po"]


def test_a_file_stays_its_owners_and_its_groups_as_far_as_the_system_lets_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.po"
    path.write_bytes(b"old")
    before = path.stat()
    given = []

    def give(descriptor: int, owner: int, group: int) -> None:
        given.append((owner, group))
        if owner != -1:
            raise PermissionError

    monkeypatch.setattr(catalog_files.os, "fchown", give)
    replace_file(path, b"new")
    replace_file(tmp_path / "b.po", b"new")
    assert given == [(before.st_uid, before.st_gid), (-1, before.st_gid)]
    assert path.read_bytes() == b"new"


def test_a_new_file_has_the_usual_mode_and_its_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "pt" / "LC_MESSAGES" / "a.po"
    replace_file(path, b"new")
    other = tmp_path / "other"
    other.touch()
    assert path.stat().st_mode == other.stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.po").write_bytes(b"old")
    link = tmp_path / "link.po"
    link.symlink_to("real.po")
    replace_file(link, b"new")
    assert link.is_symlink()
    assert (tmp_path / "real.po").read_bytes() == b"new"


def test_when_writing_fails_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.po"
    path.write_bytes(b"old")

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(catalog_files.os, "fsync", fail)
    with pytest.raises(CatalogNotWritable, match="cannot be written"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.po"]


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog_files, "MAX_BYTES", 10)
    (tmp_path / "a.po").write_bytes(b"x" * 11)
    with pytest.raises(UnreadableCatalog, match="too large"):
        read_bytes(tmp_path / "a.po")


def test_what_is_no_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableCatalog, match="cannot be read"):
        read_bytes(tmp_path)
    with pytest.raises(UnreadableCatalog, match="no file"):
        read_bytes(tmp_path / "none.po")
    assert stamp_of(tmp_path / "none.po") is None


def test_one_at_a_time_edits_a_catalogue(tmp_path: Path) -> None:
    order = []
    inside, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with editing_lock(tmp_path, "pt"):
            inside.set()
            go_on.wait(5)
            order.append("first")

    def second() -> None:
        with editing_lock(tmp_path, "pt"):
            order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert inside.wait(5)
    threads[1].start()
    with editing_lock(tmp_path, "ar"):
        order.append("another language")
    go_on.set()
    for thread in threads:
        thread.join()
    assert order == ["another language", "first", "second"]


def test_a_lock_that_another_account_made_is_one_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with editing_lock(tmp_path, "pt"):
        pass
    assert (tmp_path / "pt.lock").stat().st_mode & 0o444 == 0o444
    system_open = os.open

    def may_only_read(path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY):
            raise PermissionError
        return system_open(path, flags, mode)

    monkeypatch.setattr(catalog_files.os, "open", may_only_read)
    with editing_lock(tmp_path, "pt"), (tmp_path / "pt.lock").open("rb") as file, pytest.raises(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_without_a_place_for_the_lock_nothing_is_edited(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("a file where a folder should be")
    with pytest.raises(CatalogNotWritable), editing_lock(tmp_path / "locks", "pt"):
        pass


def test_without_locks_nothing_is_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(catalog_files.fcntl, "flock", refuse)
    with pytest.raises(CatalogNotWritable), editing_lock(tmp_path, "pt"):
        pass
