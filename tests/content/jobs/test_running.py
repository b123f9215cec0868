"""What a worker does with a job: its rows, whatever happens meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from admin.views.document_lists import DocumentList
from cms.content import publishing
from cms.content.jobs import orders, running, walking
from cms.extensions import db
from cms.models import AuditEntry, Grant, Job, Post, Tag, User
from cms.models.column_types import utc_now
from tests import factories as make

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two rows, in windows of five ids."""
    monkeypatch.setattr(running, "BATCH", 2)
    monkeypatch.setattr(walking, "WINDOW", 5)
    monkeypatch.setattr(running, "BATCH_SECONDS", 60.0)


def live() -> set[str]:
    return set(db.session.scalars(select(Post.title).where(Post.status == "published", Post.trashed_at.is_(None))))


def test_every_row_of_the_selection_is_done_and_no_other(desk):
    editor = make.make_user("editor")
    for number in range(12):
        make.make_post(title=f"Draft {number}", status="draft")
    make.make_post(title="Em rascunho", status="draft", locale="pt")
    trashed = make.make_post(title="Gone", status="draft", trashed_at=utc_now())

    job = desk.begin(editor, "publish", "flt0_locale=en", [("locale", "en")])
    later = make.make_post(title="Later", status="draft")
    assert desk.turn(job) is None

    assert (job.state, job.done, job.failed, job.total, job.outcome) == ("done", 12, 0, 12, "")
    assert live() == {f"Draft {number}" for number in range(12)}
    assert job.finished_at is not None
    assert job.identity is None
    assert (trashed.status, later.status) == ("draft", "draft")
    entries = db.session.execute(select(AuditEntry.action, AuditEntry.actor_id)).all()
    assert {tuple(entry) for entry in entries} == {("publish", editor.id)}
    assert len(entries) == 12


def test_a_search_and_a_tab_select_as_they_do_on_the_screen(desk):
    editor = make.make_user("editor")
    make.make_post(title="Harbour one")
    make.make_post(title="Harbour two", status="draft")
    make.make_post(title="Mill", status="draft")
    job = desk.begin(editor, "publish", "search=harbour&show=draft")
    desk.turn(job)
    assert (job.state, job.done) == ("done", 1)
    assert live() == {"Harbour one", "Harbour two"}


def test_each_row_is_done_as_its_actor_may_and_failures_are_told_of(desk):
    author = make.make_user("author")
    for number in range(3):
        make.make_post(title=f"Mine {number}", status="draft", author_id=author.id)
    shown = make.make_post(title="Live", author_id=author.id)
    make.make_post(title="Theirs", status="draft")
    job = desk.begin(author, "delete")
    desk.turn(job)
    # The list of an author shows others' posts, which an author may not delete; taking one off the site neither.
    assert (job.state, job.done) == ("done", 3)
    assert {one["name"] for one in job.problems} >= {"Live"}
    assert {one["reason"] for one in job.problems} == {"You are not allowed to do this."}
    assert job.failed == len(job.problems)
    db.session.refresh(shown)
    assert shown.trashed_at is None


def test_a_failure_undoes_its_own_row_only(desk, monkeypatch):
    editor = make.make_user("editor")
    posts = [make.make_post(title=f"Post {number}", status="draft") for number in range(5)]
    real = publishing.publish

    def sometimes(row, actor):
        real(row, actor)
        if row.id == posts[2].id:
            raise RuntimeError("a fault in the program")

    monkeypatch.setattr(DocumentList, "run_action", lambda self, name, row: sometimes(row, editor))
    job = desk.begin(editor)
    desk.turn(job)
    assert (job.state, job.done, job.failed) == ("done", 4, 1)
    assert job.problems == [{"id": posts[2].id, "name": "Post 2", "reason": "Something went wrong. The log says what."}]
    assert live() == {"Post 0", "Post 1", "Post 3", "Post 4"}
    assert db.session.scalar(select(func.count(AuditEntry.id))) == 4


def test_what_the_database_refuses_is_a_sentence(desk):
    administrator = make.make_user("administrator")
    tags = [make.make_tag(name=f"Tag {number}") for number in range(3)]
    job = desk.begin(administrator, "delete", model=Tag)
    desk.turn(job)
    assert (job.state, job.done) == ("done", len(tags))
    people = desk.begin(administrator, "delete", model=User)
    desk.turn(people)
    assert people.problems == [
        {"id": administrator.id, "name": str(administrator), "reason": "You cannot delete your own account."}
    ]


def test_only_so_many_failures_are_told_of(desk, monkeypatch):
    monkeypatch.setattr(running, "TOLD_OF", 3)
    author = make.make_user("author")
    for number in range(5):
        make.make_post(title=f"Post {number}", author_id=author.id)
    job = desk.begin(author, "delete")
    desk.turn(job)
    assert (job.failed, len(job.problems)) == (5, 3)


