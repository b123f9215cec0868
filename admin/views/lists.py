"""Lists of the back office: which rows, what of them, in which order; and the same as spreadsheets."""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from http import HTTPStatus
from typing import Any, ClassVar

from flask import Response, abort, request, stream_with_context
from flask_admin import expose
from flask_admin.model.base import ViewArgs
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import True_, inspect, or_
from sqlalchemy.orm import Session, defer, joinedload, selectinload
from sqlalchemy.orm.interfaces import MANYTOONE

from admin import listing, scaffold
from admin.cells import ValueFormatter, cell, language_cell, markup_cell, person_cell, status_cell, time_zone_cell
from admin.empty_states import about
from admin.exports import TYPES, csv_lines, file_name, workbook
from admin.filters import DayFilter, TextFilter
from admin.list_rows import LanguageLinks, ListRows, list_columns
from admin.paging import FEW_PAGES, to_nearest_page, typed_page
from admin.row_patterns import RowPatterns
from admin.views.screen import Screen
from cms.content import translating
from cms.content.searching.entries import is_searched
from cms.content.searching.finding import Search
from cms.content.searching.words import EVERYWHERE, TITLE, wanted
from cms.extensions import db
from cms.models import User
from cms.models.base import Model, columns_of
from cms.models.column_types import utc_now
from cms.models.translatable import Translatable
from cms.security.policy import visible

# Rows that a workbook holds, which is made in memory, and that are fetched at once for any export.
WORKBOOK_ROWS = 50_000
EXPORT_BATCH = 500
SEARCHED_WORDS = 8
DEEPEST_PAGE = 1_000_000


