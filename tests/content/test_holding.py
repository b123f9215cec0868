"""Services decide on what a row is at that moment, whoever else is at work on it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, BrokenBarrierError, Event, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from cms.content import editing, holding, publishing, revisions, translating, user_accounts, user_editing
from cms.content.editing import version_of
from cms.content.errors import Conflict, InvalidInput
from cms.content.transactions import apart, one_transaction
from cms.extensions import db
from cms.models import Page, Post, Revision, Tag, User
from cms.security.policy import SYSTEM, Forbidden
from tests import factories as make

pytestmark = [pytest.mark.usefixtures("db_session"), pytest.mark.database]

SECONDS = 20.0


class Elsewhere(Thread):
    """Another request that is under way at the same time; `ended()` waits for it and gives what it has raised."""

    def __init__(self, app: Flask, act: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.app, self.act = app, act
        self.error: BaseException | None = None
        db.session.rollback()
        self.start()

    def run(self) -> None:
        try:
            with self.app.app_context():
                self.act()
        except BaseException as error:
            self.error = error

    def ended(self) -> BaseException | None:
        self.join(SECONDS)
        assert not self.is_alive(), "It waits for ever"
        return self.error


@pytest.fixture
def elsewhere(app: Flask) -> Callable[[Callable[[], Any]], Elsewhere]:
    return lambda act: Elsewhere(app, act)


def a_draft(actor: Any, **values: Any) -> Post:
    document: Post = publishing.create_draft(Post, {"title": "A walk", "locale": "en"} | values, actor)
    return document


def scheduled(editor: User, author: User) -> tuple[Post, datetime]:
    post, moment = a_draft(author), datetime.now(UTC) + timedelta(hours=1)
    publishing.publish(post, editor, at=moment)
    assert post.title == "A walk"
    return post, moment


def test_what_became_public_meanwhile_is_not_written_over(app: Flask) -> None:
    """The row was read as a draft; its moment comes before the author's text does."""
    editor, author = make.make_user("editor"), make.make_user("author")
    post, moment = scheduled(editor, author)
    seen = version_of(post)
    with app.app_context():
        assert publishing.apply_due(moment) == 1
    with pytest.raises(Conflict):
        publishing.save_draft(post, {"title": "Not approved"}, author, based_on=seen)
    publishing.save_draft(post, {"title": "Not approved"}, author)
    assert (post.is_live, post.title) == (True, "A walk")
    assert revisions.working_values(post)["title"] == "Not approved"
    with pytest.raises(Forbidden):
        publishing.trash(post, author)


@pytest.mark.parametrize("change", [publishing.save_draft, publishing.submit, publishing.reschedule])
def test_whoever_saw_the_same_version_is_told_also_where_the_row_was_read_before(app: Flask, change: Any) -> None:
    editor = make.make_user("editor")
    post, _moment = scheduled(editor, editor)
    seen = version_of(post)
    with app.app_context():
        publishing.save_draft(db.session.get_one(Post, post.id), {"title": "First"}, SYSTEM, based_on=seen)
    with pytest.raises(Conflict):
        change(post, {"title": "Second"}, editor, based_on=seen)


@pytest.mark.parametrize("change", [publishing.publish, publishing.unpublish])
def test_so_is_whoever_publishes_or_unpublishes(app: Flask, change: Any) -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    seen = version_of(post)
    with app.app_context():
        publishing.publish(db.session.get_one(Post, post.id), SYSTEM)
    with pytest.raises(Conflict):
        change(post, editor, {"title": "Second"}, based_on=seen)
    publishing.trash(post, editor)
    assert version_of(post) != seen


def test_what_is_not_published_is_looked_at_anew_too(app: Flask) -> None:
    tag = make.make_tag()
    seen = version_of(tag)
    with app.app_context():
        editing.update(db.session.get_one(Tag, tag.id), {"name": "First"}, SYSTEM)
    with pytest.raises(Conflict):
        editing.update(tag, {"name": "Second"}, SYSTEM, based_on=seen)
    assert tag.name == "First"


def test_what_is_gone_meanwhile_is_a_conflict(app: Flask) -> None:
    post, tag = make.make_post(), make.make_tag()
    with app.app_context():
        for row in (db.session.get_one(Post, post.id), db.session.get_one(Tag, tag.id)):
            db.session.delete(row)
        db.session.commit()
    with pytest.raises(Conflict):
        publishing.save_draft(post, {"title": "Other"}, SYSTEM)
    with pytest.raises(Conflict):
        editing.delete(tag, SYSTEM)


def test_a_translation_is_marked_by_whoever_may_at_that_moment(app: Flask) -> None:
    editor, author = make.make_user("editor"), make.make_user("author")
    post = translating.begin(a_draft(editor), "pt", {"title": "Um passeio"}, editor)
    post.author_id = author.id
    db.session.commit()
    assert post.author_id == author.id
    with app.app_context():
        db.session.get_one(Post, post.id).author_id = editor.id
        db.session.commit()
    with pytest.raises(Forbidden):
        translating.mark_current(post, author)


