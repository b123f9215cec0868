"""The file manager's screens. Each trap of Flask-Admin's own has a test that fails where its mend is taken out."""

import io
import os
import re

import pytest
from PIL import Image

from admin.cells import size_text
from admin.views.files import page_number

ROOT = "/admin/files/"


@pytest.fixture
def root(app):
    """The folder of the site's files: a text, a folder with a text, and a secret beside the folder."""
    folder = app.config["INSTANCE_PATH"] / "files"
    (folder / "docs").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"one\ntwo\n")
    (folder / "docs" / "b.txt").write_bytes(b"b")
    private = app.config["INSTANCE_PATH"] / "files-private"
    private.mkdir()
    (private / "secret.txt").write_bytes(b"secret")
    return folder


@pytest.fixture
def editor(client_as):
    """A client that may manage files."""
    return client_as("editor")


def on_disk(folder):
    """Everything in a folder, what is hidden too."""
    return sorted(path.name for path in folder.iterdir())


def text_of(response):
    """The text of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)))


OUTSIDE = ["../files-private", "../files-private/secret.txt", "..", "../..", "/etc/passwd", "docs/../../files-private"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_is_read(editor, root, path):
    """A folder whose name begins like ours is another folder."""
    for address in (f"{ROOT}b/{path}", f"{ROOT}download/{path}", f"{ROOT}edit/?path={path}", f"{ROOT}thumbnail/{path}"):
        response = editor.get(address)
        assert response.status_code in (308, 404), address
        assert b"secret" not in response.data


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_is_written(editor, root, path):
    """By no name in any field."""
    for answer in (
        editor.submit(f"{ROOT}upload/{path}", {"upload": (io.BytesIO(b"x"), "x.txt")}),
        editor.submit(f"{ROOT}mkdir/{path}", {"name": "new"}),
        editor.submit(f"{ROOT}rename/", {"path": path, "name": "taken.txt"}),
        editor.submit(f"{ROOT}rename/", {"path": "a.txt", "name": path}),
        editor.submit(f"{ROOT}move/", {"path": path, "folder": "docs"}),
        editor.submit(f"{ROOT}move/", {"path": "a.txt", "folder": path}),
        editor.submit(f"{ROOT}delete/", {"path": path}),
        editor.submit(f"{ROOT}edit/?path={path}", {"content": "x"}),
        editor.submit(f"{ROOT}action/", {"action": "delete", "rowid": path}),
        editor.submit(f"{ROOT}mkdir/", {"name": path}),
    ):
        assert answer.status_code in (308, 404, 422)
    assert on_disk(root) == ["a.txt", "docs"]
    assert (root.parent / "files-private" / "secret.txt").read_bytes() == b"secret"


@pytest.mark.parametrize("path", ["", ".", "./", "/", "docs/.."])
def test_the_root_is_not_deleted(editor, root, path):
    """`path="."` removed everything."""
    for answer in (
        editor.submit(f"{ROOT}delete/", {"path": path}),
        editor.submit(f"{ROOT}action/", {"action": "delete", "rowid": path}),
    ):
        assert answer.status_code in (404, 422)
    assert on_disk(root) == ["a.txt", "docs"]


def test_links_lead_nowhere(editor, root):
    """Neither into a listing nor into a download; a dangling one does not break the page."""
    (root / "way-out").symlink_to(root.parent / "files-private")
    (root / "dangling").symlink_to(root / "gone")
    page = editor.get(ROOT)
    assert page.status_code == 200
    assert b"way-out" not in page.data
    assert b"dangling" not in page.data
    assert editor.get(f"{ROOT}b/way-out").status_code == 404
    assert editor.get(f"{ROOT}download/way-out/secret.txt").status_code == 404
    assert editor.submit(f"{ROOT}upload/way-out", {"upload": (io.BytesIO(b"x"), "x.txt")}).status_code == 404


@pytest.mark.parametrize("role", ["author", "translator", "member"])
def test_other_roles_are_refused(client_as, root, role):
    """At every address, downloads too."""
    visitor = client_as(role)
    for address in ("", "b/docs", "upload/", "download/a.txt", "thumbnail/a.txt", "mkdir/", "move/?path=a.txt"):
        assert visitor.get(ROOT + address).status_code == 403, address
    for address in ("rename/?path=a.txt", "edit/?path=a.txt"):
        assert visitor.get(ROOT + address).status_code == 403, address
    for address in ("upload/", "mkdir/", "rename/", "move/", "delete/", "edit/?path=a.txt", "action/"):
        assert visitor.submit(ROOT + address, {"path": "a.txt", "name": "x.txt"}).status_code == 403, address
    assert on_disk(root) == ["a.txt", "docs"]


def test_nobody_is_led_to_the_sign_in(client, root):
    """And back again."""
    assert "/account/login" in client.get(ROOT).headers["Location"]


def test_endpoints_that_nobody_declared_are_denied(editor, root):
    """Flask-Admin's old addresses."""
    for address in ("old_index", "old_b/docs"):
        assert editor.get(ROOT + address).status_code == 403


