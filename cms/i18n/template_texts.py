"""Translated texts in templates.

Jinja trusts what its gettext functions return: tags of a text reach the page as tags, and so would a quotation mark
that a translator typed, which ends an attribute. So quotation marks outside tags are escaped here; ``checks`` sees to
it that the tags are those of the source.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask
from flask_babel import Domain
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from cms.i18n.checks import TAG

QUOTES = str.maketrans({'"': "&#34;", "'": "&#39;"})


def escape_quotes(text: str) -> str:
    """``text`` with its quotation marks escaped, but for those inside tags."""
    if '"' not in text and "'" not in text:
        return text
    pieces = []
    end = 0
    for tag in TAG.finditer(text):
        pieces += [text[end : tag.start()].translate(QUOTES), tag[0]]
        end = tag.end()
    return "".join([*pieces, text[end:].translate(QUOTES)])


# A screen shows hundreds of texts, and the same ones again at the next request.
@lru_cache(maxsize=8192)
def trusted(text: str) -> Markup:
    """``text`` as templates write it where they escape what they show."""
    return Markup(escape_quotes(text))  # noqa: S704 -- catalogues are checked: their tags are those of the source


def fill(context: EvalContext, text: str, variables: dict[str, Any]) -> str:
    """``text`` with its placeholders filled in; values that are no markup are escaped where the template escapes.

    Every text is a pattern, whether it has placeholders or not: a percent sign is written twice.
    """
    pattern = trusted(text) if context.autoescape else text
    return pattern % variables if variables or "%" in pattern else pattern


def install_in_templates(app: Flask, domain: Domain) -> None:
    """Give templates ``_``, ``gettext``, ``ngettext``, ``pgettext`` and ``npgettext`` that read ``domain``.

    They take the place of those that Jinja makes, which enter the template's context three times for each text.
    """

    @pass_eval_context
    def gettext(context: EvalContext, text: str, /, **variables: Any) -> str:
        return fill(context, domain.get_translations().ugettext(text), variables)

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, num: int, /, **variables: Any) -> str:
        found = domain.get_translations().ungettext(one, many, num)
        return fill(context, found, {"num": num} | variables)

    @pass_eval_context
    def pgettext(context: EvalContext, meaning: str, text: str, /, **variables: Any) -> str:
        return fill(context, domain.get_translations().upgettext(meaning, text), {"context": meaning} | variables)

    @pass_eval_context
    def npgettext(context: EvalContext, meaning: str, one: str, many: str, num: int, /, **variables: Any) -> str:
        found = domain.get_translations().unpgettext(meaning, one, many, num)
        return fill(context, found, {"context": meaning, "num": num} | variables)

    installed: dict[str, Callable[..., str]] = {
        "_": gettext,
        "gettext": gettext,
        "ngettext": ngettext,
        "pgettext": pgettext,
        "npgettext": npgettext,
    }
    app.jinja_env.globals.update(installed)
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]  # Jinja adds it with its i18n extension
