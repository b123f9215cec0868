"""`flask jobs`: the service of the screens, from the command line."""

from sqlalchemy import update

from admin.bulk_work import KIND
from cms.content.jobs import orders
from cms.extensions import db
from cms.models import Job, Post
from tests import factories as make


def begin(app) -> int:
    with app.app_context():
        order = orders.Order(KIND, Post, "publish", "publish", {"query": "", "filters": []}, "en")
        return orders.start(order, make.make_user("editor", username="marta")).id


def test_nothing_to_list(runner):
    assert "Nothing goes on" in runner.invoke(args=["jobs", "list"]).stderr


def test_list_stop_and_continue(app, runner):
    job = begin(app)
    line = runner.invoke(args=["jobs", "list"]).stdout
    assert line.split() == [str(job), "waiting", "publish", "posts", "0", "of", "?", "marta"]

    assert runner.invoke(args=["jobs", "stop", str(job)]).stdout == f"Job {job} is stopped.\n"
    assert runner.invoke(args=["jobs", "continue", str(job)]).stdout == f"Job {job} waits for a worker.\n"
    refused = runner.invoke(args=["jobs", "continue", str(job)])
    assert (refused.exit_code, refused.stderr) == (1, "Error: This is under way already.\n")
    missing = runner.invoke(args=["jobs", "stop", "999"])
    assert (missing.exit_code, missing.stderr) == (1, "Error: There is no such work.\n")


def test_what_runs_is_stopped_in_a_moment(app, runner):
    job = begin(app)
    with app.app_context():
        now = orders.utc_now()
        values = {"state": "running", "heartbeat_at": now, "total": 9, "done": 3, "failed": 2, "actor_id": None}
        db.session.execute(update(Job).values(**values))
        db.session.commit()
    assert runner.invoke(args=["jobs", "stop", str(job)]).stdout == f"Job {job} will stop in a moment.\n"
    assert "3 of 9, 2 failed  nobody" in runner.invoke(args=["jobs", "list"]).stdout
    with app.app_context():
        db.session.execute(update(Job).values(heartbeat_at=now - orders.SILENCE * 2))
        db.session.commit()
    assert "interrupted" in runner.invoke(args=["jobs", "list"]).stdout
