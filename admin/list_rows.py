"""What a list shows of its rows, found out once for the list where it is the same for every row.

An address is built once and filled in for each row, the policy is asked once what it takes to be allowed, and what a
language is called is looked up once. Templates only write what is here.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_login import current_user
from markupsafe import Markup

from admin.cells import ValueFormatter
from admin.row_patterns import ANY_NAME, ANY_PAGE, ANY_ROW
from cms.content import translating
from cms.i18n.locales import site_locales


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
    cells: Sequence[Any] = ()
    """What the columns show, in the order of the columns."""
    kind: Hashable = None
    """What is offered for it: the same for all rows of a kind."""
    any_of_kind: "ListRow | None" = None
    """A row that stands for all of its kind; see `RowPatterns`."""


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
            # Nothing is translated from the trash, where the languages of a document are not looked for either.
            found = locale.code in self.open_to and getattr(row, "trashed_at", None) is None
            info["url"] = self.new_url(row.id, locale.code) if found else None
        return info

    def new_url(self, identifier: Any, code: str) -> str:
        """Where a row is translated into a language."""
        return f"{self.create_url}?source={identifier}&locale={code}"


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


class ListRows:
    """Makes the rows of one list."""

    def __init__(
        self, view: Any, columns: Sequence[ListColumn], return_url: str, links: LanguageLinks | None = None
    ) -> None:
        """`return_url` is where a form leads back to; `links` are given where rows have languages."""
        self.view, self.links = view, links
        self.may_edit, self.may_delete = (view.may_each(action) for action in ("update", "delete"))
        self.edit, self.details = (RowAddress(view, name, url=return_url) for name in (".edit_view", ".details_view"))
        self.cells = [ColumnCells(view, column.name) for column in columns]
        self.kinds: dict[Hashable, ListRow] = {}

    def of(self, row: Any, coverage: Sequence[translating.Coverage] = ()) -> ListRow:
        """The row as the template shows it."""
        edit_url = self.edit.of(row.id) if self.may_edit(row) else None
        details_url = self.details.of(row.id)
        languages = self.links.of(row, coverage) if self.links is not None else []
        facts: dict[str, Any] = {
            "may_delete": self.may_delete(row),
            "to_trash": hasattr(row, "trashed_at") and row.trashed_at is None,
            "untranslated": [one for one in languages if one["missing"] and one["url"]],
        }
        public_url = self.view.row_public_url(row)
        codes = [one["code"] for one in facts["untranslated"]]
        kind = (edit_url is not None, public_url is not None, facts["may_delete"], facts["to_trash"], *codes)
        if kind not in self.kinds:
            self.kinds[kind] = self._any_row(edit_url is not None, public_url is not None, facts)
        return ListRow(
            id=row.id,
            name=str(row),
            url=edit_url or details_url,
            edit_url=edit_url,
            details_url=details_url,
            public_url=public_url,
            thumbnail=self.view.row_thumbnail(row),
            languages=[one for one in languages if not one["missing"]],
            cells=[values.of(row) for values in self.cells],
            kind=kind,
            any_of_kind=self.kinds[kind],
            **facts,
        )

    def _any_row(self, editable: bool, public: bool, facts: dict[str, Any]) -> ListRow:
        untranslated = [
            {**one, "url": self.links.new_url(ANY_ROW, one["code"])}
            for one in facts["untranslated"]
            if self.links is not None
        ]
        return ListRow(
            id=ANY_ROW,
            name=ANY_NAME,
            url=None,
            edit_url=self.edit.of(ANY_ROW) if editable else None,
            details_url=self.details.of(ANY_ROW),
            public_url=ANY_PAGE if public else None,
            thumbnail=None,
            languages=(),
            **facts | {"untranslated": untranslated},
        )
