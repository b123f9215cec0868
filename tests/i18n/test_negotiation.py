"""Accept-Language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.i18n.negotiation import MAX_HEADER, look_up, negotiate, parse_accept_language

SITE = ("en", "pt", "es", "fr", "de", "ar", "zh-Hans")

HEADERS = {
    # What browsers send.
    "pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7": "pt",
    "en-GB,de;q=0.9": "en",
    "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5": "fr",
    "zh-CN,zh;q=0.9,en;q=0.8": "zh-Hans",
    "ja,de;q=0.5": "de",
    # Region and script.
    "pt-PT": "pt",
    "es-419": "es",
    "zh": "zh-Hans",
    "zh-SG": "zh-Hans",
    "zh-Hans-CN": "zh-Hans",
    "zh-cmn-Hans-CN": "zh-Hans",
    "de-1996": "de",
    "de-DE-x-goethe": "de",
    "AR-eg": "ar",
    # Who reads Traditional Chinese is not served Simplified, though the browser adds a bare "zh".
    "zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7": "en",
    "zh-Hant,zh;q=0.5,fr;q=0.1": "fr",
    "zh-HK": "en",
    "zh-TW, zh-CN;q=0.2": "zh-Hans",
    # Weights.
    "de;q=0.3, fr;q=0.8, es;q=0.8": "fr",
    "de; q=0.5 , ar ; Q=0.7": "ar",
    "de;q=1.000": "de",
    "de;q=0": "en",
    "en;q=0": "pt",
    "en;q=0, *": "pt",
    "*;q=0.1, en;q=0.0": "pt",
    "zh-CN;q=0, zh": "en",
    "en-US, en;q=0": "en",
    "*": "en",
    "*;q=0": "en",
    "de;q=0, *;q=0": "en",
    # What breaks the grammar is left out, the rest counts.
    "de;q=2, fr;q=0.1": "fr",
    "de;q=0.1234, fr;q=0.1": "fr",
    "de;q=, fr": "fr",
    "de;level=1, fr": "fr",
    "de;q=-1, fr": "fr",
    "de_DE, fr": "fr",
    ";;;,,,": "en",
    "i-klingon, x-private, fr;q=0.1": "fr",
    "../../etc/passwd": "en",
    "": "en",
    "\x00": "en",
}


@pytest.mark.parametrize("header", HEADERS)
def test_headers(header: str) -> None:
    assert negotiate(header, SITE, "en") == HEADERS[header]


def test_without_a_header_the_default_is_chosen() -> None:
    assert negotiate(None, SITE, "ar") == "ar"


@pytest.mark.parametrize(
    ("header", "available", "expected"),
    [
        ("sr-Latn", ("en", "sr"), "en"),
        ("sr", ("en", "sr-Latn"), "en"),
        ("sr-Latn, sr;q=0.5", ("en", "sr"), "en"),
        ("sr-ME", ("en", "sr", "sr-Latn"), "sr-Latn"),
        ("pt-PT", ("en", "pt-BR", "pt-PT"), "pt-PT"),
        ("pt", ("en", "pt-PT", "pt-BR"), "pt-BR"),
        ("en-AU", ("de", "en-GB"), "en-GB"),
        ("zh-TW", ("en", "zh-Hans", "zh-Hant"), "zh-Hant"),
        ("pt", ("en", "not a code"), "en"),
    ],
)
def test_regions_and_scripts_of_other_sites(header: str, available: tuple[str, ...], expected: str) -> None:
    assert negotiate(header, available, available[0]) == expected


def test_a_long_header_is_read_up_to_a_limit() -> None:
    assert negotiate("de," + "x" * MAX_HEADER, SITE, "en") == "de"
    assert negotiate("x" * MAX_HEADER + ",de", SITE, "en") == "en"
    assert len(parse_accept_language("de," * 10_000)) <= 50


def test_a_single_wish_can_be_looked_up() -> None:
    assert look_up("pt-PT", SITE) == "pt"
    assert look_up("123456789", SITE) is None


@given(st.text(max_size=80))
def test_no_header_fails(header: str) -> None:
    assert negotiate(header, SITE, "en") in SITE


@given(
    st.lists(
        st.tuples(st.sampled_from(["zh-TW", "zh-Hant", "zh-HK", "zh-MO", "zh", "zh-Hant-HK"]), st.integers(0, 9)),
        min_size=1,
    ).filter(lambda wishes: max(q for _, q in wishes) > max((q for tag, q in wishes if tag == "zh"), default=-1))
)
def test_traditional_chinese_never_leads_to_simplified(wishes: list[tuple[str, int]]) -> None:
    header = ",".join(f"{tag};q=0.{weight}" for tag, weight in wishes)
    assert negotiate(header, SITE, "en") != "zh-Hans"
