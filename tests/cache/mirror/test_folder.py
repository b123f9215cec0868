"""The files, and the leases without which nobody finds them."""

from pathlib import Path

import pytest

from cms.cache.mirror.folder import Folder, Occupied, stamp_of

NAME, MARK = "https/example.org/en/=", "0123"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "pages", spawn=lambda work: work())


def leases(folder: Folder) -> list[str]:
    return sorted(path.name for path in (folder._path / "leases").iterdir())


def served(folder: Folder, tenth: str) -> bytes | None:
    """What a web server finds in a tenth of a second."""
    path = folder._path / "leases" / tenth / MARK / NAME
    return path.read_bytes() if path.is_file() else None


def write(folder: Folder, body: bytes = b"page", packed: bytes | None = b"packed") -> None:
    folder.write(NAME, MARK, body, packed, (123, 456))


def test_leases_end_before_what_is_known_does(folder: Folder) -> None:
    folder.extend(1000.0, 1000.55)
    assert leases(folder) == ["1000.0", "1000.1", "1000.2", "1000.3", "1000.4", "999.8", "999.9"]
    folder.extend(1000.31, 1000.81)
    assert leases(folder) == ["1000.1", "1000.2", "1000.3", "1000.4", "1000.5", "1000.6", "1000.7"]


def test_leases_of_another_time_go(folder: Folder) -> None:
    folder.extend(5000.0, 5000.5)
    folder.extend(1000.0, 1000.5)
    assert leases(folder)[0] == "1000.0"
    assert leases(folder)[-1] == "999.9"


def test_a_page_is_found_while_it_is_leased(folder: Folder) -> None:
    write(folder)
    assert served(folder, "1000.0") is None
    folder.extend(1000.0, 1000.5)
    assert served(folder, "1000.4") == b"page"
    assert served(folder, "1000.5") is None
    found = folder._pages / MARK / NAME
    assert found.stat().st_mtime == 123
    assert found.with_name("=.gz").read_bytes() == b"packed"
    assert found.with_name("=.gz").stat().st_mtime == 456
    folder.remove(NAME, MARK)
    folder.remove(NAME, MARK)
    assert served(folder, "1000.4") is None
    assert list(found.parent.iterdir()) == []


def test_a_new_version_takes_the_old_one_s_compressed_form_away(folder: Folder) -> None:
    write(folder)
    write(folder, b"new", None)
    assert [path.name for path in (folder._pages / MARK / NAME).parent.iterdir()] == ["="]


def test_to_begin_anew_takes_everything_out_of_reach(folder: Folder) -> None:
    write(folder)
    folder.extend(1000.0, 1000.5)
    old = folder._pages
    folder.begin_anew()
    assert leases(folder) == []
    assert not old.exists()
    folder.extend(1000.0, 1000.5)
    assert served(folder, "1000.0") is None
    write(folder, b"new")
    assert served(folder, "1000.0") == b"new"


def test_one_mirror_keeps_a_folder_and_trusts_nothing_in_it(folder: Folder) -> None:
    write(folder)
    folder.extend(1000.0, 1000.5)
    with pytest.raises(Occupied):
        Folder(folder._path)
    # As if it had died without a word.
    left = folder._pages
    folder._pages = folder._make_pages()
    folder._links.clear()
    folder.close()
    again = Folder(folder._path)
    assert not left.exists()
    assert leases(again) == []
    again.close()
    assert sorted(path.name for path in folder._path.iterdir()) == ["leases", "lock"]


def test_to_close_ends_the_leases(folder: Folder) -> None:
    folder.extend(1000.0, 1000.5)
    folder.close()
    assert leases(folder) == []


def test_time_stamps_are_kept_as_they_are(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folder.keeps_stamps()
    monkeypatch.setattr("os.utime", lambda path, times: None)
    assert not folder.keeps_stamps()


def test_a_time_stamp_follows_the_content() -> None:
    assert stamp_of('"126739a5e126e3e2c8faed44c"') < 2**33
    assert stamp_of('"00000000000000ff00000000"') == 255
    assert stamp_of('"00000002000000ff00000000"') == 255


def test_tidying_up_is_done_beside(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "pages")
    write(folder)
    folder.begin_anew()
    assert list((folder._pages).iterdir()) == []
    folder.close()
