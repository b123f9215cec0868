"""Forms of people whose sign-in is gone: what is carried, for whom, and what never is."""

import io
import re
from pathlib import Path

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from cms.extensions import db
from cms.models import Post, User
from cms.security import carried_forms
from cms.security.carried_forms import CarriedForm, from_own_origin, is_password
from tests import factories as make
from tests.factories import PASSWORD
from tests.sign_in import token_of

OURS = {"Sec-Fetch-Site": "same-origin"}
TYPED = {"title": "Night trains", "body": "<p>Slow & <em>far</em></p>", "locale": "en", "csrf_token": "old"}
NEW_POST = "/admin/posts/new/"
CARRIED = re.compile(r'name="carried" value="([^"]+)"')


def request_with(**headers: str) -> Request:
    return Request(EnvironBuilder(base_url="http://site.example:8000", headers=headers).get_environ())


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": ""}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://site.example:8000"}, False),
        ({"Origin": "http://site.example:8000"}, True),
        ({"Origin": "https://site.example:8000"}, False),
        ({"Origin": "http://site.example"}, False),
        ({"Origin": "http://evil.example:8000"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({}, False),
    ],
)
def test_only_the_browser_says_where_a_form_comes_from(headers, ours):
    """By Fetch Metadata, and where they are not sent, by the origin; who says nothing is a stranger."""
    assert from_own_origin(request_with(**headers)) is ours


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_a_form_of_another_site_is_refused_as_ever(client, client_as, headers):
    """No offer, whether somebody is signed in or not; and nothing of it is shown."""
    for visitor in (client, client_as("editor")):
        answer = visitor.post(NEW_POST, data=TYPED, headers=headers)
        assert answer.status_code == 400
        assert "Night trains" not in answer.text
        assert "send_again" not in answer.text
        assert CARRIED.search(answer.text) is None


def test_a_stale_token_alone_writes_nothing(client_as, db_session):
    """The answer offers to send the same fields to the same address, with a token that is valid now."""
    answer = client_as("editor").post(NEW_POST + "?locale=en", data=TYPED, headers=OURS)
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'action="/admin/posts/new/?locale=en"' in answer.text
    assert 'name="title" value="Night trains"' in answer.text
    assert 'name="body" value="&lt;p&gt;Slow &amp; &lt;em&gt;far&lt;/em&gt;&lt;/p&gt;"' in answer.text
    assert answer.text.count('name="csrf_token"') == 1
    assert token_of(answer.text) != "old"
    assert db.session.query(Post).count() == 0


def test_nothing_is_sent_by_itself(client_as):
    """No script on the page but the one of every page of an account, and no refresh."""
    answer = client_as("editor").post(NEW_POST, data=TYPED, headers=OURS)
    assert "http-equiv" not in answer.text
    assert "Refresh" not in answer.headers
    assert "onload" not in answer.text
    assert "data-form" not in answer.text


def test_the_click_saves_with_the_fresh_token(client_as, db_session):
    """And only the click."""
    editor = client_as("editor")
    answer = editor.post(NEW_POST, data=TYPED, headers=OURS)
    sent = TYPED | {"csrf_token": token_of(answer.text)}
    assert editor.post(NEW_POST, data=sent, headers=OURS).status_code == 302
    assert db.session.query(Post).one().title == "Night trains"


def test_a_token_that_is_right_needs_no_offer(client_as):
    """A session that is gone is what this is for: everything else is answered as ever."""
    answer = client_as("author").submit("/admin/users/new/", {"username": "x"}, headers=OURS)
    assert answer.status_code == 403
    assert "carried" not in answer.text


def test_over_https_a_missing_referrer_is_not_offered_again(client_as):
    """The same form would be refused once more, and so on for ever."""
    answer = client_as("editor").submit(NEW_POST, {"title": "Night trains"}, headers=OURS, base_url="https://localhost")
    assert answer.status_code == 400
    assert "Send it again" not in answer.text


@pytest.mark.parametrize(
    "headers", [{"X-Requested-With": "XMLHttpRequest"}, {"Accept": "application/json", "X-Requested-With": "fetch"}]
)
def test_scripts_get_a_sentence(client, client_as, headers):
    """As before: they keep what was typed themselves."""
    for visitor in (client, client_as("editor")):
        answer = visitor.post(NEW_POST, data=TYPED, headers=OURS | headers)
        assert (answer.status_code, answer.is_json) == (400, True)
        assert "your sign-in has ended" in answer.json["error"]