def test_the_second_waits_for_the_first(elsewhere: Any) -> None:
    """Two who both have read the row, and save at the same moment."""
    post = a_draft(SYSTEM)
    seen, identifier = version_of(post), post.id
    first_holds, second_has_read = Event(), Event()

    def first() -> None:
        row = db.session.get_one(Post, identifier)
        with one_transaction():
            publishing.trash(row, SYSTEM)
            first_holds.set()
            assert second_has_read.wait(SECONDS)
            other.join(0.3)
            assert other.is_alive()

    def second() -> None:
        assert first_holds.wait(SECONDS)
        row = db.session.get_one(Post, identifier)
        assert row.title == "A walk"
        second_has_read.set()
        publishing.save_draft(row, {"title": "Second"}, SYSTEM, based_on=seen)

    other = elsewhere(second)
    assert elsewhere(first).ended() is None
    assert isinstance(other.ended(), Conflict)
    assert db.session.get_one(Post, identifier, populate_existing=True).title == "A walk"


def at_the_same_moment(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Have two threads meet where they call these functions, unless one waits for the other before it gets there."""
    both = Barrier(2)

    def meeting(function: Callable[..., Any]) -> Callable[..., Any]:
        def met(*arguments: Any, **options: Any) -> Any:
            with suppress(BrokenBarrierError):
                both.wait(1.0)
            return function(*arguments, **options)

        return met

    for name in names:
        monkeypatch.setattr(publishing, name, meeting(getattr(publishing, name)))


def test_a_moment_that_comes_while_it_is_cancelled(elsewhere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wants the document and its revision; whoever has the first gets the second."""
    post, moment = scheduled(SYSTEM, SYSTEM)
    identifier = post.id
    at_the_same_moment(monkeypatch, "_drop_schedule", "_claim")
    both = [
        elsewhere(lambda: publishing.unpublish(db.session.get_one(Post, identifier), SYSTEM)),
        elsewhere(lambda: publishing.apply_due(moment)),
    ]
    assert [one.ended() for one in both] == [None, None]
    row = db.session.get_one(Post, identifier, populate_existing=True)
    assert (row.is_live, row.scheduled_at, publishing.apply_due(moment)) == (False, None, 0)


def test_two_languages_that_share_a_value(elsewhere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each writes the row of the other: both are held in one order."""
    monkeypatch.setitem(Post.__table__.c.featured_image_id.info, "shared", True)
    pictures = [make.make_media().id, make.make_media().id]
    source = a_draft(SYSTEM)
    identifiers = [source.id, translating.begin(source, "pt", {"title": "Um passeio"}, SYSTEM).id]
    at_the_same_moment(monkeypatch, "clean")

    def save(identifier: int, picture: int) -> None:
        row = db.session.get_one(Post, identifier)
        publishing.save_draft(row, {"featured_image_id": picture}, SYSTEM)

    both = [
        elsewhere(lambda row=row, picture=picture: save(row, picture))
        for row, picture in zip(identifiers, pictures, strict=True)
    ]
    assert [one.ended() for one in both] == [None, None]
    rows = db.session.scalars(select(Post).execution_options(populate_existing=True)).all()
    assert len({row.featured_image_id for row in rows}) == 1


def test_two_who_move_pages_below_each_other(elsewhere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either move is fine alone; both would be a circle."""
    identifiers = [make.make_page().id, make.make_page().id]
    at_the_same_moment(monkeypatch, "clean")

    def move(identifier: int, parent: int) -> None:
        publishing.publish(db.session.get_one(Page, identifier), SYSTEM, {"parent_id": parent})

    one, other = identifiers
    both = [elsewhere(lambda: move(one, other)), elsewhere(lambda: move(other, one))]
    errors = [move.ended() for move in both]
    assert sorted(type(error).__name__ for error in errors) == ["InvalidInput", "NoneType"]


def test_a_page_that_is_made_while_the_one_above_it_moves(elsewhere: Any) -> None:
    """Its path is that of the place where the other has gone."""
    above = make.make_page(slug="before").id
    moved = Event()

    def move() -> None:
        with one_transaction():
            publishing.publish(db.session.get_one(Page, above), SYSTEM, {"slug": "after"})
            moved.set()
            other.join(0.3)

    def make_one() -> None:
        assert moved.wait(SECONDS)
        values = {"title": "Below", "slug": "below", "locale": "en", "parent_id": above}
        publishing.create_draft(Page, values, SYSTEM)

    other = elsewhere(make_one)
    assert [elsewhere(move).ended(), other.ended()] == [None, None]
    paths = db.session.scalars(select(Page.path).execution_options(populate_existing=True))
    assert sorted(paths) == ["after", "after/below"]


def test_what_writes_nothing_keeps_nobody_waiting() -> None:
    editor, post = make.make_user("editor"), a_draft(SYSTEM)
    publishing.publish(post, editor)
    stranger = make.make_user("author")
    for act in (
        lambda: publishing.publish(post, editor),
        lambda: publishing.restore(post, editor),
        lambda: translating.mark_current(post, editor),
    ):
        act()
        assert not db.session().in_transaction()
    with pytest.raises(Forbidden):
        publishing.save_draft(post, {}, stranger)
    assert not db.session().in_transaction()
    with pytest.raises(InvalidInput):
        publishing.save_draft(post, {"title": ""}, editor)
    assert not db.session().in_transaction()


def test_rows_are_locked_once_in_a_transaction(count_queries: Any) -> None:
    identifiers = [make.make_post().id for _number in range(3)]
    with one_transaction():
        rows = holding.held_rows(Post, [*identifiers, 999_999])
        assert sorted(rows) == identifiers
        with count_queries() as queries:
            for row in rows.values():
                with apart():
                    holding.hold(row)
    assert [one for one in queries if "FROM posts" in one] == []
    row = rows[identifiers[0]]
    with count_queries() as queries:
        holding.hold(row)
        holding.hold(row)
    assert len([one for one in queries if "FROM posts" in one]) == 1


def broken(sqlstate: str) -> Callable[..., Any]:
    def act(*arguments: Any, **options: Any) -> Any:
        raise OperationalError("UPDATE", {}, type("Refused", (Exception,), {"sqlstate": sqlstate})())

    return act


def test_those_who_wait_for_each_other_after_all_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a model of one's own locks rows in an order of its own; a batch is tried again as a whole."""
    post = a_draft(SYSTEM)
    monkeypatch.setattr(publishing, "_keep", broken("40P01"))
    with pytest.raises(Conflict):
        publishing.save_draft(post, {}, SYSTEM)

    def batch() -> None:
        with one_transaction(), apart():
            publishing.save_draft(post, {}, SYSTEM)

    with pytest.raises(OperationalError):
        batch()
    monkeypatch.setattr(publishing, "_keep", broken("57P01"))
    with pytest.raises(OperationalError):
        publishing.save_draft(post, {}, SYSTEM)


def test_a_schedule_outlives_a_busy_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up where it cannot be kept, not where it could not be kept just now."""
    post, moment = scheduled(SYSTEM, SYSTEM)
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_go_live", broken("40P01"))
        with pytest.raises(OperationalError):
            publishing.apply_due(moment)
    assert publishing.apply_due(moment) == 1
    assert db.session.get_one(Post, post.id, populate_existing=True).is_live


def test_a_schedule_that_was_cancelled_is_not_given_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the attempt and the note that it failed, somebody else has set another moment."""
    post, moment = scheduled(SYSTEM, SYSTEM)
    later = moment + timedelta(days=1)

    def fail(*arguments: Any, **options: Any) -> None:
        db.session.rollback()
        with app.app_context(), monkeypatch.context() as patch:
            patch.undo()
            publishing.publish(db.session.get_one(Post, post.id), SYSTEM, at=later)
        raise InvalidInput({"slug": "Taken."})

    monkeypatch.setattr(publishing, "_go_live", fail)
    assert publishing.apply_due(moment) == 0
    assert db.session.get_one(Post, post.id, populate_existing=True).scheduled_at == later


@pytest.mark.parametrize("table", ["posts", "tags", "gone"])
def test_a_moment_of_what_is_gone_is_forgotten(table: str) -> None:
    """Its row was deleted past the services, or its kind is no longer of this site, or has no such moments."""
    post, moment = scheduled(SYSTEM, SYSTEM)
    (plan,) = [revision for revision in revisions.history(post) if revision.publish_at is not None]
    plan.model, plan.object_id = table, 999_999
    db.session.commit()
    assert publishing.apply_due(moment) == 0
    assert db.session.get_one(Revision, plan.id, populate_existing=True).publish_at is None


@pytest.mark.parametrize("act", [user_accounts.disable, user_editing.delete_account])
def test_two_administrators_who_remove_each_other(
    elsewhere: Callable[[Callable[[], Any]], Elsewhere], monkeypatch: pytest.MonkeyPatch, act: Any
) -> None:
    """Each sees the other before either has gone; one of them stays."""
    ids = [make.make_user("administrator").id for _ in range(2)]
    both = Barrier(2)
    count = user_accounts.keep_an_administrator

    def together(user: User) -> None:
        with suppress(BrokenBarrierError):
            both.wait(SECONDS)
        count(user)

    monkeypatch.setattr(user_accounts, "keep_an_administrator", together)

    def remove(actor: int, other: int) -> None:
        act(db.session.get_one(User, actor), db.session.get_one(User, other))

    threads = [elsewhere(lambda pair=pair: remove(*pair)) for pair in (ids, ids[::-1])]
    errors = [thread.ended() for thread in threads]
    assert sorted(type(error).__name__ for error in errors) == ["Conflict", "NoneType"]
    assert db.session.scalar(select(func.count(User.id)).where(User.active, User.id.in_(ids))) == 1
