"""Pages that nginx serves from files: the same replies as the application's, and only where they are meant to be."""

import gzip
import re
from pathlib import Path

import pytest
from flask_babel import force_locale, gettext

from cms.cache.addresses import PRIVATE
from cms.commands.mirror import nginx_marks
from cms.extensions import db
from cms.i18n.locales import describe
from cms.models import Post
from cms.security.headers import public_headers
from tests.cache.mirror.machines import Machine, Reply, ask
from tests.factories import make_post
from tests.nginx import CONFIGURATION

pytestmark = pytest.mark.nginx

# What a server says of itself and of the connection, and whose tag of the content it is.
OF_THE_SERVER = {"server", "date", "connection", "etag", "x-cache"}
# nginx gives no parts of a compressed file; it does not say that it would.
NOT_COMPRESSED = {"accept-ranges"}


@pytest.fixture(scope="module")
def machine(machines: list[Machine]) -> Machine:
    return machines[0]


@pytest.fixture(scope="module")
def path(machine: Machine) -> str:
    """The address of a page that is a file."""
    with machine.app.app_context():
        path = make_post(title="Kept", body=f"<p>{'Long enough to be compressed. ' * 40}</p>").public_path
    machine.await_file(path)
    return path


def from_application(machine: Machine, path: str, method: str = "GET", **headers: str) -> Reply:
    """What the application says to nginx's question."""
    forwarded = {"X_Forwarded_Host": "127.0.0.1", "X_Forwarded_Proto": "http"}
    return ask(machine.app_port, path, method, None, **forwarded, **headers)


def named(reply: Reply) -> dict[str, str]:
    return {name: value for name, value in reply.headers.items() if name not in OF_THE_SERVER}


