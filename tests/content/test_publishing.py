"""The life of a document, from the first draft to the trash."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cms.content import comparing, editing, publishing, revisions
from cms.content.editing import version_of
from cms.content.errors import Conflict, InvalidInput, NotFound
from cms.extensions import db
from cms.models import AuditEntry, Page, Post, Redirect, Revision
from cms.security.policy import Forbidden
from tests import factories as make
from tests.sql_counter import QueryCounter

pytestmark = [pytest.mark.usefixtures("db_session"), pytest.mark.database]


def a_draft(actor: Any, **values: Any) -> Post:
    typed = {"title": "A walk", "locale": "en", "body": "<p>First.</p>"} | values
    return publishing.create_draft(Post, typed, actor)


def actions() -> list[str]:
    return [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]


def test_a_new_document_is_a_draft_with_a_revision() -> None:
    author = make.make_user("author")
    post = a_draft(author)
    assert (post.status, post.slug, post.author_id) == ("draft", "a-walk", author.id)
    assert not post.is_live
    assert [revision.number for revision in revisions.history(post)] == [1]
    assert actions() == ["create"]


def test_saving_a_live_document_changes_nothing_that_visitors_see() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    publishing.publish(post, editor)
    publishing.save_draft(post, {"title": "A longer walk", "tags": [make.make_tag()]}, editor)
    assert (post.title, post.tags) == ("A walk", [])
    assert revisions.working_values(post)["title"] == "A longer walk"
    publishing.publish(post, editor)
    assert post.title == "A longer walk"
    assert len(post.tags) == 1
    assert post.draft_revision_id is None


def test_the_date_of_publication_stays_and_a_past_moment_sets_it() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    publishing.publish(post, editor)
    first = post.published_at
    publishing.publish(post, editor, {"title": "Again"})
    assert post.published_at == first
    assert post.last_published_at > first
    past = datetime(2020, 5, 4, 12, 0, tzinfo=UTC)
    publishing.publish(post, editor, at=past)
    assert post.published_at == past
    assert post.is_live


def test_authors_submit_and_editors_publish() -> None:
    author, editor = make.make_user("author"), make.make_user("editor")
    post = a_draft(author)
    with pytest.raises(Forbidden):
        publishing.publish(post, author)
    publishing.submit(post, {"title": "Ready"}, author)
    assert (post.status, post.title) == ("review", "Ready")
    publishing.publish(post, editor)
    assert post.is_live


def test_an_author_cannot_touch_what_is_not_theirs() -> None:
    post = a_draft(make.make_user("editor"))
    stranger = make.make_user("author")
    for change in (
        lambda: publishing.save_draft(post, {"title": "x"}, stranger),
        lambda: publishing.submit(post, {}, stranger),
        lambda: publishing.unpublish(post, stranger),
        lambda: publishing.trash(post, stranger),
        lambda: publishing.return_to(post, 1, stranger),
    ):
        with pytest.raises(Forbidden):
            change()
    with pytest.raises(Forbidden):
        a_draft(make.make_user("member"))


def test_a_changed_address_leaves_a_redirect_and_no_chain() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    publishing.publish(post, editor, {"slug": "one"})
    publishing.publish(post, editor, {"slug": "two"})
    publishing.publish(post, editor, {"slug": "three"})
    found = {row.source: row.target for row in db.session.query(Redirect)}
    assert found == {"/en/posts/one": "/en/posts/three", "/en/posts/two": "/en/posts/three"}
    publishing.publish(post, editor, {"slug": "one"})
    found = {row.source: row.target for row in db.session.query(Redirect)}
    assert found == {"/en/posts/two": "/en/posts/one", "/en/posts/three": "/en/posts/one"}


def test_a_draft_may_change_its_address_without_a_trace() -> None:
    editor = make.make_user("editor")
    publishing.save_draft(a_draft(editor), {"slug": "elsewhere"}, editor)
    assert db.session.query(Redirect).count() == 0


def test_a_schedule_is_kept_at_its_moment_by_whoever_comes_first() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    moment = datetime.now(UTC) + timedelta(hours=1)
    publishing.publish(post, editor, {"title": "Tomorrow"}, at=moment)
    assert not post.is_live
    assert post.scheduled_at == moment
    assert publishing.apply_due(moment - timedelta(seconds=1)) == 0
    assert publishing.apply_due(moment) == 1
    assert publishing.apply_due(moment) == 0
    db.session.refresh(post)
    assert (post.is_live, post.published_at, post.scheduled_at, post.title) == (True, moment, None, "Tomorrow")


def test_a_scheduled_change_of_a_live_document_waits_and_a_later_draft_survives_it() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    publishing.publish(post, editor)
    moment = datetime.now(UTC) + timedelta(days=1)
    publishing.publish(post, editor, {"title": "Soon"}, at=moment)
    publishing.save_draft(post, {"title": "Later still"}, editor)
    assert post.title == "A walk"
    publishing.apply_due(moment)
    db.session.refresh(post)
    assert post.title == "Soon"
    assert revisions.working_values(post)["title"] == "Later still"


def test_a_new_schedule_replaces_the_old_and_unpublishing_cancels_it() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    for days in (1, 2):
        publishing.publish(post, editor, at=datetime.now(UTC) + timedelta(days=days))
    assert db.session.query(Revision).filter(Revision.publish_at.is_not(None)).count() == 1
    publishing.unpublish(post, editor)
    assert post.scheduled_at is None
    assert publishing.apply_due(datetime.now(UTC) + timedelta(days=9)) == 0


def test_a_schedule_that_can_no_longer_be_kept_is_recorded_and_harms_no_page() -> None:
    editor = make.make_user("editor")
    live = a_draft(editor)
    publishing.publish(live, editor)
    moment = datetime.now(UTC) + timedelta(hours=1)
    publishing.publish(live, editor, {"slug": "wanted"}, at=moment)
    make.make_post(slug="wanted")
    assert publishing.apply_due(moment) == 0
    db.session.refresh(live)
    assert live.slug == "a-walk"
    assert live.scheduled_at is None
    assert actions()[-1] == "schedule_failed"


def test_unpublishing_keeps_the_newest_text_as_a_draft() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    publishing.publish(post, editor)
    publishing.save_draft(post, {"title": "Newer"}, editor)
    publishing.unpublish(post, editor)
    assert (post.status, post.title) == ("draft", "Newer")


def test_the_trash_and_back_and_for_good() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    publishing.publish(post, editor)
    with pytest.raises(Conflict):
        publishing.delete_for_good(post, editor)
    publishing.trash(post, editor)
    publishing.trash(post, editor)
    assert not post.is_live
    # In the words of the button that does it.
    with pytest.raises(Conflict, match="Bring it back first"):
        publishing.publish(post, editor)
    publishing.restore(post, editor)
    publishing.restore(post, editor)
    assert (post.status, post.trashed_at) == ("draft", None)
    publishing.trash(post, editor)
    publishing.delete_for_good(post, editor)
    assert db.session.query(Post).count() == db.session.query(Revision).count() == 0


def test_a_long_history_is_deleted_with_one_statement() -> None:
    editor = make.make_user("editor")
    counts = []
    for saves in (1, 20):
        post = a_draft(editor)
        other = a_draft(editor, title="Another")
        for number in range(saves):
            publishing.save_draft(post, {"title": f"Walk {number}"}, editor)
        publishing.trash(post, editor)
        db.session.refresh(post)
        with QueryCounter() as statements:
            publishing.delete_for_good(post, editor)
        counts.append(len(statements))
        assert not [statement for statement in statements if "SELECT revisions" in statement]
        assert [revision.number for revision in revisions.history(other)] == [1]
    assert counts[0] == counts[1]


def test_two_editors_at_once_are_a_conflict() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    seen = version_of(post)
    publishing.save_draft(post, {"title": "First"}, editor, based_on=seen)
    with pytest.raises(Conflict):
        publishing.save_draft(post, {"title": "Second"}, editor, based_on=seen)
    with pytest.raises(Conflict):
        publishing.publish(post, editor, based_on=seen)


def test_an_earlier_revision_comes_back_as_a_draft() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    first = revisions.history(post)[0]
    publishing.publish(post, editor, {"title": "Changed"})
    publishing.return_to(post, first.id, editor)
    assert post.title == "Changed"
    assert revisions.working_values(post)["title"] == "A walk"
    with pytest.raises(NotFound):
        publishing.return_to(post, 999_999, editor)


def test_machinery_and_language_cannot_be_typed() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    with pytest.raises(InvalidInput) as refused:
        publishing.save_draft(post, {"status": "published"}, editor)
    assert "status" in refused.value.errors
    with pytest.raises(InvalidInput):
        publishing.save_draft(post, {"locale": "pt"}, editor)


def test_what_is_stored_is_sanitised() -> None:
    post = a_draft(make.make_user("editor"), body='<p onclick="x()">Hi<script>alert(1)</script></p>')
    assert post.body == "<p>Hi</p>"


def test_a_revision_survives_the_loss_of_what_it_names() -> None:
    editor = make.make_user("editor")
    tag, category = make.make_tag(), make.make_category()
    post = a_draft(editor, tags=[tag], category=category)
    publishing.publish(post, editor)
    publishing.save_draft(post, {"title": "New"}, editor)
    db.session.delete(tag)
    db.session.delete(category)
    db.session.commit()
    values = revisions.working_values(post)
    assert values["tags"] == []
    assert values["category_id"] is None


def test_what_a_document_names_has_no_order() -> None:
    """Also in revisions of before, which kept the order in which it was typed."""
    editor = make.make_user("editor")
    one, two = make.make_tag(name="Zebra"), make.make_tag(name="Apple")
    post = a_draft(editor, tags=[two, one])
    publishing.publish(post, editor)
    (live,) = [revision for revision in revisions.history(post) if revision.kind == "publish"]
    assert live.data["tags"] == [one.id, two.id]
    live.data = live.data | {"tags": [two.id, one.id]}
    db.session.commit()
    publishing.publish(post, editor, {"tags": [one, two]})
    assert post.live_revision_id == live.id
    publishing.save_draft(post, {"tags": [one, two]}, editor)
    assert comparing.compare(post, live, revisions.history(post)[0]) == []
    assert editing.lay(post, {"tags": [one, two]}) == editing.lay(post, {"tags": [two, one]}) == set()
    assert editing.lay(post, {"tags": [two]}) == {"tags"}


def test_two_drafts_that_are_fine_alone_make_no_circle() -> None:
    editor = make.make_user("editor")
    first, second = make.make_page(), make.make_page()
    publishing.save_draft(first, {"parent": second}, editor)
    publishing.save_draft(second, {"parent": first}, editor)
    publishing.publish(first, editor)
    with pytest.raises(InvalidInput) as error:
        publishing.publish(second, editor)
    assert "parent" in error.value.errors
    db.session.rollback()
    assert second.path == second.slug


def test_two_who_save_at_the_same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is told so: its number was free when it looked, and is not when it writes."""
    editor = make.make_user("editor")
    post = a_draft(editor)
    look = db.session.scalar
    monkeypatch.setattr(
        db.session, "scalar", lambda query, *rest: 0 if "max(revisions.number)" in str(query) else look(query, *rest)
    )
    with pytest.raises(Conflict):
        publishing.save_draft(post, {"title": "Other"}, editor)
    assert post.title == "A walk"


