"""Starting, finding, stopping and continuing jobs."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cms.content.errors import Conflict, NotFound
from cms.content.jobs import kinds, orders
from cms.extensions import db
from cms.models import Job, Post
from cms.models.column_types import utc_now
from cms.security.policy import SYSTEM, Forbidden
from tests import factories as make

pytestmark = pytest.mark.database


class Told:
    """Stands for the workers: what they are told."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int]] = []
        self.woken = 0

    def send(self, job_id: int, turn: int) -> None:
        self.sent.append((job_id, turn))

    def wake(self) -> None:
        self.woken += 1


@pytest.fixture
def told(app, monkeypatch) -> Told:
    workers = Told()
    monkeypatch.setitem(app.extensions, orders.EXTENSION, workers)
    return workers


def test_what_is_there_now_is_what_it_is_about(desk, told):
    editor = make.make_user("editor")
    posts = [make.make_post() for _ in range(3)]
    job = desk.begin(editor, "publish", "search=x")
    assert (job.highest_id, job.last_id, job.state, job.actor_id) == (posts[-1].id, 0, "waiting", editor.id)
    assert told.sent == [(job.id, 0)]


def test_nobody_begins_what_they_may_not_do(desk, told):
    with pytest.raises(Forbidden):
        desk.begin(make.make_user("author"), "publish")
    with pytest.raises(Forbidden):
        desk.begin(make.make_user("member"), "delete")
    assert told.sent == []
    assert db.session.scalars(select(Job)).all() == []


def test_the_same_is_not_begun_twice(desk, told):
    editor, other = make.make_user("editor"), make.make_user("editor")
    job = desk.begin(editor)
    with pytest.raises(Conflict, match="under way"):
        desk.begin(other)
    desk.begin(editor, "publish", "show=draft")
    desk.begin(editor, "unpublish")
    orders.stop(job, editor)
    again = desk.begin(other)
    # Now it is the stopped one that cannot go on.
    with pytest.raises(Conflict, match="under way"):
        orders.resume(job, editor)
    assert again.state == "waiting"


def test_what_each_may_do_to_their_own_is_not_the_same(desk, told):
    """The lists of two authors have no row in common, whatever they are called."""
    author, other = make.make_user("author"), make.make_user("author")
    job = desk.begin(author, "delete")
    with pytest.raises(Conflict, match="under way"):
        desk.begin(author, "delete")
    desk.begin(other, "delete")
    desk.begin(make.make_user("editor"), "delete")
    orders.stop(job, author)
    again = desk.begin(author, "delete")
    with pytest.raises(Conflict, match="under way"):
        orders.resume(job, make.make_user("administrator"))
    orders.stop(again, author)
    orders.resume(job, make.make_user("administrator"))
    assert job.state == "waiting"


def test_one_without_a_worker_keeps_nobody_from_the_same(desk, told):
    editor, other = make.make_user("editor"), make.make_user("editor")
    make.make_post(status="draft")
    job = desk.begin(editor)
    db.session.execute(update(Job).values(state="running", turn=1, heartbeat_at=utc_now()))
    db.session.commit()
    with pytest.raises(Conflict, match="under way"):
        desk.begin(other)
    db.session.execute(update(Job).values(heartbeat_at=utc_now() - orders.SILENCE * 2))
    db.session.commit()
    again = desk.begin(other)
    db.session.refresh(job)
    # It can be continued once the other is done; the worker that comes back cannot go on with it.
    assert (job.state, job.identity, job.turn) == ("running", None, 2)
    assert orders.is_interrupted(job)
    with pytest.raises(Conflict, match="under way"):
        orders.resume(job, editor)
    desk.turn(again)
    orders.resume(job, editor)
    assert (job.state, job.turn) == ("waiting", 3)


