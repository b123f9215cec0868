"""What is refused at the door, before any page reads it."""

import io
from types import SimpleNamespace

import pytest
from flask import Flask, request
from flask_babel import Babel
from flask_login import LoginManager

from cms.security import bad_input
from cms.security.answers import wants_json
from cms.security.bad_input import is_text


@pytest.fixture
def door():
    """A small application behind the door, which says that it was reached."""
    app = Flask(__name__)
    app.config["REMEMBER_COOKIE_NAME"] = "remembered"
    Babel(app)

    @app.before_request
    def not_first():
        assert app.before_request_funcs[None][:2] == [bad_input.refuse_bad_input, not_first]

    bad_input.init_app(app)

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT"])
    @app.route("/<path:path>", methods=["GET", "POST", "PUT"])
    def reached(path):
        return "reached"

    return app.test_client(use_cookies=False)


@pytest.mark.parametrize(
    ("text", "fine"), [("", True), ("olá, 世界 😀", True), ("a\x00b", False), ("\ud800", False), ("a\udfffb", False)]
)
def test_texts(text, fine):
    """No NUL, no half of a surrogate pair."""
    assert is_text(text) is fine


@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/a%00b"},
        {"path": "/?q=a%00b"},
        {"path": "/?a%00b=q"},
        {"path": "/", "method": "POST", "data": {"title": "a\x00b"}},
        {"path": "/", "method": "POST", "data": {"ti\x00tle": "a"}},
        {"path": "/", "method": "POST", "data": {"title": ["fine", "a\x00b"]}},
        {"path": "/", "method": "PUT", "data": {"title": "a\x00b"}},
        {"path": "/", "method": "POST", "data": '{"title": "\\u0000"}', "content_type": "application/json"},
        {"path": "/", "method": "POST", "data": '{"title": "\\ud800"}', "content_type": "application/json"},
        {"path": "/", "method": "POST", "data": '{"\\ud800": 1}', "content_type": "application/json"},
        {"path": "/", "method": "POST", "data": '{"a": [[1, {"b": "\\u0000"}]]}', "content_type": "application/json"},
        {"path": "/", "method": "POST", "data": "{broken", "content_type": "application/json"},
        {"path": "/", "method": "POST", "data": "[" * 100_000, "content_type": "application/json"},
        {"path": "/", "method": "POST", "data": "[" * 40 + "]" * 40, "content_type": "application/json"},
    ],
)
def test_refused(door, request_):
    """By path, query, form and document."""
    assert door.open(**request_).status_code == 400


@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/olá?q=世界&q=😀"},
        {"path": "/", "method": "POST", "data": {"title": "olá\r\n\t世界"}},
        {"path": "/", "method": "POST", "data": {"title": "x" * 100_000}},
        {
            "path": "/",
            "method": "POST",
            "data": '{"a": ["b", 1, null, {"c": true}]}',
            "content_type": "application/json",
        },
        {"path": "/", "method": "POST", "data": "\x00\x01", "content_type": "application/octet-stream"},
        {"path": "/", "data": "{broken", "content_type": "application/json"},
        {"path": "/", "headers": {"Cookie": "remembered=1:1|abcdef; other=\xe9"}},
        {"path": "/%ff%fe?q=%ff"},
        {"path": "/%zz?q=%zz&=&&a[]=1&a[b]=2"},
    ],
)
def test_let_through(door, request_):
    """Everything that can be stored and shown; whether it makes sense is for the page to say."""
    assert door.open(**request_).text == "reached"


@pytest.mark.parametrize("path", ["/" + "x" * 2_000, "/?q=" + "x" * 8_000, "/" + "9" * 5_000])
def test_addresses_that_are_too_long(door, path):
    """Before anybody makes a number of them."""
    assert door.get(path).status_code == 414


def test_file_names_are_looked_at(door):
    """A name may end up in a path."""
    body = b'--b\r\nContent-Disposition: form-data; name="upload"; filename="a\x00.png"\r\n\r\nx\r\n--b--\r\n'
    answer = door.post("/", data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 400


def test_a_damaged_sign_in_is_ignored_and_deleted(door):
    """Flask-Login would fail at it, and the browser would send it again for ever."""
    seen = []
    door.application.before_request(lambda: seen.append(dict(request.cookies)))
    answer = door.get("/", headers={"Cookie": "remembered=1:1|\xe9; other=1"})
    assert answer.status_code == 200
    assert seen == [{"other": "1"}]
    assert "remembered=;" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("headers", "json_"),
    [
        ({}, False),
        ({"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, False),
        ({"Accept": "*/*"}, False),
        ({"Accept": "application/json"}, True),
        ({"Accept": "application/json, text/html;q=0.5"}, True),
        ({"X-Requested-With": "XMLHttpRequest"}, True),
        ({"Accept": "nonsense;;;q=x"}, False),
    ],
)
def test_scripts_are_answered_with_json(door, headers, json_):
    """Pages for people."""
    with door.application.test_request_context("/", headers=headers) as context:
        assert wants_json(context.request) is json_


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/account/profile", 60_000, 200),
        ("/account/profile", 70_000, 413),
        ("/admin/posts/new/", 9_000_000, 200),
        ("/admin/posts/new/", 13_000_000, 413),
        ("/elsewhere", 13_000_000, 413),
    ],
)
def test_forms_have_a_size(door, path, size, status):
    """Small where anybody may send one, large enough for a long text where people write."""
    assert (
        door.post(path, data=b"a=" + b"x" * size, content_type="application/x-www-form-urlencoded").status_code
        == status
    )


class Body(io.BytesIO):
    """A body that notes whether it was read."""

    was_read = False

    def read(self, *arguments):
        self.was_read = True
        return super().read(*arguments)

    def readinto(self, *arguments):
        self.was_read = True
        return super().readinto(*arguments)


UPLOAD = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n' + b"x" * 13_000_000 + b"\r\n--b--\r\n"


def send_files(client, path):
    """What a browser sends, and whether any of it was read."""
    body = Body(UPLOAD)
    environ = {"wsgi.input": body, "CONTENT_LENGTH": str(len(UPLOAD)), "REQUEST_METHOD": "POST"}
    environ["CONTENT_TYPE"] = "multipart/form-data; boundary=b"
    return client.open(path, environ_overrides=environ), body.was_read


@pytest.mark.parametrize(
    "path", ["/admin/files/upload/", "/admin/files/upload/a/b", "/admin/media/upload/", "/admin/media/new/"]
)
def test_uploads_may_be_larger(door, path):
    """Where files are sent to, up to the limit of the site."""
    user = SimpleNamespace(is_authenticated=True, active=True, roles=[SimpleNamespace(name="administrator")])
    LoginManager(door.application).request_loader(lambda request: user)
    answer, was_read = send_files(door, path)
    assert (answer.status_code, was_read) == (200, True)
    door.application.config["MAX_CONTENT_LENGTH"] = 1_000_000
    assert send_files(door, path)[0].status_code == 413


@pytest.mark.parametrize(
    "path", ["/admin/files/upload/", "/admin/files/upload/a/b", "/admin/media/upload/", "/admin/media/new/"]
)
def test_files_of_whoever_may_not_send_any_are_not_read(client, client_as, path):
    """Not for their form's token either."""
    answer, was_read = send_files(client, path)
    assert (answer.status_code, answer.location, was_read) == (302, "/account/login", False)
    for role in ("member", "translator"):
        answer, was_read = send_files(client_as(role), path)
        assert (answer.status_code, was_read) == (403, False)
