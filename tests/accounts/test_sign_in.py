"""Signing in and out as a browser does."""

import re

import pytest

from cms.accounts import views
from cms.content import validation
from cms.extensions import db
from cms.models import User
from cms.security import passwords
from tests.factories import PASSWORD, make_user
from tests.sign_in import form_token, sign_in_with, token_of
from tests.site_client import SiteClient

WORKERS = ["administrator", "editor", "author", "translator"]


@pytest.mark.parametrize("role", WORKERS)
def test_people_who_work_here_get_to_the_back_office(client, db_session, role):
    """Whatever their role is."""
    response = sign_in_with(client, make_user(role).username)
    assert (response.status_code, response.location) == (302, "/admin/")


@pytest.mark.parametrize("role", ["member", None])
def test_members_get_to_the_site(client, db_session, role):
    """There is nothing for them in the back office, even if they came from there."""
    response = sign_in_with(client, make_user(role).username, next="/admin/posts/")
    assert (response.status_code, response.location) == (302, "/")


def test_the_e_mail_address_will_do(client, db_session):
    """In any case, with blanks around it."""
    make_user("editor", email="anna@example.org")
    assert sign_in_with(client, "  Anna@Example.org ").status_code == 302
    assert client.get("/account/profile").status_code == 200


def test_back_to_where_they_wanted_to_go(client, db_session):
    """The form keeps the address that was asked for."""
    user = make_user("editor")
    page = client.get("/account/login?next=/admin/posts/edit/?id%3D7").get_data(as_text=True)
    assert "Please sign in to go on." in page
    wanted = re.search(r'name="next"[^>]* value="([^"]+)"', page)[1]
    assert wanted == "/admin/posts/edit/?id=7"
    data = {"username": user.username, "password": PASSWORD, "csrf_token": token_of(page), "next": wanted}
    assert client.post("/account/login", data=data).location == "/admin/posts/edit/?id=7"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_never_to_another_site(client, db_session, wanted):
    """An address that leads elsewhere is forgotten, before and after."""
    user = make_user("editor")
    assert sign_in_with(client, user.username, next=wanted).location == "/admin/"
    assert client.get("/account/login", query_string={"next": wanted}).location == "/admin/"


def test_whoever_is_signed_in_needs_no_form(client_as):
    """They are sent to where they belong."""
    assert client_as("editor").get("/account/login").location == "/admin/"
    assert client_as("member").get("/account/login").location == "/"
    assert client_as("editor").get("/account/login?next=/admin/tags/").location == "/admin/tags/"


def test_another_account_can_sign_in_over_the_first(client, db_session):
    """What is sent counts, not who was there before."""
    first, second = make_user("member"), make_user("editor")
    sign_in_with(client, first.username)
    token = form_token(client, "/account/profile")
    data = {"username": second.username, "password": PASSWORD, "csrf_token": token}
    assert client.post("/account/login", data=data).location == "/admin/"
    assert second.username in client.get("/account/profile").get_data(as_text=True)


def failed(client, username, password):
    """The page after an attempt, without what differs by nature: the token, and the name that was typed."""
    response = sign_in_with(client, username, password)
    page = response.get_data(as_text=True)
    page = page.replace(token_of(page), "TOKEN").replace(f'value="{username}"', 'value="NAME"')
    headers = {name: value for name, value in response.headers if name not in {"Content-Length", "Set-Cookie"}}
    return response.status_code, headers, page


def test_the_same_answer_whether_the_account_exists(app, db_session):
    """Unknown, disabled with the right password, and wrong password: byte for byte the same."""
    make_user("editor", username="anna")
    make_user("editor", username="bela", active=False)
    attempts = [("anna", "wrong-guess-no-1"), ("bela", PASSWORD), ("nobody", PASSWORD)]
    answers = [failed(SiteClient.of(app), *attempt) for attempt in attempts]
    assert answers[0][0] == 422
    assert "This user name and password do not fit." in answers[0][2]
    assert answers[0] == answers[1] == answers[2]


