"""Making the index of words anew: at the first migration, and after changes that went past the program."""

from collections.abc import Callable

from sqlalchemy import Connection, inspect, select

from cms.content.searching.entries import ROOM, entries_of, first_id, searched_models, watched_columns
from cms.content.searching.finding import index_of
from cms.extensions import db
from cms.models.base import Model

AT_ONCE = 1_000


def rebuild(told: Callable[[str, int], None] = lambda name, count: None) -> int:
    """Write every entry again, in portions that are committed one by one; returns how many there are.

    Searches and saves go on meanwhile. `told` hears the name of a kind of object and how many of it are done.
    """
    with db.engine.connect() as connection:
        done = sum(_fill(connection, model, told, commit=True) for model in searched_models())
        index_of(connection.dialect.name).weigh(connection)
        connection.commit()
    return done


def fill(connection: Connection) -> int:
    """As `rebuild`, in the transaction of a migration: models whose columns are not there yet are left out."""
    known = inspect(connection)
    done = 0
    for model in searched_models():
        if known.has_table(model.__tablename__):
            columns = {column["name"] for column in known.get_columns(model.__tablename__)}
            if columns >= {"id", *watched_columns(model)}:
                done += _fill(connection, model, lambda name, count: None, commit=False)
    return done


def _fill(connection: Connection, model: type[Model], told: Callable[[str, int], None], *, commit: bool) -> int:
    index = index_of(connection.dialect.name)
    first, last, done = first_id(model), 0, 0
    while True:
        ids = list(connection.scalars(select(model.id).where(model.id > last).order_by(model.id).limit(AT_ONCE)))
        if commit:
            # The next begins with what nobody else can write meanwhile, and reads the rows after that.
            connection.commit()
        end = ids[-1] if ids else (1 << ROOM) - 1
        index.remove(connection, first + last + 1, first + end)
        if ids:
            # Asked for again, because a row may have come in between.
            there = list(connection.scalars(select(model.id).where(model.id > last, model.id <= end)))
            entries = entries_of(connection, model, there)
            index.put(connection, entries)
            done += len(entries)
            told(model.__tablename__, done)
        if commit:
            connection.commit()
        if not ids:
            return done
        last = end
