"""Operations on files cannot leave their folder: not by name, not by link, not by anything that happens meanwhile."""

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cms.content.errors import Conflict, InvalidInput, NotFound
from cms.content.safe_folder import SafeFolder


@pytest.fixture
def outside(tmp_path):
    """A folder that nothing here may touch, with a secret in it."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def safe(tmp_path):
    """The folder under test, with a file, a folder with a file, and a hidden file."""
    root = tmp_path / "files"
    (root / "docs").mkdir(parents=True)
    (root / "a.txt").write_text("a")
    (root / "docs" / "b.txt").write_text("b")
    (root / ".hidden").write_text("hidden")
    return SafeFolder(root)


def put(safe: SafeFolder, path: str, content: bytes = b"new", *, overwrite: bool = False) -> str:
    """Write a file at a path."""
    parent, _slash, name = path.rpartition("/")
    return safe.write(parent, name, io.BytesIO(content), overwrite=overwrite).path


def on_disk(folder: Path) -> list[str]:
    """Everything in a folder, what is hidden too, sorted."""
    return sorted(path.name for path in folder.iterdir())


def names(safe: SafeFolder, path: str = "") -> list[str]:
    """What a folder shows, sorted."""
    return sorted(entry.name for entry in safe.entries(path))


READERS: list[Callable[[SafeFolder, str], object]] = [
    lambda safe, path: safe.open_file(path),
    lambda safe, path: safe.entry(path),
    lambda safe, path: safe.entries(path),
    lambda safe, path: safe.delete(path),
    lambda safe, path: safe.move(path, "docs", "taken.txt"),
    lambda safe, path: safe.move("a.txt", path, "taken.txt"),
    lambda safe, path: safe.make_folder(path, "new"),
    lambda safe, path: put(safe, f"{path}/new.txt"),
]


@pytest.mark.parametrize("act", READERS)
@pytest.mark.parametrize("path", ["..", "../outside", "../outside/secret.txt", "docs/../..", "/etc", ".hidden", "a\0b"])
def test_no_name_leads_outside(safe, outside, act, path):
    """Neither reading nor writing, and nothing is changed by trying."""
    with pytest.raises(NotFound):
        act(safe, path)
    assert names(safe) == ["a.txt", "docs"]
    assert on_disk(outside) == ["secret.txt"]


@pytest.mark.parametrize("act", READERS)
def test_links_are_not_followed(safe, outside, act):
    """A link to a folder or a file elsewhere leads nowhere, at the end of a path or in the middle."""
    (safe.root / "folder-link").symlink_to(outside)
    (safe.root / "file-link").symlink_to(outside / "secret.txt")
    for path in ("folder-link", "file-link", "folder-link/secret.txt"):
        with pytest.raises(NotFound):
            act(safe, path)
    assert on_disk(outside) == ["secret.txt"]
    assert (outside / "secret.txt").read_text() == "secret"
    assert (safe.root / "a.txt").exists()


def test_listings_show_neither_links_nor_what_is_hidden(safe, outside):
    """A dangling link, a pipe or an undecodable name does not break a listing."""
    (safe.root / "dangling").symlink_to(safe.root / "gone")
    (safe.root / "link").symlink_to(outside)
    os.mkfifo(safe.root / "pipe")
    (safe.root / os.fsdecode(b"\xff.txt")).write_text("")
    assert names(safe) == ["a.txt", "docs"]
    assert {entry.path for entry in safe.entries_below("", 10)} == {"a.txt", "docs", "docs/b.txt"}


def test_a_pipe_is_no_file(safe):
    """Opening it does not wait for a writer."""
    os.mkfifo(safe.root / "pipe.txt")
    for act in (safe.open_file, safe.entry):
        with pytest.raises(NotFound):
            act("pipe.txt")


def test_writing_through_a_link_is_impossible(safe, outside):
    """The link is neither followed nor replaced."""
    (safe.root / "link.txt").symlink_to(outside / "secret.txt")
    for overwrite in (False, True):
        with pytest.raises(Conflict):
            put(safe, "link.txt", overwrite=overwrite)
    assert (outside / "secret.txt").read_text() == "secret"


def test_the_root_may_be_a_link(tmp_path, safe):
    """Where the files are kept is the operator's choice."""
    link = tmp_path / "elsewhere"
    link.symlink_to(safe.root)
    assert names(SafeFolder(link)) == ["a.txt", "docs"]


def test_the_folder_is_made(tmp_path):
    """A new site has no files yet."""
    safe = SafeFolder(tmp_path / "new" / "files")
    assert safe.entries("") == []
    assert safe.entry("").is_folder


def test_reading(safe):
    """A file with what is known of it."""
    with safe.reading("docs/b.txt") as (file, entry):
        assert file.read() == b"b"
    assert (entry.path, entry.name, entry.parent, entry.size) == ("docs/b.txt", "b.txt", "docs", 1)
    for path in ("", "docs", "gone.txt", "a.txt/b"):
        with pytest.raises(NotFound):
            safe.open_file(path)


def test_writing(safe):
    """A file appears whole, with no trace of how it came to be."""
    assert put(safe, "docs/данные.txt", b"123") == "docs/данные.txt"
    assert (safe.root / "docs" / "данные.txt").read_bytes() == b"123"
    assert on_disk(safe.root / "docs") == ["b.txt", "данные.txt"]