class ListScreen(Screen):
    """The list of a model; mixed into its screen."""

    # Whether a picture stands beside the title of each row.
    has_pictures = False
    list_title_column: str
    # What templates say of the limits.
    workbook_rows = WORKBOOK_ROWS
    few_pages = FEW_PAGES

    @property
    def looked_through(self) -> int:
        """How many rows are looked through where no index leads to those that are wanted."""
        return listing.LOOKED_THROUGH

    def get_query(self) -> Any:
        """The rows that the current user may read, with what the list shows of their relations."""
        return db.session.query(self.model).filter(*self._list_conditions()).options(*self._list_options())

    def _list_conditions(self) -> list[Any]:
        return [visible(current_user, "read", self.model)]

    def get_list(
        self,
        page: int | None,
        sort_column: Any,
        sort_desc: Any,
        search: str | None,
        filters: Any,
        execute: bool = True,
        page_size: int | None = None,
    ) -> Any:
        """How many rows there are, as far as they are counted, and those of a page: first their ids, then the rows.

        Without `execute`, the rows are a query of all of them, in their order.
        """
        order = self.order_of_list(sort_column, bool(sort_desc), filters)
        words = self._words(search, filters)
        served, walked = self._narrowing(search, filters)
        if not execute:
            query = self.get_query().filter(*served, *walked).order_by(*order.clauses())
            return None, query if words is None else query.filter(words.all())
        ids = db.session.query(self.model.id).filter(*self._list_conditions(), *served)
        size = page_size or self.page_size
        if words is not None:
            shown, extent = listing.found(ids, words, walked, order, page or 0, size)
        elif walked:
            found, cut = listing.walk(ids, walked, order)
            extent = listing.Extent(len(found), beyond=False, cut=cut)
            first = extent.page(page or 0, size) * size
            shown = found[first : first + size]
        elif any(one.has_few(one.clean(value)) for one, value in self._asked_filters(filters)):
            shown, extent = listing.page_of_few(ids, order, page or 0, size)
        else:
            extent = self._counted(ids, filters)
            long = self._place(filters) if extent.beyond else None
            shown = listing.page_of(ids, order, extent.page(page or 0, size), size, long)
        if not shown and page:
            abort(to_nearest_page(page))
        request._extent = extent  # type: ignore[attr-defined]  # kept for this render only
        rows = self.get_query().filter(self.model.id.in_(shown)).all() if shown else []
        return extent.count, listing.in_order_of(shown, rows)

    def _counted(self, ids: Any, filters: Any) -> listing.Extent:
        """How many rows there are: with filters that let through too many to count, among some of them."""
        narrowed = [(one, one.clean(value)) for one, value in self._asked_filters(filters)]
        samples = [one.sample(value) for one, value in narrowed]
        if all(sample is None for sample in samples):
            default = self.order_of_list(None, False, None)
            return listing.estimated(listing.extent(ids), ids, default, self._place(filters))
        conditions = [
            one.condition(value) if sample is None else sample
            for (one, value), sample in zip(narrowed, samples, strict=True)
        ]
        some = db.session.query(self.model.id).filter(*self._list_conditions(), *conditions)
        return listing.extent(some, partial=True)

    def _place(self, filters: Any) -> Hashable:
        """What is listed, where it is the same for everybody who may read all of it; else None."""
        everybodys = not filters and isinstance(visible(current_user, "read", self.model), True_)
        return self.model if everybodys else None

    def _asked_filters(self, filters: Any) -> list[tuple[Any, str]]:
        return [(self._filters[index], value) for index, _name, value in filters or ()]

    @property
    def list_extent(self) -> listing.Extent:
        """How long the list is that is being shown."""
        found: listing.Extent = getattr(request, "_extent", listing.NOTHING)
        return found

    def order_of_list(self, sort_column: str | None, descending: bool, filters: Any) -> listing.Order:
        """The order asked for; else that of a day that is filtered by, where an index serves it; else the default."""
        if sort_column is not None and sort_column in self._sortable_columns:
            return listing.order_by(self.model, sort_column, descending)
        days = [self._filters[index].column.key for index, _name, _value in filters or () if self._is_of_days(index)]
        if days and listing.is_served(self.model, days[0]):
            return listing.order_by(self.model, days[0], True)
        default: Any = self.column_default_sort
        if isinstance(default, list):
            columns = [getattr(self.model, name) for name, _descending in default]
            return listing.Order((*columns, self.model.id), default[0][1])
        return listing.order_by(self.model, *default)

    def _is_of_days(self, index: int) -> bool:
        return isinstance(self._filters[index], DayFilter)

    def _narrowing(self, search: str | None, filters: Any) -> tuple[list[Any], list[Any]]:
        """Conditions of search and filters: those that an index serves, and those that rows are looked through for."""
        served: list[Any] = []
        walked = [] if is_searched(self.model) else self._search_conditions(search)
        for index, _name, value in filters or ():
            one: Any = self._filters[index]
            if self._is_of_words(index):
                continue
            (served if one.is_served(self.model) else walked).append(one.condition(one.clean(value)))
        return served, walked

    def _words(self, search: str | None, filters: Any) -> Search | None:
        """The words of the search and of filters by title, where the index of words has this model; else None."""
        texts = [(search, EVERYWHERE)] if search and is_searched(self.model) else []
        texts += [(value, TITLE) for index, _name, value in filters or () if self._is_of_words(index)]
        return (
            Search(self.model, [word for text, columns in texts for word in wanted(text, columns)]) if texts else None
        )

    def _is_of_words(self, index: int) -> bool:
        one: Any = self._filters[index]
        return isinstance(one, TextFilter) and one.column.info.get("kind") == "title" and is_searched(self.model)

    def _search_conditions(self, search: str | None) -> list[Any]:
        """Each word is somewhere in one of the columns that are searched."""
        columns = [getattr(self.model, name) for name in self.column_searchable_list or ()]
        words = (search or "").split()[:SEARCHED_WORDS] if columns else []
        return [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]

    def _list_options(self) -> list[Any]:
        """One query for the list and its single relations, whatever the number of rows; long texts stay behind."""
        shown = set(self.column_list or ())
        options: list[Any] = []
        for relation in inspect(self.model).relationships:
            if relation.key in shown:
                load = joinedload if relation.direction is MANYTOONE else selectinload
                # What the related rows would load with them, such as the roles of an author, is shown by no list.
                options.append(load(relation.class_attribute).lazyload("*"))
        long = [column.key for column in columns_of(self.model) if column.info.get("kind") == "markup"]
        return [*options, *(defer(getattr(self.model, name)) for name in long)]

    def scaffold_auto_joins(self) -> list[Any]:
        """None: `_list_options` loads what is shown, without joining many-to-many columns."""
        return []

    def handle_filter(self, filter: Any) -> Any:
        """Derived filters need no joins: they look into related tables by EXISTS."""
        return filter

    def get_filter_arg(self, index: int, flt: Any) -> str:
        """The name of a filter in addresses: the same in every language."""
        column = flt.column.key
        return f"{column}_{flt.suffix}" if flt.suffix else str(column)

    def _get_filter_groups(self) -> Any:
        """The filters as the templates offer them; made anew for each request, because choices come and go."""
        groups: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()
        for index, one in enumerate(self._filters or ()):
            options = one.get_options(self)
            groups.setdefault(str(one.name), []).append(
                {
                    "index": index,
                    "arg": self.get_filter_arg(index, one),
                    "operation": str(one.operation()),
                    "options": [(value, str(label)) for value, label in options] if options else None,
                    "lookup": None if options else one.lookup_url(self),
                    "type": one.data_type,
                }
            )
        return groups

    def _get_list_extra_args(self) -> ViewArgs:
        args = super()._get_list_extra_args()
        typed = typed_page(request.args.get("at"))
        args.page = min(max(args.page or 0 if typed is None else typed, -DEEPEST_PAGE), DEEPEST_PAGE)
        if args.sort is not None and not 0 <= args.sort < len(self._list_columns):
            args.sort = None
        if args.search:
            args.search = args.search.replace("\x00", "")[:200]
        args.extra_args = {name: value for name, value in args.extra_args.items() if name in self.list_parameters}
        return args

    # Parameters of a list's address that are its own, beside Flask-Admin's.
    list_parameters: ClassVar[frozenset[str]] = frozenset()

    def _formatters(self, model: type[Model]) -> dict[str, Any]:
        formatters: dict[str, Any] = {}
        for column in columns_of(model):
            if column.info.get("kind") == "locale":
                formatters[column.key] = ValueFormatter(getattr, language_cell)
            elif column.info.get("kind") == "markup":
                formatters[column.key] = ValueFormatter(getattr, markup_cell)
            elif column.key == "status":
                formatters[column.key] = ValueFormatter(_state_of, lambda state: status_cell(*state))
            elif column.info.get("kind") == "timezone":
                formatters[column.key] = ValueFormatter(getattr, time_zone_cell)
            elif scaffold.choices_of_kind(column.info.get("kind")):
                formatters[column.key] = ValueFormatter(getattr, _choice_look(column))
        for relation in scaffold.shown_relations(model):
            if relation.mapper.class_ is User and relation.direction is MANYTOONE:
                formatters[relation.key] = ValueFormatter(_name_of, person_cell)
        return formatters

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> Any:
        """What the list shows, all pages of it, as a spreadsheet."""
        if export_type not in self.export_types:
            abort(HTTPStatus.NOT_FOUND)
        titles = [str(label) for _name, label in self._export_columns]
        rows = self._export_rows(None if export_type == "csv" else WORKBOOK_ROWS)
        name = file_name(self.model.__tablename__, export_type, utc_now())
        content = stream_with_context(csv_lines(titles, rows)) if export_type == "csv" else workbook(titles, rows)
        return Response(
            content, content_type=TYPES[export_type], headers={"Content-Disposition": f"attachment; filename={name}"}
        )

    def _export_rows(self, most: int | None) -> Iterator[list[Any]]:
        """The rows, no more than `most`, in batches with what they name.

        They come from a cursor that stays open, on the server where there is one, and through a session of their own:
        the reply outlives the request's.
        """
        args = self._get_list_extra_args()
        sort = self._get_column_by_idx(args.sort)
        column = sort[0] if sort else None
        _count, query = self.get_list(0, column, args.sort_desc, args.search, args.filters, execute=False)
        if most is not None:
            query = query.limit(most)
        names = [name for name, _label in self._export_columns]
        singles = [one for one in inspect(self.model).relationships if one.key in names]
        query = query.options(*(joinedload(one.class_attribute).lazyload("*") for one in singles))
        with Session(db.engine) as session:
            for row in query.with_session(session).yield_per(EXPORT_BATCH):
                yield [getattr(row, name) for name in names]

    def get_empty_list_message(self) -> str:
        """What an empty list says."""
        return _("Nothing here yet")

    @property
    def empty_title(self) -> str:
        """The heading of the empty state."""
        return self.get_empty_list_message()

    @property
    def empty_text(self) -> str:
        """What would be listed here, for the empty state."""
        return about(self.model)

    def row_thumbnail(self, row: Any) -> str | None:
        """The address of a small picture beside the title, or None."""
        return None

    def row_public_url(self, row: Any) -> str | None:
        """Where visitors see the row, or None."""
        path = getattr(row, "public_path", None)
        return path if path and getattr(row, "is_live", True) else None

    def render(self, template: str, **kwargs: Any) -> str:
        """A list gets what its template shows beyond Flask-Admin's own context."""
        if template == self.list_template:
            kwargs |= self.list_context(kwargs["data"], kwargs["return_url"])
        return super().render(template, **kwargs)

    def list_context(self, data: list[Any], return_url: str) -> dict[str, Any]:
        """The columns and the rows; one look-up of languages for all rows."""
        columns = list_columns(self)
        links = LanguageLinks(self) if issubclass(self.model, Translatable) and data else None
        coverage = translating.coverage_of(data) if links is not None else {}
        rows = ListRows(self, columns, return_url, links)
        shown = [rows.of(row, coverage[row.translation_key] if links is not None else ()) for row in data]
        return {"columns": columns, "rows": shown, "patterns": RowPatterns()}

    def list_form(self, obj: Any = None) -> None:
        """None: a text is changed in place by a script, so that no row needs a form of its own."""


def _state_of(row: Any, _name: str) -> tuple[str, bool, bool]:
    return row.status, row.scheduled_at is not None, row.trashed_at is not None


def _name_of(row: Any, relation: str) -> str | None:
    named = getattr(row, relation)
    return str(named) if named is not None else None


def _choice_look(column: Any) -> Any:
    def look(value: Any) -> Any:
        if value is None:
            return cell("nothing")
        labels = dict(scaffold.choices_of(column) or [])
        return str(labels.get(str(value), value))

    return look
