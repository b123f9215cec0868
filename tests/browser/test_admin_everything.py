"""A bulk action on everything that a list shows: ticked, asked about, followed, stopped; with and without script."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from cms.content.jobs import running
from cms.extensions import db
from cms.models import Job, Post
from tests import factories as make


class Worker:
    """Works on one job in a thread, a batch for each step that the test allows."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._steps = threading.Semaphore(0)
        self._thread: threading.Thread | None = None

    def begin(self, job_id: int) -> None:
        def pause(seconds: float) -> None:
            assert self._steps.acquire(timeout=60)

        def work() -> None:
            running.run_turn(self._app, job_id, 0, pause=pause, ending=lambda: False)

        self._thread = threading.Thread(target=work)
        self._thread.start()

    def step(self, times: int = 1) -> None:
        self._steps.release(times)

    def end(self) -> None:
        self.step(1000)
        if self._thread is not None:
            self._thread.join()


@pytest.fixture
def worker(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setattr(running, "BATCH", 10)
    monkeypatch.setattr(running, "BATCH_SECONDS", 1000.0)
    monkeypatch.setattr(running, "TURN_SECONDS", 1000.0)
    made = Worker(app)
    yield made
    made.end()


def test_everything_is_ticked_agreed_to_followed_and_stopped(page_as: Any, worker: Worker, db_session: Any) -> None:
    for number in range(45):
        make.make_post(title=f"Draft {number}", status="draft")
    page = page_as("editor")
    page.goto("/admin/posts/?show=draft")
    offer = page.get_by_label("Select all 45 that match")
    page.get_by_label("Select Draft 44").check()
    expect(offer).to_be_hidden()
    page.get_by_label("Select everything on this page").check()
    offer.check()
    expect(page.locator("[data-bulk-count]")).to_have_text("Selected: all 45")
    # One row less is not everything.
    page.get_by_label("Select Draft 44").uncheck()
    expect(offer).to_be_hidden()
    expect(page.locator("[data-bulk-count]")).to_have_text("Selected: 19")
    page.get_by_label("Select everything on this page").check()
    expect(offer).not_to_be_checked()
    offer.check()

    page.locator("[data-bulk]").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("This is done to all that match now: 45.")).to_be_visible()
    expect(page.locator(".everything")).to_contain_text("Drafts")
    page.get_by_role("button", name="Publish: all 45").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Publish: Posts")
    job = db_session.query(Job).one()
    worker.begin(job.id)
    expect(page.locator(".job__count")).to_have_text("10 of 45")
    worker.step()
    expect(page.locator(".job__count")).to_have_text("20 of 45")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".job .chip")).to_have_text("Stopping")
    worker.step()
    expect(page.locator(".job .chip")).to_have_text("Stopped")
    expect(page.get_by_text("It was stopped. What is done stays done.")).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    db.session.expire_all()
    assert db.session.query(Post).filter_by(status="published").count() == 20


def test_without_script_it_is_the_same(page_as: Any, worker: Worker, db_session: Any) -> None:
    for number in range(21):
        make.make_post(title=f"Draft {number}", status="draft")
    page = page_as("editor", script=False)
    page.goto("/admin/posts/")
    page.get_by_label("Select everything on this page").check()
    page.get_by_label("Select Draft 20").check()
    page.get_by_label("Select all 21 that match").check()
    page.locator("[data-bulk]").get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("button", name="Publish: all 21").click()
    worker.begin(db_session.query(Job).one().id)
    worker.step(10)
    # The page loads itself anew.
    expect(page.locator(".job .chip")).to_have_text("Done")


def test_on_a_phone_in_arabic_everything_can_be_ticked(page_as: Any, db_session: Any) -> None:
    for number in range(21):
        make.make_post(title=f"Draft {number}", status="draft")
    page = page_as("editor", locale="ar", width=375)
    page.goto("/admin/posts/")
    page.locator("[data-select-row]").first.check()
    page.locator("[data-select-page]").click()
    offer = page.locator("[data-everything]")
    expect(offer).to_be_visible()
    offer.check()
    page.locator("[data-bulk] button[value=publish]").click()
    expect(page.locator(".everything")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".everything button[type=submit]").click()
    expect(page.locator(".job")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
