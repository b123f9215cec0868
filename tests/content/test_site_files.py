"""The service of the site's files: who may, what is recorded, what is refused."""

import io
import os

import pytest
from PIL import Image
from sqlalchemy import select

from cms.content import safe_folder, site_files
from cms.content.errors import Conflict, InvalidInput, NotFound
from cms.models import AuditEntry
from cms.security.policy import Forbidden
from tests.factories import make_user


@pytest.fixture
def editor(db_session):
    """Somebody who may manage files."""
    return make_user("editor")


@pytest.fixture
def root(app, db_session):
    """The folder of the site's files, with a text in it."""
    folder = app.config["INSTANCE_PATH"] / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("one\ntwo\n")
    return folder


def picture(size=(900, 600), kind="PNG"):
    """The bytes of a picture."""
    output = io.BytesIO()
    Image.new("RGB", size, "teal").save(output, kind)
    return output.getvalue()


ACTIONS = [
    lambda actor: site_files.list_folder("", actor),
    site_files.folders,
    lambda actor: site_files.describe("a.txt", actor),
    lambda actor: site_files.open_for_reading("a.txt", actor),
    lambda actor: site_files.upload("", "b.txt", io.BytesIO(b"b"), actor),
    lambda actor: site_files.make_folder("", "new", actor),
    lambda actor: site_files.rename("a.txt", "b.txt", actor),
    lambda actor: site_files.move(["a.txt"], "", actor),
    lambda actor: site_files.delete(["a.txt"], actor),
    lambda actor: site_files.read_text("a.txt", actor),
    lambda actor: site_files.write_text("a.txt", "changed", "", actor),
    lambda actor: site_files.thumbnail("a.txt", actor),
]


@pytest.mark.parametrize("role", ["author", "translator", "member"])
@pytest.mark.parametrize("act", ACTIONS)
def test_who_may_not(root, role, act):
    """Every function asks first; nothing is changed."""
    actor = make_user(role)
    with pytest.raises(Forbidden):
        act(actor)
    assert [path.name for path in root.iterdir()] == ["a.txt"]
    assert (root / "a.txt").read_text() == "one\ntwo\n"


def test_everything_is_recorded(root, editor, db_session):
    """Who did what to which file, with the place it had before."""
    site_files.make_folder("", "docs", editor)
    site_files.upload("docs", "b.txt", io.BytesIO(b"b"), editor)
    site_files.rename("docs/b.txt", "c.txt", editor)
    site_files.move(["a.txt"], "docs", editor)
    text = site_files.read_text("docs/a.txt", editor)
    site_files.write_text("docs/a.txt", "changed", text.version, editor)
    site_files.delete(["docs"], editor)
    entries = db_session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.label) for entry in entries] == [
        ("create_folder", "docs"),
        ("upload", "docs/b.txt"),
        ("rename", "docs/c.txt"),
        ("move", "docs/a.txt"),
        ("update", "docs/a.txt"),
        ("delete", "docs"),
    ]
    assert {entry.actor_id for entry in entries} == {editor.id}
    assert entries[2].details["was"] == "docs/b.txt"


def test_listing_is_paged_in_natural_order(root, editor):
    """Folders first, `page 9` before `page 10`; a page beyond the last is the last."""
    for number in range(1, 12):
        (root / f"page {number}.txt").write_text("")
    (root / "zoo").mkdir()
    first = site_files.list_folder("", editor, page_size=5)
    assert [entry.name for entry in first.entries] == ["zoo", "a.txt", "page 1.txt", "page 2.txt", "page 3.txt"]
    assert (first.total, first.pages, first.cut) == (13, 3, False)
    last = site_files.list_folder("", editor, page=999, page_size=5)
    assert (last.page, [entry.name for entry in last.entries]) == (3, ["page 9.txt", "page 10.txt", "page 11.txt"])
    assert site_files.list_folder("", editor, page=-3, page_size=5).page == 1


def test_orders(root, editor):
    """By name, by date, by size; anything else is by name."""
    (root / "b.txt").write_text("x" * 50)
    os.utime(root / "b.txt", (1, 1))

    def names(order):
        return [entry.name for entry in site_files.list_folder("", editor, order=order).entries]

    assert names("newest") == ["a.txt", "b.txt"]
    assert names("largest") == ["b.txt", "a.txt"]
    assert names("nonsense") == ["a.txt", "b.txt"]


