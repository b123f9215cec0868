"""The one choke point: every back office endpoint passes `_handle_view`, and one that nobody declared is denied."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask_admin import BaseView
from flask_login import current_user

from cms.security import carried_forms
from cms.security.permissions import BACKOFFICE_ENTER
from cms.security.policy import holds


class ChokePoint:
    """Mixed into every view before Flask-Admin's own class.

    `endpoint_permissions` names, for each endpoint, the permission that it takes; views of models answer
    `may_enter` from their policy instead. Whoever is not signed in is led to the sign-in, which carries what they
    sent; whoever lacks the right gets 403.
    """

    endpoint_permissions: ClassVar[Mapping[str, str]] = {}

    def may_enter(self, name: str) -> bool:
        """Whether the current user may use the endpoint of this name; undeclared endpoints are denied."""
        permission = self.endpoint_permissions.get(name)
        return permission is not None and holds(current_user, permission)

    def is_accessible(self) -> bool:
        """Whether the view's own screen may be opened: what the navigation asks."""
        return self.admits("index") or self.admits("index_view")

    def admits(self, name: str) -> bool:
        """Whether the current user may enter the back office at all, and this endpoint of it."""
        return holds(current_user, BACKOFFICE_ENTER) and self.may_enter(name)

    def _handle_view(self, name: str, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            if request.method == "GET":
                return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")))
            return carried_forms.offer() or redirect(url_for("accounts.login"))
        if not self.admits(name):
            abort(403)
        return None


class SecureView(ChokePoint, BaseView):
    """A hand-made screen."""
