"""Finding published documents by words."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cms.content import queries
from cms.content.search import search
from cms.models.column_types import utc_now
from tests.factories import make_page, make_post

pytestmark = [pytest.mark.usefixtures("app_context"), pytest.mark.database]

MOMENT = datetime(2026, 11, 5, tzinfo=UTC)


def titles(query: str, locale: str = "en") -> list[str]:
    """The titles of what was found, as plain text."""
    return [hit.title.striptags() for hit in search(locale, query)]


def test_every_word_must_occur_somewhere() -> None:
    make_post(title="Ships", summary="At anchor", body="<p>in the harbour</p>")
    make_page(title="Harbours of the world", body="<p>Ships everywhere.</p>")
    make_post(title="Trains")
    assert set(titles("ships harbour")) == {"Ships", "Harbours of the world"}
    assert titles("SHIPS anchor") == ["Ships"]
    assert titles("ships trains") == []


def test_only_what_visitors_may_see() -> None:
    make_post(title="Ships, a draft", status="draft")
    make_post(title="Ships, thrown away", trashed_at=utc_now())
    make_post(title="Ships in Portuguese", locale="pt")
    assert titles("ships") == []
    assert titles("ships", "pt") == ["Ships in Portuguese"]


def test_titles_come_first_then_the_newest() -> None:
    make_post(title="Newest", body="<p>ships</p>", published_at=MOMENT + timedelta(days=2))
    make_post(title="Old ships", published_at=MOMENT)
    make_post(title="New ships", published_at=MOMENT + timedelta(days=1))
    assert titles("ships") == ["New ships", "Old ships", "Newest"]


def test_markup_is_not_text() -> None:
    make_post(title="One", body='<table class="wide"><tr><td>cell</td></tr></table>')
    assert titles("table") == []
    assert titles("cell") == ["One"]


def test_an_excerpt_reads_as_the_page_does() -> None:
    make_post(title="One", summary="", body="<p>Means (<code>a11y</code>) here.</p><p>Next.</p>")
    assert search("en", "means")[0].excerpt.striptags() == "Means (a11y) here. Next."


def test_scripts_without_spaces_are_searched_too() -> None:
    make_post(title="打造受欢迎的社区", locale="zh-Hans")
    make_post(title="بناء مُجتمعات", locale="ar")
    assert titles("社区", "zh-Hans") == ["打造受欢迎的社区"]
    assert titles("بناء", "ar") == ["بناء مُجتمعات"]


def test_an_excerpt_shows_the_words_in_their_place() -> None:
    make_post(title="Long", body="<p>" + "before " * 60 + "the <em>Harbour</em> &amp; more " + "after " * 60 + "</p>")
    excerpt = search("en", "harbour")[0].excerpt
    assert "<mark>Harbour</mark> &amp; more" in excerpt
    assert excerpt.startswith("… ")
    assert excerpt.endswith(" …")
    assert len(excerpt) < 300


def test_what_is_found_is_escaped() -> None:
    make_post(title="<script>alert(1)</script> & harbour")
    hit = search("en", "alert")[0]
    assert "<script" not in hit.title
    assert "<mark>alert</mark>" in hit.title


@pytest.mark.parametrize("query", ["", "   ", "%", "_", "\\", "'", '"', "a" * 5000, "(", "[", "*", "%%%_"])
def test_odd_words_are_only_words(query: str) -> None:
    make_post(title="Plain")
    assert titles(query) == []


def test_a_few_queries_for_each_type(count_queries: Callable[..., Any]) -> None:
    for _ in range(5):
        make_post(title="Ships", body="<p>ships</p>")
    with count_queries() as few:
        assert len(search("en", "ships")) == 5
    for _ in range(20):
        make_post(title="Ships", body="<p>ships</p>")
    with count_queries() as many:
        assert len(search("en", "ships")) == 25
    assert len(many) == len(few) <= 1 + 9 * len(queries.public_models())


@pytest.mark.parametrize("query", ["Straße", "straße"])
def test_letters_that_have_no_capital_are_found(query: str) -> None:
    make_post(title="Die Straße", locale="de")
    assert titles(query, "de") == ["Die Straße"]
