"""Another release has other pages."""

from pathlib import Path

from cms.cache.release import fingerprint


def test_the_name_follows_the_files(tmp_path: Path) -> None:
    (tmp_path / "cms" / "site").mkdir(parents=True)
    (tmp_path / "cms" / "site" / "views.py").write_text("one")
    first = fingerprint(tmp_path)
    assert first == fingerprint(tmp_path)
    (tmp_path / "README.md").write_text("not what pages are made by")
    assert fingerprint(tmp_path) == first
    (tmp_path / "cms" / "site" / "views.py").write_text("two")
    second = fingerprint(tmp_path)
    assert second != first
    (tmp_path / "cms" / "site" / "views.py").rename(tmp_path / "cms" / "site" / "pages.py")
    assert fingerprint(tmp_path) not in {first, second}
