"""Accounts and roles as the back office edits them: every column at once, with the rules of `user_accounts` kept."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from cms.content import editing, user_accounts
from cms.content.errors import Conflict
from cms.content.transactions import commit
from cms.content.validation import clean
from cms.models import Role, User
from cms.security.permissions import ADMINISTRATOR
from cms.security.policy import Forbidden, is_administrator, require


def create_account(actor: Any, values: Mapping[str, Any], password: str) -> User:
    """A new account with all that the form holds; committed. Raises Forbidden, InvalidInput.

    Only administrators give roles and languages.
    """
    require(actor, "create", User)
    # Everything that can be refused is looked at before anything is committed.
    rest = clean(User, {name: values[name] for name in ("bio", "timezone", "active") if name in values}, User())
    user = user_accounts.create_user(
        actor,
        username=values["username"] or "",
        email=values["email"] or "",
        password=password,
        display_name=values["display_name"] or "",
        roles=[role.name for role in values.get("roles", ())],
        languages=values.get("languages", ()),
        locale=values.get("locale") or None,
    )
    editing.lay(user, rest)
    commit()
    return user


def edit_account(actor: Any, user: User, values: Mapping[str, Any], password: str, based_on: str | None) -> None:
    """Change an account; committed.

    Only administrators change administrators, and for anybody what decides what an account may do: its roles and
    its languages. The last administrator stays one. Nobody gives a password
    to an account that may do more than they. Disabling and a new password end its sessions. Raises Forbidden,
    InvalidInput, Conflict.
    """
    require(actor, "update", user)
    before = {role.name for role in user.roles}
    after = {role.name for role in values["roles"]} if "roles" in values else before
    languages = set(values.get("languages", user.languages) or ())
    changes_rights = before != after or languages != set(user.languages or ())
    if (ADMINISTRATOR in before or changes_rights) and not is_administrator(actor):
        raise Forbidden(_("Only administrators may do this."))
    if ADMINISTRATOR in before - after:
        user_accounts.keep_an_administrator(user)
    active = bool(values.get("active", user.active))
    # Everything that can be refused is looked at before anything is committed.
    if user.active and not active:
        user_accounts.check_disabling(actor, user)
    if password:
        user_accounts.require_password_of(actor, user)
        names = [str(values.get(name) or "") for name in ("username", "email", "display_name")]
        user_accounts.check_password(password, [*names, user.username])
    editing.update(user, {name: value for name, value in values.items() if name != "active"}, actor, based_on=based_on)
    if active != user.active:
        (user_accounts.enable if active else user_accounts.disable)(actor, user)
    if password:
        user_accounts.set_password(actor, user, password)


def delete_account(actor: Any, user: User) -> None:
    """Delete an account; what it has written stays, without an author. Raises Forbidden, Conflict."""
    require(actor, "delete", user)
    if getattr(actor, "id", None) == user.id:
        raise Conflict(_("You cannot delete your own account."))
    if any(role.name == ADMINISTRATOR for role in user.roles) and not is_administrator(actor):
        raise Forbidden(_("Only administrators may do this."))
    user_accounts.keep_an_administrator(user)
    editing.delete(user, actor)


def edit_role(actor: Any, role: Role, values: Mapping[str, Any], based_on: str | None) -> None:
    """Change a role; committed. Raises Forbidden, InvalidInput, and Conflict for another name of the one needed."""
    if role.name == ADMINISTRATOR and values.get("name", role.name) != ADMINISTRATOR:
        raise _role_is_needed()
    editing.update(role, values, actor, based_on=based_on)


def delete_role(actor: Any, role: Role) -> None:
    """Delete a role. Raises Forbidden, and Conflict for the one without which nobody could do everything."""
    require(actor, "delete", role)
    if role.name == ADMINISTRATOR:
        raise _role_is_needed()
    editing.delete(role, actor)


def _role_is_needed() -> Conflict:
    return Conflict(_("This is still needed by something else, or what it needs is gone."))