@pytest.mark.parametrize("address", ["upload/", "mkdir/", "rename/", "move/", "delete/", "edit/?path=a.txt", "action/"])
def test_every_change_needs_the_token(editor, root, address):
    """Deletion too."""
    response = editor.post(
        ROOT + address, data={"path": "a.txt", "name": "x.txt", "rowid": "a.txt", "action": "delete"}
    )
    assert response.status_code == 400
    assert on_disk(root) == ["a.txt", "docs"]


def test_browsing(editor, root):
    """The root, a folder with the way back, the details of a file."""
    page = editor.get(ROOT)
    assert "a.txt" in text_of(page)
    assert "8 bytes" in text_of(page)
    folder = editor.get(f"{ROOT}b/docs?show=docs/b.txt").get_data(as_text=True)
    assert 'href="/admin/files/"' in folder
    assert 'value="/files/docs/b.txt"' in folder
    assert editor.get(f"{ROOT}b/docs?show=docs/gone.txt").status_code == 200
    assert editor.get(f"{ROOT}b/gone").status_code == 404
    assert editor.get(f"{ROOT}b/a.txt").status_code == 404


def test_an_empty_folder_says_what_to_do(editor, app):
    """Before the first file."""
    assert "This folder is empty" in text_of(editor.get(ROOT))


@pytest.mark.parametrize("page", ["2", "99999999999999999999", "-1", "x", "\u0663", "%00"])
def test_paging(editor, root, page):
    """A page that does not exist is one that does."""
    for number in range(60):
        (root / f"file {number}.txt").write_bytes(b"")
    response = editor.get(f"{ROOT}?page={page}")
    assert response.status_code in (200, 400)
    assert len(re.findall(r'name="rowid"', response.get_data(as_text=True))) <= 48


def test_searching(editor, root):
    """Below the folder; what is not found is said."""
    assert "docs/b.txt" in editor.get(f"{ROOT}?search=B.T").get_data(as_text=True)
    assert "Nothing matches" in text_of(editor.get(f"{ROOT}?search=zebra&sort=largest"))


def test_uploading(editor, root):
    """Several at once, names in any script; the ones that are refused are told of."""
    files = [(io.BytesIO(b"1"), "данные.txt"), (io.BytesIO(b"2"), "报告.pdf")]
    response = editor.submit(f"{ROOT}upload/docs", {"upload": files})
    assert response.headers["Location"] == "/admin/files/b/docs"
    assert on_disk(root / "docs") == ["b.txt", "данные.txt", "报告.pdf"]
    again = [(io.BytesIO(b"3"), "данные.txt"), (io.BytesIO(b"4"), "new.txt"), (io.BytesIO(b"MZ"), "virus.exe")]
    response = editor.submit(f"{ROOT}upload/docs", {"upload": again})
    assert response.status_code == 422
    assert "already something called “данные.txt”" in text_of(response)
    assert "Files that end in .exe cannot be kept here." in text_of(response)
    assert (root / "docs" / "данные.txt").read_bytes() == b"1"
    assert (root / "docs" / "new.txt").read_bytes() == b"4"
    replaced = {"upload": (io.BytesIO(b"5"), "данные.txt"), "overwrite": "1"}
    assert editor.submit(f"{ROOT}upload/docs", replaced).status_code == 302
    assert (root / "docs" / "данные.txt").read_bytes() == b"5"


