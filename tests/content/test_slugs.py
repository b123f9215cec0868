"""Addresses made of titles."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.content.slugs import FALLBACK, MAX_LENGTH, slugify, unique_slug


@pytest.mark.parametrize(
    ("title", "locale", "slug"),
    [
        ("Hello, World!", "en", "hello-world"),
        ("Don’t panic", "en", "dont-panic"),
        ("Über Größe", "de", "ueber-groesse"),
        ("Über Größe", "en", "uber-grosse"),
        ("Über Größe", "de-AT", "ueber-groesse"),
        ("Çalışkan İğne", "tr", "caliskan-igne"),
        ("Ação e reação", "pt", "acao-e-reacao"),
        ("Привет, мир", "ru", "privet-mir"),
        ("Григорій", "uk", "hryhorii"),
        ("你好 世界", "zh-Hans", "ni-hao-shi-jie"),
        ("مرحبا", "ar", "mrhb"),
        ("Ελλάδα", "el", "ellada"),
        ("  --a__b..c--  ", "en", "a-b-c"),
        ("100 %", "en", "100"),
        ("", "en", FALLBACK),
        ("…!?", "en", FALLBACK),
        ("\x00\ud800", "en", FALLBACK),
    ],
)
def test_a_slug_reads_like_its_title(title: str, locale: str, slug: str) -> None:
    assert slugify(title, locale) == slug


def test_long_titles_are_cut_between_words() -> None:
    slug = slugify("word " * 60, "en")
    assert len(slug) <= MAX_LENGTH
    assert set(slug.split("-")) == {"word"}
    assert slugify("a" * 300, "en") == "a" * MAX_LENGTH
    assert slugify("abcd efgh", "en", max_length=4) == "abcd"


def test_a_taken_slug_gets_the_first_free_number() -> None:
    taken = {"page", "page-2"}
    assert unique_slug("page", taken.intersection) == "page-3"
    assert unique_slug("other", taken.intersection) == "other"
    long = "x" * MAX_LENGTH
    assert len(unique_slug(long, {long}.intersection)) <= MAX_LENGTH


def test_a_title_that_thousands_share_costs_a_few_questions() -> None:
    taken = {"news", *(f"news-{number}" for number in range(2, 5_000))}
    asked: list[int] = []

    def there(slugs: Sequence[str]) -> set[str]:
        asked.append(len(slugs))
        return taken.intersection(slugs)

    assert unique_slug("news", there) == "news-5000"
    assert len(asked) < 10


@given(st.text(), st.sampled_from(["en", "de", "ar", "zh-Hans", "tr", ""]))
def test_a_slug_is_always_a_safe_part_of_an_address(title: str, locale: str) -> None:
    slug = slugify(title, locale)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= MAX_LENGTH
    assert slugify(slug, locale) == slug
