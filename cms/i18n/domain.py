"""Flask-Babel, Flask-Admin and WTForms made to speak from our catalogues.

Flask-Babel keeps the catalogues that it once read for the life of the process, and reads compiled ones. Here it is
given a domain of our own instead, which looks texts up in the live catalogues: an edited ``.po`` file needs no compile
step and no restart. The libraries' own domains are turned to the same place, so that a translator can correct their
words too.

Scripts have no catalogue of their own. A template hands each script its texts in ``data-*`` attributes of the element
that the script works on (``data-confirm="{{ _("Delete this file?") }}"``), so they are extracted with the template,
checked like every other text, and need neither an endpoint nor an inline script. Where a script counts, the template
passes every plural form that it needs, or the server renders the sentence.
"""

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import flask_wtf.form
from babel.core import Locale
from babel.support import NullTranslations
from flask import Flask, current_app, g, has_app_context
from flask_babel import Domain, get_locale

from cms.cache.dependencies import depends_on
from cms.cache.tags import ui_tag
from cms.extensions import babel
from cms.i18n.announcing import announce_change
from cms.i18n.live_catalogs import LiveCatalogs
from cms.i18n.locales import default_locale, describe, lookup
from cms.i18n.template_texts import install_in_templates
from cms.i18n.watch import EXTENSION, Watch, watch_of

log = logging.getLogger(__name__)


class CatalogDomain(Domain):
    """Answers every look-up from the live catalogues of the current application."""

    def get_translations(self) -> NullTranslations:
        """The texts of the current language; the sources themselves outside an application context.

        Whatever page asks for them depends on them, and need not say so.
        """
        locale = current_locale()
        if locale is None:
            return NullTranslations()
        folder, tag = names_of(locale)
        depends_on(tag)
        return watch_of(current_app).catalogs.translations(folder)

    def gettext(self, string: str, **variables: Any) -> str:
        """The text for ``string``, with ``variables`` filled in."""
        return fill_in(self.get_translations().ugettext(string), string, variables)

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        """The text for ``num`` things, with ``variables`` and ``num`` filled in."""
        variables.setdefault("num", num)
        text = self.get_translations().ungettext(singular, plural, num)
        return fill_in(text, singular if num == 1 else plural, variables)

    def pgettext(self, context: str, string: str, **variables: Any) -> str:
        """The text for ``string`` where it means what ``context`` says."""
        return fill_in(self.get_translations().upgettext(context, string), string, variables)

    def npgettext(self, context: str, singular: str, plural: str, num: int, **variables: Any) -> str:
        """The text for ``num`` things where they are what ``context`` says."""
        variables.setdefault("num", num)
        text = self.get_translations().unpgettext(context, singular, plural, num)
        return fill_in(text, singular if num == 1 else plural, variables)


def current_locale() -> Locale | None:
    """As Flask-Babel's `get_locale`, but quicker where the language is settled: it is asked for each text."""
    if not has_app_context():
        return None
    settled = getattr(getattr(g, "_flask_babel", None), "babel_locale", None)
    return settled if settled is not None else get_locale()


@lru_cache(maxsize=256)
def names_of(locale: Locale) -> tuple[str, str]:
    """What gettext calls a language, and the cache tag of its catalogue."""
    folder = str(locale)
    return folder, ui_tag(folder.replace("_", "-"))


class FormTexts:
    """What WTForms asks for the messages of its fields and validators."""

    def gettext(self, string: str) -> str:
        """The text for ``string``."""
        return CATALOG_DOMAIN.get_translations().ugettext(string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The text for ``n`` things."""
        return CATALOG_DOMAIN.get_translations().ungettext(singular, plural, n)


CATALOG_DOMAIN = CatalogDomain()


def fill_in(text: str, source: str, variables: dict[str, Any]) -> str:
    """``text`` with its placeholders filled in; where that fails, ``source`` with its own.

    Catalogues are checked when they are read, so this is the second net: no translation may fail a page.
    """
    if not variables:
        return text
    try:
        return text % variables
    except (KeyError, TypeError, ValueError):
        if text == source:
            raise
        log.exception("A translation of %r cannot be filled in; its source is shown", source)
        return source % variables


def adopt(domain: Domain) -> None:
    """Make another library's domain answer from our catalogues. Call it once for each, at any time.

    Flask-Admin keeps two: ``flask_admin.babel.domain`` and ``flask_admin.babel.wtforms_domain``.
    """
    domain.get_translations = CATALOG_DOMAIN.get_translations


def current_code() -> str:
    """The language of this request in BCP 47, for ``lang`` attributes and addresses."""
    locale = get_locale()
    found = lookup(str(locale)) if isinstance(locale, Locale) else None
    return (found or default_locale()).code


def init_app(
    app: Flask, locale_selector: Callable[[], str | None], timezone_selector: Callable[[], str | None]
) -> None:
    """Bind Flask-Babel to the application, and both to the catalogues.

    Reads the settings ``SITE_LOCALES``, ``DEFAULT_LOCALE``, ``TRANSLATIONS_PATH`` and ``INSTANCE_PATH``. The selectors
    say in which language (``LocaleInfo.folder``) and time zone (an IANA name, None for UTC) a request is answered.
    """
    app.config["BABEL_DEFAULT_LOCALE"] = describe(app.config["DEFAULT_LOCALE"]).folder
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(app.config["TRANSLATIONS_PATH"])
    babel.init_app(
        app,
        locale_selector=locale_selector,
        timezone_selector=timezone_selector,
    )
    babel.domain_instance = CATALOG_DOMAIN
    flask_wtf.form.translations = FormTexts()
    install_in_templates(app, CATALOG_DOMAIN)
    app.extensions[EXTENSION] = new_watch(app)
    app.before_request(lambda: watch_of(app).look())


def new_watch(app: Flask) -> Watch:
    """A watch on the catalogues of the languages that the application has."""
    catalogs = LiveCatalogs(
        locales=tuple(describe(code) for code in app.config["SITE_LOCALES"]),
        root=app.config["TRANSLATIONS_PATH"],
        copies=app.config["INSTANCE_PATH"] / "catalogs",
        announce=lambda code: announce_change(app, code),
    )
    return Watch(catalogs)