def test_uploading_nothing(editor, root):
    """The form says so; without scripts it is a page of its own."""
    assert editor.get(f"{ROOT}upload/docs").status_code == 200
    assert editor.submit(f"{ROOT}upload/").status_code == 422
    assert editor.get(f"{ROOT}upload/a.txt").status_code == 404


def test_new_folders(editor, root):
    """A name that is taken or refused is kept in the form."""
    assert editor.get(f"{ROOT}mkdir/docs").status_code == 200
    response = editor.submit(f"{ROOT}mkdir/docs", {"name": "Été"})
    assert response.status_code == 302
    assert (root / "docs" / "Été").is_dir()
    taken = editor.submit(f"{ROOT}mkdir/docs", {"name": "Été"})
    assert taken.status_code == 409
    assert 'value="Été"' in taken.get_data(as_text=True)
    assert editor.submit(f"{ROOT}mkdir/", {"name": ".git"}).status_code == 422
    assert editor.submit(f"{ROOT}mkdir/a.txt", {"name": "x"}).status_code == 404


def test_renaming(editor, root):
    """The ending keeps its rule, nothing is overwritten, and the script of a name is kept."""
    assert "a.txt" in editor.get(f"{ROOT}rename/?path=a.txt").get_data(as_text=True)
    assert editor.submit(f"{ROOT}rename/", {"path": "a.txt", "name": "отчёт.txt"}).status_code == 302
    assert on_disk(root) == ["docs", "отчёт.txt"]
    (root / "b.txt").write_bytes(b"b")
    assert editor.submit(f"{ROOT}rename/", {"path": "отчёт.txt", "name": "b.txt"}).status_code == 409
    assert (root / "b.txt").read_bytes() == b"b"
    for name in ("b.php", "b.exe", "../b2.txt", ".b.txt", ""):
        answer = editor.submit(f"{ROOT}rename/", {"path": "b.txt", "name": name})
        assert answer.status_code == 422, name
    assert editor.get(f"{ROOT}rename/").status_code == 404


def test_moving(editor, root):
    """One from its details, several by ticking them; a folder not into itself."""
    ticked = editor.submit(f"{ROOT}action/", {"action": "move", "rowid": ["a.txt", "docs"]})
    assert "Move 2 files" in text_of(ticked)
    assert editor.submit(f"{ROOT}move/", {"path": "docs", "folder": "docs"}).status_code == 422
    assert editor.submit(f"{ROOT}move/", {"path": "a.txt", "folder": "docs"}).status_code == 302
    assert on_disk(root) == ["docs"]
    (root / "a.txt").write_bytes(b"other")
    refused = editor.submit(f"{ROOT}move/", {"path": "a.txt", "folder": "docs"})
    assert refused.status_code == 409
    assert editor.get(f"{ROOT}move/?path=gone.txt").status_code == 404
    assert editor.submit(f"{ROOT}move/", {"path": ["docs/a.txt", "a.txt"], "folder": "gone"}).status_code == 404


def test_deleting(editor, root):
    """One, or what is ticked; what is in a folder goes with it."""
    (root / "c.txt").write_bytes(b"")
    assert editor.submit(f"{ROOT}delete/", {"path": "c.txt"}).status_code == 302
    assert editor.submit(f"{ROOT}delete/", {"path": "c.txt"}).status_code == 404
    response = editor.submit(f"{ROOT}action/", {"action": "delete", "rowid": ["a.txt", "docs"]}, follow_redirects=True)
    assert "2 files were deleted." in text_of(response)
    assert on_disk(root) == []


