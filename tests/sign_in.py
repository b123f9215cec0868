"""Signing in as a browser does: fetch the form, send it with its token."""

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import PASSWORD

TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


def token_of(page: str) -> str:
    """The CSRF token in the first form of a page."""
    match = TOKEN.search(page)
    assert match is not None, "The page has no form with a token."
    return unescape(match[1])


def form_token(client: FlaskClient, path: str) -> str:
    """Fetch a page and take the CSRF token from it."""
    response = client.get(path)
    assert response.status_code == 200, response.status
    return token_of(response.get_data(as_text=True))


def sign_in_with(client: FlaskClient, username: str, password: str = PASSWORD, **fields: Any) -> TestResponse:
    """Send the sign-in form; `fields` are `remember`, `next`, or anything else to send along."""
    token = form_token(client, "/account/login")
    return client.post(
        "/account/login", data={"username": username, "password": password, "csrf_token": token} | fields
    )