def test_a_path_that_no_database_holds_is_refused() -> None:
    """Which a scheduled publication notes like any other fault, rather than failing at every visit."""
    editor = make.make_user("editor")
    page = make.make_page(slug="deep", path="x" * 790)
    if db.engine.dialect.name == "postgresql":
        with pytest.raises(InvalidInput):
            publishing.publish(publishing.create_draft(Page, CHILD | {"parent": page}, editor), editor)


CHILD = {"title": "A page with a long name", "locale": "en"}


def test_changes_of_a_live_document_wait_for_review_beside_it() -> None:
    author, editor = make.make_user("author"), make.make_user("editor")
    post = a_draft(author)
    publishing.publish(post, editor)
    publishing.submit(post, {"title": "Better"}, author)
    assert (post.is_live, post.title) == (True, "A walk")
    assert post.submitted_at is not None
    publishing.publish(post, editor)
    assert (post.title, post.submitted_at) == ("Better", None)


def test_whoever_may_not_publish_takes_nothing_off_the_site() -> None:
    author, editor = make.make_user("author"), make.make_user("editor")
    post = a_draft(author)
    publishing.publish(post, editor)
    with pytest.raises(Forbidden):
        publishing.trash(post, author)
    publishing.unpublish(post, editor)
    publishing.trash(post, author)
    assert post.trashed_at is not None