def test_it_stops_within_a_batch(desk):
    editor = make.make_user("editor")
    for number in range(9):
        make.make_post(title=f"Post {number}", status="draft")
    job = desk.begin(editor)

    def after_each() -> None:
        if db.session.scalar(select(Job.done).where(Job.id == job.id)) == 4:
            orders.stop(db.session.get(Job, job.id), editor)

    assert desk.turn(job, after_each=after_each) is None
    assert (job.state, job.outcome, job.done) == ("stopped", "asked", 4)
    assert len(live()) == 4

    orders.resume(job, editor)
    assert (job.state, job.stop_requested) == ("waiting", False)
    desk.turn(job)
    assert (job.state, job.done, job.total) == ("done", 9, 9)


def test_a_worker_that_stops_gives_the_job_back(desk):
    editor = make.make_user("editor")
    for number in range(6):
        make.make_post(title=f"Post {number}", status="draft")
    job = desk.begin(editor)
    following = desk.turn(job, batches=1)
    assert (following, job.state, job.done, job.turn) == (1, "waiting", 2, 1)
    # A message that comes twice is refused: its turn is over.
    assert running.run_turn(desk.app, job.id, 0, ending=lambda: False) is None
    db.session.refresh(job)
    assert job.done == 2
    desk.turn(job)
    assert (job.state, job.done) == ("done", 6)


class Killed(BaseException):
    """A worker that ends in the middle of a batch."""


def test_a_worker_that_dies_loses_its_batch_and_nothing_else(desk, monkeypatch):
    editor = make.make_user("editor")
    posts = [make.make_post(title=f"Post {number}", status="draft") for number in range(6)]
    real = DocumentList.run_action

    def die_at_the_fourth(self, name, row):
        real(self, name, row)
        if row.id == posts[3].id:
            raise Killed

    job = desk.begin(editor)
    with monkeypatch.context() as patch:
        patch.setattr(DocumentList, "run_action", die_at_the_fourth)
        with pytest.raises(Killed):
            desk.turn(job)
    db.session.rollback()
    db.session.refresh(job)
    assert (job.state, job.done, job.last_id) == ("running", 2, posts[1].id)
    assert len(live()) == 2
    assert not orders.is_interrupted(job)
    with pytest.raises(orders.Conflict, match="under way"):
        orders.resume(job, editor)

    db.session.execute(update(Job).values(heartbeat_at=utc_now() - orders.SILENCE - timedelta(seconds=1)))
    db.session.commit()
    db.session.refresh(job)
    assert orders.is_interrupted(job)
    orders.resume(job, editor)
    desk.turn(job)
    assert (job.state, job.done, job.failed) == ("done", 6, 0)
    # Nothing was done twice.
    assert db.session.scalar(select(func.count(AuditEntry.id))) == 6


def test_a_worker_that_was_taken_for_dead_writes_nothing_more(desk):
    editor = make.make_user("editor")
    for number in range(6):
        make.make_post(title=f"Post {number}", status="draft")
    job = desk.begin(editor)

    def somebody_else_takes_it() -> None:
        db.session.execute(update(Job).values(turn=7))
        db.session.commit()

    assert desk.turn(job, after_each=somebody_else_takes_it) is None
    assert (job.state, job.done, job.turn) == ("running", 2, 7)
    assert len(live()) == 2


@pytest.mark.parametrize("how", ["disabled", "role", "gone", "grant"])
def test_whoever_loses_the_right_meanwhile_stops_it(desk, how):
    editor = make.make_user("editor")
    for number in range(6):
        make.make_post(title=f"Post {number}", status="draft")
    job = desk.begin(editor)

    def lose() -> None:
        user = db.session.get(User, editor.id)
        if user is None:
            return
        if how == "disabled":
            user.active = False
        elif how == "role":
            user.roles = [make.role_named("author")]
        elif how == "grant":
            db.session.delete(db.session.scalars(select(Grant).where(Grant.permission == "posts:publish")).first())
            db.session.query(Grant).filter_by(permission="posts:publish").delete()
        else:
            db.session.delete(user)
        db.session.commit()

    assert desk.turn(job, after_each=lose) is None
    assert (job.state, job.outcome, job.done) == ("stopped", "forbidden", 2)
    assert len(live()) == 2


