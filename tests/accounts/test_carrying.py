"""Signing in with a form that is carried along, as a browser does it."""

import re
from html import unescape

import pytest

from cms.extensions import db, limiter
from cms.models import Post, User
from tests.factories import PASSWORD, make_user
from tests.sign_in import token_of
from tests.site_client import SiteClient

OURS = {"Sec-Fetch-Site": "same-origin"}
TYPED = {"title": "Night trains", "summary": "Slow\r\nand far", "body": "<p>Öster & väst</p>", "locale": "en"}
NEW_POST = "/admin/posts/new/"
WITH_FORM = "/account/login/with-form"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def hidden(page):
    """The fields of our own making that a page carries, as a browser sends them."""
    return {unescape(name): unescape(value) for name, value in HIDDEN.findall(page)}


def sign_in_at(client, page, username, password=PASSWORD):
    """Send the sign-in of a page that carries a form."""
    data = hidden(page) | {"csrf_token": token_of(page), "username": username, "password": password}
    return client.post(WITH_FORM, data=data, headers=OURS)


def test_signed_out_while_typing(client, db_session):
    """The sign-in carries what was typed, and then offers to send it again: nothing is written before."""
    user = make_user("editor")
    page = client.post(NEW_POST, data=TYPED, headers=OURS)
    assert page.status_code == 401
    assert page.headers["Cache-Control"] == "no-store"
    assert "You were signed out before this could be saved." in page.text
    assert f'action="{WITH_FORM}"' in page.text
    assert "Night trains" not in page.headers.get("Set-Cookie", "")

    offer = sign_in_at(client, page.text, user.username)
    assert offer.status_code == 200
    assert offer.headers["Cache-Control"] == "no-store"
    assert "Not saved yet" in offer.text
    assert 'action="/admin/posts/new/"' in offer.text
    assert {name: value for name, value in hidden(offer.text).items() if name != "csrf_token"} == TYPED
    assert db.session.query(Post).count() == 0

    assert client.post(NEW_POST, data=hidden(offer.text), headers=OURS).status_code == 302
    post = db.session.query(Post).one()
    assert (post.title, post.author_id) == ("Night trains", user.id)


def test_a_wrong_password_keeps_it(client, db_session):
    """As often as it takes."""
    user = make_user("editor")
    page = client.post(NEW_POST, data=TYPED, headers=OURS)
    for wrong in ("", "brown-otters-dive"):
        page = sign_in_at(client, page.text, user.username, wrong)
        assert page.status_code == 422
        assert page.headers["Cache-Control"] == "no-store"
        assert wrong == "" or wrong not in page.text
    offer = sign_in_at(client, page.text, user.username)
    assert hidden(offer.text)["title"] == "Night trains"


@pytest.fixture
def limited(make_app):
    """An application that counts attempts; counting is off again afterwards."""
    yield make_app(migrated=True, RATELIMIT_ENABLED=True)
    limiter.reset()
    limiter.enabled = False


def test_too_many_attempts_keep_it(limited):
    """They are counted as at any sign-in."""
    client = SiteClient.of(limited)
    with limited.app_context():
        username = make_user("editor").username
        db.session.commit()
    page = client.post(NEW_POST, data=TYPED, headers=OURS)
    for _attempt in range(10):
        page = sign_in_at(client, page.text, username, "brown-otters-dive")
    refused = sign_in_at(client, page.text, username)
    assert refused.status_code == 429
    limited.config["RATELIMIT_ENABLED"] = False
    assert hidden(sign_in_at(client, refused.text, username).text)["title"] == "Night trains"


def test_signed_in_in_another_tab_meanwhile(client, client_as):
    """The sign-in that was open is of an earlier session: what it carries is offered, nobody signs in over it."""
    page = client.post(NEW_POST, data=TYPED, headers=OURS)
    editor = client_as("editor")
    answer = sign_in_at(editor, page.text, "whoever", "brown-otters-dive")
    assert answer.status_code == 400
    assert hidden(answer.text)["title"] == "Night trains"
    assert editor.post(NEW_POST, data=hidden(answer.text)).status_code == 302


def test_without_cookies_the_sign_in_keeps_it(client, db_session):
    """The token of the sign-in is not valid either: the same form again, with a sentence."""
    page = client.post(NEW_POST, data=TYPED, headers=OURS)
    client.delete_cookie("babelpress_session")
    again = sign_in_at(client, page.text, make_user("editor").username)
    assert again.status_code == 400
    assert "open for too long" in again.text
    assert hidden(again.text)["carried"] == hidden(page.text)["carried"]


def test_another_account_may_do_what_it_may(client, db_session):
    """The service decides, when the form is sent again."""
    page = client.post("/admin/tags/new/", data={"name": "Trains", "locale": "en"}, headers=OURS)
    offer = sign_in_at(client, page.text, make_user("member").username)
    assert offer.status_code == 200
    assert client.post("/admin/tags/new/", data=hidden(offer.text), headers=OURS).status_code == 403


def test_the_offer_speaks_the_language_of_the_account(client, db_session):
    """Which the sign-in could not know."""
    user = make_user("editor", locale="de")
    page = client.post(NEW_POST, data=TYPED, headers=OURS)
    assert '<html lang="en"' in page.text
    assert '<html lang="de"' in sign_in_at(client, page.text, user.username).text


def test_a_long_text_passes_through_the_sign_in(client, db_session):
    """Which is larger than forms of the account may be otherwise."""
    user = make_user("editor")
    body = "<p>" + "".join(map(chr, range(0x4E00, 0x9000))) * 10 + "</p>"
    page = client.post(NEW_POST, data=TYPED | {"body": body}, headers=OURS)
    data = hidden(page.text) | {"csrf_token": token_of(page.text), "username": user.username, "password": PASSWORD}
    offer = client.post(WITH_FORM, data=data, headers=OURS, content_type="multipart/form-data")
    assert hidden(offer.text)["body"] == body
    assert client.post("/account/login", data=data, headers=OURS).status_code == 413


def test_the_address_of_the_sign_in_can_be_opened(client):
    """By going to it again."""
    assert client.get(WITH_FORM).status_code == 200


PROFILE = {"display_name": "Ana", "email": "ana@example.org", "bio": "Slow trains", "locale": "", "timezone": ""}


def test_the_profile_is_carried_too(client, db_session):
    """It is the one form of the account in which people write."""
    user = make_user("editor")
    page = client.post("/account/profile", data=PROFILE, headers=OURS)
    assert page.status_code == 401
    offer = sign_in_at(client, page.text, user.username)
    assert client.post("/account/profile", data=hidden(offer.text), headers=OURS).status_code == 302
    assert db.session.get(User, user.id).bio == "Slow trains"


def test_the_profile_of_an_account_that_is_signed_out_everywhere(client_as, db_session):
    """The token is right, and nobody signed in."""
    editor = client_as("editor")
    db_session.get(User, editor.user_id).session_version += 1
    db_session.commit()
    assert editor.submit("/account/profile", PROFILE, headers=OURS).status_code == 401
    assert editor.submit("/account/profile", PROFILE).location == "/account/login"


@pytest.mark.parametrize(("headers", "shown"), [(OURS, True), ({}, False), ({"Sec-Fetch-Site": "cross-site"}, False)])
def test_a_profile_typed_by_another_site_is_not_shown(client_as, headers, shown):
    """One's own is, with a stale token, ready to be sent again; a foreign one would be a click from being saved."""
    answer = client_as("editor").post("/account/profile", data=PROFILE, headers=headers)
    assert answer.status_code == 400
    assert ("Slow trains" in answer.text) is shown
