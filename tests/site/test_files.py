"""Files as visitors get them."""

import pytest


@pytest.fixture
def put(app):
    """Put a file into the folder of the site's files."""
    folder = app.config["INSTANCE_PATH"] / "files"

    def write(name, content=b"content"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return write


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", "text/plain; charset=utf-8"),
        ("фото.jpg", "image/jpeg"),
        ("a.PNG", "image/png"),
        ("deep/er/a.mp4", "video/mp4"),
    ],
)
def test_what_is_harmless_is_shown(client, put, name, kind):
    """With its type, which no browser may doubt."""
    put(name)
    response = client.get(f"/files/{name}")
    assert response.status_code == 200
    assert response.data == b"content"
    assert response.headers["Content-Type"] == kind
    assert response.headers["Content-Disposition"].startswith("inline")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name", ["a.html", "a.HTM", "a.svg", "a.xml", "a.js", "a.mjs", "a.css", "a.pdf", "a.wasm", "a.xhtml", "noending"]
)
def test_what_a_browser_could_execute_is_downloaded(client, put, name):
    """Whatever its letters' case, and whatever else was put into the folder."""
    put(name)
    response = client.get(f"/files/{name}")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["a.js", "a.mjs", "a.css", "a.wasm"])
def test_no_page_can_use_a_file_as_code(client, put, name):
    """With nosniff, a script or a style sheet needs its own type."""
    put(name)
    assert client.get(f"/files/{name}").headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    "path", [".hidden.txt", ".git/config", "docs", "docs/", "gone.txt", "../secret_key", "..%2Fsecret_key", "a%00.txt"]
)
def test_everything_else_is_missing(client, put, path):
    """What is hidden, folders, and what lies elsewhere."""
    put(".hidden.txt")
    put(".git/config")
    put("docs/a.txt")
    assert client.get(f"/files/{path}").status_code in (400, 404)


def test_links_are_missing(client, put, app):
    """Wherever they lead."""
    put("a.txt")
    folder = app.config["INSTANCE_PATH"] / "files"
    (folder / "link.txt").symlink_to(folder / "a.txt")
    assert client.get("/files/link.txt").status_code == 404


def test_conditional_requests(client, put):
    """Whoever has it is told so; after a change it is sent again."""
    put("a.txt", b"first")
    first = client.get("/files/a.txt")
    assert first.headers["Cache-Control"] == "public, no-cache"
    for headers in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-Modified-Since": first.headers["Last-Modified"]},
    ):
        assert client.get("/files/a.txt", headers=headers).status_code == 304
    put("a.txt", b"second")
    again = client.get("/files/a.txt", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (200, b"second")


def test_parts_of_a_file(client, put):
    """For films that are watched from the middle."""
    put("a.mp4", b"0123456789")
    part = client.get("/files/a.mp4", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data) == (206, b"234")
    assert part.headers["Content-Range"] == "bytes 2-4/10"
    assert client.get("/files/a.mp4", headers={"Range": "bytes=90-"}).status_code == 416


def test_only_the_head(client, put):
    """Its length, without its content."""
    put("a.txt", b"12345")
    head = client.head("/files/a.txt")
    assert (head.data, head.headers["Content-Length"]) == (b"", "5")


def test_no_session_is_opened(client_as, put):
    """Everybody gets the same bytes, and no cookie."""
    put("a.txt")
    response = client_as("editor").get("/files/a.txt")
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")


def test_the_name_is_offered_for_saving(client, put):
    """In its own script."""
    put("данные.html")
    assert "filename*=UTF-8''%D0%B4" in client.get("/files/данные.html").headers["Content-Disposition"]


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,4-5", "bytes=0-0,-1", "items=0-1", "bytes=x", "bytes=5-2", "bytes=", "0-1"]
)
def test_what_is_not_one_part_is_answered_in_whole(client, put, asked):
    """Of several parts, of another unit, or of none that a file could have: no reader is refused for it."""
    put("a.pdf", b"0123456789")
    answer = client.get("/files/a.pdf", headers={"Range": asked})
    assert (answer.status_code, answer.data) == (200, b"0123456789")


@pytest.mark.parametrize(("asked", "part"), [("bytes=2-4", b"234"), ("Bytes= 8-", b"89"), ("bytes=-1", b"9")])
def test_one_part_is_answered(client, put, asked, part):
    """From a place to another, from a place on, or the end."""
    put("a.pdf", b"0123456789")
    answer = client.get("/files/a.pdf", headers={"Range": asked})
    assert (answer.status_code, answer.data) == (206, part)
