"""A bulk action on everything that a list shows, page after page: what it will do is said first, then it is begun."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy import ColumnElement

from admin import listing
from admin.bulk_work import KIND
from admin.views.row_actions import RowActions
from cms.content.errors import Conflict
from cms.content.jobs import orders
from cms.extensions import db
from cms.i18n.locales import default_locale, lookup
from cms.security.policy import require


@dataclass(frozen=True)
class Told:
    """What is done to which rows, in somebody's words; filters are (name, how compared, with what)."""

    label: str
    effect: str
    things: str
    place: str
    search: str
    filters: list[tuple[str, str, str]]
    url: str


class EverythingScreen(RowActions):
    """Bulk actions beyond the rows of a page; mixed into a model's screen."""

    confirm_template = "admin/model_everything.html"

    def matching(self) -> list[ColumnElement[bool]]:
        """What is true of all rows of the list that the address stands for, however long it is."""
        args = self._get_list_extra_args()
        served, walked = self._narrowing(args.search, args.filters)
        words = self._words(args.search, args.filters)
        return [*self._list_conditions(), *served, *walked, *([words.all()] if words is not None else [])]

    def narrowed_by(self) -> list[list[str]]:
        """The filters that the address stands for: one that is not understood any more must not widen a job."""
        filters = self._get_list_extra_args().filters or ()
        return [[self.get_filter_arg(index, self._filters[index]), str(value)] for index, _name, value in filters]

    def query_of_list(self) -> str:
        """The part of the address that says which rows the list shows; order and page do not matter."""
        args = self._get_list_extra_args()
        wanted = {**self._get_filters(args.filters), **args.extra_args, "search": args.search}
        return urlencode(sorted((name, value) for name, value in wanted.items() if value))

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        """A bulk action on ticked rows; where everything is meant that the list shows, what that is is said first."""
        if "everything" not in request.form:
            return super().action_view()
        wanted = dict(parse_qsl(urlsplit(get_redirect_target() or "").query))
        return redirect(self.get_url(".all_view", **wanted | {"action": request.form.get("action", "")}), 303)

    @expose("/all/", methods=("GET", "POST"))
    def all_view(self) -> Any:
        """Say what would be done to how many, and begin it."""
        name = request.args.get("action", "")
        entry = self.bulk_actions().get(name)
        if entry is None:
            abort(HTTPStatus.BAD_REQUEST)
        permission = entry[1]
        require(current_user, permission, self.model)
        if request.method == "POST":
            return self._begin(name, permission)
        return self.render(
            self.confirm_template,
            action=name,
            told=self.told_of(name, self._selection()),
            dangerous=permission == "delete" and name != "restore",
            extent=self._extent(),
        )

    def _begin(self, name: str, permission: str) -> Any:
        language = lookup(str(get_locale() or "").replace("_", "-")) or default_locale()
        order = orders.Order(KIND, self.model, name, permission, self._selection(), language.code)
        try:
            job = orders.start(order, current_user)
        except Conflict as error:
            flash(str(error), "error")
            return redirect(self.told_of(name, self._selection()).url)
        return redirect(self.get_url("admin_jobs.job_view", job_id=job.id))

    def _selection(self) -> dict[str, Any]:
        return {"query": self.query_of_list(), "filters": self.narrowed_by()}

    def _extent(self) -> listing.Extent | None:
        """How many rows would be worked on, as far as they are counted; None where no index would count them."""
        args = self._get_list_extra_args()
        served, walked = self._narrowing(args.search, args.filters)
        words = self._words(args.search, args.filters)
        ids = db.session.query(self.model.id).filter(*self._list_conditions(), *served)
        if words is not None:
            return listing.found(ids, words, walked, self.order_of_list(None, False, args.filters), 0, 1)[1]
        return None if walked else self._counted(ids, args.filters)

    def told_of_place(self, parameters: Mapping[str, str]) -> str:
        """Which part of the rows a list with these parameters shows, where it is a part that has a name."""
        return ""

    def told_of(self, name: str, selection: Mapping[str, Any]) -> Told:
        """What a job does, in the words of whoever looks at it."""
        parameters = dict(parse_qsl(selection["query"]))
        entry = self.every_bulk_action().get(name)
        filters = {self.get_filter_arg(index, one): one for index, one in enumerate(self._filters or ())}
        chips = [self._chip(filters[arg], value) for arg, value in selection["filters"] if arg in filters]
        # Also told of on other screens, whose endpoints are not this one's.
        url = self.get_url(f"{self.endpoint}.index_view")
        return Told(
            label=str(entry[0]) if entry is not None else name,
            effect=str(self.effect_of(name)),
            things=str(self.name),
            place=self.told_of_place(parameters),
            search=parameters.get("search", ""),
            filters=chips,
            url=f"{url}?{selection['query']}" if selection["query"] else url,
        )

    def _chip(self, one: Any, value: str) -> tuple[str, str, str]:
        """A filter for people: name, how compared, with what."""
        return str(one.name), str(one.operation()), one.text_of(value, self)