@pytest.mark.parametrize("headers", [{}, {"Accept_Encoding": "gzip"}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_is_the_same_reply(machine: Machine, path: str, method: str, headers: dict[str, str]) -> None:
    served, said = machine.get(path, method, **headers), from_application(machine, path, method, **headers)
    assert (served.source, said.source) == ("file", "hit")
    assert (served.status, served.body) == (said.status, said.body)
    left_out = NOT_COMPRESSED if headers else set()
    assert named(served) == {name: value for name, value in named(said).items() if name not in left_out}
    assert ("content-encoding" in served.headers) is bool(headers)
    if headers and method == "GET":
        assert b"Long enough" in gzip.decompress(served.body)


def test_a_visitor_who_has_the_page_gets_no_body(machine: Machine, path: str) -> None:
    for encoding in ("identity", "gzip"):
        etag = machine.get(path, Accept_Encoding=encoding).headers["etag"]
        again = machine.get(path, Accept_Encoding=encoding, If_None_Match=etag)
        assert (again.status, again.body, again.source) == (304, b"", "file")
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == "no-cache"
        assert machine.get(path, Accept_Encoding=encoding, If_None_Match='"another"').status == 200
    assert machine.get(path).headers["etag"] != machine.get(path, Accept_Encoding="gzip").headers["etag"]


def test_part_of_a_page(machine: Machine, path: str) -> None:
    whole = machine.get(path)
    part = machine.get(path, Range="bytes=5-9")
    assert (part.status, part.body) == (206, whole.body[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{len(whole.body)}"
    assert machine.get(path, Range="bytes=5-9", If_Range=whole.headers["etag"]).status == 206
    assert machine.get(path, Range="bytes=5-9", If_Range='"another"').body == whole.body
    # There is no such part; the application says so, or gives the whole.
    beyond = machine.get(path, Range="bytes=9999999-")
    assert (beyond.status, beyond.source) == (from_application(machine, path, Range="bytes=9999999-").status, "hit")


@pytest.mark.parametrize("name", ["If_Modified_Since", "If_Unmodified_Since"])
def test_files_have_no_date(machine: Machine, path: str, name: str) -> None:
    """Their time stamps stand for something else, so questions about dates go to the application."""
    assert "last-modified" not in machine.get(path).headers
    for moment in ("Sat, 01 Jan 2000 00:00:00 GMT", "Sat, 01 Jan 2200 00:00:00 GMT"):
        reply = machine.get(path, **{name: moment})
        assert (reply.status, reply.source) == (200, "hit")


@pytest.mark.parametrize(
    "asked",
    [
        "{path}/",
        "{path}?",
        "{path}?page=",
        "{path}?page=01",
        "{path}?page=12345678",
        "{path}?utm_source=x",
        "{path}=",
        "{path}%3d",
        "{path}=.gz",
        "{path}.gz",
        "{path};x",
        "/{path}",
        "/en/%70osts{rest}",
        "/EN{rest}",
        "/en/./posts/../posts{rest}",
        "/en//posts{rest}",
        "/en/posts/",
        "/en/..%2f..%2flock",
        "/../../lock",
        "/en/%2e%2e/%2e%2e/mirror.sock",
        "/en/?../../../../lock",
        "/en/?a=/../../lock",
        "/en%00",
        "/" + "x" * 300,
        "/x" * 1000,
        "/en/%ff%fe",
        "/none",
        "/leases/",
    ],
)
def test_what_is_asked_otherwise_never_reaches_a_file(machine: Machine, path: str, asked: str) -> None:
    target = asked.format(path=path, rest=path.removeprefix("/en/posts"))
    reply = machine.get(target)
    assert reply.source != "file"
    # Some of it nginx refuses by itself (400); the application would not have had a page for it either.
    assert reply.status in (from_application(machine, target).status, 400)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
def test_other_methods_are_the_business_of_the_application(machine: Machine, path: str, method: str) -> None:
    reply = machine.get(path, method, body=b"x=1" * 10_000)
    assert reply.source == "bypass"
    assert reply.status == from_application(machine, path, method).status


def test_the_body_of_a_form_arrives(machine: Machine) -> None:
    form = machine.get("/account/login")
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', form.body)
    assert token is not None
    cookie = form.headers["set-cookie"].partition(";")[0]
    body = b"csrf_token=" + token[1] + b"&username=nobody&password=wrong-but-long"
    kind = "application/x-www-form-urlencoded"
    reply = machine.get("/account/login", "POST", body, Content_Type=kind, Cookie=cookie)
    assert reply.status in (200, 401, 422)
    assert b'value="nobody"' in reply.body


@pytest.mark.parametrize("host", ["evil.example", "EVIL.example.", "..", "a/../b", "a b", "127.0.0.1/..", "_", "[::1]"])
def test_a_page_of_one_host_is_no_page_of_another(machine: Machine, path: str, host: str) -> None:
    for _ in range(3):
        assert machine.get(path, Host=host).source != "file"
    assert {found.name for found in machine.pages.glob("pages-*/*/http/*")} == {"127.0.0.1"}


def test_what_nobody_knows_is_kept_in_no_file(machine: Machine, path: str) -> None:
    """Missing pages, redirects, feeds and lists of addresses are the application's."""
    for asked in ("/en/none", "/EN/", "/sitemap.xml", "/en/feed.xml", "/robots.txt", "/"):
        for _ in range(3):
            assert machine.get(asked).source != "file"
    names = {found.name for found in machine.pages.glob("pages-*/*/http/*/*")}
    assert names <= {"en", "=", "en="}


def test_private_addresses_pass_the_files_by() -> None:
    told = (CONFIGURATION / "babelpress-pages.conf").read_text()
    passed = set(re.findall(r"^location (/\w+) +\{ include babelpress-proxy.conf; \}$", told, re.MULTILINE))
    assert passed | {"/static"} == set(PRIVATE)


def test_style_sheets_and_pictures_come_from_the_disk(machine: Machine) -> None:
    reply = machine.get("/static/notice.txt")
    assert (reply.status, reply.body) == (200, b"from the disk")
    assert reply.headers["cache-control"] == "no-cache"
    assert "immutable" in machine.get("/static/notice.txt?v=0123abcd").headers["cache-control"]
    picture = Path(machine.app.config["INSTANCE_PATH"]) / "media" / f"{'0' * 32}.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(b"\x89PNG")
    for part in (picture, *picture.parents):
        if part.owner() == picture.owner() and "pytest" in str(part):
            part.chmod(0o755)
    asked = f"/media/{picture.name}"
    served = machine.get(asked)
    assert (served.status, served.headers["content-type"]) == (200, "image/png")
    assert served.headers["cache-control"] == from_application(machine, asked).headers["cache-control"]
    for name, value in public_headers().items():
        assert reply.headers[name.lower()] == served.headers[name.lower()] == value
    for missing in ("/static/none.css", "/static/", "/static/../config.py", "/media/none", f"/media/{'1' * 32}.png"):
        assert machine.get(missing).status == 404


def test_the_marks_are_those_of_the_program() -> None:
    assert (CONFIGURATION / "babelpress-marks.conf").read_text() == nginx_marks()


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("/", "en"),
        ("/en/none", "en"),
        ("/pt", "pt"),
        ("/pt/", "pt"),
        ("/es/posts/x?y=1", "es"),
        ("/fr/?page=2", "fr"),
        ("/de?x", "de"),
        ("/ar/posts", "ar"),
        ("/zh-Hans/", "zh-Hans"),
        ("/ptx/", "en"),
        ("/admin/posts", "en"),
        ("/search?in=/pt/", "en"),
    ],
)
def test_what_is_said_while_the_application_is_away_is_in_the_language_of_the_address(
    machine: Machine, asked: str, language: str
) -> None:
    machine.stop_application()
    try:
        reply = machine.get(asked)
    finally:
        machine.start_application()
    with machine.app.app_context(), force_locale(describe(language).folder):
        title = gettext("Back in a moment")
    direction = "rtl" if language == "ar" else "ltr"
    page = reply.body.decode()
    assert reply.status == 503
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert page.startswith(f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n')
    assert f"<title>{title}</title>" in page
    assert f"<h1>{title}</h1>" in page
    assert "style=" not in page
    assert "$" not in page


def test_a_page_with_other_headers_is_not_found(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an upgrade of the program with which nginx's configuration was not renewed."""
    with machine.app.app_context():
        path = make_post().public_path
    monkeypatch.setattr("cms.security.headers.FIXED_HEADERS", {"X-Content-Type-Options": "nosniff", "X-New": "1"})
    for _ in range(3):
        assert machine.get(path).headers["x-new"] == "1"
    assert machine.get(path).source == "hit"
    with machine.app.app_context():
        db.session.query(Post).filter_by(slug=path.rpartition("/")[2]).one().title = "Changed"
        db.session.commit()


def test_pages_of_a_list_are_files_of_their_own(machine: Machine) -> None:
    with machine.app.app_context():
        for _ in range(30):
            make_post()
    first, second = machine.await_file("/en/"), machine.await_file("/en/?page=2")
    assert first.body != second.body
    assert second.body == from_application(machine, "/en/?page=2").body
    assert machine.get("/en/?page=2&x=1").source != "file"
