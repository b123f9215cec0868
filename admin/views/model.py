"""The screen of any model: list, form, details, export; all of it derived, all of it behind the policy."""

from typing import Any, ClassVar

from flask import request
from flask_admin import expose
from flask_admin.helpers import get_redirect_target

from admin import scaffold
from admin.cells import TYPE_FORMATTERS
from admin.forms import BackOfficeForm
from admin.views.everything import EverythingScreen
from cms.models.base import Model


class ModelScreen(EverythingScreen):
    """A screen derived from its model."""

    list_template = "admin/model_list.html"
    create_template = edit_template = "admin/model_form.html"
    details_template = "admin/model_details.html"
    form_base_class = BackOfficeForm
    can_view_details = True
    can_set_page_size = True
    page_size = 20
    page_size_options = (20, 50, 100)
    export_types: ClassVar[list[str]] = ["csv", "xlsx"]
    create_modal = edit_modal = details_modal = False
    column_display_pk = False
    column_type_formatters = dict(TYPE_FORMATTERS)
    column_type_formatters_detail = dict(TYPE_FORMATTERS)

    def __init__(self, model: type[Model], session: Any, **kwargs: Any) -> None:
        self.column_list = scaffold.list_columns(model)
        self.column_details_list = scaffold.details_columns(model)
        self.column_export_list = scaffold.export_columns(model)
        self.column_labels = scaffold.labels(model)
        self.column_sortable_list = scaffold.sortable_columns(model)
        self.column_searchable_list = scaffold.searched_columns(model)
        self.column_filters = scaffold.filters(model)
        self.column_editable_list = scaffold.inline_columns(model)
        self.column_default_sort = ("updated_at", True)
        self.form_ajax_refs = scaffold.all_loaders(model)
        self.column_formatters = self._formatters(model)
        self.column_formatters_detail = self.column_formatters
        self.list_title_column = self.column_list[0]
        super().__init__(model, session, **kwargs)

    @expose("/details/")
    def details_view(self) -> Any:
        """Everything about one object, to read."""
        row = self.fetch(request.args.get("id"), "read")
        return self.render(
            self.details_template,
            model=row,
            details_columns=self._details_columns,
            get_value=self.get_detail_value,
            return_url=get_redirect_target() or self.get_url(".index_view"),
        )
