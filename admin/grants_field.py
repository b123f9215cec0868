"""The grants of a role as one table: kinds of content down, what may be done across."""

from collections.abc import Collection, Iterator
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
# Two scopes of one permission; the table shows them where a role holds both.
OWN_AND_LANGUAGES = "own+languages"
CHOICES = SCOPES | {OWN_AND_LANGUAGES: _l("Own and languages")}
# Where there is nothing to choose between.
SIMPLY_YES = _l("Yes")


def grant_text(grant: Grant) -> str:
    """What a grant allows, in words: "Posts: Change (Own)"."""
    table, _colon, action = grant.permission.partition(":")
    model = model_by_table(table)
    if grant.permission in GENERAL or model is None:
        label = GENERAL.get(grant.permission, (grant.permission, ()))[0]
    else:
        label = f"{model.__label_plural__}: {ACTIONS.get(action, action)}"
    return f"{label} ({SCOPES[grant.scope]})" if grant.scope != Scope.ALL else str(label)


def _chosen(scopes: Collection[str]) -> str:
    """What stands for the scopes of one permission: everything, where that is among them."""
    if Scope.ALL in scopes:
        return Scope.ALL
    return OWN_AND_LANGUAGES if {Scope.OWN, Scope.LANGUAGES} <= set(scopes) else next(iter(scopes))


@dataclass(frozen=True)
class Cell:
    """One permission: its name, what it lets one do, the scopes that make sense for it, and the chosen one."""

    permission: str
    label: Any
    scopes: tuple[str, ...]
    chosen: str

    @property
    def is_long(self) -> bool:
        """Whether the chosen label is longer than one word."""
        return self.chosen == OWN_AND_LANGUAGES

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """The scopes with their labels; what is held can be chosen also where it would not be offered."""
        offered = self.scopes if self.chosen in self.scopes else (*self.scopes, self.chosen)
        plain = set(offered) == {"", Scope.ALL}
        return [(scope, SIMPLY_YES if plain and scope else CHOICES.get(scope, scope)) for scope in offered]


@dataclass(frozen=True)
class Row:
    """The permissions of one kind of content; None where there is no such action."""

    label: Any
    cells: tuple[Cell | None, ...]


class GrantsField(Field):
    """A table of permissions. Its data, and what the form holds, is a mapping of permission to what is chosen.

    Grants that the table has no place for stay as they are: of permissions that there are not at present, and those
    beside a grant for everything.
    """

    actions = ACTIONS

    def process_data(self, value: Any) -> None:
        """Take the grants of a role."""
        self.held: dict[str, dict[str, int]] = {}
        for grant in value or ():
            self.held.setdefault(grant.permission, {})[grant.scope] = grant.id
        self.data = {name: _chosen(scopes) for name, scopes in self.held.items()}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take what was chosen: one value named "<field>-<permission>" for each permission."""
        self.process_errors: list[str] = []
        self.process_data(data if isinstance(data, list) else None)
        if formdata:
            names = {name: formdata.get(f"{self.name}-{name}", "") for name in all_permissions()}
            self.data = {name: scope for name, scope in names.items() if scope}

    def service_value(self) -> list[dict[str, Any]]:
        """What the service takes: one mapping for each grant, of those that stay no more than their id."""
        known = set(all_permissions())
        kept = [name for name, held in self.held.items() if name not in known or self.data.get(name) == _chosen(held)]
        return [
            *({"id": identifier} for name in kept for identifier in self.held[name].values()),
            *(
                {"id": self.held.get(name, {}).get(scope), "permission": name, "scope": scope}
                for name, chosen in self.data.items()
                if name not in kept
                for scope in (OWN_AND_LANGUAGES.split("+") if chosen == OWN_AND_LANGUAGES else (chosen,))
            ),
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
