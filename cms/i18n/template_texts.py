"""Translated texts in templates.

Jinja trusts what its gettext functions return: tags of a text reach the page as tags, and so would a quotation mark
that a translator typed, which ends an attribute. So quotation marks outside tags are escaped here; ``checks`` sees to
it that the tags are those of the source.
"""

from collections.abc import Callable

from flask import Flask
from flask_babel import Domain
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext

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


def install_in_templates(app: Flask, domain: Domain) -> None:
    """Give templates ``_``, ``gettext``, ``ngettext``, ``pgettext`` and ``npgettext`` that read ``domain``."""

    def safe(look_up: Callable[..., str]) -> Callable[..., str]:
        @pass_eval_context
        def function(context: EvalContext, *arguments: str | int) -> str:
            text = look_up(*arguments)
            return escape_quotes(text) if context.autoescape else text

        return function

    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # Jinja adds it with its i18n extension
        gettext=safe(lambda text: domain.get_translations().ugettext(text)),
        ngettext=safe(lambda one, many, n: domain.get_translations().ungettext(one, many, n)),
        pgettext=safe(lambda context, text: domain.get_translations().upgettext(context, text)),
        npgettext=safe(lambda context, one, many, n: domain.get_translations().unpgettext(context, one, many, n)),
        newstyle=True,
    )
