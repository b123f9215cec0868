"""Editors, a bulk job and moments that come, all at the same few documents: nobody waits for ever, nothing is torn."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from random import Random
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from cms.content import editing, holding, publishing, translating
from cms.content.errors import ContentError
from cms.content.transactions import apart, one_transaction
from cms.extensions import db
from cms.models import Page, Post, Revision, Tag
from cms.models.column_types import utc_now
from cms.security.policy import SYSTEM
from tests import factories as make
from tests.stress import amount

SECONDS = amount(2.0, 60.0)
AT_ONCE = 6


class Site:
    """A few documents in two languages that share a value, a tree of pages, and what is done to them at random."""

    def __init__(self) -> None:
        self.posts: list[int] = []
        for number in range(5):
            source = publishing.create_draft(Post, {"title": f"Post {number}", "locale": "en"}, SYSTEM)
            self.posts += [source.id, translating.begin(source, "pt", {"title": f"Texto {number}"}, SYSTEM).id]
        self.pages = [make.make_page().id for _number in range(5)]
        self.tags = [make.make_tag().id for _number in range(3)]
        db.session.rollback()

    def one_thing(self, random: Random) -> None:
        post = db.session.get_one(Post, random.choice(self.posts))
        text = str(random.random())
        things: list[Callable[[], Any]] = [
            lambda: publishing.save_draft(post, {"summary": text}, SYSTEM, based_on=editing.version_of(post)),
            lambda: publishing.publish(post, SYSTEM, {"summary": text, "slug": f"{random.choice('abc')}-{post.id}"}),
            lambda: publishing.publish(post, SYSTEM, at=utc_now() + timedelta(seconds=random.random() / 2)),
            lambda: publishing.unpublish(post, SYSTEM),
            lambda: publishing.trash(post, SYSTEM),
            lambda: publishing.restore(post, SYSTEM),
            publishing.apply_due,
            lambda: self._move_a_page(random),
            lambda: editing.update(db.session.get_one(Tag, random.choice(self.tags)), {"name": text}, SYSTEM),
            lambda: self._batch(random),
        ]
        random.choice(things)()

    def _move_a_page(self, random: Random) -> None:
        values = {"parent_id": random.choice([None, *self.pages]), "slug": f"page-{random.randrange(50)}"}
        publishing.publish(db.session.get_one(Page, random.choice(self.pages)), SYSTEM, values)

    def _batch(self, random: Random) -> None:
        change = random.choice([publishing.publish, publishing.unpublish, publishing.trash, publishing.restore])
        with one_transaction():
            for row in holding.held_rows(Post, random.sample(self.posts, 5)).values():
                with suppress(ContentError), apart():
                    change(row, SYSTEM)


@pytest.mark.stress
@pytest.mark.database
def test_many_at_once(app: Flask, db_session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever waits for somebody who waits for them is a fault here, and no conflict.
    monkeypatch.setattr(holding, "_DEADLOCK", "")
    monkeypatch.setitem(Post.__table__.c.summary.info, "shared", True)
    site, until = Site(), time.monotonic() + SECONDS
    faults: list[BaseException] = []

    def work(seed: int) -> None:
        random = Random(seed)
        while time.monotonic() < until and not faults:
            try:
                with app.app_context(), suppress(ContentError):
                    site.one_thing(random)
            except BaseException as error:
                faults.append(error)

    workers = [Thread(target=work, args=(seed,)) for seed in range(AT_ONCE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    for page in db.session.scalars(select(Page).execution_options(populate_existing=True)):
        above = db.session.get(Page, page.parent_id) if page.parent_id is not None else None
        assert page.path == (f"{above.path}/{page.slug}" if above is not None else page.slug)
    for post in db.session.scalars(select(Post).execution_options(populate_existing=True)):
        own = [Revision.model == "posts", Revision.object_id == post.id]
        assert db.session.scalar(select(func.max(Revision.id)).where(*own)) == (
            post.draft_revision_id or post.live_revision_id
        )
        waiting = db.session.scalars(select(Revision.publish_at).where(*own, Revision.publish_at.is_not(None)))
        assert list(waiting) == ([post.scheduled_at] if post.scheduled_at is not None else [])
