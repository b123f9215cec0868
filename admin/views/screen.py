"""Who may do what on the screen of a model: each endpoint stands for an action, each object is checked."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from flask import abort, request
from flask_admin.contrib.sqla import ModelView
from flask_login import current_user

from admin.typed_numbers import typed_number
from admin.views.secure import ChokePoint
from cms.extensions import db
from cms.security.policy import may, may_each, require

# What each endpoint of Flask-Admin's model view does to its model; one that is not named here is denied.
ENDPOINT_ACTIONS: Mapping[str, str] = {
    "index_view": "read",
    "details_view": "read",
    "export": "read",
    "create_view": "create",
    "edit_view": "update",
    "delete_view": "delete",
    "action_view": "read",
    "all_view": "read",
    "ajax_lookup": "read",
    "ajax_update": "update",
}


class Screen(ChokePoint, ModelView):
    """A model's screen as far as permissions go.

    Lists build on it, forms on lists, actions on forms, in one line: Flask-Admin's metaclass copies the endpoints of
    all bases into each class, so that of two bases side by side the first would hide what the second overrides.
    """

    extra_endpoint_actions: ClassVar[Mapping[str, str]] = {}

    can_export = True

    @property
    def can_create(self) -> bool:
        """Whether the current user may add one; templates hide what would be refused."""
        return may(current_user, "create", self.model)

    @property
    def can_edit(self) -> bool:
        """Whether the current user may change any at all."""
        return may(current_user, "update", self.model)

    @property
    def can_delete(self) -> bool:
        """Whether the current user may delete any at all."""
        return may(current_user, "delete", self.model)

    def may(self, action: str, row: Any) -> bool:
        """Whether the current user may do this to a row."""
        return self.may_each(action)(row)

    def may_each(self, action: str) -> Callable[[Any], bool]:
        """Says of each row whether the current user may do this to it; what would be refused is not offered."""
        return may_each(current_user, action, self.model)

    def may_enter(self, name: str) -> bool:
        """Each endpoint stands for an action on the model; the object itself is checked where it is fetched."""
        action = {**ENDPOINT_ACTIONS, **self.extra_endpoint_actions}.get(name)
        if action is None:
            return False
        if name == "create_view" and request.args.get("source") is not None:
            return may(current_user, "translate", self.model) or may(current_user, "create", self.model)
        return may(current_user, action, self.model)

    def fetch(self, identifier: Any, action: str) -> Any:
        """An object, if the current user may do this to it: 404 where there is none, 403 where they may not."""
        number = typed_number(identifier)
        row = db.session.get(self.model, number) if number is not None else None
        if row is None:
            abort(HTTPStatus.NOT_FOUND)
        require(current_user, action, row)
        return row
