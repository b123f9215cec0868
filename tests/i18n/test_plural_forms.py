"""Plural rules from the head of a catalogue."""

from decimal import Decimal

import pytest
from babel.core import Locale
from babel.localedata import locale_identifiers
from hypothesis import given
from hypothesis import strategies as st

from cms.i18n.plural_forms import InvalidPluralForms, is_usual, parse_plural_forms, plural_forms_of

ENGLISH = parse_plural_forms("nplurals=2; plural=(n != 1);")


@pytest.mark.parametrize(
    ("folder", "number", "form"),
    [
        ("en", 1, 0),
        ("en", 0, 1),
        ("fr", 0, 0),
        ("fr", 2, 1),
        ("zh_Hans", 7, 0),
        ("ar", 2, 2),
        ("ar", 11, 4),
        ("ar", 0, 0),
        # Languages that Babel's table of rules for gettext leaves out, and CLDR knows.
        ("id", 1, 0),
        ("ms", 1, 0),
        ("mk", 21, 0),
        ("mk", 11, 1),
        ("zu", 0, 0),
        ("gd", 12, 1),
        ("gd", 20, 3),
        # And those that neither knows, or whose rule in CLDR counts what gettext cannot tell.
        ("oc", 0, 1),
        ("oc", 1, 0),
        ("lld", 2, 1),
    ],
)
def test_usual_rules(folder: str, number: int, form: int) -> None:
    assert plural_forms_of(folder).index(number) == form


@pytest.mark.parametrize(("folder", "count"), [("id", 1), ("my", 1), ("gd", 4), ("oc", 2), ("lld", 2)])
def test_how_many_forms_a_language_usually_has(folder: str, count: int) -> None:
    assert plural_forms_of(folder).count == count


def test_every_language_has_a_usual_rule() -> None:
    for folder in locale_identifiers():
        rule = plural_forms_of(folder)
        assert parse_plural_forms(rule.header).count == rule.count
        assert is_usual(rule, folder)


@pytest.mark.parametrize(
    ("folder", "header", "usual"),
    [
        ("pt", "nplurals=2; plural=(n > 1);", True),
        # As CLDR counts: with a form for every million, or one that whole numbers never take.
        ("pt", "nplurals=3; plural=(n==1 ? 0 : n!=0 && n%1000000==0 ? 1 : 2);", True),
        ("pl", "nplurals=4; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);", True),
        ("pt", "nplurals=3; plural=(n != 1);", False),
        ("pl", "nplurals=2; plural=(n != 1);", False),
        ("ar", "nplurals=2; plural=(n != 1);", False),
    ],
)
def test_whether_a_language_is_counted_so(folder: str, header: str, usual: bool) -> None:
    assert is_usual(parse_plural_forms(header), folder) is usual


def test_the_shipped_languages_have_as_many_forms_as_they_need() -> None:
    counts = {folder: plural_forms_of(folder).count for folder in ("en", "pt", "es", "fr", "de", "ar", "zh_Hans")}
    assert counts == {"en": 2, "pt": 2, "es": 2, "fr": 2, "de": 2, "ar": 6, "zh_Hans": 1}
    assert Locale.parse("ar").plural_form(2) == "two"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "n != 1",
        "nplurals=9999999; plural=0;",
        "nplurals=99999999999999; plural=0;",
        "nplurals=0; plural=0;",
        "nplurals=2; plural=n;",
        "nplurals=2; plural=0-1;",
        "nplurals=2; plural=n/0;",
        "nplurals=2; plural=1 % n;",
        "nplurals=2; plural=__import__('os');",
        "nplurals=2; plural=(n;",
        "nplurals=2; plural=" + "(" * 400 + "n" + ")" * 400,
        "nplurals=2; plural=" + "n+" * 2000 + "n;",
        "nplurals=INTEGER; plural=EXPRESSION;",
        "nplurals=2; plural=   ;",
        # Would never end if it were tried in every way.
        "nplurals=2; plural=" + " " * 20_000 + ";;",
        "nplurals=2; plural=n" + " " * 20_000 + "n;;",
    ],
)
def test_rules_that_make_no_sense_are_refused(header: str) -> None:
    with pytest.raises(InvalidPluralForms):
        parse_plural_forms(header)


def test_a_rule_is_written_as_it_was_read() -> None:
    assert ENGLISH.header == "nplurals=2; plural=(n != 1);"


def test_a_form_is_explained_by_numbers() -> None:
    arabic = plural_forms_of("ar")
    assert arabic.examples(3) == (3, 4, 5, 6)
    assert [arabic.stands_for_one_number(form) for form in range(6)] == [True, True, True, False, False, False]
    assert not plural_forms_of("fr").stands_for_one_number(0)


@given(st.integers() | st.floats(allow_nan=True, allow_infinity=True) | st.decimals(allow_nan=False))
def test_every_number_takes_a_form(number: float | Decimal) -> None:
    assert ENGLISH.index(number) in {0, 1}


def test_a_rule_that_fails_for_a_rare_number_falls_back_to_the_last_form() -> None:
    assert parse_plural_forms("nplurals=2; plural=(n > 3000001 ? 1/(n-5000000) : 0);").index(5_000_000) == 1


def test_a_form_for_every_million_stands_for_more_than_one_number() -> None:
    # As CLDR has it for French; tools of translators offer it.
    french = parse_plural_forms("nplurals=3; plural=(n==0 || n==1) ? 0 : n!=0 && n%1000000==0 ? 1 : 2;")
    assert not french.stands_for_one_number(1)
    assert french.examples(1) == (1_000_000, 2_000_000, 3_000_000)
