"""What every template may ask for, whoever renders it."""

from flask import Flask
from flask_babel import get_locale

from cms.i18n.locales import LocaleInfo, default_locale, lookup, maximize, parse_tag


def init_app(app: Flask) -> None:
    """Offer these functions to all templates: the public site's, the accounts' and the back office's."""
    app.add_template_global(current_language)
    app.add_template_global(is_latin)


def current_language() -> LocaleInfo:
    """The language in which the page speaks at the moment, with its direction."""
    return lookup(str(get_locale() or "").replace("_", "-")) or default_locale()


def is_latin(code: str) -> bool:
    """Whether a language is written in Latin letters, for which the site brings its own fonts."""
    tag = parse_tag(code)
    return tag is not None and maximize(tag).script == "Latn"
