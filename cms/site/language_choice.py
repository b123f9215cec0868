"""Which language a visitor reads: the front door, which negotiates, and the switcher, which remembers."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response as BaseResponse
from werkzeug.exceptions import HTTPException, NotFound

from cms.content import post_lists, presenting, queries
from cms.content.search import LONGEST_QUERY
from cms.i18n.locales import LocaleInfo, default_locale, lookup
from cms.i18n.negotiation import negotiate
from cms.security.sessions import is_personal
from cms.site.addresses import base_url, is_month, with_query

choice = Blueprint("choice", __name__)

COOKIE = "locale"
ONE_YEAR = 365 * 24 * 3600


@choice.get("/")
def front_door() -> ResponseReturnValue:
    """To the site in the remembered language, else in the one that the browser asks for. Never cached by anyone."""
    response = redirect(with_query(url_for("site.home", locale=_preferred_language())))
    response.vary.update(["Accept-Language", "Cookie"])
    return _uncached(response)


@choice.get("/language/<language:locale>")
def switch(locale: str) -> ResponseReturnValue:
    """Remember a language, and lead to the same content in it; say so where it is not translated."""
    language = lookup(locale)
    if language is None:
        raise NotFound
    g.locale = language.code
    wanted = request.args.get("next", "")
    if is_personal(local_path(wanted)):
        # Pages of the account and the back office have one address for all languages.
        return _remember(redirect(wanted), language)
    versions = _versions_of(local_path(wanted))
    if versions and language.code not in versions:
        return _remember(_not_translated(language, versions), language)
    target = versions.get(language.code) or url_for("site.home", locale=language.code)
    return _remember(redirect(target), language)


def local_path(address: str) -> str:
    """The path of an address of this site; `/` for every other address, however a browser may read it."""
    if not address.startswith("/") or address.startswith("//") or "\\" in address or not address.isprintable():
        return "/"
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else parts.path


def _preferred_language() -> str:
    remembered = lookup(request.cookies.get(COOKIE))
    if remembered is not None:
        return remembered.code
    header = request.headers.get("Accept-Language")
    return negotiate(header, current_app.config["SITE_LOCALES"], default_locale().code)


def _versions_of(path: str) -> dict[str, str]:
    """The paths of the content at `path` by language; empty where there is no content."""
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return {}
    language = lookup(values.get("locale"))
    reader = _READERS.get(endpoint)
    if reader is None or language is None:
        return {}
    # Where nothing of a view's own has the address, a page may: as the site's views answer.
    return reader(language.code, values) or _of_document(
        queries.page_or_document(language.code, path.lstrip("/").partition("/")[2])
    )


def _of_document(found: Any) -> dict[str, str]:
    return presenting.versions_of(found) if found is not None else {}


def _of_author(username: str) -> dict[str, str]:
    found = queries.author_by_username(username)
    locales = post_lists.locales_of_author(found) if found is not None else []
    return {code: url_for("site.author", locale=code, username=username) for code in locales}


def _of_search() -> dict[str, str]:
    """The search for the same words: what they find in another language is for the reader to see."""
    query = parse_qs(urlsplit(request.args["next"]).query)
    words = query["q"][0][:LONGEST_QUERY] if "q" in query else None
    return {code: url_for("searching.results", locale=code, q=words) for code in presenting.site_codes()}


def _of_month(year: int, month: int) -> dict[str, str]:
    locales = post_lists.locales_of_month(year, month) if is_month(year, month) else []
    return {code: url_for("site.archive", locale=code, year=year, month=month) for code in locales}


# By endpoint: how the languages of what stands there are found.
_READERS: Final[Mapping[str, Callable[[str, Mapping[str, Any]], dict[str, str]]]] = {
    "site.post": lambda locale, values: _of_document(queries.post_by_slug(locale, values["slug"])),
    "site.page": lambda locale, values: _of_document(queries.page_or_document(locale, values["path"])),
    "site.tag": lambda locale, values: _of_document(queries.tag_by_slug(locale, values["slug"])),
    "site.category": lambda locale, values: _of_document(queries.category_by_slug(locale, values["slug"])),
    "site.author": lambda _locale, values: _of_author(values["username"]),
    "searching.results": lambda _locale, _values: _of_search(),
    "site.archive": lambda _locale, values: _of_month(values["year"], values["month"]),
}


def _not_translated(language: LocaleInfo, versions: dict[str, str]) -> BaseResponse:
    """A page in the language that was chosen, which says where the content can be read."""
    home = url_for("site.home", locale=language.code)
    frame = presenting.frame(language.code, home, base_url(), versions)
    return make_response(render_template("site/not_translated.html", frame=frame, wanted=language))


def _remember(response: BaseResponse, language: LocaleInfo) -> BaseResponse:
    response.set_cookie(
        COOKIE,
        language.code,
        max_age=ONE_YEAR,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return _uncached(response)


def _uncached(response: BaseResponse) -> BaseResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response
