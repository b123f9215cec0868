"""Sessions: only where pages are personal, and only as long as the account allows.

A public page is rendered once and shown to everybody, so it may neither know nor change who is asking. Outside the
personal addresses there is no session to open: whatever tries gets `SessionNotAllowed`, in tests and at work alike.
"""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Request, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from itsdangerous import BadData
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import Unauthorized

from cms.extensions import db, login_manager
from cms.models.user import User
from cms.security import carried_forms
from cms.security.answers import wants_json

PERSONAL_PREFIXES = ("/account", "/admin", "/language")

# Cookies are shared by all ports of a host: names of our own keep other programs there from signing people out.
SESSION_COOKIE = "babelpress_session"
REMEMBER_COOKIE = "babelpress_remember"

# A session that is used stays; the cookie is signed anew no more often than this.
RENEW_AFTER = timedelta(minutes=5)
IDLE_LIFETIME = timedelta(hours=12)
# However much it is used, whoever signed in proves it again after this time.
LONGEST_LIFETIME = timedelta(days=14)
REMEMBER_LIFETIME = timedelta(days=30)

BEGAN = "_began"
# Where Flask-Login keeps who is signed in; the remembering cookie is a signed copy of it.
WHO = "_user_id"
# What `User.get_id` gave, and when that was: the second of the sign-in.
SIGNED_IN = re.compile(r"([0-9]{1,18}):([0-9]{1,9}):([0-9]{1,11})", re.ASCII)


class SessionNotAllowed(RuntimeError):
    """A session was used at a public address."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"There is no session at {path}: public pages are the same for everybody. Sessions exist under "
            f"{', '.join(PERSONAL_PREFIXES)} only."
        )


class NoSession(SecureCookieSession):
    """What stands for the session at public addresses: using it raises.

    Only the question whether a key is in it is answered, always with no: Flask-Login asks it after every response.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def __contains__(self, key: object) -> bool:
        return False

    def _refuse(self, *_args: Any, **_kwargs: Any) -> Any:
        raise SessionNotAllowed(self._path)

    __getitem__ = __iter__ = __len__ = get = keys = values = items = copy = _refuse
    __setitem__ = __delitem__ = clear = pop = popitem = update = setdefault = _refuse


class PersonalSession(SecureCookieSession):
    """A session that knows when its cookie was signed; None for a new one."""

    def __init__(self, initial: dict[str, Any] | None = None, signed_at: datetime | None = None) -> None:
        super().__init__(initial)
        self.signed_at = signed_at


class PersonalSessions(SecureCookieSessionInterface):
    """Flask's signed cookies, opened under the personal addresses only, with two ends: idle and longest."""

    null_session_class = NoSession  # type: ignore[assignment]  # Flask's own type is narrower than its use

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return the session of a request, or what stands for it at a public address."""
        if not is_personal(request.path):
            return NoSession(request.path)
        serializer = self.get_signing_serializer(app)
        cookie = request.cookies.get(self.get_cookie_name(app))
        if serializer is None or not cookie:
            return PersonalSession()
        idle = int(app.permanent_session_lifetime.total_seconds())
        try:
            content, signed_at = serializer.loads(cookie, max_age=idle, return_timestamp=True)
        except BadData:
            return PersonalSession()
        if time.time() - content.get(BEGAN, signed_at.timestamp()) > LONGEST_LIFETIME.total_seconds():
            return PersonalSession()
        return PersonalSession(content, signed_at)

    def should_set_cookie(self, app: Flask, session: Any) -> bool:
        """Sign the cookie anew when it changed, and from time to time while it is used."""
        if super().should_set_cookie(app, session):
            return True
        return bool(
            session.accessed
            and session
            and session.signed_at is not None
            and datetime.now(UTC) - session.signed_at > RENEW_AFTER
        )


def init_app(app: Flask) -> None:
    """Set up sessions and sign-in of an application.

    `SESSION_COOKIE_SECURE` says whether cookies travel over HTTPS only; the cookie that remembers follows it.
    """
    app.session_interface = PersonalSessions()
    app.config.update(
        SESSION_COOKIE_NAME=SESSION_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=IDLE_LIFETIME,
        REMEMBER_COOKIE_NAME=REMEMBER_COOKIE,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=app.config["SESSION_COOKIE_SECURE"],
        REMEMBER_COOKIE_DURATION=REMEMBER_LIFETIME,
        # Nobody's address is compared: it changes in the middle of a session on every phone.
        SESSION_PROTECTION=None,
        # A token is good as long as its session: whoever writes for two hours can still save.
        WTF_CSRF_TIME_LIMIT=None,
    )
    # Without Flask-Login's context processor, which would open the session for every page that is rendered.
    login_manager.init_app(app, add_context_processor=False)
    login_manager.user_loader(load_user)
    login_manager.unauthorized_handler(ask_to_sign_in)
    app.jinja_env.globals["current_user"] = current_user


def is_personal(path: str) -> bool:
    """Return whether pages at this path may depend on who asks."""
    return any(path == prefix or path.startswith(prefix + "/") for prefix in PERSONAL_PREFIXES)


def load_user(kept: str) -> User | None:
    """Return the account that a session or a remembering cookie speaks of, or None where it is no longer valid.

    `kept` is what `sign_in` put there. It ends when the account is disabled or its `session_version` raised; and
    REMEMBER_LIFETIME after the sign-in, whatever a browser still sends or a session has been renewed since.
    """
    match = SIGNED_IN.fullmatch(kept)
    if match is None or time.time() - int(match[3]) > REMEMBER_LIFETIME.total_seconds():
        return None
    # One statement for the person and their roles: it is sent with every request.
    user = db.session.get(User, int(match[1]), options=[joinedload(User.roles)])
    if user is None or not user.active or user.session_version != int(match[2]):
        return None
    return user


def sign_in(user: User, *, remember: bool) -> None:
    """Begin a new session for this account: nothing of the visitor's earlier one is taken over."""
    session.clear()
    # Flask-WTF keeps the token of a request, which is not valid in the new session.
    g.pop("csrf_token", None)
    session[BEGAN] = int(time.time())
    login_user(user, remember=remember)
    session[WHO] = f"{user.get_id()}:{session[BEGAN]}"


def sign_out() -> None:
    """End the session, and forget a remembered sign-in on this device."""
    logout_user()
    for key in [key for key in session if key != "_remember"]:
        del session[key]


def keep_signed_in(user: User) -> None:
    """Carry the present session over a change that ended all others of this account."""
    sign_in(user, remember=current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies)


def ask_to_sign_in() -> ResponseReturnValue:
    """Answer whoever is not signed in: the sign-in page, which leads back, or carries a form; scripts are told so."""
    if wants_json(request):
        raise Unauthorized(_("Please sign in."))
    carrying = carried_forms.offer()
    if carrying is not None:
        return carrying
    # What was posted cannot be repeated by following an address.
    wanted = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else None
    return redirect(url_for("accounts.login", next=wanted))
