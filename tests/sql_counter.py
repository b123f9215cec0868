"""Counting the statements that a piece of code sends to any database."""

from typing import Any, Self

from sqlalchemy import Engine, event


class QueryCounter(list[str]):
    """A list of the statements that were sent while its block ran, by any thread."""

    def __enter__(self) -> Self:
        event.listen(Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *error: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)

    def _note(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        self.append(statement)