def test_search_looks_below(root, editor, monkeypatch):
    """In names, whatever their case and form; limited, and it says so."""
    (root / "docs").mkdir()
    (root / "docs" / "Cafe\u0301 menu.pdf").write_text("")
    assert [entry.path for entry in site_files.list_folder("", editor, search="CAFÉ").entries] == [
        "docs/Cafe\u0301 menu.pdf"
    ]
    assert site_files.list_folder("", editor, search="nothing").total == 0
    monkeypatch.setattr(site_files, "SEARCH_LIMIT", 1)
    assert site_files.list_folder("", editor, search="menu").cut


def test_folders_to_move_to(root, editor):
    """The root first, then all others."""
    (root / "b" / "inner").mkdir(parents=True)
    (root / "a").mkdir()
    assert site_files.folders(editor) == ["", "a", "b", "b/inner"]


def test_uploads(root, editor):
    """The name without its folders; the ending decides; nothing is overwritten unasked."""
    assert site_files.upload("", "C:\\docs\\данные.txt", io.BytesIO(b"1"), editor) == "данные.txt"
    with pytest.raises(Conflict):
        site_files.upload("", "данные.txt", io.BytesIO(b"2"), editor)
    assert (root / "данные.txt").read_bytes() == b"1"
    site_files.upload("", "данные.txt", io.BytesIO(b"2"), editor, overwrite=True)
    assert (root / "данные.txt").read_bytes() == b"2"
    with pytest.raises(InvalidInput) as refused:
        site_files.upload("", "virus.exe", io.BytesIO(b"MZ"), editor)
    assert list(refused.value.errors) == ["upload"]
    with pytest.raises(NotFound):
        site_files.upload("gone", "b.txt", io.BytesIO(b""), editor)


def test_rename_keeps_the_rule_of_endings(root, editor):
    """A text does not become a program, nor a page that hides; a folder may have any name."""
    for name in ("a.exe", "a.php", ".a.txt", "a"):
        with pytest.raises(InvalidInput):
            site_files.rename("a.txt", name, editor)
    site_files.make_folder("", "docs", editor)
    assert site_files.rename("docs", "papers", editor) == "papers"


def test_move_needs_a_folder(root, editor):
    """Not a file."""
    (root / "b.txt").write_text("")
    with pytest.raises(InvalidInput):
        site_files.move(["a.txt"], "b.txt", editor)


@pytest.mark.parametrize(
    ("stored", "typed", "expected"),
    [
        (b"one\ntwo\n", "one\r\n2\r\n", b"one\n2\n"),
        (b"one\r\ntwo\r\n", "one\r\n2\r\n", b"one\r\n2\r\n"),
        (b"mixed\r\nlines\n", "a\r\nb", b"a\nb"),
        (b"", "a\rb", b"a\nb"),
    ],
)
def test_line_ends_stay_what_they_were(root, editor, stored, typed, expected):
    """A browser sends CR LF for every line end."""
    (root / "a.txt").write_bytes(stored)
    text = site_files.read_text("a.txt", editor)
    site_files.write_text("a.txt", typed, text.version, editor)
    assert (root / "a.txt").read_bytes() == expected


def test_a_change_of_somebody_else_is_not_overwritten(root, editor):
    """Neither by what was typed before it, nor by what is typed after a save of one's own."""
    text = site_files.read_text("a.txt", editor)
    saved = site_files.write_text("a.txt", "mine", text.version, editor)
    with pytest.raises(Conflict):
        site_files.write_text("a.txt", "mine again", text.version, editor)
    site_files.write_text("a.txt", "mine at last", saved.version, editor)
    assert (root / "a.txt").read_text() == "mine at last"


