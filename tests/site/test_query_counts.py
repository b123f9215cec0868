"""How much public pages ask of the database: a number that grows with nothing that they show."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cms.models import Post
from tests.factories import (
    make_category,
    make_media,
    make_menu,
    make_menu_item,
    make_page,
    make_post,
    make_setting,
    make_tag,
    make_user,
    translate,
)
from tests.site_client import SiteClient

pytestmark = [pytest.mark.usefixtures("app_context"), pytest.mark.database]

NOVEMBER = datetime(2026, 11, 5, 12, tzinfo=UTC)


def fill(posts: int) -> None:
    """Posts with everything a card shows, each with its own author, section and picture."""
    for number in range(posts):
        make_post(
            author=make_user("author"),
            category=make_category(),
            featured_image=make_media(f"Picture {number}"),
            tags=[make_tag(), make_tag()],
            published_at=NOVEMBER + timedelta(minutes=number),
        )


def test_no_query_count_grows_with_the_posts_shown(
    client: SiteClient, app: Any, count_queries: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["page_cache"], "on", False)
    make_menu_item(make_menu(), category=make_category(), url="")
    make_setting("posts_per_page", "50")
    counts = []
    for more in (2, 10):
        fill(more)
        client.get("/en/")
        with count_queries() as queries:
            answer = client.get("/en/")
        assert answer.status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, "\n".join(queries)


def test_post_page_asks_for_a_fixed_number_of_things(
    client: SiteClient, app: Any, count_queries: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["page_cache"], "on", False)
    counts = []
    for more in (1, 6):
        shared = [make_tag() for _ in range(more)]
        for _ in range(more):
            make_post(tags=shared, author=make_user("author"), featured_image=make_media())
        post: Post = make_post(tags=shared, author=make_user("author"), body="<p>Text.</p>" * more)
        for locale in ("pt", "fr")[:more]:
            translate(post, locale)
        with count_queries() as queries:
            assert client.get(post.public_path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14, "\n".join(queries)


def asked(queries: list[str]) -> int:
    """How many statements are about the site; whether purges wait to be delivered is looked at from time to time."""
    return len([query for query in queries if "pending_purges" not in query])


@pytest.mark.parametrize(
    ("kind", "cold", "warm"),
    [("home", 10, 2), ("tag", 12, 4), ("category", 12, 4), ("author", 12, 4), ("archive", 11, 3), ("page", 8, 6)],
)
def test_what_a_page_asks_grows_with_nothing_that_it_shows(
    client: SiteClient, app: Any, count_queries: Callable[..., Any], kind: str, cold: int, warm: int
) -> None:
    """Cold: nothing is at hand. Warm: another page has rendered the cards, the side, head and foot."""
    author, category, tag = make_user("author", username="ana"), make_category(slug="sea"), make_tag(slug="salt")
    make_page(slug="about")
    make_setting("posts_per_page", "50")
    path = {
        "home": "/en/",
        "tag": "/en/tags/salt",
        "category": "/en/categories/sea",
        "author": "/en/authors/ana",
        "archive": "/en/archive/2026/11",
        "page": "/en/about",
    }[kind]
    counts = []
    for more in (2, 10):
        for _ in range(more):
            make_post(author=author, category=category, tags=[tag], published_at=NOVEMBER, featured_image=make_media())
        app.extensions["page_cache"].forget_everything()
        with count_queries() as first:
            assert client.get(path).headers["X-Cache"] == "miss"
        # The same page under another host: it is not kept, but all its parts are at hand.
        with count_queries() as second:
            assert client.get(path, base_url="http://127.0.0.1").headers["X-Cache"] == "miss"
        counts.append((asked(first), asked(second)))
    assert counts[0] == counts[1], "\n".join(second)
    assert counts[0][0] <= cold, "\n".join(first)
    assert counts[0][1] <= warm, "\n".join(second)


def test_what_a_post_asks_grows_with_nothing_that_it_shows(
    client: SiteClient, app: Any, count_queries: Callable[..., Any]
) -> None:
    counts = []
    for more in (3, 6):
        shared = [make_tag() for _ in range(more)]
        posts = [make_post(tags=shared, author=make_user("author"), featured_image=make_media()) for _ in range(more)]
        for locale in ("pt", "fr", "de")[: more // 2]:
            translate(posts[0], locale)
        app.extensions["page_cache"].forget_everything()
        path = posts[0].public_path
        with count_queries() as first:
            assert client.get(path).headers["X-Cache"] == "miss"
        with count_queries() as second:
            assert client.get(path, base_url="http://127.0.0.1").headers["X-Cache"] == "miss"
        counts.append((asked(first), asked(second)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 14, "\n".join(first)
    assert counts[0][1] <= 9, "\n".join(second)
