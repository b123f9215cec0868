"""Filters of lists: by choice, by date, by what an object names. They compare columns with values, never with SQL."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from flask import g, has_request_context
from flask_admin.contrib.sqla.filters import BaseSQLAFilter
from flask_babel import get_timezone
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import ColumnElement, True_, select
from sqlalchemy.orm import RelationshipProperty, aliased
from sqlalchemy.orm.interfaces import MANYTOMANY

from admin import listing
from admin.title_search import ids_called
from admin.typed_numbers import typed_number
from cms.content import translating
from cms.content.large_numbers import remember, remembered
from cms.content.searching.finding import among
from cms.extensions import db
from cms.models.base import Model
from cms.models.trashable import Trashable
from cms.security.policy import visible

# Rows with the words of a filter in their titles that the filter stands for.
MOST_NAMED = 50
# Rows that are linked to what a filter names and are known by their ids; where there are more, links are asked for in
# the order of the list, and counted among so many.
FEW_LINKED = 2_000
COUNTED_LINKS = 1_000
# More than these are not offered in a list to choose from; the words of their title are typed instead.
CHOICES = 200
# What stands before the id of a row that was chosen: the words of a title may be a number, too.
MARK = "id:"


def chosen(identifier: int) -> str:
    """The value of a `RelationFilter` that stands for one row."""
    return f"{MARK}{identifier}"


def chosen_id(value: str) -> int | None:
    """The id of the row that a value stands for, None where it is words."""
    return typed_number(value.removeprefix(MARK)) if value.startswith(MARK) else None


class ColumnFilter(BaseSQLAFilter):
    """The base; `suffix` tells several filters of one column apart in addresses."""

    suffix = ""

    def condition(self, value: Any) -> ColumnElement[bool]:
        """What is true of the rows that the filter lets through; `value` has been cleaned. Each filter has its own."""
        raise NotImplementedError

    def is_served(self, model: type[Model]) -> bool:
        """Whether an index leads to these rows, so that there is no need to look at others."""
        return listing.is_served(model, self.column.key)

    def has_few(self, value: Any) -> bool:
        """Whether it is known that the filter lets few rows through, which are all fetched then, and so counted."""
        return False

    def sample(self, value: Any) -> ColumnElement[bool] | None:
        """What is true of some rows only, where all that the filter lets through are too many to count."""
        return None

    def lookup_url(self, view: Any) -> str | None:
        """Where rows that a value may stand for are looked up while typing, or None."""
        return None

    def text_of(self, value: str, view: Any) -> str:
        """A value for people."""
        return value

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """As Flask-Admin asks for it."""
        return query.filter(self.condition(value))


class ChoiceFilter(ColumnFilter):
    """Rows whose column has one of a few values."""

    def __init__(self, column: Any, name: Any, choices: Callable[[], list[tuple[str, Any]]]) -> None:
        super().__init__(column, name, options=choices)

    def get_options(self, view: Any) -> list[tuple[str, Any]] | None:
        """The choices, where somebody asks for them: Flask-Admin wants them at its start, too."""
        return super().get_options(view) if has_request_context() else None

    def text_of(self, value: str, view: Any) -> str:
        names = {str(choice): str(text) for choice, text in self.get_options(view) or ()}
        return names.get(value, value)

    def condition(self, value: Any) -> ColumnElement[bool]:
        return self.column == value

    def operation(self) -> Any:
        return _l("is")


class YesNoFilter(ChoiceFilter):
    """Rows for which something is true, or is not."""

    def __init__(self, column: Any, name: Any) -> None:
        super().__init__(column, name, lambda: [("1", _l("Yes")), ("0", _l("No"))])

    def condition(self, value: Any) -> ColumnElement[bool]:
        return self.column.is_(value == "1")


class MissingLanguageFilter(ChoiceFilter):
    """Documents that do not exist in a language: what a translator has before them."""

    suffix = "missing"

    def __init__(self, model: Any, choices: Callable[[], list[tuple[str, Any]]]) -> None:
        super().__init__(model.translation_key, _l("Translation"), choices)
        self.model = model

    def condition(self, value: Any) -> ColumnElement[bool]:
        other = aliased(self.model)
        there = select(other.id).where(other.translation_key == self.model.translation_key, other.locale == value)
        if issubclass(self.model, Trashable):
            there = there.where(other.trashed_at.is_(None))
        return ~there.exists()

    def is_served(self, model: type[Model]) -> bool:
        return False

    def operation(self) -> Any:
        return _l("is missing in")


class OutdatedFilter(YesNoFilter):
    """Translations whose source has published something newer than what they were made from."""

    suffix = "outdated"

    def __init__(self, model: Any) -> None:
        super().__init__(model.source_revision_id, _l("Out of date"))
        self.model = model

    def condition(self, value: Any) -> ColumnElement[bool]:
        outdated = translating.is_outdated(self.model)
        return outdated if value == "1" else ~outdated

    def is_served(self, model: type[Model]) -> bool:
        return False


class DayFilter(ColumnFilter):
    """Rows from before or since a day, as the editor's calendar has it."""

    def __init__(self, column: Any, name: Any, since: bool) -> None:
        super().__init__(column, name, data_type="datepicker")
        self.since = since
        self.suffix = "since" if since else "until"

    def clean(self, value: str) -> date:
        return date.fromisoformat(value)

    def validate(self, value: str) -> bool:
        try:
            return 1900 <= date.fromisoformat(value).year <= 9000
        except ValueError:
            return False

    def condition(self, value: date) -> ColumnElement[bool]:
        start = datetime.combine(value, time(), tzinfo=get_timezone() or UTC)
        if self.since:
            return self.column >= start
        return self.column < start + timedelta(days=1)

    def operation(self) -> Any:
        return _l("since") if self.since else _l("until")


