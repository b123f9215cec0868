"""Forms of the back office: adding and changing an object, with what was typed kept where it is refused."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_admin.helpers import get_redirect_target
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import inspect
from sqlalchemy.orm.interfaces import MANYTOONE

from admin import scaffold
from admin.fields import MOVE
from admin.forms import BackOfficeForm
from admin.views.lists import ListScreen
from cms.content import editing, translating
from cms.content.errors import Conflict, ContentError, InvalidInput
from cms.extensions import db
from cms.i18n.locales import site_locales
from cms.models.base import columns_of
from cms.models.translatable import Translatable


class FormScreen(ListScreen):
    """The forms of a model; mixed into its screen."""

    def scaffold_form(self) -> Any:
        """The form, derived from the model."""
        return scaffold.form_class(self.model, self)

    def scaffold_list_form(self, widget: Any = None, validators: Any = None) -> Any:
        """The form of inline changes in a list: text columns only."""
        columns = {column.key: column for column in columns_of(self.model)}
        fields = {name: scaffold.field_for(columns[name]) for name in self.column_editable_list or ()}
        return type("ListForm", (BackOfficeForm,), fields)

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        """Add one."""
        source, locale = self._translation_asked_for()
        if source is not None and request.method == "GET":
            there = [
                one.id for one in translating.coverage_of([source])[source.translation_key] if one.locale == locale
            ]
            if there:
                flash(_("There is a translation into this language already."), "info")
                return redirect(self.get_url(".edit_view", id=there[0]))
        form = self.create_form()
        if request.method == "POST":
            return self._save(form, None, lambda: self.create_from(form, source, locale), source=source, locale=locale)
        if source is not None:
            self.prefill(form, translating.first_values(source, locale))
            form.locale.data = locale
        else:
            self.prefill_from_address(form)
        return self._show_form(form, None, HTTPStatus.OK, source=source, locale=locale)

    def prefill_from_address(self, form: Any) -> None:
        """Take `?locale=pt` as the language of a new object."""
        asked = request.args.get("locale")
        if "locale" in form and asked in {locale.code for locale in site_locales()}:
            form.locale.data = asked

    def _translation_asked_for(self) -> tuple[Any, str]:
        """The source and the language of "translate to …", or (None, "")."""
        if request.args.get("source") is None or not issubclass(self.model, Translatable):
            return None, ""
        source = self.fetch(request.args["source"], "read")
        locale = request.args.get("locale", "")
        if not translating.may_translate(current_user, self.model, locale):
            abort(HTTPStatus.FORBIDDEN)
        if locale not in {site_locale.code for site_locale in site_locales()}:
            abort(HTTPStatus.NOT_FOUND)
        return source, locale

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:
        """Change one."""
        row = self.fetch(request.args.get("id"), "update")
        if request.method == "POST":
            form = self.edit_form(obj=row)
            return self._save(form, row, lambda: self.update_from(form, row))
        form = self.edit_form(obj=row)
        self.prefill_existing(form, row)
        return self._show_form(form, row, HTTPStatus.OK)

    def prefill_existing(self, form: Any, row: Any) -> None:
        """What an edit form shows beyond the row itself."""
        form.version.data = editing.version_of(row)

    def prefill(self, form: Any, values: Mapping[str, Any]) -> None:
        """Put values, named as services name them, into a form."""
        relations = {
            next(iter(one.local_columns)).key: one
            for one in inspect(self.model).relationships
            if one.direction is MANYTOONE
        }
        for name, value in values.items():
            relation = relations.get(name)
            if relation is not None and relation.key in form:
                form[relation.key].data = db.session.get(relation.mapper.class_, value) if value else None
            elif name in form:
                form[name].data = value

    def create_from(self, form: Any, source: Any, locale: str) -> Any:
        """Create from what was typed; returns the object."""
        if source is not None:
            return translating.begin(source, locale, form.values(), current_user)
        return editing.create(self.model, form.values(), current_user)

    def update_from(self, form: Any, row: Any) -> Any:
        """Change from what was typed; returns the object."""
        editing.update(row, form.values(), current_user, based_on=self.based_on(form))
        return row

    @staticmethod
    def based_on(form: Any) -> str | None:
        """The version that the editor has seen: the one they opened, or the later one they were told of."""
        return request.form.get("_over") or form.version.data or None

    def _save(self, form: Any, row: Any, change: Any, **shown: Any) -> Any:
        """Run a change; what it refuses is shown beside the fields, with what was typed still there."""
        if not form.validate():
            return self._show_form(form, row, HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
        locale = getattr(row, "locale", None)
        try:
            saved = change()
        except ContentError as error:
            db.session.rollback()
            if row is not None and db.session.get(self.model, inspect(row).identity) is None:
                flash(str(error), "error")
                return self._show_anew(locale)
            if isinstance(error, InvalidInput):
                for sentence in form.take_errors(error, self.model):
                    flash(sentence, "error")
                return self._show_form(form, row, HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
            status = HTTPStatus.CONFLICT if isinstance(error, Conflict) else HTTPStatus.NOT_FOUND
            version = editing.version_of(row) if row is not None else None
            if status is HTTPStatus.CONFLICT and version and self.based_on(form) not in (None, version):
                shown["overtaken"] = {"sentence": str(error), "url": self.url_of_changes(row), "version": version}
            else:
                flash(str(error), "error")
            return self._show_form(form, row, status, **shown)
        self.tell_saved(saved, created=row is None)
        return redirect(self._after_save(saved, row is None))

    def url_of_changes(self, row: Any) -> str:
        """Where an editor sees what somebody else has made of a row meanwhile."""
        return self.get_url(".edit_view", id=row.id)

    def _show_anew(self, locale: str | None) -> Any:
        """What was typed into the form of something that is gone meanwhile, as that of a new one."""
        form = self.create_form()
        if "locale" in form and not form.locale.data:
            form.locale.data = locale
        return self._show_form(form, None, HTTPStatus.CONFLICT, form_url=self.get_url(".create_view"))

    def tell_saved(self, row: Any, *, created: bool) -> None:
        """Say what happened, to what."""
        flash(_("“%(name)s” was added.", name=row) if created else _("“%(name)s” was saved.", name=row), "success")

    def _after_save(self, row: Any, created: bool) -> str:
        back = get_redirect_target()
        if "_add_another" in request.form:
            return self.get_url(".create_view", url=back)
        if MOVE in request.form:
            return self.get_url(".edit_view", id=row.id, url=back, _anchor=request.form[MOVE].partition("-")[0])
        if "_continue_editing" in request.form:
            return self.get_url(".edit_view", id=row.id, url=back)
        return back or self.get_url(".index_view")

    def _show_form(self, form: Any, row: Any, status: HTTPStatus, **shown: Any) -> Any:
        template = self.create_template if row is None else self.edit_template
        context = self.form_context(form, row, **shown)
        back = get_redirect_target() or self.get_url(".index_view")
        asked = {name: shown.get(name) for name in ("form_url", "overtaken")}
        return self.render(template, form=form, model=row, return_url=back, **asked, **context), status

    def form_context(self, form: Any, row: Any, **shown: Any) -> dict[str, Any]:
        """What the template of a form gets beyond the form."""
        return {"source": shown.get("source")}
