"""Which page of a list is asked for."""

import pytest

from admin.paging import typed_page


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("1", 0),
        ("25,000", 24_999),
        ("25.000", 24_999),
        ("25\u202f000", 24_999),
        ("٢٥٬٠٠٠", 24_999),
        (" 7 ", 6),
        ("0", None),
        ("000", None),
        ("", None),
        (None, None),
        ("last", None),
        ("9" * 10, None),
    ],
)
def test_pages_are_counted_as_people_count(text: str | None, page: int | None) -> None:
    assert typed_page(text) == page
