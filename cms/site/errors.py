"""The pages that say what went wrong, in the reader's language: nothing of the program's inside, and a way on."""

from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequestKeyError, HTTPException, SecurityError, UnsupportedMediaType
from werkzeug.routing import RequestRedirect

from cms.cache.addresses import is_public
from cms.content import post_lists, presenting, queries
from cms.content.addresses import is_same_place
from cms.content.errors import Conflict, ContentError, NotFound
from cms.i18n.locales import lookup
from cms.security import carried_forms
from cms.security.answers import wants_json
from cms.security.bad_input import is_text
from cms.security.permissions import BACKOFFICE_ENTER
from cms.security.policy import Forbidden, holds
from cms.security.sessions import is_personal
from cms.site.addresses import base_url, with_query


class Explanation(NamedTuple):
    """A title and a sentence for an error."""

    title: Any
    text: Any


EXPLANATIONS = {
    400: Explanation(_l("That did not work"), _l("What was sent could not be understood. Go back and try again.")),
    401: Explanation(_l("Please sign in"), _l("This page is for people who have signed in.")),
    403: Explanation(
        _l("This is not open to you"), _l("Your account may not do this. Whoever runs the site can help.")
    ),
    404: Explanation(
        _l("There is nothing here"),
        _l("The page may have moved or been taken down, or its address may have a typing error in it."),
    ),
    405: Explanation(_l("That cannot be done here"), _l("This address does not take what was sent to it.")),
    409: Explanation(
        _l("Somebody else was faster"), _l("This was changed while you were working on it. Go back and look again.")
    ),
    410: Explanation(_l("This is gone"), _l("What was here has been taken down for good.")),
    413: Explanation(_l("That is too large"), _l("What was sent is larger than this site takes.")),
    414: Explanation(_l("This address is too long"), _l("Addresses of this site are much shorter.")),
    415: Explanation(_l("That is the wrong kind"), _l("This site cannot do anything with a file of this kind.")),
    422: Explanation(
        _l("That cannot be taken"), _l("Something in what was sent is not right. Go back and look again.")
    ),
    429: Explanation(_l("Too many at once"), _l("Please wait a moment, then try again.")),
    500: Explanation(
        _l("Something went wrong"),
        _l("It is our fault, not yours, and it has been noted. Please try again in a moment."),
    ),
    503: Explanation(_l("Back in a moment"), _l("The site is busy or being looked after. Please try again soon.")),
}


def init_app(app: Flask) -> None:
    """Answer every error with a page, and scripts with a sentence."""
    app.register_error_handler(HTTPException, show_error)
    app.register_error_handler(ContentError, show_content_error)
    app.register_error_handler(Forbidden, show_forbidden)


def show_content_error(error: ContentError) -> ResponseReturnValue:
    """What a service refused: 404, 409 or 422 with its own sentence."""
    status = 404 if isinstance(error, NotFound) else 409 if isinstance(error, Conflict) else 422
    return _page(status, str(error))


def show_forbidden(error: Forbidden) -> ResponseReturnValue:
    """What the policy refused: 403 with its own sentence."""
    return _page(403, str(error) or None)


def show_error(error: HTTPException) -> ResponseReturnValue:
    """An HTTP error; where an address has moved, the redirect instead."""
    if isinstance(error, RequestRedirect) or error.code is None or error.response is not None:
        # A redirect by the address map, or an answer that somebody has made already.
        return error.get_response()
    if isinstance(error, SecurityError):
        # Under a host name that is not ours there are no addresses, and so no page with links and styles.
        return Response(f"{_('This site is not known by that name.')}\n", 400, mimetype="text/plain")
    if error.code == 404 and (moved := _moved()):
        return moved
    if isinstance(error, CSRFError) and (carrying := carried_forms.offer()):
        return carrying
    answer = current_app.make_response(_page(error.code, _own_sentence(error)))
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            answer.headers[name] = value
    return answer


def _own_sentence(error: HTTPException) -> str | None:
    """What the program said when it raised this; None for what libraries say: English, and for programmers."""
    if isinstance(error, CSRFError):
        return _(
            "This form was open for too long, or your sign-in has ended. Go back, copy what you wrote, and reload."
        )
    if isinstance(error, BadRequestKeyError | UnsupportedMediaType) or error.description == type(error).description:
        return None
    return error.description


def _page(status: int, sentence: str | None) -> ResponseReturnValue:
    """The answer to an error. `sentence` says more than the general explanation does."""
    explanation = EXPLANATIONS.get(status) or EXPLANATIONS[500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 400]
    # The page cache says of what it keeps how long that is good. All else is in the language of whoever asked.
    kept = request.method in {"GET", "HEAD"} and is_public(request.path)
    headers = {} if kept or is_personal(request.path) else {"Cache-Control": "private, no-store"}
    if wants_json(request):
        return jsonify(error=sentence or str(explanation.text), status=status), status, headers
    frame = _frame() if status == HTTPStatus.NOT_FOUND else None
    page = render_template(
        "errors/error.html",
        status=status,
        title=explanation.title,
        text=sentence or explanation.text,
        frame=frame,
        back_office=_back_office_link(status),
        recent=post_lists.recent_posts(frame.language.code, presenting.RECENT) if frame is not None else [],
    )
    return page, status, headers


def _back_office_link(status: int) -> str | None:
    """Where somebody who works here goes on after an error of a personal page; None for everybody else.

    After a failure of the server nobody is looked up: the database may be what failed.
    """
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or not is_personal(request.path):
        return None
    if not holds(current_user, BACKOFFICE_ENTER):
        return None
    return url_for("admin.index")


def _frame() -> presenting.Frame | None:
    """The frame of the public site around a page that is missing from it; None elsewhere."""
    language = lookup(g.get("locale")) if "locale" in g else lookup(request.path.split("/")[1])
    if language is None or is_personal(request.path):
        return None
    g.locale = language.code
    homes = {code: f"/{code}/" for code in presenting.site_codes()}
    return presenting.frame(language.code, homes[language.code], base_url(), homes)


def _moved() -> ResponseReturnValue | None:
    """The redirect that an editor or a changed address has left for this path."""
    if request.method not in {"GET", "HEAD"} or is_personal(request.path) or not is_text(request.path):
        return None
    row = queries.redirect_for(request.path)
    if row is None or is_same_place(row.target, request.path):
        return None
    return redirect(with_query(row.target) if row.target.startswith("/") else row.target, row.status_code)
