"""The lists of posts: which posts stand in them, in what order, and that none looks at more than it shows."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from cms.content import post_lists
from cms.extensions import db
from cms.models import Post
from cms.models.column_types import utc_now
from tests.factories import make_category, make_post, make_tag, make_user

pytestmark = [pytest.mark.usefixtures("app_context"), pytest.mark.database]

NOVEMBER = datetime(2026, 11, 5, 12, tzinfo=UTC)


def titles(ids: Any) -> list[str]:
    return [db.session.get_one(Post, one).title for one in ids]


def dated(title: str, days: int, **values: Any) -> Post:
    return make_post(title=title, published_at=NOVEMBER + timedelta(days=days), **values)


def test_lists_hold_what_is_live_newest_first() -> None:
    tag, category, author = make_tag(), make_category(), make_user("author")
    shared = {"tags": [tag], "category": category, "author": author}
    dated("old", 1, **shared)
    dated("new", 3, **shared)
    dated("middle", 2, **shared)
    dated("draft", 4, status="draft", **shared)
    dated("trashed", 5, trashed_at=utc_now(), **shared)
    dated("other", 6)
    dated("outra", 7, locale="pt", author=author)
    lists = [
        post_lists.posts_with_tag(tag, 1, 2),
        post_lists.posts_in_category(category, 1, 2),
        post_lists.posts_by_author(author, "en", 1, 2),
    ]
    assert [titles(one.ids) for one in lists] == [["new", "middle"]] * 3
    assert {one.has_next for one in lists} == {True}
    last = post_lists.posts_with_tag(tag, 2, 2)
    assert (titles(last.ids), last.has_next, last.has_previous) == (["old"], False, True)
    assert titles(post_lists.published_posts("en", 1, 9).ids) == ["other", "new", "middle", "old"]
    assert post_lists.published_posts("fr", 1, 9).ids == []


def test_a_common_tag_lists_the_same_as_a_rare_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tag = make_tag()
    for number in range(5):
        dated(f"post {number}", number, tags=[tag])
    dated("draft", 8, tags=[tag], status="draft")
    dated("other", 9)
    rare = [post_lists.posts_with_tag(tag, number, 2) for number in (1, 2, 3, 4)]
    monkeypatch.setattr(post_lists, "RARE", 3)
    assert [post_lists.posts_with_tag(tag, number, 2) for number in (1, 2, 3, 4)] == rare
    assert [titles(one.ids) for one in rare] == [["post 4", "post 3"], ["post 2", "post 1"], ["post 0"], []]
    monkeypatch.setattr(post_lists, "RARE", 0)
    assert post_lists.posts_with_tag(make_tag(), 1, 2).ids == []


def test_a_month_ends_where_the_next_begins() -> None:
    make_post(title="first", published_at=datetime(2026, 12, 1, tzinfo=UTC))
    make_post(title="last", published_at=datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
    make_post(title="next", published_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert titles(post_lists.posts_in_month("en", 2026, 12, 1, 9).ids) == ["last", "first"]
    assert post_lists.locales_of_month(2026, 12) == ["en"]
    assert post_lists.locales_of_month(2026, 11) == []


def test_the_languages_of_an_author_are_those_of_what_is_live() -> None:
    author = make_user("author")
    make_post(author=author, locale="pt")
    make_post(author=author, locale="fr", status="draft")
    make_post(author=author)
    assert post_lists.locales_of_author(author) == ["en", "pt"]


def test_related_posts_share_most_tags() -> None:
    one, two, three = (make_tag() for _ in range(3))
    post = dated("this", 0, tags=[one, two])
    dated("one in common", 9, tags=[one, three])
    dated("both, older", 1, tags=[two, one])
    dated("both, newer", 2, tags=[one, two])
    dated("none", 3, tags=[three])
    dated("draft", 4, tags=[one, two], status="draft")
    dated("elsewhere", 5, tags=[one, two], locale="pt")
    assert titles(post_lists.related_posts(post, 3)) == ["both, newer", "both, older", "one in common"]
    assert titles(post_lists.related_posts(post, 1)) == ["both, newer"]
    assert post_lists.related_posts(make_post(), 3) == []


def test_of_a_popular_tag_only_the_newest_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post_lists, "RELATED_CANDIDATES", 2)
    monkeypatch.setattr(post_lists, "RELATING_TAGS", 1)
    tags = sorted((make_tag(), make_tag()), key=lambda tag: tag.name)
    for number in range(4):
        dated(f"post {number}", number, tags=tags[:1])
    dated("only the second", 9, tags=tags[1:])
    post = dated("this", 10, tags=tags)
    assert titles(post_lists.related_posts(post, 9)) == ["post 3", "post 2"]


def test_nothing_is_asked_for_no_cards(count_queries: Callable[..., Any]) -> None:
    with count_queries() as queries:
        assert post_lists.posts_of_cards([]) == {}
    assert len(queries) == 0


@pytest.fixture
def plans() -> Iterator[list[str]]:
    """How SQLite finds what is asked for while the test runs."""
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if connection.dialect.name == "sqlite" and "posts" in statement and statement.startswith("SELECT"):
            other = cursor.connection.cursor()
            other.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.extend(row[-1] for row in other.fetchall())
            other.close()

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


def test_lists_are_read_from_an_index_in_their_order(plans: list[str]) -> None:
    category, author = make_category(), make_user("author")
    post_lists.published_posts("en", 1, 9)
    post_lists.posts_in_category(category, 1, 9)
    post_lists.posts_by_author(author, "en", 1, 9)
    post_lists.posts_in_month("en", 2026, 11, 1, 9)
    post_lists.locales_of_author(author)
    post_lists.locales_of_month(2026, 11)
    assert [step for step in plans if "posts" in step and "INDEX ix_posts" not in step] == []
    assert [step for step in plans if "TEMP B-TREE" in step or "SCAN posts" in step] == []
