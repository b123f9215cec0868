"""What a list shows of its rows, found out once for the list where it is the same for every row.

An address is built once and filled in for each row, the policy is asked once what it takes to be allowed, and what a
language is called is looked up once. Templates only write what is here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_login import current_user
from markupsafe import Markup

from admin.cells import ValueFormatter
from cms.content import translating
from cms.i18n.locales import site_locales
from cms.models.base import Model
from cms.security.policy import may_each

# Stands for the id in an address that is built for a whole list.
ANY_ROW = "-any-row-"


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a list. Addresses are None where there is nothing at them for whoever looks at the list."""

    id: Any
    name: str
    url: str | None
    """Where the name leads: to the form for those who may change the row, else to its details."""
    edit_url: str | None
    details_url: str | None
    public_url: str | None
    may_delete: bool
    to_trash: bool
    """Whether deleting it moves it to the trash."""
    thumbnail: str | None
    languages: Sequence[dict[str, Any]]
    """Those that the row has, itself included; see `LanguageLinks.of`."""
    untranslated: Sequence[dict[str, Any]]
    """Those into which whoever looks at the list may translate the row."""
    cells: Sequence[Any]
    """What the columns show, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column of a list."""

    index: int
    """By which addresses ask for it to be sorted by."""
    name: str
    label: str
    css_name: str
    is_title: bool
    is_sortable: bool
    is_editable: bool
    """Whether its texts may be changed in place, in rows that may be changed."""


class RowAddress:
    """The address of one of a view's screens for each row of a list."""

    def __init__(self, view: Any, endpoint: str, **parameters: Any) -> None:
        """As the view's `get_url`; the id comes from the row."""
        self.before, _, self.after = view.get_url(endpoint, id=ANY_ROW, **parameters).partition(ANY_ROW)

    def of(self, identifier: Any) -> str:
        """The address for the row with this id, a number."""
        return f"{self.before}{identifier}{self.after}"


class ColumnCells:
    """What a column shows of the rows of one list; where equal values look equal, each is formatted once."""

    def __init__(self, view: Any, name: str) -> None:
        self.view, self.name = view, name
        formatter = view.column_formatters.get(name)
        self.formatter = formatter if isinstance(formatter, ValueFormatter) else None
        self.made: dict[Any, Any] = {}

    def of(self, row: Any) -> Any:
        """The cell of a row."""
        if self.formatter is None:
            return self.view.get_list_value(None, row, self.name)
        value = self.formatter.value(row, self.name)
        if value not in self.made:
            self.made[value] = self.view.get_list_value(None, row, self.name)
        return self.made[value]


class LanguageLinks:
    """The languages of documents of one kind, with the ways there and to translations that are missing."""

    def __init__(self, view: Any) -> None:
        self.edit_url, self.create_url = view.get_url(".edit_view"), view.get_url(".create_view")
        self.locales = site_locales()
        self.labels = {
            locale.code: Markup('<bdi lang="{}">{}</bdi>').format(locale.code, locale.name) for locale in self.locales
        }
        self.open_to = {
            locale.code for locale in self.locales if translating.may_translate(current_user, view.model, locale.code)
        }

    def of(self, row: Any, coverage: Sequence[translating.Coverage]) -> list[dict[str, Any]]:
        """One entry per language of the site: where the row has it, its state; else the way to a translation."""
        there = {entry.locale: entry for entry in coverage}
        return [self._entry(row, locale, there.get(locale.code)) for locale in self.locales]

    def _entry(self, row: Any, locale: Any, entry: translating.Coverage | None) -> dict[str, Any]:
        info: dict[str, Any] = {
            "code": locale.code,
            "name": locale.name,
            "label": self.labels[locale.code],
            "missing": entry is None,
        }
        info["current"] = row is not None and locale.code == row.locale
        if entry is not None:
            info["url"] = f"{self.edit_url}?id={entry.id}"
            info["status"] = entry.status or "published"
            info["outdated"] = entry.outdated
        else:
            found = locale.code in self.open_to
            info["url"] = f"{self.create_url}?source={row.id}&locale={locale.code}" if found else None
        return info


def list_columns(view: Any) -> list[ListColumn]:
    """The columns of a list as its template shows them: a picture of a row stands beside its title."""
    return [
        ListColumn(
            index,
            name,
            str(label),
            name.replace(".", "-"),
            name == view.list_title_column,
            view.is_sortable(name),
            view.is_editable(name),
        )
        for index, (name, label) in enumerate(view._list_columns)
        if not (view.has_pictures and name == "featured_image")
    ]


def list_rows(
    view: Any,
    rows: Sequence[Any],
    columns: Sequence[ListColumn],
    return_url: str,
    languages_of: Callable[[Any], Sequence[dict[str, Any]]],
) -> list[ListRow]:
    """The rows of a list as its template shows them.

    `return_url` is where a form leads back to; `languages_of` gives the languages of a row.
    """
    model: type[Model] = view.model
    may_edit, may_delete = (may_each(current_user, action, model) for action in ("update", "delete"))
    edit, details = (RowAddress(view, name, url=return_url) for name in (".edit_view", ".details_view"))
    cells = [ColumnCells(view, column.name) for column in columns]
    found = []
    for row in rows:
        edit_url = edit.of(row.id) if may_edit(row) else None
        details_url = details.of(row.id)
        languages = languages_of(row)
        found.append(
            ListRow(
                id=row.id,
                name=str(row),
                url=edit_url or details_url,
                edit_url=edit_url,
                details_url=details_url,
                public_url=view.row_public_url(row),
                may_delete=may_delete(row),
                to_trash=hasattr(row, "trashed_at") and row.trashed_at is None,
                thumbnail=view.row_thumbnail(row),
                languages=[one for one in languages if not one["missing"]],
                untranslated=[one for one in languages if one["missing"] and one["url"]],
                cells=[values.of(row) for values in cells],
            )
        )
    return found
