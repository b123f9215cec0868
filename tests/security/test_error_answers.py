"""What is said when something is refused: in the reader's language, for people or for scripts, and nothing inside."""

import pytest
from flask import abort, request
from werkzeug.exceptions import BadRequest

from tests.factories import make_user
from tests.site_client import signed_in

POST = {"title": "A"}


def test_a_missing_token_is_explained(client_as):
    """To a person, not in the words of the library."""
    answer = client_as("editor").post("/admin/posts/new/", data=POST)
    assert answer.status_code == 400
    assert "your sign-in has ended" in answer.text
    assert "CSRF" not in answer.text


def test_a_script_gets_json(client_as):
    """Status and sentence."""
    headers = {"X-Requested-With": "XMLHttpRequest"}
    answer = client_as("editor").post("/admin/posts/new/", data=POST, headers=headers)
    assert answer.status_code == 400
    assert answer.json["status"] == 400
    assert "your sign-in has ended" in answer.json["error"]
    assert client_as("author").get("/admin/users/", headers=headers).json["status"] == 403
    assert client_as("author").get("/admin/nothing/", headers=headers).json["status"] == 404


@pytest.mark.parametrize(
    ("fail", "status", "inside"),
    [
        (lambda: request.form["missing"], 400, "missing"),
        (lambda: request.get_json(force=False), 415, "application/json"),
        (lambda: abort(400, "a sentence of ours"), 400, None),
        (lambda: abort(409), 409, None),
        (lambda: 1 / 0, 500, "division"),
    ],
)
def test_what_libraries_say_is_not_shown(app, client, fail, status, inside):
    """It is English, and for programmers."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    view = app.view_functions["health.healthz"]
    app.view_functions["health.healthz"] = fail
    try:
        answer = client.get("/healthz")
    finally:
        app.view_functions["health.healthz"] = view
    assert answer.status_code == status
    assert inside is None or inside not in answer.text
    assert BadRequest.description not in answer.text


def test_our_own_sentences_are_shown(client_as):
    """They say more than the general ones."""
    answer = client_as("editor").submit("/admin/posts/new/", {"title": "a\x00b"})
    assert answer.status_code == 400
    assert "characters that cannot be stored" in answer.text


def test_refusals_speak_the_readers_language(app, db_session, client_as):
    """The account's own, whatever the browser asks for."""
    client = client_as("author", locale="ar")
    answer = client.get("/admin/users/", headers={"Accept-Language": "fr"})
    assert answer.status_code == 403
    assert '<html lang="ar" dir="rtl">' in answer.text


def test_a_failure_in_the_back_office_is_a_page_of_ours(app, db_session):
    """With no trace of what failed."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = signed_in(app, make_user("editor"))
    view = app.view_functions["admin.index"]
    app.view_functions["admin.index"] = lambda: 1 / 0
    try:
        answer = client.get("/admin/")
    finally:
        app.view_functions["admin.index"] = view
    assert answer.status_code == 500
    assert "It is our fault" in answer.text
