"""A form that arrives from somebody whose sign-in is gone is carried, not lost, and sent again by hand.

It is kept inside the page that answers it and nowhere else: no cookie, session, address or log. Nothing here writes, or
weakens the check of the form's token: what is carried is only ever sent again by a person's click, with a fresh token.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from urllib.parse import quote

from flask import Flask, Request, Response, current_app, request
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from itsdangerous import BadData, URLSafeSerializer
from wtforms import ValidationError

from cms.security.answers import wants_json
from cms.security.bad_input import takes_files

BACK_OFFICE = "/admin/"
PROFILE = "/account/profile"

# Where a sign-in that carries a form keeps it.
FIELD = "carried"
TOKEN = "csrf_token"  # noqa: S105 -- the name of a field
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
# Bytes of names and values in UTF-8: a text of a million Chinese characters, and room for its other fields.
LARGEST = 4 * 1024 * 1024

_EXTENSION = "carried_forms"


@dataclass(frozen=True)
class CarriedForm:
    """The fields of a form, without its files and passwords, and where it was sent to."""

    address: str
    multipart: bool
    fields: tuple[tuple[str, str], ...]
    without_files: bool
    """Files had been chosen, which cannot be carried."""
    without_password: bool
    """A password had been typed, which is never carried."""

    def sealed(self) -> str:
        """As text for a hidden field, signed: nobody makes up a form that is carried."""
        return _seal().dumps(astuple(self))

    @classmethod
    def unsealed(cls, text: str) -> "CarriedForm | None":
        """The form of a hidden field, or None where this site did not seal it."""
        try:
            address, multipart, fields, without_files, without_password = _seal().loads(text)
        except BadData:
            return None
        return cls(address, multipart, tuple((name, value) for name, value in fields), without_files, without_password)

    @classmethod
    def of(cls, request: Request) -> "CarriedForm":
        """The form that a request brings."""
        typed = [(name, value) for name, value in request.form.items(multi=True) if name != TOKEN]
        query = request.query_string.decode("latin-1")
        return cls(
            # With the escapes that names of files need: `full_path` has lost them, and `url` those of percent signs.
            address=quote(request.path) + (f"?{query}" if query else ""),
            multipart=request.mimetype == "multipart/form-data",
            fields=tuple((name, value) for name, value in typed if not is_password(name)),
            without_files=any(file.filename for file in request.files.values()),
            without_password=any(value and is_password(name) for name, value in typed),
        )


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="cms.carried-form")


def init_app(app: Flask, show: Callable[[CarriedForm], Response]) -> None:
    """Let `show` make the page that carries a form: the sign-in, or for whoever is signed in, the offer to send it."""
    app.extensions[_EXTENSION] = show


def offer() -> Response | None:
    """Return the page that carries the form of the present request, or None where it may or need not be carried."""
    if not _may_be_carried():
        return None
    carried = CarriedForm.of(request)
    size = sum(len(text.encode()) for field in carried.fields for text in field)
    if size > LARGEST:
        return None
    show: Callable[[CarriedForm], Response] = current_app.extensions[_EXTENSION]
    return show(carried)


def brought_along() -> CarriedForm | None:
    """Return the form that the sign-in of the present request carries."""
    text = request.form.get(FIELD)
    return CarriedForm.unsealed(text) if text and from_own_origin(request) else None


def from_own_origin(request: Request) -> bool:
    """Return whether the browser says that a page of this site sent the request (W3C Fetch Metadata, RFC 6454).

    Browsers leave `Sec-Fetch-Site` out on plain HTTP, where `Origin` has to do.
    """
    sender = request.headers.get("Sec-Fetch-Site")
    if sender is not None:
        return sender == "same-origin"
    return request.headers.get("Origin") == request.host_url.rstrip("/")


def is_password(name: str) -> bool:
    """Return whether a field of this name holds a password."""
    return "password" in name.casefold()


def _may_be_carried() -> bool:
    """Whether a person sent it from a page of ours, and the sign-in is what is wrong with it."""
    if request.method != "POST" or request.mimetype not in FORMS or wants_json(request):
        return False
    if not (request.path.startswith(BACK_OFFICE) or request.path == PROFILE) or not from_own_origin(request):
        return False
    if current_user.is_authenticated:
        # With a token that is right it was refused for something else, and would be refused again.
        return not _token_is_right()
    # Where files are sent to, nothing is read of what somebody sends who is not signed in.
    return not takes_files(request.path)


def _token_is_right() -> bool:
    try:
        validate_csrf(request.form.get(TOKEN))
    except ValidationError:
        return False
    return True
