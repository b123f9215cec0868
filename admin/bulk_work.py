"""Bulk actions on all rows that a list shows, as a kind of job: the list's own address says which rows those are.

A worker opens that address as whoever began the job, so that filters, search, permissions and time zone mean what
they meant on the screen, and each row goes through what the screen does to a row that is ticked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app, g
from sqlalchemy import ColumnElement

from cms.content.jobs.kinds import ListChanged, register
from cms.extensions import db
from cms.models import Job, User
from cms.models.base import Model
from cms.security.permissions import BACKOFFICE_ENTER
from cms.security.policy import holds, may

KIND = "list"


class ListWork:
    """A bulk action on what the list of a screen shows."""

    def __init__(self, screen: Any, name: str, permission: str, actor: User) -> None:
        self.model: type[Model] = screen.model
        self._screen = screen
        self._name = name
        self._permission = permission
        self._actor = actor

    def is_allowed(self) -> bool:
        """Whether the actor may still enter the back office and do this to any row."""
        return holds(self._actor, BACKOFFICE_ENTER) and may(self._actor, self._permission, self.model)

    def conditions(self) -> list[ColumnElement[bool]]:
        """Tab, filters and search of the list, and what of it the actor may read."""
        found: list[ColumnElement[bool]] = self._screen.matching()
        return found

    def do(self, row: Any) -> None:
        """As for a row that is ticked."""
        self._screen.run_action(self._name, row)


class ListJobs:
    """How jobs that were begun from a list find their rows."""

    @contextmanager
    def opened(self, app: Flask, job: Job) -> Iterator[ListWork]:
        """The list that the job was begun from, as its actor sees it now. Raises ListChanged."""
        with app.app_context():
            screen = screen_named(job.model)
        with app.app_context(), app.test_request_context(f"{screen.url}/?{job.selection['query']}"):
            actor = db.session.get(User, job.actor_id) if job.actor_id is not None else None
            if actor is None:
                actor = User(active=False, roles=[])
                db.session.expunge_all()
            # What Flask-Login would find in a session; and the language of what is told of rows that fail.
            g._login_user = actor
            g.locale = job.locale
            entry = screen.bulk_actions().get(job.action)
            if entry is None or screen.narrowed_by() != job.selection["filters"]:
                raise ListChanged(job.model)
            yield ListWork(screen, job.action, entry[1], actor)


def screen_named(table: str) -> Any:
    """The screen of the model with this table. Raises ListChanged where there is none."""
    (back_office,) = current_app.extensions["admin"]
    for view in back_office._views:
        model = getattr(view, "model", None)
        if model is not None and model.__tablename__ == table and hasattr(view, "matching"):
            return view
    raise ListChanged(table)


def init_app(app: Flask) -> None:
    """Make this kind of job known."""
    register(app, KIND, ListJobs())
