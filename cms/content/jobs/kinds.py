"""What a kind of job is: which rows it is about, and what is done to each.

A kind is registered by whoever knows its lists, such as the back office; workers find it by its name.
"""

from contextlib import AbstractContextManager
from typing import Any, Protocol

from flask import Flask, current_app
from sqlalchemy import ColumnElement

from cms.models.base import Model
from cms.models.job import Job

EXTENSION = "babelpress-job-kinds"


class ListChanged(Exception):
    """The list that a job was started from is not there any more, or means something else."""


class Work(Protocol):
    """A job's rows and what is done to them, as its actor may at this moment."""

    model: type[Model]

    def is_allowed(self) -> bool:
        """Whether the actor may still do this to any row at all."""
        ...

    def conditions(self) -> list[ColumnElement[bool]]:
        """What is true of the rows that it is about."""
        ...

    def do(self, row: Any) -> None:
        """Do it to one row, by its service. Raises Forbidden, ContentError."""
        ...


class Kind(Protocol):
    """How jobs of one name find their rows."""

    def opened(self, app: Flask, job: Job) -> AbstractContextManager[Work]:
        """The work of a job, within an application context of its own, as its actor, in the language of the job.

        Raises ListChanged.
        """
        ...


def register(app: Flask, name: str, kind: Kind) -> None:
    """Make a kind of job known to an application."""
    app.extensions.setdefault(EXTENSION, {})[name] = kind


def kind_named(name: str, app: Flask | None = None) -> Kind:
    """The kind of this name. Raises ListChanged where there is none (any more)."""
    kinds: dict[str, Kind] = (app or current_app).extensions.get(EXTENSION, {})
    if name not in kinds:
        raise ListChanged(name)
    return kinds[name]
