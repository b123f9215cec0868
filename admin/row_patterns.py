"""Markup that every row of a list has, with a few facts of its own: made once for each kind of row, then filled in."""

import re
from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

# These stand for what differs between rows of a kind, in addresses and in markup alike.
ANY_ROW, ANY_NAME, ANY_PAGE = "-any-row-", "-any-name-", "-any-page-"
MARKS = re.compile(f"({ANY_ROW}|{ANY_NAME}|{ANY_PAGE})")


class RowPatterns:
    """The patterns of one list."""

    def __init__(self) -> None:
        self.made: dict[Any, list[str]] = {}

    def fill(self, macro: Callable[[Any], str], row: Any) -> Markup:
        """What a macro makes of a row: it is asked once for each `kind` of row, about `any_of_kind`."""
        if row.kind not in self.made:
            self.made[row.kind] = MARKS.split(str(macro(row.any_of_kind)))
        facts = {ANY_ROW: str(row.id), ANY_NAME: str(escape(row.name)), ANY_PAGE: str(escape(row.public_url or ""))}
        parts = (facts.get(part, part) for part in self.made[row.kind])
        return Markup("".join(parts))  # noqa: S704 -- the macro escapes what it is given, and the facts are escaped here