def test_rows_that_change_meanwhile_are_taken_as_they_are_then(desk):
    editor = make.make_user("editor")
    posts = [make.make_post(title=f"Post {number}", status="draft") for number in range(7)]
    job = desk.begin(editor, "publish", "show=draft")

    def change() -> None:
        if db.session.scalar(select(Job.done).where(Job.id == job.id)) == 2:
            publishing.trash(db.session.get(Post, posts[3].id), editor)
            publishing.publish(db.session.get(Post, posts[4].id), editor)
            db.session.delete(db.session.get(Post, posts[5].id))
            db.session.commit()

    desk.turn(job, after_each=change)
    assert (job.state, job.done, job.failed, job.total) == ("done", 4, 0, 7)
    assert live() == {"Post 0", "Post 1", "Post 2", "Post 4", "Post 6"}


def test_the_rows_of_a_batch_are_read_and_locked_together(desk, count_queries):
    """Each service decides on the row as it is; that costs no statement for each row."""
    editor = make.make_user("editor")
    for number in range(2):
        make.make_post(title=f"Post {number}", tags=[make.make_tag(locale="en")])
    job = desk.begin(editor, "unpublish")
    with count_queries() as queries:
        desk.turn(job)
    whole_rows = [one for one in queries if one.startswith("SELECT posts.id") and "posts.live_revision_id" in one]
    assert job.done == 2
    assert len(whole_rows) == 1
    assert ("FOR NO KEY UPDATE" in whole_rows[0]) == (db.engine.dialect.name == "postgresql")
    assert [one for one in queries if "FROM tags, post_tags" in one] == []


def test_a_list_that_means_something_else_stops_it(desk):
    """A filter that is not understood any more must not widen what is done."""
    editor = make.make_user("editor")
    make.make_post(title="Draft", status="draft")
    for query, filters in (("flt0_gone=1", [("gone", "1")]), ("", [("locale", "en")])):
        job = desk.begin(editor, "publish", query, filters)
        desk.turn(job)
        assert (job.state, job.outcome, job.done) == ("stopped", "list_changed", 0)
    strange = desk.begin(editor)
    strange.kind = "of another release"
    db.session.commit()
    desk.turn(strange)
    assert (strange.state, strange.outcome) == ("stopped", "list_changed")
    assert live() == set()


def test_a_database_that_is_busy_is_tried_again_and_given_up_at_last(desk, monkeypatch):
    editor = make.make_user("editor")
    make.make_post(title="Draft", status="draft")
    real, refusals = running._batch, [1, 1]

    def busy(job, work, trail):
        if refusals:
            refusals.pop()
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return real(job, work, trail)

    monkeypatch.setattr(running, "_batch", busy)
    job = desk.begin(editor)
    desk.turn(job)
    assert (job.state, job.done) == ("done", 1)

    refusals.extend([1] * 10)
    again = desk.begin(editor, "unpublish")
    desk.turn(again)
    assert (again.state, again.outcome) == ("failed", "broken")
    refusals.clear()
    orders.resume(again, editor)
    desk.turn(again)
    assert (again.state, again.done) == ("done", 1)


def test_rows_are_few_and_far_between(desk):
    """Windows without a row that matches are passed, and told of."""
    editor = make.make_user("editor")
    for number in range(30):
        make.make_post(title=f"Harbour {number}" if number in (1, 28) else f"Mill {number}", status="draft")
    job = desk.begin(editor, "publish", "search=harbour")
    desk.turn(job)
    assert (job.state, job.done, job.last_id) == ("done", 2, job.highest_id)


def test_an_empty_selection_is_done_at_once(desk):
    job = desk.begin(make.make_user("editor"))
    desk.turn(job)
    assert (job.state, job.done, job.total) == ("done", 0, 0)


def test_pages_are_purged_with_each_batch(desk, client):
    editor = make.make_user("editor")
    posts = [make.make_post(title=f"Post {number}") for number in range(3)]
    for post in posts:
        assert client.get(post.public_path).status_code == 200
    job = desk.begin(editor, "unpublish")
    desk.turn(job, batches=1)
    assert [client.get(post.public_path).status_code for post in posts] == [404, 404, 200]
    desk.turn(job)
    assert [client.get(post.public_path).status_code for post in posts] == [404, 404, 404]


def test_what_nobody_had_thought_of_ends_it(desk, monkeypatch, caplog):
    """Nobody is left waiting for what no worker will do; once it is mended, the job goes on where it was."""
    editor = make.make_user("editor")
    make.make_post(title="Draft", status="draft")
    job = desk.begin(editor)

    def broken(*_arguments):
        raise KeyError("title")

    monkeypatch.setattr(running, "_batch", broken)
    desk.turn(job)
    assert (job.state, job.outcome) == ("failed", "fault")
    assert "nobody had thought of" in caplog.text
    monkeypatch.undo()
    orders.resume(job, editor)
    desk.turn(job)
    assert (job.state, job.done) == ("done", 1)
