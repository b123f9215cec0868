"""The one author of "may this user do this" and of "which objects may they".

Both answers come from the same grants: `may` looks at one object, `visible` filters a query. An action on a
translatable object is also allowed by the permission to translate, in the languages of that grant.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, or_, true
from werkzeug.local import LocalProxy

from cms.models.base import Model, columns_of
from cms.models.translatable import Translatable
from cms.security.permissions import ADMINISTRATOR, Scope, actions_of, permission

# What the permission to translate implies, within its scope; publishing is a grant of its own.
IMPLIED_BY_TRANSLATE = frozenset({"read", "update"})

NONE: AbstractSet[str] = frozenset()
EVERY: AbstractSet[str] = frozenset({Scope.ALL})


class Actor(Protocol):
    """Whoever acts: a signed-in user, Flask-Login's anonymous user, or the system itself."""

    @property
    def is_authenticated(self) -> bool: ...


class SystemActor:
    """The system at work by itself: migrations, schedules, a command typed by the operator."""

    is_authenticated = True
    id: int | None = None
    languages: tuple[str, ...] = ()


SYSTEM = SystemActor()


class Forbidden(Exception):
    """The actor may not do this. The text is a sentence for them."""


def grants_of(actor: Any) -> dict[str, set[str]]:
    """The scopes that an actor holds, by permission; read once per user object.

    Roles and grants are loaded with the user, so that no check costs a query.
    """
    held: dict[str, set[str]] | None = getattr(actor, "_held_grants", None)
    if held is None:
        held = {}
        for role in getattr(actor, "roles", ()):
            for grant in role.grants:
                held.setdefault(grant.permission, set()).add(grant.scope)
        if hasattr(actor, "roles"):
            actor._held_grants = held  # noqa: SLF001 -- kept with the object that it was read from
    return held


def is_administrator(actor: Any) -> bool:
    """Whether everything is allowed: the role "administrator", or the system itself."""
    if isinstance(actor, SystemActor):
        return True
    return bool(getattr(actor, "active", False)) and any(role.name == ADMINISTRATOR for role in actor.roles)


def holds(actor: Any, name: str, *, locale: str | None = None) -> bool:
    """Whether the actor holds a permission that belongs to no object, such as "backoffice:enter".

    With `locale`, a grant for the actor's languages counts only where it is one of them.
    """
    actor = _person(actor)
    if is_administrator(actor):
        return True
    if not getattr(actor, "active", False):
        return False
    scopes = grants_of(actor).get(name, set())
    if Scope.ALL in scopes:
        return True
    return Scope.LANGUAGES in scopes and (locale is None or locale in (actor.languages or ()))


def may(actor: Any, action: str, target: type[Model] | Model) -> bool:
    """Whether the actor may do this to an object, or, given a class, to any object of it at all."""
    if isinstance(target, type):
        return bool(_scopes_of(actor, action, target))
    return may_each(actor, action, type(target))(target)


def may_each(actor: Any, action: str, model: type[Model]) -> Callable[[Model], bool]:
    """What `may` says of each object of a model, for many of them: the actor's grants are looked at once."""
    actor = _person(actor)
    scopes = _scopes_of(actor, action, model)
    if Scope.ALL in scopes or not scopes:
        return lambda _target: bool(scopes)
    return lambda target: any(_covers(actor, scope, target) for scope in scopes)


def may_everything(actor: Any, model: type[Model]) -> bool:
    """Whether the actor may do all there is to do to every object of a model, so that it is all the same who does."""
    return all(Scope.ALL in _scopes_of(actor, action, model) for action in ("read", *actions_of(model)))


def may_all_that(actor: Any, other: Any) -> bool:
    """Whether the actor may do everything that another account may: to act as it would give them no more rights."""
    actor = _person(actor)
    if is_administrator(actor) or actor.id == other.id:
        return True
    if any(role.name == ADMINISTRATOR for role in other.roles):
        return False
    held = grants_of(actor)
    in_languages = Scope.LANGUAGES if set(other.languages or ()) <= set(actor.languages or ()) else Scope.ALL
    # What is its own is not the actor's own.
    return all(
        Scope.ALL in held.get(name, NONE) or (scopes == {Scope.LANGUAGES} and in_languages in held.get(name, NONE))
        for name, scopes in grants_of(other).items()
    )


def visible(actor: Any, action: str, model: type[Model]) -> ColumnElement[bool]:
    """A condition for WHERE: the objects of a model to which the actor may do this."""
    scopes = _scopes_of(actor, action, model)
    if Scope.ALL in scopes:
        return true()
    return or_(*(_condition(actor, scope, model) for scope in sorted(scopes))) if scopes else false()


def require(actor: Any, action: str, target: type[Model] | Model) -> None:
    """Raise Forbidden unless the actor may do this."""
    if not may(actor, action, target):
        raise Forbidden(_("You are not allowed to do this."))


def require_permission(actor: Any, name: str, *, locale: str | None = None) -> None:
    """Raise Forbidden unless the actor holds a permission that belongs to no object."""
    if not holds(actor, name, locale=locale):
        raise Forbidden(_("You are not allowed to do this."))


def _person(actor: Any) -> Any:
    """The user behind Flask-Login's `current_user`, which looks for them at every attribute that is asked for."""
    return actor._get_current_object() if type(actor) is LocalProxy else actor  # noqa: SLF001 -- werkzeug's documented way


def _scopes_of(actor: Any, action: str, model: type[Model]) -> AbstractSet[str]:
    """For which objects of a model the actor may do this; nothing where for none."""
    if _is_untouchable(model, action):
        return NONE
    actor = _person(actor)
    if is_administrator(actor):
        return EVERY
    if not getattr(actor, "active", False):
        return NONE
    held = grants_of(actor)
    return {scope for name in _permissions_for(model, action) for scope in held.get(name, ())}


def _is_untouchable(model: type[Model], action: str) -> bool:
    """What the program writes of itself, such as the record of activity, is changed by nobody."""
    return model.__purpose__ == "system" and action != "read"


def _permissions_for(model: type[Model], action: str) -> list[str]:
    names = [permission(model, action)]
    if action in IMPLIED_BY_TRANSLATE and issubclass(model, Translatable):
        names.append(permission(model, "translate"))
    return names


def _covers(actor: Any, scope: str, target: Model) -> bool:
    if scope == Scope.ALL:
        return True
    if scope == Scope.OWN and target.__owner__ is not None:
        return getattr(target, target.__owner__) == actor.id and actor.id is not None
    if scope == Scope.LANGUAGES and isinstance(target, Translatable):
        return target.locale in (actor.languages or ())
    return False


def _condition(actor: Any, scope: str, model: type[Model]) -> ColumnElement[bool]:
    columns = {column.key: column for column in columns_of(model)}
    if scope == Scope.OWN and model.__owner__ in columns:
        return columns[model.__owner__] == actor.id
    if scope == Scope.LANGUAGES and "locale" in columns:
        return columns["locale"].in_(actor.languages or [])
    return false()
