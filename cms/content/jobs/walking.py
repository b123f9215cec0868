"""The rows of a job, by their id, a few at a time.

Rows are looked at in windows of ids, so that a step costs the same wherever it is in the table, whatever the
conditions are: an index on one of them would be of no use in the order of ids, and the database might take it.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, func, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.util import ClauseAdapter

from cms.extensions import db
from cms.models.base import Model

# Ids that are looked at in one query.
WINDOW = 1_000


def highest_id(model: type[Model]) -> int:
    """The id of the newest row, 0 where there is none."""
    return db.session.scalar(select(func.max(model.id))) or 0


def count(model: type[Model], conditions: Sequence[ColumnElement[bool]], highest: int) -> int:
    """How many rows up to an id meet the conditions: exactly, however long that takes."""
    return db.session.scalar(select(func.count(model.id)).where(model.id <= highest, *conditions)) or 0


def window_after(
    model: type[Model], conditions: Sequence[ColumnElement[bool]], after: int, highest: int
) -> tuple[list[int], int]:
    """The ids of the rows that meet the conditions among the WINDOW rows after an id.

    The second is the id up to which all rows were looked at: the last of them, or `highest` at the end.
    """
    near = select(model.id).where(model.id > after, model.id <= highest).order_by(model.id).limit(WINDOW)
    ids = list(db.session.scalars(near))
    if not ids:
        return [], highest
    found = matching(model, conditions, select(model.id).where(model.id.between(ids[0], ids[-1])).limit(WINDOW))
    return found, ids[-1] if len(ids) == WINDOW else highest


def still_matching(model: type[Model], conditions: Sequence[ColumnElement[bool]], ids: Sequence[int]) -> list[int]:
    """Those of some ids whose rows (still) meet the conditions."""
    return matching(model, conditions, select(model.id).where(model.id.in_(ids)).limit(len(ids)))


def matching(model: type[Model], conditions: Sequence[ColumnElement[bool]], rows: Select[Any]) -> list[int]:
    """The ids of those of some rows that meet the conditions, in their order.

    The conditions stand outside of what chooses the rows: no index of theirs then looks better to the database than
    the ids. Only the columns that they read are read.
    """
    near = rows.with_only_columns(*_columns_read(model, conditions)).subquery()
    outside = ClauseAdapter(near)
    query = select(near.c.id).where(*(outside.traverse(condition) for condition in conditions)).order_by(near.c.id)
    return list(db.session.scalars(query))


def _columns_read(model: type[Model], conditions: Sequence[ColumnElement[bool]]) -> list[Column[Any]]:
    table: Any = model.__table__
    read = {
        element.key
        for condition in conditions
        for element in visitors.iterate(condition)
        if isinstance(element, Column) and element.table is table
    }
    return [column for column in table.columns if column.primary_key or column.key in read]