def test_nothing_is_overwritten_unasked(safe):
    """Neither a file nor a folder; asked, a file is, and keeps its mode."""
    (safe.root / "a.txt").chmod(0o640)
    for path in ("a.txt", "docs"):
        with pytest.raises(Conflict, match=path):
            put(safe, path)
    with pytest.raises(Conflict):
        put(safe, "docs", overwrite=True)
    put(safe, "a.txt", b"changed", overwrite=True)
    assert (safe.root / "a.txt").read_bytes() == b"changed"
    assert (safe.root / "a.txt").stat().st_mode & 0o777 == 0o640


def test_what_appears_meanwhile_is_not_overwritten(safe):
    """The name is taken while the upload is being written."""

    class Meddling(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            (safe.root / "new.txt").write_text("somebody else's")
            return super().read(size)

    with pytest.raises(Conflict):
        safe.write("", "new.txt", Meddling(b"mine"), overwrite=False)
    assert (safe.root / "new.txt").read_text() == "somebody else's"
    assert names(safe) == ["a.txt", "docs", "new.txt"]
    assert not list(safe.root.glob("*.partial"))


def test_a_failed_upload_leaves_nothing(safe):
    """Not even a hidden part of it."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        safe.write("", "new.txt", Broken(), overwrite=False)
    assert on_disk(safe.root) == [".hidden", "a.txt", "docs"]


def test_folders(safe):
    """Made once."""
    assert safe.make_folder("docs", "new") == "docs/new"
    with pytest.raises(Conflict):
        safe.make_folder("docs", "new")


def test_moving(safe):
    """Files and folders, with what is in them."""
    assert safe.move("a.txt", "docs", "c.txt") == "docs/c.txt"
    assert safe.move("docs", "", "papers") == "papers"
    assert names(safe, "papers") == ["b.txt", "c.txt"]
    assert safe.move("papers", "", "papers") == "papers"


def test_moving_overwrites_nothing(safe):
    """Not even an empty folder, which the system would replace."""
    safe.make_folder("", "empty")
    put(safe, "b.txt")
    for path, parent, name in (
        ("a.txt", "", "b.txt"),
        ("docs", "", "empty"),
        ("docs", "", "a.txt"),
        ("a.txt", "", "docs"),
    ):
        with pytest.raises(Conflict):
            safe.move(path, parent, name)
    assert names(safe) == ["a.txt", "b.txt", "docs", "empty"]


def test_a_folder_does_not_move_into_itself(safe):
    """Nor does the root move, nor what is not there."""
    safe.make_folder("docs", "inner")
    with pytest.raises(InvalidInput):
        safe.move("docs", "docs/inner", "docs")
    with pytest.raises(InvalidInput):
        safe.move("", "docs", "all")
    with pytest.raises(NotFound):
        safe.move("gone.txt", "docs", "gone.txt")
    assert names(safe, "docs") == ["b.txt", "inner"]


@pytest.mark.parametrize("path", ["a.txt", "docs"])
@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOENT, NotFound), (errno.EXDEV, OSError), (errno.EACCES, PermissionError)]
)
def test_a_move_that_fails_gives_the_name_back(safe, path, number, error, monkeypatch):
    """What was taken for it is released; and what is there, on another disk or closed, is not said to be missing."""

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(error):
        safe.move(path, "", "elsewhere")
    assert names(safe) == ["a.txt", "docs"]


def test_an_upload_that_fails_at_last_gives_the_name_back(safe, monkeypatch):
    """Nothing empty is left under it, which would keep the next try out."""

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EIO, "no")

    before = on_disk(safe.root)
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no"):
        put(safe, "new.txt")
    monkeypatch.undo()
    assert on_disk(safe.root) == before
    assert put(safe, "new.txt") == "new.txt"


def test_paths_stay_within_what_can_be_asked_for(safe):
    """Nothing is put where no address leads."""
    deep = ""
    for _level in range(20):
        deep = safe.make_folder(deep, "d")
    with pytest.raises(InvalidInput):
        safe.make_folder(deep, "d")
    (safe.root / deep / "beyond" / "more").mkdir(parents=True)
    assert max(entry.path.count("/") for entry in safe.entries_below("", 100)) == 19


def test_what_is_in_a_folder_can_be_asked_for_wherever_it_goes(safe):
    """A file that lay too deep would be there, and neither be seen nor be served any more."""
    deep = ""
    for _level in range(18):
        deep = safe.make_folder(deep, "d")
    (safe.root / "docs" / "more").mkdir()
    (safe.root / "docs" / "more" / "c.txt").write_text("c")
    for parent, name in ((deep, "docs"), ("", "x" * 990)):
        with pytest.raises(InvalidInput, match="too"):
            safe.move("docs", parent, name)
    assert safe.entry("docs/more/c.txt").size == 1
    moved = safe.move("docs", deep.removesuffix("/d"), "docs")
    assert safe.entry(f"{moved}/more/c.txt").size == 1


def test_walking_is_limited(safe):
    """A search in a large folder ends."""
    assert len(list(safe.entries_below("", 2))) == 2


def test_deleting(safe, outside):
    """Files, folders with what is in them; links inside are removed, not what they lead to; never the root."""
    (safe.root / "docs" / "link").symlink_to(outside)
    assert safe.delete("docs").is_folder
    assert safe.delete("a.txt").path == "a.txt"
    assert names(safe) == []
    assert (outside / "secret.txt").exists()
    for path in ("", ".", "./"):
        with pytest.raises((InvalidInput, NotFound)):
            safe.delete(path)
    assert safe.root.is_dir()


def test_other_failures_are_not_hidden(safe, monkeypatch):
    """Only what means "not there" becomes NotFound."""

    def fail(*args: object, **kwargs: object) -> int:
        raise PermissionError("denied")

    monkeypatch.setattr(os, "stat", fail)
    with pytest.raises(PermissionError):
        safe.entry("a.txt")