def test_one_that_waits_stops_at_once_and_can_be_continued(desk, told):
    editor = make.make_user("editor")
    job = desk.begin(editor)
    orders.stop(job, editor)
    assert (job.state, job.outcome, job.identity) == ("stopped", "asked", None)
    # The message under way to a worker is refused: that turn is over.
    assert desk.turn(job) is None
    orders.resume(job, editor)
    assert (job.state, job.outcome, job.finished_at) == ("waiting", "", None)
    assert told.sent[-1] == (job.id, job.turn)
    with pytest.raises(Conflict, match="under way"):
        orders.resume(job, editor)
    desk.turn(job)
    with pytest.raises(Conflict, match="done already"):
        orders.resume(job, editor)
    orders.stop(job, editor)
    assert job.state == "done"


def test_one_without_a_worker_stops_although_nobody_would_hear_it(desk, told):
    editor = make.make_user("editor")
    job = desk.begin(editor)
    db.session.execute(update(Job).values(state="running", heartbeat_at=utc_now() - orders.SILENCE * 2))
    db.session.commit()
    orders.stop(job, editor)
    assert job.state == "stopped"


def test_ones_own_are_seen_and_everybodys_by_administrators(desk, told):
    editor, other, administrator = make.make_user("editor"), make.make_user("editor"), make.make_user("administrator")
    job = desk.begin(editor)
    assert [one.id for one in orders.newest(editor)] == [job.id]
    assert orders.newest(other) == []
    assert [one.id for one in orders.newest(administrator)] == [job.id]
    assert orders.find(job.id, SYSTEM).id == job.id
    for act in (lambda: orders.find(job.id, other), lambda: orders.stop(job, other), lambda: orders.resume(job, other)):
        with pytest.raises(NotFound):
            act()
    db.session.refresh(job)
    assert job.state == "waiting"
    orders.stop(job, administrator)
    assert job.state == "stopped"


def test_a_job_outlives_the_account_that_began_it(desk, told):
    editor = make.make_user("editor")
    job = desk.begin(editor)
    db.session.delete(editor)
    db.session.commit()
    db.session.refresh(job)
    assert job.actor_id is None
    with pytest.raises(NotFound):
        orders.find(job.id, make.make_user("editor"))


def test_what_ended_long_ago_is_forgotten(desk, told):
    editor = make.make_user("editor")
    old, recent = desk.begin(editor), desk.begin(editor, "unpublish")
    for job in (old, recent):
        orders.stop(job, editor)
    db.session.execute(
        update(Job).where(Job.id == old.id).values(finished_at=utc_now() - orders.KEPT - timedelta(hours=1))
    )
    db.session.commit()
    newest = desk.begin(editor, "delete")
    assert [job.id for job in orders.newest(editor)] == [newest.id, recent.id]


def test_jobs_that_wait_too_long_are_lost_once_in_a_while(desk, told):
    editor = make.make_user("editor")
    job = desk.begin(editor)
    orders.remind(job)
    assert (orders.lost(), told.woken) == ([], 0)
    later = utc_now() + orders.OVERDUE * 2
    assert orders.lost(later) == [(job.id, 0)]
    assert orders.lost(later) == []
    db.session.execute(update(Job).values(updated_at=utc_now() - orders.OVERDUE * 2))
    db.session.commit()
    db.session.refresh(job)
    assert orders.any_waits()
    orders.remind(job)
    assert told.woken == 1
    desk.turn(job)
    assert not orders.any_waits()


def test_a_kind_that_is_not_known_is_said_so(app_context):
    with pytest.raises(kinds.ListChanged):
        kinds.kind_named("of another release")


def test_an_order_knows_the_same_work_whatever_the_order_of_its_facts(desk):
    editor, author = make.make_user("editor"), make.make_user("author")
    one = orders.Order("list", Post, "publish", "publish", {"query": "a", "filters": []}, "en")
    two = orders.Order("list", Post, "publish", "publish", {"filters": [], "query": "a"}, "pt")
    assert one.identity(editor) == two.identity(SYSTEM)
    assert one.identity(editor) != one.identity(author)
    other = orders.Order("list", Post, "unpublish", "publish", one.selection, "en")
    assert one.identity(editor) != other.identity(editor)
