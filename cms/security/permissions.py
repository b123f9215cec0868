"""Every permission there is, derived from the models, and the roles that hold them at first.

A permission is `<table>:<action>`. The actions of a model follow from its mixins; a few permissions belong to no
model. Roles hold grants (rows), each with a scope; administrators hold everything without rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cms.models.base import Model, all_models
from cms.models.publishable import Publishable
from cms.models.translatable import Translatable

ADMINISTRATOR = "administrator"

BACKOFFICE_ENTER = "backoffice:enter"
FILES_MANAGE = "files:manage"
CATALOGS_TRANSLATE = "catalogs:translate"


class Scope(StrEnum):
    """For which objects a grant holds."""

    ALL = "all"
    OWN = "own"
    LANGUAGES = "languages"


@dataclass(frozen=True)
class Granted:
    """A grant of one of the roles that a new site has."""

    permission: str
    scope: Scope = Scope.ALL


def actions_of(model: type[Model]) -> tuple[str, ...]:
    """The actions that a model's permissions name.

    The audit is written by services alone, so that reading is all there is to grant.
    """
    if not model.__grantable__:
        return ()
    if model.__purpose__ == "system":
        return ("read",)
    actions = ["read", "create", "update", "delete"]
    if issubclass(model, Publishable):
        actions.append("publish")
    if issubclass(model, Translatable):
        actions.append("translate")
    return tuple(actions)


def permission(model: type[Model], action: str) -> str:
    """The name of a permission, such as "posts:update"."""
    return f"{model.__tablename__}:{action}"


def all_permissions() -> list[str]:
    """Every permission, sorted; those of later content types included."""
    names = [BACKOFFICE_ENTER, FILES_MANAGE, CATALOGS_TRANSLATE]
    for model in all_models():
        if model.__purpose__ != "hidden":
            names.extend(permission(model, action) for action in actions_of(model))
    return sorted(names)


def initial_roles() -> dict[str, list[Granted]]:
    """The roles of a new site with their grants; rows from then on, to be changed by administrators."""
    content = ("posts", "pages", "categories", "tags", "menus", "menu_items", "media", "redirects", "settings")
    return {
        ADMINISTRATOR: [],
        "editor": [
            Granted(BACKOFFICE_ENTER),
            Granted(FILES_MANAGE),
            *_grants(content, ("read", "create", "update", "delete", "publish", "translate")),
            Granted("audit_entries:read"),
        ],
        "author": [
            Granted(BACKOFFICE_ENTER),
            *_grants(("posts",), ("read", "update", "delete"), Scope.OWN),
            Granted("posts:create"),
            *_grants(("categories", "tags"), ("read",)),
            *_grants(("media",), ("read", "create")),
            *_grants(("media",), ("update",), Scope.OWN),
        ],
        "translator": [
            Granted(BACKOFFICE_ENTER),
            Granted(CATALOGS_TRANSLATE, Scope.LANGUAGES),
            *_grants(("posts", "pages", "categories", "tags", "menus", "menu_items", "media"), ("read",)),
            *_grants(("posts", "pages", "categories", "tags", "menus"), ("translate",), Scope.LANGUAGES),
            *_grants(("posts", "pages"), ("publish",), Scope.LANGUAGES),
        ],
        "member": [],
    }


def _grants(tables: Iterable[str], actions: Iterable[str], scope: Scope = Scope.ALL) -> list[Granted]:
    known = set(all_permissions())
    names = [f"{table}:{action}" for table in tables for action in actions]
    return [Granted(name, scope) for name in names if name in known]
