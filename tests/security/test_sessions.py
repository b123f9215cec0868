"""Sessions exist under the personal addresses only, end when the account says so, and are new at each sign-in."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import session
from flask_login import current_user

from cms.content import user_accounts, user_editing
from cms.extensions import db
from cms.models import User
from cms.security.policy import SYSTEM
from cms.security.sessions import (
    IDLE_LIFETIME,
    LONGEST_LIFETIME,
    REMEMBER_COOKIE,
    REMEMBER_LIFETIME,
    RENEW_AFTER,
    SESSION_COOKIE,
    NoSession,
    SessionNotAllowed,
    is_personal,
    load_user,
)
from tests.factories import PASSWORD, make_user
from tests.sign_in import form_token, sign_in_with

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "personal"),
    [
        ("/account", True),
        ("/account/login", True),
        ("/admin/", True),
        ("/admin/posts/edit/", True),
        ("/language/pt", True),
        ("/", False),
        ("/pt/posts/ola", False),
        ("/accounting", False),
        ("/administrators", False),
        ("/en/admin/", False),
    ],
)
def test_personal_addresses(path, personal):
    """Whole parts of the path count, not beginnings of words."""
    assert is_personal(path) is personal


@pytest.mark.parametrize(
    "use",
    [
        lambda: session["name"],
        lambda: session.get("name"),
        lambda: session.update(name=1),
        lambda: session.setdefault("name", 1),
        lambda: session.pop("name", None),
        lambda: session.clear(),  # noqa: PLW0108 -- the proxy is looked up inside the request
        lambda: dict(session),
        lambda: bool(session),
        lambda: list(session.items()),
        lambda: current_user.is_authenticated,
        lambda: session.__setitem__("name", 1),
        lambda: session.__delitem__("name"),
    ],
)
def test_a_public_page_has_no_session(app, use):
    """Reading, writing and asking who is there raise, and say where sessions are."""
    with app.test_request_context("/en/"), pytest.raises(SessionNotAllowed, match=r"no session at /en/.*/account"):
        use()


def test_only_the_question_for_a_key_is_answered(app):
    """Always with no: Flask-Login asks it after every response."""
    with app.test_request_context("/en/"):
        assert "name" not in session


def test_a_public_answer_has_no_trace_of_a_session(client_as):
    """Signed in or not: no cookie, no Vary."""
    response = client_as("editor").get("/healthz")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")


def test_the_stand_in_is_never_saved(app):
    """Flask asks whether the session is one that can be saved."""
    with app.test_request_context("/en/"):
        assert app.session_interface.is_null_session(NoSession("/en/"))


def test_cookies_are_kept_from_scripts_and_other_sites(client, db_session):
    """Both cookies, by their attributes."""
    user = make_user()
    response = sign_in_with(client, user.username, remember="y")
    cookies = response.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie


def test_cookies_travel_over_https_only_where_the_site_says_so(make_app):
    """`SESSION_COOKIE_SECURE` covers both cookies."""
    app = make_app(migrated=True, SESSION_COOKIE_SECURE=True)
    assert app.config["REMEMBER_COOKIE_SECURE"] is True
    client = app.test_client()
    response = client.get("/account/login", base_url="https://localhost")
    assert "Secure" in response.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "1",
        "1:",
        ":1",
        "x:1",
        "1:1",
        "1:1:",
        "1:1:1:1",
        "1:-1:1",
        "9" * 19 + ":1:1",
        "1:" + "9" * 10 + ":1",
        "¹:1:1",
        "1:1:1\n",
    ],
)
def test_what_no_session_ever_kept_is_nobody(app_context, kept):
    """A cookie of another program, or an old one of ours."""
    assert load_user(kept) is None


def test_an_account_is_found_by_what_its_session_kept(db_session):
    """And by nothing older."""
    user = make_user()
    now = int(time.time())
    assert load_user(f"{user.get_id()}:{now}") is user
    assert load_user(f"{user.id}:{user.session_version + 1}:{now}") is None
    assert load_user(f"{user.id + 1000}:1:{now}") is None


@pytest.mark.parametrize("change", [{"active": False}, {"session_version": 2}])
@pytest.mark.parametrize("remember", ["y", ""])
def test_sessions_end_at_the_next_request(client, db_session, change, remember):
    """Disabling the account or raising its version; a remembered sign-in does not bring it back."""
    user = make_user("editor")
    sign_in_with(client, user.username, remember=remember)
    assert client.get("/account/profile").status_code == 200
    for name, value in change.items():
        setattr(db.session.get(User, user.id), name, value)
    db.session.commit()
    response = client.get("/account/profile")
    assert response.status_code == 302
    assert response.location.startswith("/account/login")


def test_signing_in_begins_a_new_session(client, db_session):
    """Nothing of the visitor's session is taken over: not its content, not its token."""
    user = make_user()
    before = form_token(client, "/account/login")
    with client.session_transaction("/account/login") as kept:
        kept["planted"] = "by somebody else"
        token_before = kept["csrf_token"]
    client.post("/account/login", data={"username": user.username, "password": PASSWORD, "csrf_token": before})
    with client.session_transaction("/account/login") as kept:
        assert kept["_user_id"].startswith(f"{user.get_id()}:")
        assert "planted" not in kept
        assert kept.get("csrf_token") != token_before
    response = client.post("/account/profile", data={"csrf_token": before})
    assert response.status_code == 400


def test_signing_out_leaves_nothing(client, db_session):
    """Neither the session's content nor the remembering cookie."""
    user = make_user()
    sign_in_with(client, user.username, remember="y")
    assert client.get_cookie(REMEMBER_COOKIE)
    client.post("/account/logout", data={"csrf_token": form_token(client, "/account/profile")})
    assert client.get_cookie(REMEMBER_COOKIE) is None
    with client.session_transaction("/account/login") as kept:
        assert "_user_id" not in kept
        assert "csrf_token" not in kept