class Links(NamedTuple):
    """The ids of what a filter names, and those of rows with a link to it: no more than one beyond FEW_LINKED."""

    named: list[int]
    rows: list[int]


class RelationFilter(ColumnFilter):
    """Rows that name a certain other row: chosen where there are few, else found by the words of its title."""

    def __init__(self, relation: RelationshipProperty[Any], name: Any) -> None:
        super().__init__(relation.class_attribute, name)
        self.relation = relation
        self.target: Any = relation.mapper.class_

    def get_options(self, view: Any) -> list[tuple[str, str]] | None:
        """The choices, or None where there are too many; one bounded query.

        That there are too many for whoever may read them all is remembered for a minute.
        """
        if not has_request_context():
            return None
        readable = visible(current_user, "read", self.target)
        too_many = ("choices", self.target) if isinstance(readable, True_) else None
        if too_many is not None and remembered(too_many):
            return None
        title: Any = self.target.title_column()
        rows = db.session.execute(
            select(self.target.id, title).where(readable).order_by(title).limit(CHOICES + 1)
        ).all()
        if len(rows) > CHOICES:
            if too_many is not None:
                remember(too_many, True)
            return None
        return [(chosen(identifier), self.target.shown_title(text)) for identifier, text in rows]

    def lookup_url(self, view: Any) -> str:
        """The look-up of the form's field: what is found is chosen, or words stand for all that are called so."""
        url: str = view.get_url(".ajax_lookup", name=self.relation.key)
        return url

    def text_of(self, value: str, view: Any) -> str:
        """The title of the row that was chosen: one row is read, however many there are to choose from."""
        identifier = chosen_id(value)
        if identifier is None:
            return value
        readable = (self.target.id == identifier, visible(current_user, "read", self.target))
        title = db.session.scalar(select(self.target.title_column()).where(*readable))
        return self.target.shown_title(title) if title is not None else str(identifier)

    def validate(self, value: str) -> bool:
        return bool(value.strip()) and "\x00" not in value and len(value) <= 200

    def clean(self, value: str) -> str:
        return value.strip()

    def condition(self, value: str) -> ColumnElement[bool]:
        if self.relation.direction is not MANYTOMANY:
            (column,) = self.relation.local_columns
            return column.in_(self._named(value))
        # Of a few rows a database cannot know that they are few, and might look for them along the list's whole order,
        # which is just the way to find the first of many.
        links, row_id = self._links(value), self.relation.parent.class_.id
        if len(links.rows) <= FEW_LINKED:
            return among(row_id, links.rows)
        linking, linked = self._link_columns()
        # By the row: the expression keeps a database from looking for each of the named ones.
        return select(linking).where(linking == row_id, (linked + 0).in_(links.named)).exists()

    def has_few(self, value: str) -> bool:
        return self.relation.direction is MANYTOMANY and len(self._links(value).rows) <= FEW_LINKED

    def sample(self, value: str) -> ColumnElement[bool] | None:
        # Each linked row has to be looked at: no index has the links together with what the list is narrowed by.
        if self.relation.direction is not MANYTOMANY or self.has_few(value):
            return None
        return among(self.relation.parent.class_.id, self._links(value).rows[:COUNTED_LINKS])

    def _named(self, value: str) -> list[int]:
        """The ids of what is meant."""
        identifier = chosen_id(value)
        if identifier is not None:
            return [identifier]
        return ids_called(self.target, value, [visible(current_user, "read", self.target)], 0, MOST_NAMED)

    def _links(self, value: str) -> Links:
        """What is meant, and the rows that are linked to it; found once for each request."""
        known: dict[Any, Links] = g.setdefault("links_of_filters", {})
        if (self.relation, value) not in known:
            named = self._named(value)
            linking, linked = self._link_columns()
            rows = select(linking).where(linked.in_(named)).limit(FEW_LINKED + 1)
            known[self.relation, value] = Links(named, list(db.session.scalars(rows)))
        return known[self.relation, value]

    def _link_columns(self) -> tuple[ColumnElement[int], ColumnElement[int]]:
        """Of the table of links: the row, and what it names."""
        ((_id, linking),), ((_named_id, linked),) = (
            self.relation.synchronize_pairs,
            self.relation.secondary_synchronize_pairs or (),
        )
        return linking, linked

    def is_served(self, model: type[Model]) -> bool:
        """Foreign keys have an index where a list is filtered by them; tables of links always have one."""
        if self.relation.direction is MANYTOMANY:
            return True
        (column,) = self.relation.local_columns
        return listing.is_served(model, str(column.key))

    def operation(self) -> Any:
        return _l("is")


class TextFilter(ColumnFilter):
    """Rows whose text contains something; lists look for words of titles in the index of words."""

    def is_served(self, model: type[Model]) -> bool:
        return False

    def condition(self, value: str) -> ColumnElement[bool]:
        return self.column.icontains(value, autoescape=True)

    def validate(self, value: str) -> bool:
        return "\x00" not in value and len(value) <= 200

    def operation(self) -> Any:
        return _l("contains")
