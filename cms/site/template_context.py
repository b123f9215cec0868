"""What every template may ask for, whoever renders it."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request
from flask_babel import get_locale

from cms.i18n.locales import LocaleInfo, default_locale, lookup, maximize, parse_tag


def init_app(app: Flask) -> None:
    """Offer these functions to all templates: the public site's, the accounts' and the back office's."""
    app.add_template_global(current_language)
    app.add_template_global(is_latin)
    app.add_template_filter(with_territory)
    app.add_template_global(remembered)
    app.add_template_filter(instant)


def current_language() -> LocaleInfo:
    """The language in which the page speaks at the moment, with its direction."""
    return lookup(str(get_locale() or "").replace("_", "-")) or default_locale()


def instant(moment: datetime) -> str:
    """A moment to the second, as HTML's `datetime` and feeds take it (RFC 3339); HTML allows no microseconds."""
    return moment.isoformat(timespec="seconds")


def is_latin(code: str) -> bool:
    """Whether a language is written in Latin letters, for which the site brings its own fonts."""
    tag = parse_tag(code)
    return tag is not None and maximize(tag).script == "Latn"


def with_territory(code: str) -> str:
    """A language as the Open Graph protocol names it, with its likely territory: `zh_CN` for `zh-Hans`."""
    tag = parse_tag(code)
    full = maximize(tag) if tag is not None else None
    return f"{full.language}_{full.region}" if full is not None and full.region else code


def remembered(macro: Callable[..., str]) -> Callable[..., str]:
    """A macro that runs once for each set of arguments, for the life of the process.

    For macros whose output depends on their arguments and on the addresses of assets alone, never on the language.
    """

    @lru_cache(maxsize=1024)
    def first_time(script_root: str | None, *arguments: Any, **named: Any) -> str:  # noqa: ARG001 -- assets are addressed below it
        return macro(*arguments, **named)

    def again(*arguments: Any, **named: Any) -> str:
        return first_time(request.script_root if has_request_context() else None, *arguments, **named)

    return again
