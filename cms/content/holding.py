"""Rows that a service has to itself: it decides on what a row is now, not on what a request has read of it before.

Between the moment at which a request reads a row and that at which its service writes it, others may have published,
changed or thrown away the same row. So a service begins its transaction as a writer, locks the row and reads it anew,
and only then asks who may do what, what was changed meanwhile, and whether readers see it.

On SQLite there is one writer: to begin as one is to have every row. On PostgreSQL rows are locked as an UPDATE of
their columns locks them, so that nobody who only names them waits. Nobody waits for somebody who waits for them,
because all take locks in one order: the turn of a tree, then rows of documents by their ids, then what belongs to
them (revisions, redirects, entries).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import InvalidRequestError, OperationalError
from sqlalchemy.orm import SessionTransaction

from cms.content.errors import changed_meanwhile
from cms.content.transactions import begin_writing, flush, is_batch, undo
from cms.extensions import db
from cms.models import Page
from cms.models.base import Model, columns_of
from cms.models.translatable import Translatable

P = ParamSpec("P")
T = TypeVar("T")

_HELD = "cms.content.held"
# SQLSTATE of PostgreSQL: deadlock_detected.
_DEADLOCK = "40P01"


def on_held_row(service: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Have a service hold the row that is its first argument, from its first line to its commit.

    What it does not commit is undone at once, so that nobody waits for it. The service also raises Conflict, where
    the row is gone.
    """

    @wraps(service)
    def on_held(document: Any, /, *arguments: P.args, **options: P.kwargs) -> T:
        try:
            hold(document)
            result = service(document, *arguments, **options)
        except OperationalError as error:
            undo()
            if is_batch() or not is_deadlock(error):
                raise
            raise changed_meanwhile() from error
        except BaseException:
            undo()
            raise
        if _is_held(document):
            # It had nothing to write.
            undo()
        return result

    return on_held


def is_deadlock(error: OperationalError) -> bool:
    """Whether the database has ended a transaction because it and another one waited for each other."""
    return getattr(error.orig, "sqlstate", None) == _DEADLOCK


def hold(document: Model) -> None:
    """Have a row to oneself, read anew, until the transaction ends. Raises Conflict where it is gone."""
    begin_writing()
    if _is_held(document):
        return
    flush()
    model = type(document)
    wait_for_turn(model)
    _lock_kin(model, [_id_of(document)])
    try:
        db.session.refresh(document, with_for_update={"key_share": True, "of": model})
    except InvalidRequestError as error:
        raise changed_meanwhile() from error
    _note([document])


def held_rows(model: type[Model], ids: Sequence[int], *options: Any) -> dict[int, Any]:
    """Some rows by their ids, held as by `hold`; those that are gone are left out. `options` are those of loading."""
    begin_writing()
    wait_for_turn(model)
    _lock_kin(model, ids)
    query = select(model).where(model.id.in_(ids)).order_by(model.id).options(*options)
    locked = query.with_for_update(key_share=True, of=model).execution_options(populate_existing=True)
    rows = list(db.session.scalars(locked))
    _note(rows)
    return {row.id: row for row in rows}


def wait_for_turn(model: type[Model]) -> None:
    """Have the tree of pages to oneself: a page that moves changes the paths of others, and has its own from them."""
    if issubclass(model, Page):
        begin_writing()
        if db.session.connection().dialect.name == "postgresql":
            db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(model.__tablename__))))


def _lock_kin(model: Any, ids: Sequence[int]) -> None:
    """Lock rows together with those of the same documents in other languages, where what one holds is in all."""
    if not (issubclass(model, Translatable) and any(column.info.get("shared") for column in columns_of(model))):
        return
    keys = select(model.translation_key).where(model.id.in_(ids))
    kin = select(model.id).where(model.translation_key.in_(keys)).order_by(model.id)
    db.session.scalars(kin.with_for_update(key_share=True, of=model)).all()


def _id_of(document: Any) -> int:
    """The id of a row that is stored, also where it is gone by now."""
    key: Any = inspect(document).key
    return int(key[1][0])


def _note(documents: Iterable[Any]) -> None:
    held: WeakKeyDictionary[SessionTransaction, set[Any]] = db.session.info.setdefault(_HELD, WeakKeyDictionary())
    held.setdefault(next(_transactions()), set()).update(inspect(document).key for document in documents)


def _is_held(document: Any) -> bool:
    """Whether this transaction, or one that it is within, has locked the row."""
    held = db.session.info.get(_HELD, {})
    return any(inspect(document).key in held.get(transaction, ()) for transaction in _transactions())


def _transactions() -> Iterator[SessionTransaction]:
    """The innermost savepoint or transaction of the session, and those around it."""
    session = db.session()
    transaction = session.get_nested_transaction() or session.get_transaction()
    while transaction is not None:
        yield transaction
        transaction = transaction.parent
