"""People and what they may do: accounts and their passwords, grants."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import PasswordField

from admin.cells import items_cell
from admin.grants_field import GrantsField, grant_text
from admin.registry import view_for
from admin.views.model import ModelScreen
from cms.content import user_editing
from cms.content.user_accounts import may_set_password_of
from cms.models import Grant, Role, User
from cms.models.base import Model
from cms.security.policy import is_administrator
from cms.security.sessions import keep_signed_in


@view_for(User)
class UserView(ModelScreen):
    """Accounts. A password is set here, and never shown."""

    def __init__(self, model: type[Model], session: Any, **kwargs: Any) -> None:
        super().__init__(model, session, **kwargs)
        self.column_list = ["display_name", "username", "email", "roles", "active", "updated_at"]
        self._refresh_cache()

    def scaffold_form(self) -> Any:
        """The derived form, with a field for a new password."""
        form = super().scaffold_form()
        form.password = PasswordField(
            _l("New password"),
            description=_l("Leave empty to keep the password there is."),
            render_kw={"autocomplete": "new-password"},
        )
        return form

    def create_form(self, obj: Any = None) -> Any:
        """The form of a new account."""
        return _without_rights(super().create_form(obj))

    def edit_form(self, obj: Any = None) -> Any:
        """The form of an account."""
        form = _without_rights(super().edit_form(obj))
        if obj is not None and not may_set_password_of(current_user, obj):
            del form.password
        return form

    def create_from(self, form: Any, source: Any, locale: str) -> Any:
        """A new account."""
        values = form.values()
        return user_editing.create_account(current_user, values, values.pop("password") or "")

    def update_from(self, form: Any, row: Any) -> Any:
        """Changes of an account."""
        values = form.values()
        password = values.pop("password", "") or ""
        user_editing.edit_account(current_user, row, values, password, self.based_on(form))
        if password and row.id == current_user.id:
            # Whoever changes their own password here stays signed in, and is signed out everywhere else.
            keep_signed_in(row)
        return row

    def delete_one(self, row: Any) -> None:
        """Delete an account."""
        user_editing.delete_account(current_user, row)


def _without_rights(form: Any) -> Any:
    """A form of an account; what decides what the account may do is there for administrators alone."""
    if not is_administrator(current_user):
        for name in ("roles", "languages"):
            del form[name]
    return form


@view_for(Role)
class RoleView(ModelScreen):
    """Roles, with a table of what each may do."""

    create_template = edit_template = "admin/role_form.html"

    def __init__(self, model: type[Model], session: Any, **kwargs: Any) -> None:
        super().__init__(model, session, **kwargs)
        self.column_formatters = {
            **self.column_formatters,
            "title": lambda view, context, row, name: str(row),
            "grants": lambda view, context, row, name: items_cell(map(grant_text, row.grants)),
        }
        self.column_formatters_detail = self.column_formatters
        self._refresh_cache()

    def scaffold_form(self) -> Any:
        """The derived form, with the table in the place of a list of grants."""
        form = super().scaffold_form()
        form.grants = GrantsField(_l("What this role may do"))
        return form

    def update_from(self, form: Any, row: Any) -> Any:
        """Changes of a role."""
        user_editing.edit_role(current_user, row, form.values(), self.based_on(form))
        return row

    def delete_one(self, row: Any) -> None:
        """Delete a role."""
        user_editing.delete_role(current_user, row)


@view_for(Grant)
class GrantView(ModelScreen):
    """Every grant of every role; they are edited within their role."""

    purpose = "hidden"