@pytest.mark.parametrize("path", ["/account/password", "/account/logout", "/language", "/account/login"])
def test_other_forms_are_not_carried(client, path):
    """Those of the account hold passwords, or nothing that was written."""
    answer = client.post(path, data={"current_password": "a", "title": "Night trains"}, headers=OURS)
    assert "Night trains" not in answer.text
    assert CARRIED.search(answer.text) is None


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_only_forms_are_carried(client, content_type):
    """What is none has no fields."""
    answer = client.post(NEW_POST, data='{"title": "Night trains"}', content_type=content_type, headers=OURS)
    assert answer.status_code == 400
    assert CARRIED.search(answer.text) is None


def test_a_password_is_never_carried(client_as, client):
    """Whoever finds the page open finds none in it."""
    typed = {"username": "nina", "password": "brown-otters-swim", "Old_Password_2": "grey-otters-swim"}
    answer = client_as("administrator").post("/admin/users/new/", data=typed, headers=OURS)
    assert 'value="nina"' in answer.text
    assert "otters" not in answer.text
    assert "The password that you typed was not kept." in answer.text
    sealed = CARRIED.search(client.post("/admin/users/new/", data=typed, headers=OURS).text)[1]
    with client.application.app_context():
        carried = CarriedForm.unsealed(sealed)
    assert carried.fields == (("username", "nina"),)
    assert carried.without_password


def test_every_password_field_is_known_by_its_name():
    """A field of another name would be carried."""
    sources = [*Path("cms").rglob("*.py"), *Path("admin").rglob("*.py")]
    named = [name for path in sources for name in re.findall(r"([\w.]+) = PasswordField\(", path.read_text())]
    made = sum(path.read_text().count("PasswordField(") for path in sources)
    assert len(named) == made >= 5
    assert all(map(is_password, named))
    assert not any('type="password"' in path.read_text() for path in Path("templates").rglob("*.html"))


def test_files_are_left_out_with_a_sentence(client_as):
    """A page cannot carry them."""
    data = TYPED | {"upload": (io.BytesIO(b"x"), "a.png")}
    answer = client_as("editor").post(NEW_POST, data=data, headers=OURS)
    assert answer.status_code == 400
    assert 'enctype="multipart/form-data"' in answer.text
    assert "The files that you chose could not be kept." in answer.text
    without = client_as("editor").post(NEW_POST, data=TYPED | {"upload": (io.BytesIO(b""), "")}, headers=OURS)
    assert "The files that you chose" not in without.text


def test_files_of_nobody_are_not_read(client):
    """As ever: whoever sends some signs in first, and chooses them again."""
    answer = client.post("/admin/media/new/", data={"upload": (io.BytesIO(b"x"), "a.png")}, headers=OURS)
    assert (answer.status_code, answer.location) == (302, "/account/login")


def test_what_is_carried_has_a_size(client, monkeypatch):
    """Larger ones are refused as ever."""
    monkeypatch.setattr(carried_forms, "LARGEST", 39)
    small = {"title": "世" * 10, "csrf_token": "x" * 100}
    assert client.post(NEW_POST, data=small, headers=OURS).status_code == 401
    assert client.post(NEW_POST, data=small | {"slug": "y"}, headers=OURS).status_code == 400


def test_the_seal_is_ours(app):
    """Nobody makes up a form for somebody else to send."""
    carried = CarriedForm("/admin/posts/edit/?id=1", True, (("a", "1"), ("a", "\r\n<2>")), True, False)
    with app.app_context():
        sealed = carried.sealed()
        assert CarriedForm.unsealed(sealed) == carried
        assert CarriedForm.unsealed(sealed[:-2] + "xx") is None
        assert CarriedForm.unsealed("") is None


def test_names_of_files_keep_their_escapes(client_as):
    """An address is sent to as it was."""
    path = "/admin/files/mkdir/50%25%20off%3F"
    answer = client_as("administrator").post(path, data=TYPED, headers=OURS)
    assert f'action="{path}"' in answer.text


def test_an_account_that_was_disabled_meanwhile_signs_in_first(client_as, db_session):
    """Its session is there and the token is right; nobody is signed in."""
    editor = client_as("editor")
    db_session.get(User, editor.user_id).session_version += 1
    db_session.commit()
    answer = editor.submit(NEW_POST, {"title": "Night trains"}, headers=OURS)
    assert answer.status_code == 401
    assert CARRIED.search(answer.text)
    assert editor.submit(NEW_POST, {"title": "Night trains"}).location == "/account/login"
    assert db.session.query(Post).count() == 0


def test_a_carried_form_is_taken_from_a_page_of_ours_only(client, db_session):
    """Another site that got hold of a sealed one could put it into somebody's sign-in otherwise."""
    user = make.make_user("editor")
    page = client.post(NEW_POST, data=TYPED, headers=OURS)
    sent = {"carried": CARRIED.search(page.text)[1], "username": user.username, "password": PASSWORD}
    foreign = client.post("/account/login/with-form", data=sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 400
    assert CARRIED.search(foreign.text) is None