def test_the_same_work_whether_the_account_exists(app, db_session, monkeypatch, count_queries):
    """One comparison of the full cost, and the same statements."""
    make_user("editor", username="anna")
    make_user("editor", username="bela", active=False)
    verify, calls = passwords.Passwords, []

    class Counting:
        def __init__(self, hasher):
            self.hasher = hasher

        def verify(self, stored, candidate):
            calls.append(stored)
            return self.hasher.verify(stored, candidate)

    mine = app.extensions["passwords"]
    assert isinstance(mine, verify)
    monkeypatch.setattr(mine, "hasher", Counting(mine.hasher))
    seen = []
    for name, password in [("anna", "wrong-guess-no-1"), ("bela", PASSWORD), ("nobody", PASSWORD)]:
        client = SiteClient.of(app)
        token = form_token(client, "/account/login")
        calls.clear()
        with count_queries() as queries:
            client.post("/account/login", data={"username": name, "password": password, "csrf_token": token})
        seen.append((len(calls), list(queries)))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0] == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password": ""}, "Please enter your password."),
        ({"username": ""}, "Please enter your user name or e-mail address."),
    ],
)
def test_an_incomplete_form_comes_back_with_what_was_typed(client, db_session, fields, sentence):
    """And says what is missing. Passwords are never sent back."""
    typed = {"username": "anna", "password": "seven-otters-wade", "remember": "y"} | fields
    response = sign_in_with(client, **typed)
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert sentence in page
    assert f'value="{typed["username"]}"' in page
    assert "seven-otters-wade" not in page
    assert "checked" in page


def test_without_a_token_nobody_signs_in(client, db_session):
    """The form comes back, with what was typed and a token that is good."""
    user = make_user("editor")
    response = client.post("/account/login", data={"username": user.username, "password": PASSWORD})
    page = response.get_data(as_text=True)
    assert response.status_code == 400
    assert "open for too long" in page
    assert f'value="{user.username}"' in page
    data = {"username": user.username, "password": PASSWORD, "csrf_token": token_of(page)}
    assert client.post("/account/login", data=data).status_code == 302


def test_signing_out(client_as):
    """By post alone; then nobody is there."""
    client = client_as("editor")
    assert client.get("/account/logout").status_code == 405
    assert client.get("/account/profile").status_code == 200
    response = client.submit("/account/logout")
    assert response.location == "/account/login"
    assert client.get("/account/profile").status_code == 302
    assert "You are signed out." in client.get("/account/login").get_data(as_text=True)


def test_signing_out_without_a_token(client_as):
    """Another site cannot sign people out."""
    client = client_as("editor")
    assert client.post("/account/logout").status_code == 400
    assert client.get("/account/profile").status_code == 200


def test_signing_out_twice(client):
    """There is nothing left to end, and nothing breaks."""
    token = form_token(client, "/account/login")
    assert client.post("/account/logout", data={"csrf_token": token}).status_code == 302


def test_an_older_hash_is_made_anew(client, app, db_session):
    """When the cost has been raised since; the password and the session version stay."""
    user = make_user("editor")
    dearer = passwords.Passwords({"time_cost": 2, "memory_cost": 16, "parallelism": 1})
    before = user.password_hash = dearer.hasher.hash(PASSWORD)
    db.session.commit()
    assert sign_in_with(client, user.username).status_code == 302
    db.session.expire_all()
    after = db.session.get(User, user.id)
    assert after.password_hash != before
    assert after.session_version == 1
    assert sign_in_with(SiteClient.of(app), user.username).status_code == 302


def test_a_name_longer_than_any_is_not_looked_for(client, db_session):
    """What is typed is cut before the database is asked."""
    assert sign_in_with(client, "x" * 10_000).status_code == 422


def test_the_account_leads_to_its_profile(client_as):
    """`/account/` is an address that people type."""
    assert client_as("member").get("/account/").location == "/account/profile"


def test_the_page_says_what_it_is_in_the_language_asked_for(client):
    """Title, language and direction; search engines stay out."""
    page = client.get("/account/login", headers={"Accept-Language": "ar"}).get_data(as_text=True)
    assert '<html lang="ar" dir="rtl">' in page
    assert "noindex" in page


def test_services_and_views_agree_on_the_longest_name():
    """What is cut can never be the name of an account."""
    assert (
        max(column.type.length for column in (User.__table__.c.username, User.__table__.c.email))
        <= views.LONGEST_IDENTIFIER
    )
    assert validation.USERNAME.fullmatch("a" * 64)
    assert not validation.USERNAME.fullmatch("a" * 65)