@pytest.mark.parametrize("fields", [{}, {"action": "delete"}, {"action": "publish", "rowid": "a.txt"}])
def test_unknown_actions(editor, root, fields):
    """Nothing is done."""
    assert editor.submit(f"{ROOT}action/", fields).status_code == 400
    assert on_disk(root) == ["a.txt", "docs"]


def test_editing(editor, root):
    """Line ends and a first empty line stay; what others saved meanwhile is not lost, nor what was typed."""
    page = editor.get(f"{ROOT}edit/?path=a.txt").get_data(as_text=True)
    version = re.search(r'name="version" value="([^"]+)"', page)[1]
    assert ">\none\ntwo\n</textarea>" in page
    saved = editor.submit(f"{ROOT}edit/?path=a.txt", {"content": "\r\none\r\n<2>\r\n", "version": version})
    assert saved.status_code == 302
    assert (root / "a.txt").read_bytes() == b"\none\n<2>\n"
    conflict = editor.submit(f"{ROOT}edit/?path=a.txt", {"content": "mine", "version": version})
    assert conflict.status_code == 409
    assert ">\nmine</textarea>" in conflict.get_data(as_text=True)
    assert (root / "a.txt").read_bytes() == b"\none\n<2>\n"


def test_editing_what_is_no_text(editor, root):
    """Refused with a sentence."""
    (root / "a.pdf").write_bytes(b"%PDF")
    response = editor.get(f"{ROOT}edit/?path=a.pdf")
    assert response.status_code == 422
    assert "cannot be edited here" in text_of(response)


def test_downloads_are_saved_never_shown(editor, root):
    """As bytes, under their own name."""
    (root / "данные.html").write_bytes(b"<script>alert(1)</script>")
    response = editor.get(f"{ROOT}download/данные.html")
    assert response.data == b"<script>alert(1)</script>"
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert editor.get(f"{ROOT}download/.hidden").status_code == 404
    assert editor.get(f"{ROOT}download/docs").status_code == 404


def test_thumbnails(editor, root):
    """Of pictures; the listing shows them."""
    Image.new("RGB", (900, 600), "teal").save(root / "p.png")
    address = re.search(r'src="(/admin/files/thumbnail/[^"]+)"', editor.get(ROOT).get_data(as_text=True))[1]
    response = editor.get(address)
    assert response.mimetype == "image/webp"
    assert "immutable" in response.headers["Cache-Control"]
    assert editor.get(f"{ROOT}thumbnail/a.txt").status_code == 404


def test_a_failing_disk_is_not_explained(editor, root, monkeypatch):
    """A sentence, without the place where it failed."""

    def fail(*args, **kwargs):
        raise PermissionError(13, "Permission denied", str(root / "a.txt"))

    monkeypatch.setattr(os, "scandir", fail)
    response = editor.get(ROOT)
    assert response.status_code == 503
    assert "cannot be reached" in text_of(response)
    assert str(root) not in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1500, "1.5 KB"), (2_000_000, "2 MB"), (3.2e11, "320 GB")],
)
def test_sizes(app, size, text):
    """As people say them."""
    with app.test_request_context("/admin/"):
        assert size_text(int(size)) == text


@pytest.mark.parametrize(("text", "number"), [("3", 3), ("", 1), ("-1", 1), ("1e3", 1), ("9" * 30, 1), ("٣", 1)])
def test_page_numbers(text, number):
    """Whatever stands in an address is a page."""
    assert page_number(text) == number


def test_moving_a_screenful_of_long_names(editor, root):
    """An address that held them all would be longer than any server takes."""
    names = [f"{'я' * 60}-{number}.txt" for number in range(48)]
    for name in names:
        (root / name).write_bytes(b"x")
    asked = editor.submit(f"{ROOT}action/", {"action": "move", "rowid": names})
    assert asked.status_code == 200
    assert names[47] in asked.text
