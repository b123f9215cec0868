"""Test clients: visitors of the site, signed in or not."""

import contextvars
from typing import Any

from flask import Flask, has_app_context, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from cms.extensions import db
from cms.models import User
from cms.security.sessions import sign_in
from tests.factories import make_user


class SiteClient(FlaskClient):
    """A client whose requests run as a server's would: in a context of their own.

    A test may hold an application context of its own open. What it has not committed yet is committed before each
    request, and what it has loaded is loaded anew afterwards.
    """

    csrf_token: str = ""
    user_id: int | None = None

    @classmethod
    def of(cls, app: Flask) -> "SiteClient":
        """A new visitor of an application."""
        return cls(app, app.response_class, use_cookies=True)

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            db.session.commit()
        # A streamed answer is produced in the request's context, as a server does it, not when a test reads it.
        kwargs.setdefault("buffered", True)
        if self.preserve_context:
            return super().open(*args, **kwargs)
        # A reply that is streamed is read to its end within the context that it was begun in.
        kwargs.setdefault("buffered", True)
        return contextvars.Context().run(super().open, *args, **kwargs)

    def submit(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Post a form with this visitor's own CSRF token."""
        return self.post(path, data={"csrf_token": self.csrf_token} | (data or {}), **kwargs)


def signed_in(app: Flask, who: str | User, **values: Any) -> SiteClient:
    """A visitor with the session that signing in gives; `who` is the name of a role or an account."""
    client = SiteClient.of(app)
    if has_app_context():
        _begin_session(app, client, who, values)
    else:
        with app.app_context():
            _begin_session(app, client, who, values)
    return client


def _begin_session(app: Flask, client: SiteClient, who: str | User, values: dict[str, Any]) -> None:
    user = make_user(who, **values) if isinstance(who, str) else who
    client.user_id, kept = user.id, user.get_id()
    db.session.commit()
    cookie, client.csrf_token = contextvars.Context().run(_session_cookie, app, kept)
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)


def _session_cookie(app: Flask, kept: str) -> tuple[str, str]:
    """The cookie of a session that has just begun, and a CSRF token that is valid in it."""
    with app.test_request_context("/account/login"):
        user = db.session.get(User, int(kept.partition(":")[0]))
        assert user is not None
        sign_in(user, remember=False)
        token = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)
        return serializer.dumps(dict(session)), token
