"""How many statements each screen sends: it never depends on how much there is, and grows only on purpose."""

from datetime import timedelta
from typing import Any

import pytest

from cms.content import publishing
from cms.content.editing import version_of
from cms.models import Post
from cms.models.column_types import utc_now
from tests import factories as make

pytestmark = pytest.mark.usefixtures("db_session")

SCREENS = {
    "/admin/": 18,
    "/admin/posts/": 12,
    "/admin/posts/?show=draft": 10,
    "/admin/posts/?search=walk": 13,
    "/admin/tags/": 7,
    "/admin/users/": 8,
    "/admin/posts/new/": 3,
    "/admin/posts/edit/?id={id}": 15,
    "/admin/posts/details/?id={id}": 11,
    "/admin/posts/history/?id={id}": 9,
    "/admin/posts/ajax/lookup/?name=tags&query=walk": 7,
}


@pytest.fixture
def post() -> Post:
    """A published post that names everything a post can name, with a draft beside it that is scheduled."""
    editor = make.make_user("editor")
    values = {"title": "A walk", "locale": "en", "tags": [make.make_tag(), make.make_tag()]}
    values |= {"category_id": make.make_category().id, "featured_image_id": make.make_media("A hill").id}
    document: Post = publishing.create_draft(Post, values, editor)
    publishing.publish(document, editor)
    publishing.publish(document, editor, {"title": "A longer walk"}, at=utc_now() + timedelta(days=1))
    publishing.save_draft(document, {"title": "The longest walk"}, editor)
    return document


@pytest.mark.parametrize(("path", "most"), SCREENS.items())
def test_a_screen_sends_no_more_statements_than_it_did(
    path: str, most: int, client_as: Any, count_queries: Any, post: Post
) -> None:
    client = client_as("administrator")
    address = path.format(id=post.id)
    client.get(address)
    with count_queries() as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= most, "\n".join(queries)


@pytest.mark.parametrize(("pressed", "most"), [("save", 21), ("publish", 33)])
def test_a_save_sends_no_more_statements_than_it_did(
    pressed: str, most: int, client_as: Any, count_queries: Any, post: Post
) -> None:
    client = client_as("administrator")
    typed = {"title": "Other", "slug": post.slug, "version": version_of(post), "_action": pressed}
    with count_queries() as queries:
        assert client.submit(f"/admin/posts/edit/?id={post.id}", typed).status_code == 302
    assert len(queries) <= most, "\n".join(queries)
