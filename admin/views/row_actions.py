"""What is done to rows from a list: deleting, bulk actions, changes in place."""

from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select

from admin.typed_numbers import typed_number
from admin.views.object_forms import FormScreen
from cms.content import editing
from cms.content.errors import ContentError
from cms.extensions import db
from cms.security.policy import Forbidden, may, require

# Rows that one bulk action takes.
BULK_ROWS = 500


class RowActions(FormScreen):
    """Deleting, bulk actions and inline changes; mixed into a model's screen."""

    def delete_one(self, row: Any) -> None:
        """Delete a row as its model is deleted. Raises Forbidden, Conflict."""
        editing.delete(row, current_user)

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> Any:
        """Delete one."""
        row = self.fetch(request.form.get("id"), "delete")
        name = str(row)
        try:
            self.delete_one(row)
        except ContentError as error:
            db.session.rollback()
            flash(str(error), "error")
        else:
            flash(self.deleted_sentence(name), "success")
        back = get_redirect_target()
        return redirect(back if back and f"id={request.form.get('id')}" not in back else self.get_url(".index_view"))

    def deleted_sentence(self, name: str) -> str:
        """What is said once something was deleted."""
        return _("“%(name)s” was deleted.", name=name)

    def bulk_actions(self) -> dict[str, tuple[Any, str, Any]]:
        """Actions on ticked rows: name -> (label, the action of the policy it takes, confirmation or "")."""
        return {"delete": (_l("Delete"), "delete", _l("Delete what you selected? This cannot be undone."))}

    def every_bulk_action(self) -> dict[str, tuple[Any, str, Any]]:
        """All that `bulk_actions` ever gives, where that depends on which rows are shown."""
        return self.bulk_actions()

    def effect_of(self, name: str) -> Any:
        """What becomes of rows by a bulk action, for whoever is about to do it to very many; empty says nothing."""
        return _l("They are deleted. This cannot be undone.") if name == "delete" else ""

    def get_actions_list(self) -> tuple[list[Any], dict[Any, Any]]:
        """The bulk actions that the current user may use on this model."""
        offered = {
            name: entry for name, entry in self.bulk_actions().items() if may(current_user, entry[1], self.model)
        }
        confirmations = {name: str(entry[2]) for name, entry in offered.items() if entry[2]}
        return [(name, str(entry[0])) for name, entry in offered.items()], confirmations

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        """Run a bulk action: each row is checked, those that are refused are told of, the others are done."""
        name = request.form.get("action", "")
        entry = self.bulk_actions().get(name)
        if entry is None:
            abort(HTTPStatus.BAD_REQUEST)
        require(current_user, entry[1], self.model)
        rows = [(str(row), row) for row in self._ticked(entry[1])]
        done = 0
        for title, row in rows:
            try:
                self.run_action(name, row)
                done += 1
            except (ContentError, Forbidden) as error:
                db.session.rollback()
                flash(f"{title}: {error}", "error")
        if done:
            flash(ngettext("Done for %(num)d.", "Done for %(num)d.", done), "success")
        elif not rows:
            flash(_("Nothing was selected."), "info")
        return redirect(get_redirect_target() or self.get_url(".index_view"))

    def _ticked(self, action: str) -> list[Any]:
        ids = [typed_number(text) for text in request.form.getlist("rowid")]
        if len(ids) > BULK_ROWS or None in ids:
            abort(HTTPStatus.BAD_REQUEST)
        query = select(self.model).where(self.model.id.in_(ids))
        rows = list(db.session.scalars(query))
        for row in rows:
            require(current_user, action, row)
        return rows

    def run_action(self, name: str, row: Any) -> None:
        """Do one bulk action to one row."""
        self.delete_one(row)

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> Any:
        """Change one text of one row from the list. Answers with a sentence."""
        names = [name for name in request.form if name in (self.column_editable_list or ())]
        if len(names) != 1:
            abort(HTTPStatus.BAD_REQUEST)
        row = self.fetch(request.form.get("list_form_pk"), "update")
        try:
            editing.update(row, {names[0]: request.form[names[0]]}, current_user)
        except ContentError as error:
            db.session.rollback()
            return str(error), HTTPStatus.UNPROCESSABLE_ENTITY
        return _("“%(name)s” was saved.", name=row)
