"""Language codes, names and directions."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from cms.i18n.locales import (
    canonical,
    default_locale,
    describe,
    direction,
    find,
    lookup,
    maximize,
    parse_codes,
    parse_tag,
    site_locales,
)

SITE = ("en", "pt", "es", "fr", "de", "ar", "zh-Hans")


@pytest.mark.parametrize(
    ("code", "name", "english_name", "way", "folder"),
    [
        ("en", "English", "English", "ltr", "en"),
        ("pt", "Português", "Portuguese", "ltr", "pt"),
        ("ar", "العربية", "Arabic", "rtl", "ar"),
        ("he", "עברית", "Hebrew", "rtl", "he"),
        ("zh-Hans", "简体中文", "Chinese (Simplified)", "ltr", "zh_Hans"),
        ("zh-hant", "繁體中文", "Chinese (Traditional)", "ltr", "zh_Hant"),
        ("pt_BR", "Português (Brasil)", "Portuguese (Brazil)", "ltr", "pt_BR"),
        ("az-Arab", "تۆرکجه", "Azerbaijani (Arabic)", "rtl", "az_Arab"),
    ],
)
def test_a_language_is_described_in_its_own_words(
    code: str, name: str, english_name: str, way: str, folder: str
) -> None:
    info = describe(code)
    assert (info.name, info.english_name, info.direction, info.folder) == (name, english_name, way, folder)
    assert info.code == folder.replace("_", "-")


@pytest.mark.parametrize("spelling", ["zh-Hans", "ZH-HANS", "zh_hans", "zh", "zh-CN", "zh_cn", "zh-Hans-CN", "cmn"])
def test_every_spelling_of_simplified_chinese_is_found(spelling: str) -> None:
    assert find(spelling, SITE) == "zh-Hans"


@pytest.mark.parametrize(("spelling", "code"), [("PT", "pt"), ("pt-BR", "pt"), ("en-us", "en"), ("de_DE", "de")])
def test_what_a_language_stands_for_anyway_may_be_named(spelling: str, code: str) -> None:
    assert find(spelling, SITE) == code


@pytest.mark.parametrize(
    "code",
    [
        "zh-Hant",
        "zh-TW",
        "zh-HK",
        "en-GB",
        "pt-PT",
        "xx",
        "",
        "e",
        "../../etc/passwd",
        "pt/..",
        "pt\x00",
        "pt\n",
        "ｐｔ",
        "pt-",
        "-pt",
        "pt--BR",
        "x" * 9999,
        "\ud800",
        None,
        7,
        ["pt"],
        "posix",
        "root",
        "pt\u00a0",
    ],
)
def test_nothing_else_is_a_language_of_the_site(code: object) -> None:
    assert find(code, SITE) is None


def test_scripts_are_never_mixed_up() -> None:
    assert find("sr", ["sr-Latn"]) is None
    assert find("sr-Latn", ["sr"]) is None
    assert find("sr-Cyrl", ["sr"]) == "sr"


def test_an_exact_match_comes_before_a_likely_one() -> None:
    assert find("pt-BR", ["pt", "pt-BR"]) == "pt-BR"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("iw", "he"),
        ("IN", "id"),
        ("sh", "sr-Latn"),
        ("zh_hant_tw", None),
        ("pt-br", "pt-BR"),
        ("xx", None),
        (None, None),
    ],
)
def test_codes_become_canonical(code: object, expected: str | None) -> None:
    assert canonical(code) == (expected or (None if code != "zh_hant_tw" else "zh-Hant-TW"))


def test_an_unknown_tag_stays_as_it_is() -> None:
    tag = parse_tag("xx-Latn")
    assert tag is not None
    assert maximize(tag) == tag


def test_settings_are_read_in_canonical_form_each_once() -> None:
    assert parse_codes("en, PT ,zh_hans,pt,") == ("en", "pt", "zh-Hans")


@pytest.mark.parametrize("text", ["", " , ", "en,klingon", "en;pt", "en, ../x"])
def test_bad_settings_say_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match=r"At least one language|is not a language that this software knows"):
        parse_codes(text)


@given(st.text(max_size=40))
def test_no_text_makes_a_look_up_fail(text: str) -> None:
    assert find(text, SITE) in {None, *SITE}
    known = canonical(text)
    assert known is None or canonical(known) == known
    assert direction(text) in {"ltr", "rtl"}


def test_the_running_site_knows_its_languages() -> None:
    app = Flask(__name__)
    app.config.update(SITE_LOCALES=("en", "ar"), DEFAULT_LOCALE="ar")
    with app.app_context():
        assert [locale.code for locale in site_locales()] == ["en", "ar"]
        assert default_locale().code == "ar"
        assert lookup("AR-eg") == describe("ar")
        assert lookup("pt") is None
