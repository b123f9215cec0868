"""A document that is to be published at a moment, and is corrected before it comes."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from cms.content import publishing, revisions
from cms.content.editing import version_of
from cms.extensions import db
from cms.models import Post
from cms.models.column_types import utc_now
from tests import factories as make

pytestmark = pytest.mark.usefixtures("db_session")
NOTICE = "What was saved since is not in it."


@pytest.fixture
def moment() -> datetime:
    return utc_now() + timedelta(days=1)


@pytest.fixture
def scheduled(moment: datetime) -> Post:
    """A post whose second version is to be published tomorrow, and whose third is a draft."""
    editor = make.make_user("editor")
    post: Post = publishing.create_draft(Post, {"title": "A walk", "locale": "en"}, editor)
    publishing.publish(post, editor, {"title": "A wlak"}, at=moment)
    publishing.save_draft(post, {"title": "A long walk"}, editor)
    return post


def test_the_form_says_that_the_older_version_is_to_be_published(client_as: Any, scheduled: Post) -> None:
    page = client_as("editor").get(f"/admin/posts/edit/?id={scheduled.id}").text
    assert "Version 2 will be published on" in page
    assert NOTICE in page
    assert 'name="_action" value="reschedule"' in page
    (changes,) = re.findall(r'href="(/admin/posts/history/[^"]*since=[^"]*)"', page)
    compared = client_as("editor").get(changes.replace("&amp;", "&")).text
    assert "From version 2 to version 3" in compared
    assert "wlak</del>" in compared


def test_it_says_nothing_where_the_newest_version_is_the_one(client_as: Any, moment: datetime) -> None:
    editor = make.make_user("editor")
    post = publishing.create_draft(Post, {"title": "A walk", "locale": "en"}, editor)
    publishing.publish(post, editor, {"title": "Two"}, at=moment)
    page = client_as("editor").get(f"/admin/posts/edit/?id={post.id}").text
    assert NOTICE not in page
    assert "Scheduled" in page


def test_an_author_is_told_but_offered_nothing(client_as: Any, moment: datetime) -> None:
    client = client_as("author")
    post = make.make_post(author_id=client.user_id, status="draft", title="Mine")
    editor = make.make_user("editor")
    publishing.publish(post, editor, {"title": "Two"}, at=moment)
    publishing.save_draft(post, {"title": "Three"}, editor)
    page = client.get(f"/admin/posts/edit/?id={post.id}").text
    assert NOTICE in page
    assert "reschedule" not in page
    typed = {"title": "Mine", "version": version_of(post), "_action": "reschedule"}
    assert client.submit(f"/admin/posts/edit/?id={post.id}", typed).status_code == 403


def test_what_is_in_the_form_is_published_at_the_moment_instead(
    client_as: Any, scheduled: Post, moment: datetime
) -> None:
    client = client_as("editor")
    typed = {"title": "A very long walk", "slug": scheduled.slug, "version": version_of(scheduled)}
    answer = client.submit(f"/admin/posts/edit/?id={scheduled.id}", typed | {"_action": "reschedule"})
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "will be published on" in page
    assert NOTICE not in page
    publishing.apply_due(moment)
    db.session.refresh(scheduled)
    assert (scheduled.is_live, scheduled.title, scheduled.published_at) == (True, "A very long walk", moment)


def test_left_alone_the_older_version_is_published_and_the_draft_kept(scheduled: Post, moment: datetime) -> None:
    publishing.apply_due(moment)
    db.session.refresh(scheduled)
    assert (scheduled.is_live, scheduled.title) == (True, "A wlak")
    assert revisions.working_values(scheduled)["title"] == "A long walk"


def test_a_moment_that_has_passed_publishes_nothing_at_once(client_as: Any, scheduled: Post, moment: datetime) -> None:
    typed = {"title": "Late", "slug": scheduled.slug, "version": version_of(scheduled), "_action": "reschedule"}
    with time_machine.travel(moment + timedelta(minutes=1), tick=False):
        answer = client_as("editor").submit(f"/admin/posts/edit/?id={scheduled.id}", typed)
    assert answer.status_code == 409
    assert "has passed meanwhile" in answer.text
    assert ">Late</textarea>" in answer.text
    db.session.refresh(scheduled)
    assert not scheduled.is_live
