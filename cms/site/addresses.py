"""The parts of public addresses: which language, which page of a list, under which host."""

from flask import current_app, g, redirect, request, url_for
from werkzeug import Response
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, ValidationError

from cms.cache import depends_on
from cms.cache.tags import settings_tag
from cms.content.post_lists import page_number
from cms.i18n.locales import lookup


class LanguageConverter(BaseConverter):
    """What may be a language code, in any spelling; whether the site speaks it is seen later."""

    regex = r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}"


class TextConverter(BaseConverter):
    """One part of a path that a database can be asked for: no control characters, no half of a surrogate pair."""

    regex = r"[^/\x00-\x1f\x7f]{1,200}"
    part_isolating = True

    def to_python(self, value: str) -> str:
        """Give the text; there is no such address where it cannot be encoded."""
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise ValidationError from None
        return value


def settle_language() -> Response | None:
    """Set `g.locale` from the address; 301 to the canonical spelling; 404 where the site does not speak it."""
    given = (request.view_args or {}).get("locale")
    language = lookup(given)
    if language is None:
        raise NotFound
    g.locale = language.code
    if given != language.code:
        path = url_for(request.endpoint or "", **{**(request.view_args or {}), "locale": language.code})
        # Which languages there are is a setting; nothing else can move this redirect.
        depends_on(settings_tag())
        return redirect(with_query(path), 301)
    return None


def with_query(address: str) -> str:
    """Where a redirect leads, with what was asked for behind the question mark; an address that has its own keeps it.

    In a page that is kept, this is what pages may depend on: the page of a list, and nothing of where one came from.
    """
    query = request.query_string.decode("ascii", "ignore")
    return f"{address}?{query}" if query and "?" not in address and "#" not in address else address


def base_url() -> str:
    """Where the site is: `SITE_URL`, else the host that was asked; without a slash at the end."""
    configured: str | None = current_app.config["SITE_URL"]
    return (configured or request.host_url).rstrip("/")


def asked_page() -> int:
    """The page of a list that `?page=` asks for. Raises NotFound where there can be no such page."""
    number = page_number(request.args.get("page"))
    if number is None:
        raise NotFound
    return number


def is_month(year: int, month: int) -> bool:
    """Whether there can be an archive of this month: outside of these years are no dates of posts."""
    return 1970 <= year < 3000 and 1 <= month <= 12
