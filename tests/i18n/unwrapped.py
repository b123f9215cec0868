"""Words that are neither from a catalogue nor the content of a site, nor anything that has no translation."""

import re
from collections.abc import Iterable

from babel import Locale
from babel.dates import get_day_names, get_month_names, get_timezone, get_timezone_name

from cms.content.file_names import KINDS
from cms.content.time_zones import time_zone_name
from cms.i18n.checks import BRACES, TAG
from cms.i18n.locales import describe
from cms.security.permissions import all_permissions, initial_roles
from tests.i18n.pseudo_language import BEGIN, END

# Every word of the content of the test site begins with these letters, also where only the initials are shown.
CONTENT = r"\b[Qq](?:[Xx][\w@.-]*|[Qq]?\b)"
# That of everybody who has an account on the test site.
TIME_ZONE = "Europe/Berlin"
# Addresses of the site, in a field or a sentence.
ADDRESS = r"(?<!\w)(?:https?:/)?/[\w./?=&-]+"
# What has no translation, and why.
SAME_EVERYWHERE = (
    "Esc",  # what is printed on that key of most keyboards
    "CSV",  # the names of file formats
    "XLSX",
    "UTC",  # the time that all zones are told from
    "https://www.youtube.com/watch?v=…",  # what such an address looks like
)


class Speech:
    """What may be said in one language by a site in several."""

    def __init__(self, language: str, languages: Iterable[str]) -> None:
        locale = Locale.parse(language, sep="-")
        zone = get_timezone_name(get_timezone(TIME_ZONE), width="long", locale=locale)
        names = [describe(code).name for code in languages] + [zone, time_zone_name(TIME_ZONE, locale)]
        # What scripts and file names are written in, wherever they are shown.
        codes = [*languages, *all_permissions(), *initial_roles(), *KINDS, *(kind.mime for kind in KINDS.values())]
        said = sorted({*names, *codes, *SAME_EVERYWHERE}, key=len, reverse=True)
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, said))})(?!\w)")
        # Most texts stand on every page.
        self._known: dict[str, str] = {}
        wrapped = f"{BEGIN}[^{BEGIN}{END}]*{END}"
        self._rest = re.compile("|".join([wrapped, BRACES.pattern, TAG.pattern, ADDRESS, CONTENT, *moments(locale)]))

    def unwrapped(self, text: str) -> str:
        """What is left of `text` without everything that may stand there; empty where that is all of it."""
        if text not in self._known:
            rest = self._names.sub(" ", self._rest.sub(" ", text))
            self._known[text] = " ".join(rest.split()) if re.search(r"[^\W\d_]", rest) else ""
        return self._known[text]


def moments(locale: Locale) -> tuple[str, ...]:
    """Patterns for dates and times as CLDR writes them in a language: absolute ones, then distances."""
    months = {name for width in ("wide", "abbreviated") for name in get_month_names(width, locale=locale).values()}
    # A title begins with a capital letter.
    months |= {name[:1].upper() + name[1:] for name in months}
    days = {name for width in ("wide", "abbreviated") for name in get_day_names(width, locale=locale).values()}
    month, day = ("|".join(sorted(map(re.escape, names), key=len, reverse=True)) for names in (months, days))
    clock = r"\d{1,2}:\d{2}(?::\d{2})?(?: (?:UTC|MEZ|MESZ))?"
    date = rf"(?:(?:{day}),? )?(?:\d{{1,2}}\. )?(?:de )?(?:{month}) (?:de )?\d{{4}}"
    # Where Babel's own format_timedelta finds them.
    distances = {
        pattern
        for unit in locale._data["date_fields"].values()
        for direction in ("past", "future")
        for pattern in unit.get(direction, {}).values()
    }
    longest_first = sorted(distances, key=len, reverse=True)
    said = (re.escape(pattern).replace(re.escape("{0}"), r"\d+") for pattern in longest_first)
    return (rf"{date}(?:(?:,| um) {clock})?", *said)
