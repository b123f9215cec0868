"""Which encoding a visitor takes, and whether the page is the one that he has."""

import pytest

from cms.cache.replies import matches, takes_gzip


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("deflate, br", False),
        ("*", True),
        ("*;q=0", False),
        ("*;q=0, gzip", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("gzip; q=0.0", False),
        ("gzip;q=0.001", True),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=1.0, identity; q=0.5", True),
        ("identity;q=0, gzip", True),
        ("identity", False),
        ("gzip;q=much", False),
        ("gzip;q=nan", False),
        ("gzip;q=9", True),
        ("gzip;level=3", True),
        (",,;;q=,gzip", True),
        ("gzip," * 1000, False),
    ],
)
def test_accept_encoding(header: str, expected: bool) -> None:
    assert takes_gzip(header) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ('"x",W/"abc" , "y"', True),
        ("*", True),
        (" * ", True),
        ('"ABC"', False),
        ("abc", False),
        ('"abc', False),
        ("", False),
        ('"x", *', False),
        ('"abc", ' * 1000, False),
    ],
)
def test_if_none_match(condition: str, expected: bool) -> None:
    assert matches(condition, '"abc"') is expected
