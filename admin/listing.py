"""Which rows a page of a list shows, and how many there are, at a cost that hardly grows with the table.

The order of a list is that of an index, whose entries are enough to find the ids of a page; only the rows of that
page are fetched. Counting stops at `COUNTED`. What no index serves (a word inside a title, say) is looked for among
the first `LOOKED_THROUGH` rows of the list's order, and the screen says so. Words have an index of their own: where few
rows have them, those are the list; where very many have them, see `page_of_many`.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Query

from admin import list_marks
from cms.content.large_numbers import remember, remembered
from cms.content.searching.finding import Search
from cms.extensions import db
from cms.models.base import Model, columns_of

COUNTED = 10_000
LOOKED_THROUGH = 2_000
# Where very many rows have the words of a search: how many rows of the list's order are asked whether they do.
NEAR = 2_000


@dataclass(frozen=True)
class Order:
    """Columns in the order of an index that ends with the id, and the direction of them all."""

    columns: tuple[Any, ...]
    descending: bool

    def clauses(self, *, backwards: bool = False) -> list[Any]:
        """For ORDER BY; backwards, the last row comes first."""
        downwards = self.descending != backwards
        return [column.desc() if downwards else column.asc() for column in self.columns]


@dataclass(frozen=True)
class Extent:
    """How long a list is: `count` is no more than COUNTED, `beyond` says that there are more.

    `cut` says that only the first LOOKED_THROUGH rows were looked at. `about` is how many there are roughly, where
    that is known of more than were counted.
    """

    count: int
    beyond: bool
    cut: bool = False
    about: int | None = None

    def page(self, asked: int, size: int) -> int:
        """The page that is shown: where all rows are counted, pages from the end are some of those from the start."""
        return asked if asked >= 0 or self.beyond else max(-(-self.count // size) + asked, 0)


NOTHING = Extent(0, False)


def leading_indexes(model: type[Model]) -> dict[str, Index]:
    """The index that serves a sort by a column, by the key of the column.

    Those made for lists come before others, and among them those that go on with what was changed last.
    """
    found: dict[str, Index] = {}
    table: Any = model.__table__
    for index in sorted(table.indexes, key=_preference):
        if index.info.get("of_reference"):
            continue
        found.setdefault(next(iter(index.columns)).key, index)
    return found


def _preference(index: Index) -> tuple[bool, bool, int, str]:
    return not _is_for_lists(index), "updated_at" not in index.columns, len(index.columns), str(index.name)


def _is_for_lists(index: Index) -> bool:
    return index.dialect_options["sqlite"]["where"] is not None


def is_served(model: type[Model], name: str) -> bool:
    """Whether an index leads to the rows with a value of this column."""
    columns = {column.key: column for column in columns_of(model)}
    column = columns.get(name)
    return name in leading_indexes(model) or (column is not None and bool(column.primary_key or column.unique))


def order_by(model: type[Model], name: str, descending: bool) -> Order:
    """The order of a list that is sorted by a column: as its index goes on, so that equal values have one, too."""
    index = leading_indexes(model).get(name)
    keys = [column.key for column in index.columns] if index is not None else [name]
    attributes: Any = model
    return Order(tuple(getattr(attributes, key) for key in dict.fromkeys([*keys, "id"])), descending)


def capped_count(query: Query[Any] | Select[Any]) -> Any:
    """A scalar subquery: how many rows a query has, counted no further than one more than COUNTED."""
    rows: Any = query.limit(COUNTED + 1)
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()


def extents(queries: Mapping[str, Query[Any] | Select[Any]], of: Hashable = None) -> dict[str, Extent]:
    """How many rows each of some queries has, by their names; one statement at most.

    `of` says what the queries ask, where they ask the same for everybody who gives it: of very many rows it is
    remembered for a minute that they are so many.
    """
    unknown = {name: query for name, query in queries.items() if of is None or not remembered((of, name))}
    counts: dict[str, int] = dict.fromkeys(queries, COUNTED + 1)
    if unknown:
        row = db.session.execute(select(*(capped_count(query) for query in unknown.values()))).one()
        counts.update(zip(unknown, row, strict=True))
    for name in unknown if of is not None else ():
        if counts[name] > COUNTED:
            remember((of, name), True)
    return {name: Extent(min(count, COUNTED), count > COUNTED) for name, count in counts.items()}


def extent(query: Query[Any], *, partial: bool = False) -> Extent:
    """How many rows a query has; `partial`, there are more than those."""
    counted = extents({"": query})[""]
    return Extent(counted.count, partial or counted.beyond)


def estimated(counted: Extent, query: Query[Any], order: Order, of: Hashable) -> Extent:
    """An extent with the number of rows that the last walk along the list has found, to three digits.

    `of` as for `page_of`. Of a list that was not walked along yet no more is known than before.
    """
    marks = _marks(query, order, of) if counted.beyond else list_marks.NONE
    if not marks.total:
        return counted
    return replace(counted, about=round(marks.total, 3 - len(str(marks.total))))


def page_of(query: Query[Any], order: Order, page: int, size: int, of: Hashable = None) -> list[int]:
    """The ids of a page; pages below zero count from the end, and show what is there in the list's own order.

    `of` says what is listed, where the list is long and the same for everybody who gives it: it is marked, then, and a
    page far from both ends is found from the mark before it.
    """
    backwards = page < 0
    place = (-page - 1 if backwards else page) * size
    begun, mark = _marks(query, order, of, backwards=backwards).before(place)
    keys = _keys(query, order, backwards=backwards)(mark)
    ids = [row[-1] for row in db.session.execute(keys.offset(place - begun).limit(size))]
    return ids[::-1] if backwards else ids


def _marks(query: Query[Any], order: Order, of: Hashable, *, backwards: bool = False) -> list_marks.Marks:
    if of is None or order.columns[0].expression.nullable:
        return list_marks.NONE
    what = (of, *(column.key for column in order.columns), order.descending, backwards)
    return list_marks.marked_lists().of(what, _keys(query, order, backwards=backwards))


def _keys(query: Query[Any], order: Order, *, backwards: bool) -> list_marks.Keys:
    """The values that an index is in the order of, for all rows of a query, from one of them on."""
    every: Any = query.with_entities(*order.columns).order_by(*order.clauses(backwards=backwards)).statement

    def keys_from(row: Sequence[Any] | None) -> Select[Any]:
        found: Select[Any] = every if row is None else every.where(_from(order, row, backwards=backwards))
        return found

    return keys_from


def _from(order: Order, row: Sequence[Any], *, backwards: bool) -> ColumnElement[bool]:
    """The condition that keeps to a row and those after it in an order; its values are never NULL."""
    there, here = tuple_(*_literals(order, row)), tuple_(*order.columns)
    return here <= there if order.descending != backwards else here >= there


def _literals(order: Order, values: Sequence[Any]) -> list[ColumnElement[Any]]:
    return [literal(value, column.type) for value, column in zip(values, order.columns, strict=True)]


def page_of_few(query: Query[Any], order: Order, page: int, size: int) -> tuple[list[int], Extent]:
    """The ids of a page of a query that has few rows, and how many it has."""
    ids = [row[0] for row in query.order_by(*order.clauses())]
    extent = Extent(len(ids), beyond=False)
    first = extent.page(page, size) * size
    return ids[first : first + size], extent


def walk(query: Query[Any], conditions: Sequence[ColumnElement[bool]], order: Order) -> tuple[list[int], bool]:
    """The ids of the rows that meet conditions, among the first LOOKED_THROUGH of an order.

    The second is whether there are rows beyond those, which were not looked at.
    """
    edge = _edge(query, order, LOOKED_THROUGH)
    near = query.filter(*conditions, *([edge] if edge is not None else []))
    return [row[0] for row in near.order_by(*order.clauses())], edge is not None


def found(
    query: Query[Any], search: Search, conditions: Sequence[ColumnElement[bool]], order: Order, page: int, size: int
) -> tuple[list[int], Extent]:
    """The ids of a page of those rows that have the words of a search and meet conditions, and how many there are."""
    some = search.rows()
    backwards = Order(order.columns, order.descending != (page < 0))
    edge = None if some.complete else _edge(query, backwards, NEAR)
    here = query.filter(search.among(some.ids), *conditions)
    if some.complete or edge is None:
        rows = here if some.complete else query.filter(search.fits(), *conditions)
        return page_of_few(rows, order, page, size)
    number = -page - 1 if page < 0 else page
    near = query.filter(edge, search.fits(), *conditions)
    return _page_of_many(near, here, backwards, number, size, upside_down=page < 0)


def _page_of_many(
    near: Query[Any], others: Query[Any], order: Order, number: int, size: int, *, upside_down: bool
) -> tuple[list[int], Extent]:
    """A page of very many rows: those that are near in the order come first, all of them, and then others.

    The others are those that the index gave at once. There are more, whose place is among these; so the list ends
    somewhere, and its extent says that there are more.
    """
    most = (number + 1) * size
    ids = [row[0] for row in near.order_by(*order.clauses()).limit(most)]
    more = [row[0] for row in others.order_by(*order.clauses())]
    if len(ids) < most:
        known = set(ids)
        ids += [one for one in more if one not in known]
    shown = ids[number * size : most]
    extent = Extent(min(max(len(more), len(ids)), COUNTED), beyond=True)
    return shown[::-1] if upside_down else shown, extent


def _edge(query: Query[Any], order: Order, rows: int) -> ColumnElement[bool] | None:
    """The condition that keeps to the first rows of an order; None where there are no more anyway."""
    last = query.with_entities(*order.columns).order_by(*order.clauses()).offset(rows).limit(1).first()
    if last is None:
        return None
    first: Any = order.columns[0]
    # Where rows without a value stand: SQLite takes nothing for the least, PostgreSQL for the greatest.
    nothing_first = (db.engine.dialect.name == "postgresql") == order.descending
    if last[0] is None:
        identifier = order.columns[-1]
        same = and_(first.is_(None), identifier > last[-1] if order.descending else identifier < last[-1])
        return same if nothing_first else or_(first.is_not(None), same)
    beyond = tuple_(*_literals(order, last))
    here = tuple_(*order.columns)
    near = here > beyond if order.descending else here < beyond
    return or_(first.is_(None), near) if nothing_first and first.expression.nullable else near


def in_order_of(ids: Sequence[int], rows: Sequence[Any]) -> list[Any]:
    """Rows in the order of their ids."""
    found = {row.id: row for row in rows}
    return [found[identifier] for identifier in ids if identifier in found]
