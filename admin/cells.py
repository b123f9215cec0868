"""How a value looks in a list and on a details screen: markup from `templates/admin/cells.html`."""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any

from babel import dates
from babel.core import Locale
from babel.dates import get_datetime_format
from flask import get_template_attribute
from flask_babel import (
    format_date,
    format_decimal,
    format_time,
    format_timedelta,
    get_locale,
    get_timezone,
    ngettext,
    to_user_timezone,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from cms.content.rendering import render_body
from cms.content.time_zones import time_zone_name
from cms.i18n.locales import lookup
from cms.models.column_types import utc_now

TypeFormatter = Callable[[Any, Any, str], Markup]

DAYS_SPOKEN_OF_RELATIVELY = 30
CHOICES_SHOWN = 4
# NOTE: the size of a file
UNITS = ((1_000_000_000, _l("%(size)s GB")), (1_000_000, _l("%(size)s MB")), (1000, _l("%(size)s KB")))


def cell(macro: str, *arguments: Any) -> Markup:
    """One of the macros of `admin/cells.html`, rendered."""
    rendered = get_template_attribute("admin/cells.html", macro)(*arguments)
    return Markup(rendered)  # noqa: S704 - the template has escaped what was given to it


@dataclass(frozen=True, slots=True)
class ValueFormatter:
    """Formats a column whose cell depends on one hashable value of a row, so that a list does so once for each value.

    `value` takes a row and the name of the column, `look` a value. To be called as Flask-Admin calls formatters.
    """

    value: Callable[[Any, str], Hashable]
    look: Callable[[Any], Any]

    def __call__(self, view: Any, context: Any, row: Any, name: str) -> Any:
        return self.look(self.value(row, name))


def relative_moment(moment: datetime, now: datetime | None = None) -> str:
    """A moment as people say it: "3 hours ago"; the date where it is more than a month away."""
    distance = moment - (now or utc_now())
    if abs(distance.days) > DAYS_SPOKEN_OF_RELATIVELY:
        return _date_text(to_user_timezone(moment).date(), get_locale())
    return format_timedelta(distance, granularity="second", threshold=0.85, add_direction=True)


def minute_text(moment: datetime) -> str:
    """A moment to the minute, as the reader's language writes it: the pattern of Unicode CLDR for date and time."""
    pattern = str(get_datetime_format("medium", locale=get_locale()))
    return pattern.format(format_time(moment, "short"), format_date(moment, "medium"))


def moment_cell(moment: datetime) -> Markup:
    """A `<time>`: relative to read, exact on hover and for screen readers."""
    return cell(
        "moment", moment.isoformat(), relative_moment(moment), _exact_text(moment, get_locale(), get_timezone())
    )


# A list shows mostly the moments that it showed last time, and to write them takes longer than the rest of a row.
@lru_cache(maxsize=4096)
def _exact_text(moment: datetime, locale: Locale | None, zone: tzinfo | None) -> str:
    return dates.format_datetime(moment, "long", tzinfo=zone, locale=locale)


@lru_cache(maxsize=4096)
def _date_text(day: date, locale: Locale | None) -> str:
    return dates.format_date(day, "medium", locale=locale)


def status_cell(status: str, scheduled: bool = False, trashed: bool = False) -> Markup:
    """The state of a document as a chip."""
    return cell("status", status, scheduled, trashed)


def language_cell(code: str) -> Markup:
    """A language by its own name, as a chip; a dash stands for all languages."""
    if not code:
        return cell("nothing")
    info = lookup(code)
    return cell("language", code, info.name if info is not None else code)


def person_cell(name: str | None) -> Markup:
    """A person with the initial as a picture."""
    return cell("person", name) if name else cell("nothing")


def markup_cell(html: str) -> Markup:
    """A text as the public page shows it; what is stored is sanitised."""
    return cell("markup", render_body(html).html) if html else cell("nothing")


def time_zone_cell(name: str | None) -> str | Markup:
    """A time zone by its city; a dash stands for that of the site."""
    locale = get_locale()
    return time_zone_name(name, locale) if name and locale is not None else cell("nothing")


def details_cell(details: Mapping[str, Any]) -> Markup:
    """What the program notes for itself, in its own words."""
    return Markup("<code>{}</code>").format(json.dumps(details, ensure_ascii=False)) if details else cell("nothing")


def size_text(size: int) -> str:
    """A number of bytes as people say it."""
    if size < 1000:
        return ngettext("%(num)d byte", "%(num)d bytes", size)
    factor, unit = next((factor, unit) for factor, unit in UNITS if size >= factor)
    number = format_decimal(size / factor, format="#,##0.#" if size < 100 * factor else "#,##0")
    return str(unit) % {"size": number}


def items_cell(values: Iterable[Any]) -> Markup:
    """Several values as chips; the ones beyond a few are counted."""
    texts = [str(value) for value in values]
    if not texts:
        return cell("nothing")
    shown, rest = texts[:CHOICES_SHOWN], len(texts) - CHOICES_SHOWN
    if rest > 0:
        shown.append(_("%(number)s more", number=rest))
    return cell("items", shown)


TYPE_FORMATTERS: Mapping[type, TypeFormatter] = {
    type(None): lambda view, value, name: cell("nothing"),
    bool: lambda view, value, name: cell("yes_or_no", value),
    datetime: lambda view, value, name: moment_cell(value),
    date: lambda view, value, name: Markup("{}").format(format_date(value)),
    list: lambda view, value, name: items_cell(value),
    dict: lambda view, value, name: details_cell(value),
}
"""For `column_type_formatters` and `column_type_formatters_detail`; the order matters (bool before int)."""