def test_a_change_of_somebody_who_saves_at_the_same_moment_is_not_overwritten(root, editor, monkeypatch):
    """They have read the same, and are quicker by as long as it takes to write a file."""
    version = site_files.read_text("a.txt", editor).version
    write = safe_folder._write_temporary

    def after_somebody_else(*arguments):
        monkeypatch.undo()
        site_files.write_text("a.txt", "theirs", version, editor)
        return write(*arguments)

    monkeypatch.setattr(safe_folder, "_write_temporary", after_somebody_else)
    with pytest.raises(Conflict):
        site_files.write_text("a.txt", "mine", version, editor)
    assert (root / "a.txt").read_text() == "theirs"
    assert [path.name for path in root.iterdir()] == ["a.txt"]


def test_what_is_no_text_is_not_edited(root, editor):
    """Neither by its ending, its content, nor its size."""
    (root / "a.pdf").write_bytes(b"%PDF")
    (root / "latin.txt").write_bytes(b"caf\xe9")
    (root / "long.txt").write_bytes(b"x" * (site_files.LARGEST_TEXT + 1))
    for path in ("a.pdf", "latin.txt", "long.txt"):
        with pytest.raises(InvalidInput):
            site_files.read_text(path, editor)


def test_what_cannot_be_stored_is_refused(root, editor):
    """Too much, or half a character."""
    version = site_files.read_text("a.txt", editor).version
    for typed in ("x" * (site_files.LARGEST_TEXT + 1), "\ud800"):
        with pytest.raises(InvalidInput) as refused:
            site_files.write_text("a.txt", typed, version, editor)
        assert list(refused.value.errors) == ["text"]
    assert (root / "a.txt").read_text() == "one\ntwo\n"


def test_thumbnails(root, editor, app):
    """Small, made once, made anew when the file changes."""
    (root / "big.png").write_bytes(picture())
    small = Image.open(io.BytesIO(site_files.thumbnail("big.png", editor)))
    assert (small.format, small.size) == ("WEBP", (480, 320))
    kept = app.config["INSTANCE_PATH"] / "thumbnails"
    assert len(list(kept.iterdir())) == 1
    assert site_files.thumbnail("big.png", editor) == next(kept.iterdir()).read_bytes()
    (root / "big.png").write_bytes(picture((40, 30)))
    assert Image.open(io.BytesIO(site_files.thumbnail("big.png", editor))).size == (40, 30)


def test_thumbnail_of_a_line(root, editor):
    """However long a picture is, something is left of its height."""
    (root / "line.png").write_bytes(picture((9000, 2)))
    assert Image.open(io.BytesIO(site_files.thumbnail("line.png", editor))).size == (480, 1)


def test_thumbnails_of_files_that_are_gone_make_room(root, editor, app, monkeypatch):
    """The number that is kept is bounded, and the oldest goes."""
    monkeypatch.setattr(site_files, "THUMBNAILS_KEPT", 4)
    kept = app.config["INSTANCE_PATH"] / "thumbnails"
    kept.mkdir()
    for number in range(4):
        (kept / f"{number}.webp").write_bytes(b"")
        os.utime(kept / f"{number}.webp", (number, number))
    (root / "new.png").write_bytes(picture())

    site_files.thumbnail("new.png", editor)

    assert not (kept / "0.webp").exists()
    assert len(list(kept.iterdir())) == 4


def test_thumbnails_that_somebody_else_forgets_at_the_same_moment(root, editor, app, monkeypatch):
    """Two who look at a folder make room at once."""
    monkeypatch.setattr(site_files, "THUMBNAILS_KEPT", 1)
    kept = app.config["INSTANCE_PATH"] / "thumbnails"
    kept.mkdir()
    (kept / "gone.webp").symlink_to("nothing")
    (root / "new.png").write_bytes(picture())
    assert site_files.thumbnail("new.png", editor)


def test_no_thumbnail_of_what_is_no_picture(root, editor):
    """By its ending or by its content."""
    (root / "fake.png").write_bytes(b"not a picture")
    for path in ("a.txt", "fake.png", "gone.png"):
        with pytest.raises(NotFound):
            site_files.thumbnail(path, editor)


def test_pages_that_show_files_are_purged(root, editor, monkeypatch):
    """Within the transaction of the record."""
    purged = []
    monkeypatch.setattr(site_files, "purge_after_commit", lambda *tags: purged.extend(tags))
    site_files.upload("", "b.txt", io.BytesIO(b"b"), editor)
    assert purged == [site_files.FILES_TAG]
