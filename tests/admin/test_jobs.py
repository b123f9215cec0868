"""The screens of background work."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from admin.bulk_work import KIND
from cms.content.jobs import orders, running
from cms.extensions import db
from cms.models import Job, Post
from cms.models.column_types import utc_now
from tests import factories as make


@pytest.fixture
def editor(db_session):
    return make.make_user("editor")


def begin(actor, name="publish", query="", filters=()) -> Job:
    selection = {"query": query, "filters": [list(one) for one in filters]}
    return orders.start(orders.Order(KIND, Post, name, "publish", selection, "en"), actor)


def change(job: Job, **values) -> None:
    db.session.execute(update(Job).where(Job.id == job.id).values(**values))
    db.session.commit()


def test_ones_own_are_listed_with_what_they_are_about(editor, client_as):
    client = client_as(editor)
    assert "Nothing goes on in the background" in client.get("/admin/jobs/").text
    begin(editor, "publish", "flt0_locale=pt&search=mill&show=draft", [("locale", "pt")])
    page = client.get("/admin/jobs/").text
    assert "Publish: Posts" in page
    for part in ("Drafts", "mill", "Português"):
        assert f"<bdi>{part}</bdi>" in page
    assert "Begun by" not in page
    assert "Nothing goes on in the background" in client_as("editor").get("/admin/jobs/").text
    everybodys = client_as("administrator").get("/admin/jobs/").text
    assert "Begun by" in everybodys
    assert editor.display_name in everybodys


def test_a_choice_is_told_by_its_title_without_reading_all_choices(editor, client_as, count_queries):
    tags = [make.make_tag(name=f"Tag of {number}") for number in range(5)]
    begin(editor, "publish", f"flt0_tags=id:{tags[3].id}", [("tags", f"id:{tags[3].id}")])
    client = client_as(editor)
    with count_queries() as queries:
        page = client.get("/admin/jobs/").text
    assert "<bdi>Tag of 3</bdi>" in page
    assert not [statement for statement in queries if "FROM tags" in statement and "tags.id = " not in statement]


def test_what_is_not_ones_own_is_not_there(editor, client_as):
    job = begin(editor)
    stranger = client_as("editor")
    for path in ("", "progress/"):
        assert stranger.get(f"/admin/jobs/{job.id}/{path}").status_code == 404
    for path in ("stop/", "continue/"):
        assert stranger.submit(f"/admin/jobs/{job.id}/{path}", {}).status_code == 404
    db.session.refresh(job)
    assert job.state == "waiting"
    assert client_as(editor).get("/admin/jobs/999/").status_code == 404


def test_how_far_it_is(editor, client_as):
    job = begin(editor)
    client = client_as(editor)
    page = client.get(f"/admin/jobs/{job.id}/").text
    assert 'http-equiv="refresh"' in page
    assert "It begins in a moment." in page
    assert "Not counted yet" in page

    now = utc_now()
    facts = {"state": "running", "heartbeat_at": now, "started_at": now - timedelta(seconds=75)}
    change(job, **facts, total=12345, done=6000, failed=172)
    part = client.get(f"/admin/jobs/{job.id}/progress/").text
    assert "<html" not in part
    assert 'data-job-state="moving"' in part
    assert "6,172 of 12,345" in part
    assert "49%" in part
    assert "75 seconds" in part or "1 minute" in part

    client.submit(f"/admin/jobs/{job.id}/stop/", {})
    assert "Stopping" in client.get(f"/admin/jobs/{job.id}/progress/").text


def test_what_became_of_it(editor, client_as, app):
    post = make.make_post(title="<b>Odd</b>", status="draft")
    job = begin(editor)
    running.run_turn(app, job.id, 0, ending=lambda: False)
    problem = {"id": post.id, "name": "<b>Odd</b>", "reason": "You are not allowed to do this."}
    change(job, failed=70, problems=[problem])
    client = client_as(editor)
    page = client.get(f"/admin/jobs/{job.id}/").text
    assert 'data-job-state="over"' in page
    assert 'http-equiv="refresh"' not in page
    assert "100%" in page
    assert "Done, except for what is listed below." in page
    assert "The first 1 of 70." in page
    assert f'href="/admin/posts/details/?id={post.id}"' in page
    assert "&lt;b&gt;Odd&lt;/b&gt;" in page
    assert ">Stop<" not in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"state": "stopped", "outcome": "asked"}, "It was stopped."),
        ({"state": "stopped", "outcome": "forbidden"}, "whoever began it may no longer do this"),
        ({"state": "stopped", "outcome": "list_changed"}, "no longer the same"),
        ({"state": "failed", "outcome": "broken"}, "the database did not answer"),
        ({"state": "running", "heartbeat_at": None}, "has not been heard of"),
    ],
)
def test_why_it_ended_and_the_way_on(editor, client_as, values, sentence):
    job = begin(editor)
    # Before it was counted, or with nothing to do: no division by nothing.
    change(job, **values, identity=None, started_at=utc_now(), total=0)
    client = client_as(editor)
    page = client.get(f"/admin/jobs/{job.id}/").text
    assert sentence in page
    assert ">Continue<" in page or "Continue\n" in page
    if values["state"] != "running":
        client.submit(f"/admin/jobs/{job.id}/continue/", {})
        db.session.refresh(job)
        assert job.state == "waiting"
        assert "under way already" in client.submit(f"/admin/jobs/{job.id}/continue/", {}, follow_redirects=True).text


def test_a_worker_that_does_not_come_is_told_of(editor, client_as, app, monkeypatch):
    woken = []
    monkeypatch.setattr(type(app.extensions[orders.EXTENSION]), "wake", lambda self: woken.append(1))
    job = begin(editor)
    long_ago = utc_now() - orders.OVERDUE * 2
    change(job, created_at=long_ago, updated_at=long_ago)
    assert "No worker has taken it yet." in client_as(editor).get(f"/admin/jobs/{job.id}/").text
    assert woken == [1]


def test_a_job_of_another_release_is_shown_all_the_same(editor, client_as):
    job = begin(editor, "publish", "flt0_gone=1", [("gone", "1")])
    change(job, model="gone", action="explode", actor_id=None)
    page = client_as("administrator").get(f"/admin/jobs/{job.id}/").text
    assert "explode" in page
    assert "Somebody whose account is gone" in page
    change(job, model="posts")
    assert "explode: Posts" in client_as("administrator").get(f"/admin/jobs/{job.id}/").text
