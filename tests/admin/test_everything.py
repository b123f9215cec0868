"""Bulk actions on everything that a list shows: what is said first, and what is begun."""

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from admin import listing
from admin.views.document_lists import DocumentList
from cms.extensions import db
from cms.models import Job, Post
from tests import factories as make


def drafts(count: int) -> None:
    for number in range(count):
        make.make_post(title=f"Draft {number}", status="draft")


def test_it_is_offered_where_there_is_more_than_the_page_shows(client_as, db_session, monkeypatch):
    drafts(21)
    client = client_as("editor")
    assert "Select all 21 that match" in client.get("/admin/posts/").text
    assert "data-everything" not in client.get("/admin/posts/?page_size=50").text
    with monkeypatch.context() as patch:
        patch.setattr(DocumentList, "_counted", lambda *_: listing.Extent(listing.COUNTED, beyond=True))
        assert "Select all 10,000+ that match" in client.get("/admin/posts/").text
        assert "Publish: all 10,000+" in client.get("/admin/posts/all/?action=publish").text
    monkeypatch.setattr(listing, "LOOKED_THROUGH", 5)
    assert (
        "Select all that match, also what was not looked through"
        in client.get("/admin/posts/?flt0_translation_key_missing=pt").text
    )
    # Whoever may do nothing to rows ticks none.
    assert "data-everything" not in client_as("translator").get("/admin/tags/").text


def test_ticking_everything_leads_to_the_question_with_the_list_as_it_is(client_as, db_session):
    drafts(2)
    make.make_post(title="Em rascunho", status="draft", locale="pt")
    client = client_as("editor")
    list_url = "/admin/posts/?flt0_locale=en&show=draft&search=draft&page=3&sort=1"
    answer = client.submit("/admin/posts/action/", {"action": "publish", "everything": "1", "url": list_url})
    assert answer.status_code == 303
    asked = urlsplit(answer.location)
    assert asked.path == "/admin/posts/all/"
    assert parse_qs(asked.query)["flt0_locale"] == ["en"]
    page = client.get(answer.location).text
    assert "<bdi>Drafts</bdi>" in page
    assert "<bdi>English</bdi>" in page
    assert "<bdi>draft</bdi>" in page
    assert "Readers see the newest text of each at once." in page
    assert db.session.scalars(select(Job)).all() == []


def test_the_question_says_how_many(client_as, db_session):
    drafts(3)
    client = client_as("editor")
    page = client.get("/admin/posts/all/?action=publish&show=draft").text
    assert "This is done to all that match now: 3." in page
    assert "Publish: all 3" in page
    assert "Nothing matches any more." in client.get("/admin/posts/all/?action=publish&show=published").text
    # What no index counts is counted by the worker.
    not_served = "/admin/posts/all/?action=publish&flt0_translation_key_missing=pt"
    assert "They are counted when the work begins." in client.get(not_served).text
    assert "all that match now: 3." in client.get("/admin/posts/all/?action=publish&search=draft").text


@pytest.mark.parametrize("action", ["", "explode", "restore"])
def test_an_action_that_is_not_offered_there_is_a_bad_request(client_as, db_session, action):
    assert client_as("editor").get(f"/admin/posts/all/?action={action}").status_code == 400


def test_agreeing_begins_it_and_leads_to_its_progress(client_as, db_session):
    drafts(3)
    client = client_as("editor")
    url = "/admin/posts/all/?action=publish&flt0_locale=en&show=draft&page_size=20&sort=2&nonsense=1"
    answer = client.submit(url, {})
    job = db.session.scalars(select(Job)).one()
    assert answer.location == f"/admin/jobs/{job.id}/"
    assert (job.kind, job.model, job.action, job.locale) == ("list", "posts", "publish", "en")
    # Order and page do not matter to what is done, and what the list does not know is not kept.
    assert job.selection == {"query": "flt0_locale=en&show=draft", "filters": [["locale", "en"]]}
    assert {post.status for post in db.session.scalars(select(Post))} == {"draft"}

    again = client.submit(url, {}, follow_redirects=True)
    assert "under way already" in again.text
    assert len(db.session.scalars(select(Job)).all()) == 1


def test_other_models_have_it_too(client_as, db_session):
    for number in range(21):
        make.make_tag(name=f"Tag {number}")
    client = client_as("editor")
    assert "Select all 21 that match" in client.get("/admin/tags/").text
    page = client.get("/admin/tags/all/?action=delete").text
    assert "They are deleted. This cannot be undone." in page
    assert client.submit("/admin/tags/all/?action=delete", {}).status_code == 302


def test_nothing_ticked_and_everything_not_meant_is_as_before(client_as, db_session):
    client = client_as("editor")
    assert (
        "Nothing was selected."
        in client.submit("/admin/posts/action/", {"action": "publish"}, follow_redirects=True).text
    )
    assert db.session.scalars(select(Job)).all() == []
