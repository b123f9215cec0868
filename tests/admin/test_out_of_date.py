"""Translations whose original has moved on, as the back office shows them."""

import re
from typing import Any

from cms.content import publishing, translating
from cms.models import Post
from tests import factories as make


def test_what_the_filter_says_is_out_of_date_is_marked_and_can_be_said_to_be_right(
    client_as: Any, db_session: Any
) -> None:
    editor = make.make_user("editor")
    source = publishing.create_draft(Post, {"title": "A walk", "locale": "en"}, editor)
    publishing.publish(source, editor)
    post = translating.begin(source, "pt", {"title": "Um passeio"}, editor)
    publishing.publish(source, editor, {"title": "A longer walk"})
    client = client_as(editor)

    def told() -> list[bool]:
        """Whether the filter finds it, its row is marked, and its form offers to say that it is up to date."""
        listed = client.get("/admin/posts/?flt0_source_revision_id_outdated=1").text
        form = client.get(f"/admin/posts/edit/?id={post.id}").text
        rows = listed.count('class="list__row"')
        return [
            rows == 1 and "Um passeio" in listed,
            rows == 1 and "coverage__code--outdated" in listed,
            'id="current-form"' in form,
        ]

    assert told() == [True] * 3
    publishing.trash(source, editor)
    assert told() == [False] * 3
    publishing.restore(source, editor)
    publishing.publish(source, editor)
    assert told() == [True] * 3
    client.submit("/admin/posts/current/", {"id": post.id})
    assert told() == [False] * 3


def test_what_a_translator_did_not_see_is_not_said_to_be_translated(client_as: Any, db_session: Any) -> None:
    """The original is published anew while they write, and again while they look at what changed."""
    editor = make.make_user("editor")
    source = publishing.create_draft(Post, {"title": "A walk", "locale": "en"}, editor)
    publishing.publish(source, editor)
    client = client_as(editor)
    read = re.compile(r'name="source_revision" value="(\d+)"')

    path = f"/admin/posts/new/?source={source.id}&locale=pt"
    opened = read.search(client.get(path).text)[1]
    publishing.publish(source, editor, {"title": "A longer walk"})
    refused = client.submit(path, {"title": "", "locale": "pt", "source_revision": opened})
    assert refused.status_code == 422
    assert read.search(refused.text)[1] == opened
    sent = {"title": "Um passeio", "locale": "pt", "source_revision": opened}
    saved = client.submit(path, sent, follow_redirects=True)
    assert "The original has changed since this translation was made." in saved.text

    told = read.search(saved.text)[1]
    publishing.publish(source, editor, {"title": "A very long walk"})
    post = db_session.query(Post).filter_by(locale="pt").one()
    answer = client.submit("/admin/posts/current/", {"id": post.id, "source_revision": told}, follow_redirects=True)
    assert "The original was published anew meanwhile." in answer.text
    newest = read.search(answer.text)[1]
    answer = client.submit("/admin/posts/current/", {"id": post.id, "source_revision": newest}, follow_redirects=True)
    assert "marked as up to date" in answer.text
    assert "The original has changed since" not in answer.text
