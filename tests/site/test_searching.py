"""The search of the public site."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from cms.extensions import limiter
from tests.factories import make_post
from tests.site_client import SiteClient

pytestmark = [pytest.mark.usefixtures("app_context"), pytest.mark.database]


def test_what_was_found_is_shown(client: SiteClient) -> None:
    make_post(title="Ships at anchor", slug="ships")
    answer = client.get("/search/en?q=anchor")
    assert answer.status_code == 200
    assert '<a href="/en/posts/ships">Ships at <mark>anchor</mark></a>' in answer.text
    assert "1 result for “anchor”" in answer.text
    assert "noindex" in answer.text


def test_nothing_found_says_so(client: SiteClient) -> None:
    answer = client.get("/search/ar", query_string={"q": '<b>"x"'})
    assert answer.status_code == 200
    assert '<html lang="ar" dir="rtl">' in answer.text
    assert "<b>" not in answer.text
    assert 'value="&lt;b&gt;&#34;x&#34;"' in answer.text


def test_without_words_there_is_only_the_form(client: SiteClient) -> None:
    text = client.get("/search/en").text
    assert 'role="search"' in text
    assert 'role="status"' not in text


def test_search_is_kept_by_nobody(client: SiteClient) -> None:
    answer = client.get("/search/en?q=a")
    assert answer.headers["X-Cache"] == "bypass"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


def test_other_spellings_and_languages(client: SiteClient) -> None:
    answer = client.get("/search/zh-cn?q=a+b")
    assert (answer.status_code, answer.location) == (301, "/search/zh-Hans?q=a+b")
    assert client.get("/search/xx").status_code == 404


def test_the_header_leads_to_it(client: SiteClient) -> None:
    assert 'href="/search/pt"' in client.get("/pt/").text


@pytest.fixture
def counting_client(make_app: Callable[..., Flask]) -> Iterator[SiteClient]:
    """A visitor of a site that counts."""
    yield SiteClient.of(make_app(migrated=True, RATELIMIT_ENABLED=True))
    limiter.reset()
    limiter.enabled = False


def test_nobody_searches_without_end(counting_client: SiteClient) -> None:
    statuses = [counting_client.get("/search/en").status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]


@pytest.mark.parametrize("words", ["boats", "três barcos & “mais” 50% + 1 = ?#", "空格", "   "])
def test_another_language_searches_for_the_same_words(client: SiteClient, words: str) -> None:
    page = client.get("/search/en", query_string={"q": words}).text
    links = re.findall(r'href="(/language/pt\?[^"]*)"', page)
    assert len(links) == 2
    for link in links:
        answer = client.get(unescape(link))
        assert urlsplit(answer.location).path == "/search/pt"
        assert parse_qs(urlsplit(answer.location).query) == ({"q": [words.strip()]} if words.strip() else {})
