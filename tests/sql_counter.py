"""Counting the statements that a piece of code sends to any database."""

import threading
from typing import Any, Self

from sqlalchemy import Engine, event


class QueryCounter(list[str]):
    """A list of the statements that were sent while its block ran, by the thread that entered it.

    Beside the requests, another thread looks for kept purges twice a second, whatever is asked meanwhile.
    """

    def __enter__(self) -> Self:
        self._thread = threading.get_ident()
        event.listen(Engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *error: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)

    def _note(self, connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if threading.get_ident() == self._thread:
            self.append(statement)
