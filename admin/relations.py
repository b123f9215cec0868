"""Looking up what an object names: by a few letters, a page at a time, and only what one may read."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_admin.model.ajax import AjaxModelLoader
from flask_login import current_user
from sqlalchemy import select

from admin.title_search import rows_called
from admin.typed_numbers import typed_number
from cms.extensions import db
from cms.models.base import Model
from cms.models.translatable import Translatable
from cms.models.trashable import Trashable
from cms.security.policy import visible

MOST_AT_ONCE = 50


class RelationLoader(AjaxModelLoader):
    """The rows that a relation may name; `locale` in the query string narrows translatable ones."""

    def __init__(self, name: str, model: type[Model]) -> None:
        super().__init__(name, {})
        self.model: Any = model

    def format(self, model: Any) -> tuple[Any, str] | None:
        """The id and the label of a row."""
        return (model.id, str(model)) if model is not None else None

    def get_one(self, pk: Any) -> Any:
        """A row by its id, or None."""
        rows = self.get_many([pk])
        return rows[0] if rows else None

    def get_many(self, ids: Sequence[Any]) -> list[Any]:
        """The rows with these ids that the current user may read, in the order of the ids; one query."""
        numbers = [number for number in map(typed_number, ids) if number is not None]
        if not numbers:
            return []
        query = select(self.model).where(self.model.id.in_(numbers), visible(current_user, "read", self.model))
        found = {row.id: row for row in db.session.scalars(query)}
        return [found[number] for number in dict.fromkeys(numbers) if number in found]

    def get_list(self, query: str | None, offset: int | None = 0, limit: int = 10) -> list[Any]:
        """Rows that are called like the query, by title: see `title_search`."""
        conditions = [visible(current_user, "read", self.model)]
        if issubclass(self.model, Translatable) and request.args.get("locale"):
            conditions.append(self.model.locale == request.args["locale"])
        if issubclass(self.model, Trashable):
            conditions.append(self.model.trashed_at.is_(None))
        return rows_called(self.model, query or "", conditions, offset or 0, min(max(limit, 1), MOST_AT_ONCE))
