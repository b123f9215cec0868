"""The time zones that an account may choose."""

from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from flask_babel import force_locale

from cms.content.time_zones import is_time_zone, time_zones_by_region


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Europe/Lisbon", True),
        ("UTC", True),
        ("Mars/Olympus", False),
        ("localtime", False),
        ("", False),
        ("../etc", False),
    ],
)
def test_names(name, known):
    """Those of the IANA database."""
    assert is_time_zone(name) is known


def test_every_zone_that_is_offered_can_be_chosen(app_context):
    """By region and city, each once."""
    offered = [name for _region, zones in time_zones_by_region(Locale("en")) for name, _city in zones]
    assert len(offered) == len(set(offered)) > 400
    for name in offered:
        assert is_time_zone(name)
        assert ZoneInfo(name)


def test_cities_are_named_in_the_readers_language(app_context):
    """As the language writes them, in its order."""
    with force_locale("de"):
        regions = dict(time_zones_by_region(Locale("de")))
    cities = {name: city for zones in regions.values() for name, city in zones}
    assert cities["Europe/Lisbon"] == "Lissabon"
    assert cities["America/Argentina/Buenos_Aires"] == "Buenos Aires"
    for zones in regions.values():
        assert zones == sorted(zones, key=lambda zone: zone[1])
