"""Jobs begun from a list of the back office, and a worker that works on them at once."""

from collections.abc import Callable

import pytest
from flask import Flask

from admin.bulk_work import KIND
from cms.content.jobs import orders, running
from cms.extensions import db
from cms.models import Job, Post, User


class Desk:
    """Begins jobs and works on them, in the process of the test."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def order(self, name: str = "publish", query: str = "", filters=(), model=Post) -> orders.Order:
        permission = {"unpublish": "publish", "restore": "delete", "delete_for_good": "delete"}.get(name, name)
        selection = {"query": query, "filters": [list(one) for one in filters]}
        return orders.Order(KIND, model, name, permission, selection, "en")

    def begin(self, actor: User, *args, **kwargs) -> Job:
        return orders.start(self.order(*args, **kwargs), actor)

    def turn(self, job: Job, batches: int | None = None, after_each: Callable[[], None] | None = None) -> int | None:
        """A worker's turn on a job; after so many batches, the worker stops as it does where a server stops."""
        done = 0

        def ending() -> bool:
            nonlocal done
            done += 1
            if after_each is not None:
                after_each()
            return batches is not None and done >= batches

        following = running.run_turn(self.app, job.id, job.turn, pause=lambda seconds: None, ending=ending)
        db.session.rollback()
        db.session.refresh(job)
        return following


@pytest.fixture
def desk(app: Flask, db_session) -> Desk:
    """Begin jobs with `desk.begin(actor, "publish")`, work on them with `desk.turn(job)`."""
    return Desk(app)
