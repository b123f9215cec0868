"""The side navigation: the screens that one may open, grouped by purpose, in an order of our choosing."""

from typing import Any

from flask import current_app, request
from flask_babel import lazy_gettext as _l

GROUPS: dict[str, Any] = {
    "": "",
    "content": _l("Content"),
    "media": _l("Media"),
    "translations": _l("Translations"),
    "people": _l("People"),
    "settings": _l("Settings"),
    "system": _l("System"),
}
# Screens in the order of their use; what is not named here follows by name.
ORDER = (
    "admin",
    "admin_posts",
    "admin_pages",
    "admin_categories",
    "admin_tags",
    "admin_media",
    "admin_files",
    "admin_translations",
    "admin_users",
    "admin_roles",
    "admin_menus",
    "admin_redirects",
    "admin_settings",
    "admin_jobs",
    "admin_audit",
)


def navigation() -> list[dict[str, Any]]:
    """Groups of links for the templates: label, and items with label, icon, url, active, create_url, create_label."""
    (back_office,) = current_app.extensions["admin"]
    groups: dict[str, list[dict[str, Any]]] = {purpose: [] for purpose in GROUPS}
    for view in sorted(back_office._views, key=_place):
        purpose = _purpose(view)
        if purpose not in groups or not view.is_accessible():
            continue
        groups[purpose].append(_item(view))
    return [{"label": GROUPS[purpose], "items": items} for purpose, items in groups.items() if items]


def _purpose(view: Any) -> str:
    """The group of a screen: its own, else that of its model."""
    return str(view.purpose if hasattr(view, "purpose") else getattr(view.model, "__purpose__", "system"))


def _place(view: Any) -> tuple[int, str]:
    return (ORDER.index(view.endpoint) if view.endpoint in ORDER else len(ORDER), view.endpoint)


def _item(view: Any) -> dict[str, Any]:
    model = getattr(view, "model", None)
    addable = model if model is not None and view.can_create else None
    return {
        "label": view.name,
        "icon": getattr(view, "icon", None) or getattr(model, "__icon__", "file"),
        "url": view.get_url(f"{view.endpoint}.{view._default_view}"),
        "active": request.blueprint == view.endpoint,
        "count": None,
        "create_url": view.get_url(f"{view.endpoint}.create_view") if addable else None,
        "create_label": addable.label_of_new() if addable else None,
    }
