"""Lists of documents: by where they stand, with what is done to several at once."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup

from admin.listing import Extent, Order, estimated, extents, order_by
from admin.views.model import ModelScreen
from cms.content import publishing
from cms.content.media_library import thumbnail_url
from cms.extensions import db
from cms.security.policy import visible

TAB_NAMES: dict[str, Any] = {
    "all": _l("All"),
    "draft": _l("Drafts"),
    "review": _l("In review"),
    "published": _l("Published"),
    "scheduled": _l("Scheduled"),
    "trash": _l("Trash"),
}
TABS = tuple(TAB_NAMES)
# Tabs with an order of their own: the column, and whether the newest come first.
ORDERS = {"review": ("submitted_at", False), "scheduled": ("scheduled_at", False), "trash": ("trashed_at", True)}

# Bulk actions: name -> (label, the action of the policy it takes, confirmation or "").
IN_TRASH: dict[str, tuple[Any, str, Any]] = {
    "restore": (_l("Bring back"), "delete", ""),
    "delete_for_good": (_l("Delete for good"), "delete", _l("Delete for good? This cannot be undone.")),
}
ELSEWHERE: dict[str, tuple[Any, str, Any]] = {
    "publish": (_l("Publish"), "publish", _l("Publish what you selected?")),
    "unpublish": (_l("Unpublish"), "publish", _l("Readers will no longer find what you selected. Go on?")),
    "delete": (_l("Move to the trash"), "delete", _l("Move what you selected to the trash?")),
}

# What becomes of documents, said before it is done to very many.
EFFECTS: dict[str, Any] = {
    "publish": _l("Readers see the newest text of each at once."),
    "unpublish": _l("Readers no longer find them. Their texts stay as drafts."),
    "delete": _l("Readers no longer find them. From the trash they can be brought back."),
    "restore": _l("They come back as drafts."),
    "delete_for_good": _l("They are deleted with their history. This cannot be undone."),
}


class DocumentList(ModelScreen):
    """The list of a kind of document, and what is done to its rows."""

    list_parameters = frozenset({"show"})
    has_pictures = True

    def shown_tab(self) -> str:
        """The tab of the list that the address asks for."""
        tab = request.args.get("show", "all")
        return tab if tab in TABS else "all"

    def empty_tab(self) -> tuple[str, str] | None:
        """What a tab says that nothing is in: a heading and a sentence; None of the list of everything."""
        match self.shown_tab():
            case "all":
                return None
            case "trash":
                return _("The trash is empty"), _("What is moved to the trash stays here, and can be brought back.")
        return _("Nothing here at the moment"), _("Nothing is in this state.")

    def _list_conditions(self) -> list[Any]:
        return [*super()._list_conditions(), *self._tab_conditions(self.shown_tab())]

    def _tab_conditions(self, tab: str) -> list[Any]:
        model: Any = self.model
        if tab == "trash":
            return [model.trashed_at.is_not(None)]
        here = [model.trashed_at.is_(None)]
        if tab == "scheduled":
            return [*here, model.scheduled_at.is_not(None)]
        if tab == "review":
            return [*here, model.submitted_at.is_not(None)]
        if tab in ("draft", "published"):
            return [*here, model.status == tab]
        return here

    def order_of_list(self, sort_column: str | None, descending: bool, filters: Any) -> Order:
        """What is in the trash is listed as it came there; what is scheduled or in review, as its moments come."""
        own = _own_order(self.model, self.shown_tab())
        if own is not None and sort_column not in self._sortable_columns:
            return own
        return super().order_of_list(sort_column, descending, filters)

    def list_tabs(self) -> list[dict[str, Any]]:
        """The tabs above the list, with how many documents each holds, as far as they are counted; one query."""
        counts = self._tab_extents(*TABS)
        shown = self.shown_tab()
        return [
            {
                "label": str(TAB_NAMES[tab]),
                "extent": counts[tab],
                "active": tab == shown,
                "url": self.get_url(".index_view", show=None if tab == "all" else tab),
            }
            for tab in TABS
        ]

    def _tab_extents(self, *tabs: str) -> dict[str, Extent]:
        place = super()._place(None)
        rows = db.session.query(self.model.id).filter(visible(current_user, "read", self.model))
        queries = {tab: rows.filter(*self._tab_conditions(tab)) for tab in tabs}
        return {
            tab: estimated(extent, queries[tab], self._order_of_tab(tab), self._place_of_tab(place, tab))
            for tab, extent in extents(queries, place).items()
        }

    def _order_of_tab(self, tab: str) -> Order:
        return _own_order(self.model, tab) or super().order_of_list(None, False, None)

    @staticmethod
    def _place_of_tab(place: Hashable, tab: str) -> Hashable:
        return (place, tab) if place is not None else None

    def _place(self, filters: Any) -> Hashable:
        return self._place_of_tab(super()._place(filters), self.shown_tab())

    def _counted(self, ids: Any, filters: Any) -> Extent:
        if filters:
            return super()._counted(ids, filters)
        tab = self.shown_tab()
        return self._tab_extents(tab)[tab]

    def told_of_place(self, parameters: Mapping[str, str]) -> str:
        """The name of the tab, where it is not the first one."""
        tab = parameters.get("show", "all")
        return str(TAB_NAMES[tab]) if tab in TABS and tab != "all" else ""

    def row_thumbnail(self, row: Any) -> str | None:
        """The address of a small picture, or None."""
        media = getattr(row, "featured_image", None)
        return thumbnail_url(media) if media is not None else None

    def may_each(self, action: str) -> Callable[[Any], bool]:
        """Deleting moves to the trash, which takes more where readers see the document."""
        if action == "delete":
            return publishing.may_trash_each(current_user, self.model)
        return super().may_each(action)

    def delete_one(self, row: Any) -> None:
        """To the trash; from the trash, for good."""
        if row.trashed_at is None:
            publishing.trash(row, current_user)
        else:
            publishing.delete_for_good(row, current_user)

    def deleted_sentence(self, name: str) -> str:
        """What is said once something was moved to the trash, with the way back; or was deleted for good."""
        row = db.session.get(self.model, int(request.form["id"]))
        if row is None:
            return super().deleted_sentence(name)
        # The list holds the form that this button belongs to.
        button = Markup(
            '<button class="message__button" type="submit" form="bring-back" name="id" value="{}">{}</button>'
        )
        told = _("“%(name)s” is in the trash.", name=name)
        return Markup("{} {}").format(told, button.format(row.id, _("Bring it back")))

    def bulk_actions(self) -> dict[str, tuple[Any, str, Any]]:
        """Bulk actions, by what the shown tab holds; a form that comes back may have been any of them."""
        if self.shown_tab() == "trash":
            return IN_TRASH
        return self.every_bulk_action() if request.endpoint == f"{self.endpoint}.action_view" else ELSEWHERE

    def every_bulk_action(self) -> dict[str, tuple[Any, str, Any]]:
        """Those of all tabs."""
        return ELSEWHERE | IN_TRASH

    def effect_of(self, name: str) -> Any:
        """What becomes of documents."""
        return EFFECTS.get(name, "")

    def run_action(self, name: str, row: Any) -> None:
        """Do one bulk action to one document."""
        services = {
            "publish": publishing.publish,
            "unpublish": publishing.unpublish,
            "delete": publishing.trash,
            "restore": publishing.restore,
            "delete_for_good": publishing.delete_for_good,
        }
        services[name](row, current_user)


def _own_order(model: Any, tab: str) -> Order | None:
    own = ORDERS.get(tab)
    return order_by(model, own[0], descending=own[1]) if own is not None else None
