"""What no page can make sense of is refused at the door, once, before anything else reads it.

Databases refuse NUL, encoders refuse half a surrogate pair, and an address of many thousand characters is never meant.
Every view can rely on getting text that can be stored and shown.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Flask, after_this_request, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug import Response
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest, Forbidden, RequestURITooLarge

from cms.extensions import login_manager
from cms.models import Media
from cms.security.permissions import BACKOFFICE_ENTER, FILES_MANAGE
from cms.security.policy import holds, may

# Longer than any address this site gives out, shorter than what servers accept.
LONGEST_PATH = 2_000
LONGEST_QUERY = 8_000
DEEPEST_JSON = 32

# Bytes of a request. A text of a million characters takes nine of them in a form where it is Chinese.
LARGEST_UPLOAD = 256 * 1024 * 1024
LARGEST_FORM = 12 * 1024 * 1024
LARGEST_ACCOUNT_FORM = 64 * 1024
# Where somebody signs in whose form of the back office is carried along, which may be as large as any.
SIGN_IN_WITH_FORM = "/account/login/with-form"
# Where files are sent to, and who may send some; everywhere else a request is a form.
UPLOADS: dict[str, Callable[[Any], bool]] = {
    "/admin/files/upload/": lambda user: holds(user, FILES_MANAGE),
    "/admin/media/new/": lambda user: may(user, "create", Media),
    "/admin/media/upload/": lambda user: may(user, "create", Media),
}


def init_app(app: Flask) -> None:
    """Look at every request before all other hooks do: the check of the form's token reads the form already.

    `MAX_CONTENT_LENGTH`, where it is set, is the most that any request may bring.
    """
    if app.config["MAX_CONTENT_LENGTH"] is None:
        app.config["MAX_CONTENT_LENGTH"] = LARGEST_UPLOAD
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM
    app.before_request_funcs.setdefault(None, []).insert(0, refuse_bad_input)


def refuse_bad_input() -> ResponseReturnValue | None:
    """Raise BadRequest or RequestURITooLarge for an address, form or document that cannot be meant.

    Files of somebody who may not send any are refused before they are read.
    """
    if len(request.path) > LONGEST_PATH or len(request.query_string) > LONGEST_QUERY:
        raise RequestURITooLarge(_("This address is too long."))
    request.max_content_length = min(request.max_content_length or LARGEST_UPLOAD, _largest_body(request.path))
    _ignore_damaged_sign_in()
    may_send = _who_may_send_files_to(request.path) if request.method == "POST" else None
    if may_send is not None:
        refused = _refuse_files(may_send)
        if refused is not None:
            return refused
    if not all(is_text(text) for text in _texts_of_request()):
        raise BadRequest(_("What was sent holds characters that cannot be stored or shown."))
    return None


def _largest_body(path: str) -> int:
    if path.startswith("/account/") and path != SIGN_IN_WITH_FORM:
        return LARGEST_ACCOUNT_FORM
    return LARGEST_UPLOAD if takes_files(path) else LARGEST_FORM


def takes_files(path: str) -> bool:
    """Return whether files are sent to this path."""
    return _who_may_send_files_to(path) is not None


def _who_may_send_files_to(path: str) -> Callable[[Any], bool] | None:
    return next((may_send for prefix, may_send in UPLOADS.items() if path.startswith(prefix)), None)


def _refuse_files(may_send: Callable[[Any], bool]) -> ResponseReturnValue | None:
    """As the back office would, which comes too late: the check of the form's token reads all that was sent."""
    if not current_user.is_authenticated:
        return login_manager.unauthorized()
    if not (holds(current_user, BACKOFFICE_ENTER) and may_send(current_user)):
        raise Forbidden
    return None


def is_text(text: str) -> bool:
    """Return whether a text can be stored in every database and encoded: no NUL, no half of a surrogate pair."""
    if "\x00" in text:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _ignore_damaged_sign_in() -> None:
    """Flask-Login compares the remembering cookie's signature as ASCII, and fails on anything else."""
    name = current_app.config["REMEMBER_COOKIE_NAME"]
    if request.cookies.get(name, "").isascii():
        return
    request.cookies = ImmutableMultiDict(
        (other, value) for other, value in request.cookies.items(multi=True) if other != name
    )

    @after_this_request
    def forget(response: Response) -> Response:
        response.delete_cookie(name)
        return response


def _texts_of_request() -> Iterator[str]:
    yield request.path
    yield from _pairs(request.args.items(multi=True))
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    yield from _pairs(request.form.items(multi=True))
    for name, file in request.files.items(multi=True):
        yield name
        yield file.filename or ""
    if request.is_json:
        yield from _texts_of_document()


def _pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in pairs:
        yield name
        yield value


def _texts_of_document() -> Iterator[str]:
    try:
        document = request.get_json()
    except RecursionError:
        raise BadRequest(_("This document is nested too deeply.")) from None
    yield from _texts_of_value(document, DEEPEST_JSON)


def _texts_of_value(value: Any, depth: int) -> Iterator[str]:
    if depth == 0:
        raise BadRequest(_("This document is nested too deeply."))
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _texts_of_value(member, depth - 1)
    elif isinstance(value, list):
        for member in value:
            yield from _texts_of_value(member, depth - 1)
