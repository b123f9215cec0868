"""The grants of a role as one table: kinds of content down, what may be done across."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field

from cms.models import Grant
from cms.models.base import Model, all_models, model_by_table
from cms.models.translatable import Translatable
from cms.security.permissions import (
    BACKOFFICE_ENTER,
    CATALOGS_TRANSLATE,
    FILES_MANAGE,
    Scope,
    actions_of,
    all_permissions,
    permission,
)

ACTIONS: dict[str, Any] = {
    "read": _l("See"),
    "create": _l("Add"),
    "update": _l("Change"),
    "delete": _l("Delete"),
    "publish": _l("Publish"),
    "translate": _l("Translate"),
}
GENERAL: dict[str, tuple[Any, tuple[Scope, ...]]] = {
    BACKOFFICE_ENTER: (_l("Enter the back office"), (Scope.ALL,)),
    FILES_MANAGE: (_l("Manage the files of the site"), (Scope.ALL,)),
    CATALOGS_TRANSLATE: (_l("Translate interface texts"), (Scope.ALL, Scope.LANGUAGES)),
}
SCOPES: dict[str, Any] = {
    "": _l("No"),
    Scope.ALL: _l("All"),
    Scope.OWN: _l("Own"),
    Scope.LANGUAGES: _l("Languages"),
}
# Where there is nothing to choose between.
SIMPLY_YES = _l("Yes")
# Of several scopes for one permission, the widest is shown.
WIDEST_FIRST = (Scope.ALL, Scope.LANGUAGES, Scope.OWN)


def grant_text(grant: Grant) -> str:
    """What a grant allows, in words: "Posts: Change (Own)"."""
    table, _colon, action = grant.permission.partition(":")
    model = model_by_table(table)
    if grant.permission in GENERAL or model is None:
        label = GENERAL.get(grant.permission, (grant.permission, ()))[0]
    else:
        label = f"{model.__label_plural__}: {ACTIONS.get(action, action)}"
    return f"{label} ({SCOPES[grant.scope]})" if grant.scope != Scope.ALL else str(label)


@dataclass(frozen=True)
class Cell:
    """One permission: its name, what it lets one do, the scopes that make sense for it, and the chosen one."""

    permission: str
    label: Any
    scopes: tuple[str, ...]
    chosen: str

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """The scopes with their labels."""
        plain = set(self.scopes) == {"", Scope.ALL}
        return [(scope, SIMPLY_YES if plain and scope else SCOPES[scope]) for scope in self.scopes]


@dataclass(frozen=True)
class Row:
    """The permissions of one kind of content; None where there is no such action."""

    label: Any
    cells: tuple[Cell | None, ...]


class GrantsField(Field):
    """A table of permissions. Its data, and what the form holds, is a mapping of permission to scope."""

    actions = ACTIONS

    def process_data(self, value: Any) -> None:
        """Take the grants of a role."""
        held: dict[str, str] = {}
        for scope in reversed(WIDEST_FIRST):
            held |= {grant.permission: grant.scope for grant in value or () if grant.scope == scope}
        self.data = held
        self.ids = {(grant.permission, grant.scope): grant.id for grant in value or ()}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take what was chosen: one value named "<field>-<permission>" for each permission."""
        self.process_errors: list[str] = []
        self.process_data(data if isinstance(data, list) else None)
        if formdata:
            names = {name: formdata.get(f"{self.name}-{name}", "") for name in all_permissions()}
            self.data = {name: scope for name, scope in names.items() if scope}

    def service_value(self) -> list[dict[str, Any]]:
        """What the service takes: one mapping for each grant."""
        return [
            {"id": self.ids.get((name, scope)), "permission": name, "scope": scope} for name, scope in self.data.items()
        ]

    def general(self) -> Iterator[Cell]:
        """The permissions that belong to no kind of content."""
        for name, (label, scopes) in GENERAL.items():
            yield Cell(name, label, ("", *scopes), self.data.get(name, ""))

    def table(self) -> Iterator[Row]:
        """A row for each kind of content that can be granted."""
        for model in all_models():
            offered = actions_of(model)
            if model.__purpose__ != "hidden" and offered:
                cells = (self._cell(model, action) if action in offered else None for action in ACTIONS)
                yield Row(model.__label_plural__, tuple(cells))

    def _cell(self, model: type[Model], action: str) -> Cell:
        name = permission(model, action)
        scopes = ["", str(Scope.ALL)]
        if model.__owner__ is not None and action != "create":
            scopes.append(str(Scope.OWN))
        if issubclass(model, Translatable) and action != "create":
            scopes.append(str(Scope.LANGUAGES))
        return Cell(name, ACTIONS[action], tuple(scopes), self.data.get(name, ""))

    def widget(self, field: "GrantsField", **_attributes: Any) -> Markup:
        """Drawn by a template that escapes."""
        return Markup(render_template("admin/grants_table.html", field=field))  # noqa: S704 -- see above
