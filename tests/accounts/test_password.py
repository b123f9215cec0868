"""Changing one's own password."""

import pytest

from cms.extensions import db
from cms.models import AuditEntry, User
from tests.factories import PASSWORD, make_user
from tests.sign_in import form_token, sign_in_with
from tests.site_client import SiteClient

NEW = "eight-geese-swim"


def change(client, **fields):
    """Send the form, filled in rightly but for `fields`."""
    typed = {"current_password": PASSWORD, "new_password": NEW, "repeat_password": NEW} | fields
    return client.post("/account/password", data={"csrf_token": form_token(client, "/account/password")} | typed)


@pytest.mark.parametrize("remember", ["y", ""])
def test_this_session_goes_on_and_all_others_end(app, db_session, remember):
    """On this device the sign-in stays remembered if it was; the old password opens nothing more."""
    user = make_user("editor")
    here, there = SiteClient.of(app), SiteClient.of(app)
    sign_in_with(here, user.username, remember=remember)
    sign_in_with(there, user.username, remember="y")
    response = change(here)
    assert response.location == "/account/profile"
    assert "Your password is changed." in here.get("/account/profile").get_data(as_text=True)
    assert there.get("/account/profile").status_code == 302
    assert bool(here.get_cookie(app.config["REMEMBER_COOKIE_NAME"])) == bool(remember)
    if remember:
        here.delete_cookie(app.config["SESSION_COOKIE_NAME"])
        assert here.get("/account/profile").status_code == 200
    assert sign_in_with(SiteClient.of(app), user.username).status_code == 422
    assert sign_in_with(SiteClient.of(app), user.username, NEW).status_code == 302


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"current_password": "wrong-guess-no-1"}, "This is not your present password."),
        ({"current_password": ""}, "Please enter your present password."),
        ({"new_password": "short", "repeat_password": "short"}, "Use at least 10 characters."),
        ({"new_password": PASSWORD, "repeat_password": PASSWORD}, "This is the password that you have already."),
        ({"repeat_password": "nine-ducks-dive"}, "The two new passwords differ."),
        ({"new_password": "password123", "repeat_password": "password123"}, "This password is easy to guess."),
    ],
)
def test_what_is_refused_changes_nothing(client_as, db_session, fields, sentence):
    """Each with its sentence beside the field; the session goes on."""
    client = client_as("author")
    response = change(client, **fields)
    assert response.status_code == 422
    assert sentence in response.get_data(as_text=True)
    assert db.session.get(User, client.user_id).session_version == 1
    assert client.get("/account/profile").status_code == 200


def test_a_form_that_is_too_old_comes_back(client_as):
    """With a token that is good."""
    response = client_as("author").post("/account/password", data={"current_password": PASSWORD})
    assert response.status_code == 400
    assert "open for too long" in response.get_data(as_text=True)


def test_not_without_signing_in(client):
    """Neither the page nor what it sends."""
    assert client.get("/account/password").location.startswith("/account/login")
    token = form_token(client, "/account/login")
    assert client.post("/account/password", data={"csrf_token": token}).location.startswith("/account/login")


def test_the_change_is_recorded_without_the_password(client_as, db_session):
    """Who, and that it was done."""
    client = client_as("author")
    change(client)
    entry = db.session.query(AuditEntry).filter_by(action="password").one()
    assert (entry.actor_id, entry.object_id, entry.details) == (client.user_id, client.user_id, {})


def test_the_account_is_told_in_its_own_language(client_as, db_session, outbox):
    """By mail, after the change, whatever language the page was in."""
    client = client_as("author", email="anna@example.org", display_name="Anna Lee", locale="de")
    change(client)
    (message,) = outbox
    assert message.to == ["anna@example.org"]
    assert "Anna Lee" in message.body
    assert PASSWORD not in message.body
    assert NEW not in message.body
