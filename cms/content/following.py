"""What is derived from rows follows every commit: what a transaction has changed is read again at its end.

So several changes of one row cost one look, and a change that was taken back costs nothing but that. Bulk statements
are followed, too, as far as they go through the session; after what does not, what is derived is made anew.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from flask import Flask, current_app, has_app_context
from sqlalchemy import Table, event, func, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from cms.models.base import Model

# Rows that are read and written at once.
AT_ONCE = 500
# By table: the model whose objects its rows are part of, the column that names the object, what is watched.
Sources = Mapping[Table, Sequence[tuple[type[Model], Any, tuple[str, ...]]]]


@dataclass(frozen=True)
class Following:
    """One thing that is derived from rows.

    `sources` says which rows; `write` derives it anew for some objects of a model, in the transaction that changed
    them. `name` is what an application has it by.
    """

    name: str
    sources: Callable[[], Sources]
    write: Callable[[Session, type[Model], Sequence[int]], None]

    def init_app(self, app: Flask) -> None:
        """Let it follow what is committed for this application."""
        app.extensions[self.name] = True
        if not event.contains(Session, "after_flush", self._flushed):
            event.listen(Session, "after_flush", self._flushed)
            event.listen(Session, "do_orm_execute", self._executed)
            event.listen(Session, "before_commit", self._committing)
            event.listen(Session, "after_transaction_end", self._ended)

    def _is_followed(self) -> bool:
        return has_app_context() and self.name in current_app.extensions

    def _flushed(self, session: Session, _context: UOWTransaction) -> None:
        if not self._is_followed():
            return
        sources = self.sources()
        for obj in chain(session.new, session.deleted, session.dirty):
            state = inspect(obj)
            for model, owner, names in sources.get(state.mapper.local_table, ()):
                if obj in session.dirty and not any(state.attrs[name].history.has_changes() for name in names):
                    continue
                self._changed(session, model).update(_objects(state, owner))

    def _changed(self, session: Session, model: type[Model]) -> set[int]:
        changed: dict[type[Model], set[int]] = session.info.setdefault(f"{self.name}.changed", {})
        return changed.setdefault(model, set())

    def _after(self, session: Session) -> dict[tuple[type[Model], Any], int]:
        """The last row of a table before rows were inserted in bulk."""
        after: dict[tuple[type[Model], Any], int] = session.info.setdefault(f"{self.name}.after", {})
        return after

    def _executed(self, execution: ORMExecuteState) -> None:
        """What a bulk statement is going to change: the rows that it names, or those that meet its condition."""
        if not (execution.is_update or execution.is_delete or execution.is_insert) or not self._is_followed():
            return
        # A statement that returns rows of a model comes wrapped in what reads them.
        statement: Any = getattr(execution.statement, "element", execution.statement)
        connection = execution.session.connection()
        for model, owner, _names in self.sources().get(statement.table, ()):
            given: Any = execution.parameters or {}
            named = {row[owner.key] for row in (given if isinstance(given, list) else [given]) if row.get(owner.key)}
            if not named and execution.is_insert:
                # Rows that have no ids yet: those after the last one that there is now.
                last = connection.scalar(select(func.max(owner))) or 0
                after = self._after(execution.session)
                after[model, owner] = min(last, after.get((model, owner), last))
            elif not named:
                conditions = statement._where_criteria  # noqa: SLF001 -- it has no other way to tell
                named = set(connection.scalars(select(owner).where(*conditions)))
            self._changed(execution.session, model).update(named)

    def _committing(self, session: Session) -> None:
        if session.in_nested_transaction() or not self._is_followed():
            return
        # What is still unflushed belongs to this commit; it would be written only after this event.
        session.flush()
        for (model, owner), last in self._after(session).items():
            self._changed(session, model).update(session.connection().scalars(select(owner).where(owner > last)))
        changed: dict[type[Model], set[int]] = session.info.get(f"{self.name}.changed", {})
        self._forget(session)
        for model, ids in changed.items():
            some = sorted(ids)
            for at in range(0, len(some), AT_ONCE):
                self.write(session, model, some[at : at + AT_ONCE])

    def _ended(self, session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            self._forget(session)

    def _forget(self, session: Session) -> None:
        session.info.pop(f"{self.name}.changed", None)
        session.info.pop(f"{self.name}.after", None)


def _objects(state: Any, owner: Any) -> set[int]:
    """The ids of the objects that a changed row is part of: also of that which it was part of before."""
    if owner.primary_key and state.key is not None:
        return {state.key[1][0]}
    return {value for value in state.attrs[owner.key].history.sum() if value is not None}
