"""In which language and time zone a page speaks to whoever asks.

A public page says it by its address. Personal pages, and pages that belong to no language, follow the person: the
account's own choice, then the remembered one, then what the browser asks for.
"""

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import refresh
from flask_login import current_user

from cms.content.time_zones import is_time_zone
from cms.i18n.locales import default_locale, lookup
from cms.i18n.negotiation import negotiate
from cms.security.sessions import is_personal

REMEMBERED = "locale"


def init_app(app: Flask) -> None:
    """Decide on the language of every personal page before anything is said on it."""
    app.before_request(speak_to_the_person)


def speak_to_the_person() -> None:
    """Set `g.locale` on the pages of the account and of the back office."""
    if is_personal(request.path):
        g.locale = _language_of_person()


def speak_to_whoever_signed_in() -> None:
    """Go on in the language of the account that has signed in within this request."""
    speak_to_the_person()
    refresh()


def select_locale() -> str:
    """Return the language of the present page, for Flask-Babel: the folder name of a catalogue such as `zh_Hans`.

    An adapter has set `g.locale` for every page of the site. Without it, an error was met before a view was
    reached: the first part of the address decides, then the browser.
    """
    if not has_request_context():
        return default_locale().folder
    chosen = lookup(g.get("locale"))
    if chosen is None:
        chosen = lookup(request.path.partition("/")[2].partition("/")[0])
    if chosen is None:
        chosen = lookup(_language_of_browser())
    return (chosen or default_locale()).folder


def select_timezone() -> str | None:
    """Return the account's time zone on personal pages; None elsewhere: public pages show the site's."""
    if not has_request_context() or not is_personal(request.path) or not current_user.is_authenticated:
        return None
    zone: str | None = current_user.timezone
    return zone if zone and is_time_zone(zone) else None


def _language_of_person() -> str:
    chosen = lookup(current_user.locale) if current_user.is_authenticated else None
    return chosen.code if chosen else _language_of_browser()


def _language_of_browser() -> str:
    remembered = lookup(request.cookies.get(REMEMBERED))
    if remembered is not None:
        return remembered.code
    header = request.headers.get("Accept-Language")
    return negotiate(header, current_app.config["SITE_LOCALES"], default_locale().code)