def test_a_remembered_sign_in_outlives_the_session(client, db_session):
    """The browser was closed: the session cookie is gone, the other brings the account back."""
    user = make_user()
    sign_in_with(client, user.username, remember="y")
    client.delete_cookie(SESSION_COOKIE)
    assert client.get("/account/profile").status_code == 200


@pytest.mark.parametrize("cookie", [SESSION_COOKIE, REMEMBER_COOKIE])
def test_a_remembered_sign_in_ends_a_month_after_the_password(client, db_session, cookie):
    """Neither a cookie that somebody has kept nor a session that it brought back, however much it is used, lasts."""
    user = make_user()
    with time_machine.travel(NOW, tick=False) as clock:
        sign_in_with(client, user.username, remember="y")
        client.delete_cookie(SESSION_COOKIE)
        assert client.get("/account/profile").status_code == 200
        kept = client.get_cookie(cookie).value
        client.delete_cookie(REMEMBER_COOKIE)
        step = IDLE_LIFETIME - timedelta(hours=1)
        for _use in range(REMEMBER_LIFETIME // step):
            clock.shift(step)
            client.set_cookie(cookie, kept)
            assert client.get("/account/profile").status_code == 200
            kept = client.get_cookie(cookie).value
            client.delete_cookie(SESSION_COOKIE)
        clock.shift(step)
        client.set_cookie(cookie, kept)
        assert client.get("/account/profile").status_code == 302


def test_a_sign_in_to_a_deleted_account_opens_no_other(client, db_session):
    """SQLite gives the id of the account that was made last to the next one, here to somebody who may do everything."""
    former = {"username": "anna", "email": "anna@example.org", "password": PASSWORD}
    old = user_accounts.create_user(SYSTEM, **former).id
    sign_in_with(client, "anna", remember="y")
    user_editing.delete_account(SYSTEM, db.session.get(User, old))
    heir = {"username": "carla", "email": "carla@example.org", "password": PASSWORD, "roles": ["administrator"]}
    user_accounts.create_user(SYSTEM, **heir)
    assert client.get("/admin/").location == "/account/login?next=/admin/"
    assert client.get("/account/profile").status_code == 302


def test_without_remembering_the_session_ends_with_the_browser(client, db_session):
    """Neither a second cookie nor a moment of expiry on the first."""
    response = sign_in_with(client, make_user().username)
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie


def test_an_idle_session_ends(client, db_session):
    """Half a day without a request."""
    user = make_user()
    with time_machine.travel(NOW, tick=False) as clock:
        sign_in_with(client, user.username)
        clock.shift(IDLE_LIFETIME - timedelta(minutes=1))
        assert client.get("/account/profile").status_code == 200
        clock.shift(IDLE_LIFETIME + timedelta(minutes=1))
        assert client.get("/account/profile").status_code == 302


def test_a_used_session_goes_on_but_not_for_ever(client, db_session):
    """Each use renews it, until whoever signed in has to prove it again."""
    user = make_user()
    with time_machine.travel(NOW, tick=False) as clock:
        sign_in_with(client, user.username)
        step = IDLE_LIFETIME - timedelta(hours=1)
        for _use in range(LONGEST_LIFETIME // step):
            clock.shift(step)
            assert client.get("/account/profile").status_code == 200
        clock.shift(step)
        assert client.get("/account/profile").status_code == 302


def test_the_cookie_is_not_sent_with_every_answer(client, db_session):
    """Only when the session is getting older."""
    user = make_user()
    with time_machine.travel(NOW, tick=False) as clock:
        sign_in_with(client, user.username)
        client.get("/account/profile")
        assert "Set-Cookie" not in client.get("/account/profile").headers
        clock.shift(RENEW_AFTER + timedelta(seconds=2))
        assert "Set-Cookie" in client.get("/account/profile").headers


def test_a_forged_cookie_is_an_empty_session(client):
    """Signed with another secret, or not at all."""
    client.set_cookie(SESSION_COOKIE, "eyJfdXNlcl9pZCI6IjE6MSJ9.aaaaaa.bbbbbbbb")
    assert client.get("/account/profile").status_code == 302


def test_an_application_without_a_secret_has_no_sessions_to_open(app):
    """Nothing is read from a cookie that nobody could sign."""
    secret, app.secret_key = app.secret_key, None
    try:
        with app.test_request_context("/account/login", headers={"Cookie": f"{SESSION_COOKIE}=x"}):
            assert dict(session) == {}
    finally:
        app.secret_key = secret


def test_whoever_is_not_signed_in_is_led_back_afterwards(client):
    """The address that was wanted, with its query."""
    response = client.get("/account/profile?tab=2")
    assert response.status_code == 302
    assert response.location == "/account/login?next=/account/profile?tab%3D2"


def test_what_was_posted_is_not_led_back_to(client):
    """Following an address cannot repeat a post."""
    token = form_token(client, "/account/login")
    response = client.post("/account/profile", data={"csrf_token": token})
    assert response.location == "/account/login"


def test_a_script_is_told_that_nobody_is_signed_in(client):
    """A sign-in page would not help it."""
    response = client.get("/account/profile", headers={"X-Requested-With": "XMLHttpRequest"})
    assert response.status_code == 401


def test_a_form_may_be_open_as_long_as_the_session(client_as):
    """Whoever writes for hours can still save."""
    with time_machine.travel(NOW, tick=False) as clock:
        client = client_as("author")
        clock.shift(IDLE_LIFETIME - timedelta(minutes=1))
        assert client.submit("/account/profile", {"display_name": "A", "email": "a@example.org"}).status_code == 302
