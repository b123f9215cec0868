"""The back office: one way to edit what `cms` is."""

from typing import Any

from flask import Flask
from flask_admin import Admin
from flask_admin import babel as flask_admin_texts
from flask_admin.theme import Theme

import admin.views.audit
import admin.views.media
import admin.views.menus
import admin.views.people  # noqa: F401 -- each of these registers views for its models
from admin import bulk_work
from admin.frame import frame
from admin.navigation import navigation
from admin.registry import view_class
from admin.views.dashboard import DashboardView
from admin.views.files import files_view
from admin.views.jobs import JobsView
from admin.views.links import LinkSearchView
from admin.views.translations import TranslationsView
from cms.extensions import db
from cms.i18n.domain import adopt
from cms.models import AuditEntry
from cms.models.base import Model, all_models

# Addresses that differ from the name of the table.
ADDRESSES: dict[type[Model], str] = {AuditEntry: "audit"}


def init_admin(app: Flask) -> Admin:
    """Give an application its back office: a screen for every model, and the hand-made ones.

    The Admin is made here and not once for all, because its list of views only ever grows.
    """
    for domain in (flask_admin_texts.domain, flask_admin_texts.wtforms_domain):
        adopt(domain)
    back_office = Admin(
        name="Babelpress",
        index_view=DashboardView(),
        theme=Theme(folder="bootstrap4", base_template="admin/shell.html"),
    )
    for model in all_models():
        if model.__purpose__ != "hidden":
            back_office.add_view(screen_of(model))
    for view in (LinkSearchView(), files_view(), TranslationsView(), JobsView()):
        back_office.add_view(view)
    back_office.init_app(app)
    bulk_work.init_app(app)
    app.context_processor(lambda: {"navigation": navigation, "frame": frame})
    return back_office


def screen_of(model: type[Model]) -> Any:
    """The screen of a model."""
    address = ADDRESSES.get(model, model.__tablename__)
    return view_class(model)(
        model, db, name=model.__label_plural__, endpoint=f"admin_{address}", url=f"/admin/{address}"
    )
