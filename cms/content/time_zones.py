"""The time zones that an account may choose, under the names of the IANA database."""

from collections.abc import Iterator

# Without types of its own; Flask-Babel shows moments with its zones, so nothing else can be chosen.
import pytz  # type: ignore[import-untyped]
from babel import Locale
from flask_babel import gettext as _


def is_time_zone(name: str) -> bool:
    """Return whether moments can be shown in the zone of this name."""
    return name in pytz.all_timezones_set


def time_zones_by_region(locale: Locale) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the name of each region with its zones, as pairs of IANA name and city, in the language `locale`."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in pytz.common_timezones:
        region, _separator, rest = name.partition("/")
        if rest:
            regions.setdefault(region, []).append((name, _city(name, rest, locale)))
    titles = _region_titles()
    for region, zones in sorted(regions.items(), key=lambda item: titles.get(item[0], item[0])):
        yield titles.get(region, region), sorted(zones, key=lambda zone: zone[1])


def time_zone_name(name: str, locale: Locale) -> str:
    """Return what people call a zone: its city, in the language `locale`."""
    return _city(name, name, locale)


def _city(name: str, rest: str, locale: Locale) -> str:
    known = locale.time_zones.get(name, {})
    return str(known.get("city") or rest.rpartition("/")[2].replace("_", " "))


def _region_titles() -> dict[str, str]:
    return {
        "Africa": _("Africa"),
        "America": _("America"),
        "Antarctica": _("Antarctica"),
        "Arctic": _("Arctic"),
        "Asia": _("Asia"),
        "Atlantic": _("Atlantic Ocean"),
        "Australia": _("Australia"),
        "Canada": _("Canada"),
        "Europe": _("Europe"),
        "Indian": _("Indian Ocean"),
        "Pacific": _("Pacific Ocean"),
        "US": _("United States"),
    }
