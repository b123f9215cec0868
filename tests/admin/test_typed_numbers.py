"""Numbers as people and programs type them into addresses."""

import pytest

from admin.typed_numbers import typed_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("007", 7),
        (12, 12),
        ("123456789", 123456789),
        ("1234567890", None),
        ("", None),
        (None, None),
        ("-1", None),
        ("1.5", None),
        (" 1", None),
        ("x", None),
        ("٣", None),
        ("²", None),
    ],
)
def test_ascii_digits_that_fit_an_id(text: object, number: int | None) -> None:
    assert typed_number(text) == number


def test_fewer_digits_where_that_is_said() -> None:
    assert typed_number("99999", longest=5) == 99999
    assert typed_number("100000", longest=5) is None
