"""The YAML head of a Markdown file."""

from datetime import UTC, datetime

import pytest

from cms.content.importing.front_matter import (
    UnreadableHead,
    moment_of,
    names_of,
    number_of,
    split,
    text_of,
    words_of,
)

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.mark.parametrize(
    ("text", "head", "body"),
    [
        ("---\ntitle: A\norder: 3\n---\nBody\n", {"title": "A", "order": 3}, "Body\n"),
        ("\ufeff---\r\ntitle: A\r\n---\r\nBody\r\n", {"title": "A"}, "Body\n"),
        ("---\n---\nBody", {}, "Body"),
        ("---\ntitle: A\n...\nBody", {"title": "A"}, "Body"),
        ("---\n1: A\n---", {"1": "A"}, ""),
        ("No head\n---\nat all", {}, "No head\n---\nat all"),
        ("--- not a head\n", {}, "--- not a head\n"),
        ("", {}, ""),
    ],
)
def test_head_and_body_are_told_apart(text: str, head: dict[str, object], body: str) -> None:
    assert split(text) == (head, body)


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: [unclosed\n---\n",
        "---\n- a\n- b\n---\n",
        "---\njust words\n---\n",
        "---\ntitle: !!python/object/apply:os.system [ls]\n---\n",
        "---\ndate: 2026-13-45\n---\n",
        "---\ntitle: !!bool perhaps\n---\n",
        "---\ntitle: !!int ''\n---\n",
        "---\ndate: !!timestamp soon\n---\n",
        "---\ntitle: \x01\n---\n",
        "---\n" + "[" * 3000 + "\n---\n",
        # Lists of lists, and mappings of mappings, that would be of a billion parts.
        "---\na: &a [x, x]\nb: [*a, *a]\n---\n",
        "---\na: &a {x: 1}\nb:\n  <<: [*a, *a]\n---\n",
    ],
)
def test_a_head_that_cannot_be_read_is_said_to_be_so(text: str) -> None:
    with pytest.raises(UnreadableHead) as error:
        split(text)
    assert "YAML" in str(error.value) or "names" in str(error.value)


def test_a_single_value_may_be_repeated() -> None:
    assert split("---\na: &name Anna\nb: *name\n---\n") == ({"a": "Anna", "b": "Anna"}, "")


def test_what_no_database_can_be_asked_for_is_left_out() -> None:
    head, _body = split('---\nauthor: "\\uD800an\\u0000na"\ntags: ["\\uD800", "b\\uDFFF"]\n---\n')
    assert (text_of(head, "author"), names_of(head, "tags")) == ("anna", {"b": "b"})


def test_numbers_and_dates_beyond_all_bounds_are_none() -> None:
    """Python writes no whole number of more than 4300 digits, and knows no moment before the year 1."""
    endless = "0x" + "f" * 5000
    head, _body = split(f"---\ntitle: {endless}\ntags: {{b: {endless}, c: C}}\n? {endless}\n: d\n---\n")
    assert (text_of(head, "title"), names_of(head, "tags")) == ("", {"c": "C"})
    for moment in ("0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"):
        head, _body = split(f"---\ndate: {moment}\n---\n")
        assert moment_of(head, "date") is None


def test_the_line_of_a_mistake_is_told() -> None:
    with pytest.raises(UnreadableHead, match="line 4"):
        split("---\na: b\nc: d\n  e: [\n---\n")


def test_values_are_what_they_should_be_or_nothing() -> None:
    head = {"a": " x\n y ", "n": 3, "b": True, "l": [1], "big": 10**9, "f": 1.5}
    assert text_of(head, "none", "a") == "x y"
    assert text_of(head, "n") == "3"
    assert text_of(head, "b") == text_of(head, "l") == ""
    assert number_of(head, "n") == 3
    assert number_of(head, "b") is number_of(head, "big") is number_of(head, "f") is None


def test_names_may_be_a_list_a_mapping_or_one() -> None:
    head = {"list": ["Craft", 2026, None], "tied": {"craft": "Ofícios", "none": None}, "one": " Craft ", "no": 3}
    assert names_of(head, "list") == {"Craft": "Craft", "2026": "2026"}
    assert names_of(head, "tied") == {"craft": "Ofícios"}
    assert names_of(head, "one") == {"Craft": "Craft"}
    assert names_of(head, "no") == names_of(head, "missing") == {}


def test_moments_are_in_utc() -> None:
    head, _body = split("---\nday: 2026-11-20\nmoment: 2026-11-20T10:00:00+02:00\nplain: 2026-11-20 10:00:00\n---\n")
    assert moment_of(head, "day") == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert moment_of(head, "moment") == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert moment_of(head, "plain") == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert moment_of({"day": "soon"}, "day") is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("C&oacute;mo contribuir con el C&#243;digo", "Cómo contribuir con el Código"),
        ("R&D, AT&T; x&copy y", "R&D, AT&T; x&copy y"),
        ("Tom &amp; Jerry &lt;b&gt;", "Tom & Jerry <b>"),
        ("&amp;oacute;", "&oacute;"),
        ("a&nbsp;b&#x20;&#10;c", "a b c"),
        ("&#9999999;&nothing;", "\ufffd&nothing;"),
    ],
)
def test_letters_may_be_written_as_in_html(written: str, read: str) -> None:
    assert words_of({"title": written}, "title") == read
    assert text_of({"title": written}, "title") == written
