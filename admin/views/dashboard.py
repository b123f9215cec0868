"""The first screen of the back office: what needs me, then what is happening. Beside it, what the frame of every
screen asks: finding things by their names, and changing the language of the back office."""

from functools import lru_cache
from typing import Any

from flask import current_app, jsonify, redirect, request
from flask_admin import AdminIndexView, expose
from flask_admin.helpers import get_redirect_target
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from admin.activity import sentence
from admin.cells import moment_cell
from admin.filters import chosen
from admin.views.secure import ChokePoint
from cms.content import overview
from cms.content.overview import Line, Pile, Waiting
from cms.content.user_accounts import update_profile
from cms.i18n import catalogs
from cms.i18n.catalog_files import FileStamp, stamp_of
from cms.i18n.locales import lookup, site_locales
from cms.models.base import Model
from cms.security.permissions import BACKOFFICE_ENTER
from cms.security.policy import may

LINES = 5
ACTIVITY = 8
FOUND = 5
LONGEST_SEARCH = 100

# Each pile by name: the tab of a list that shows the same documents.
TABS: dict[Waiting, str] = {
    Waiting.MINE: "draft",
    Waiting.REVIEW: "review",
    Waiting.SCHEDULED: "scheduled",
    Waiting.PUBLISHED: "published",
}


class DashboardView(ChokePoint, AdminIndexView):
    """The dashboard."""

    purpose = ""
    icon = "dashboard"
    endpoint_permissions = {
        "index": BACKOFFICE_ENTER,
        "search": BACKOFFICE_ENTER,
        "language": BACKOFFICE_ENTER,
    }

    def __init__(self) -> None:
        super().__init__(name=_l("Dashboard"), endpoint="admin", url="/admin")

    @expose("/")
    def index(self) -> Any:
        """The dashboard."""
        return self.render(
            "admin/dashboard.html",
            piles={str(waiting): self._pile(waiting) for waiting in Waiting},
            languages=self._languages(),
            activity=[
                (sentence(entry), moment_cell(entry.at)) for entry in overview.recent_activity(current_user, ACTIVITY)
            ],
            may_read_record=self._has_screen("admin_audit"),
            creatable=[
                (model.label_of_new(), model.__icon__, self.get_url(f"admin_{model.__tablename__}.create_view"))
                for model in overview.publishable_models(current_user)
                if may(current_user, "create", model)
            ],
        )

    @expose("/search/")
    def search(self) -> Any:
        """`?q=…` answers [{title, note, icon, url}]: what is found by name, of every kind that one may read."""
        words = request.args.get("q", "")[:LONGEST_SEARCH]
        if not words.strip():
            return jsonify([])
        return jsonify([self._hit(row) for row in overview.find_by_title(current_user, words, FOUND)])

    @expose("/language/", methods=("POST",))
    def language(self) -> Any:
        """Speak another language from now on; it is kept with the account."""
        chosen = lookup(request.form.get("locale", ""))
        if chosen is not None:
            update_profile(current_user, {"locale": chosen.code})
        return redirect(get_redirect_target() or self.get_url(".index"))

    def _pile(self, waiting: Waiting) -> dict[str, Any]:
        pile: Pile = overview.pile(current_user, waiting, LINES)
        mine = {"author": chosen(current_user.id)} if waiting == Waiting.MINE else {}
        return {
            "any": pile.total > 0,
            "total": number_text(pile.total),
            "lines": [self._line(line) for line in pile.lines],
            "lists": [
                (model.__label_plural__, number_text(number), self._list_of(model, mine, show=TABS[waiting]))
                for model, number in pile.counts.items()
                if number
            ],
        }

    def _line(self, line: Line) -> dict[str, Any]:
        language = lookup(line.locale)
        return {
            "title": line.title,
            "url": self._screen_of(line.model, line.id, line.may_update),
            "kind": line.model.__label__,
            "icon": line.model.__icon__,
            "language": language,
            "author": line.author,
            "when": moment_cell(line.moment),
        }

    def _hit(self, row: Any) -> dict[str, Any]:
        language = lookup(getattr(row, "locale", None))
        notes = [str(row.__label__), *([language.name] if language is not None else [])]
        return {
            "title": str(row),
            "note": " · ".join(notes),
            "icon": row.__icon__,
            "url": self._screen_of(type(row), row.id, may(current_user, "update", row)),
        }

    def _screen_of(self, model: type[Model], identifier: int, may_update: bool) -> str:
        """Where an object is changed, if one may, else where it is read."""
        endpoint = "edit_view" if may_update else "details_view"
        return self.get_url(f"admin_{model.__tablename__}.{endpoint}", id=identifier)

    def _languages(self) -> list[dict[str, Any]]:
        """For each language, how much of the content and of the interface speaks it."""
        shares = overview.translation_shares(current_user, current_app.config["SITE_LOCALES"])
        documents = next((model for model in overview.publishable_models(current_user)), None)
        texts = self._has_screen("admin_translations")
        return [
            {
                "language": locale,
                "content": share,
                "interface": _interface_percent(locale.code, stamp_of(catalogs.path_of(locale))),
                "content_url": self._list_of(documents, {"locale": locale.code}) if documents is not None else None,
                "interface_url": self.get_url("admin_translations.index") if texts else None,
            }
            for locale, share in zip(site_locales(), shares, strict=True)
        ]

    def _list_of(self, model: type[Model], filters: dict[str, str], **parameters: str) -> str:
        """The list of a kind of document, with filters on the columns and relations of these names that it has."""
        endpoint = f"admin_{model.__tablename__}"
        view: Any = next(view for view in self.admin._views if view.endpoint == endpoint)
        names = {getattr(one.column, "key", None): index for index, one in enumerate(view._filters or ())}
        for number, (name, value) in enumerate((name, value) for name, value in filters.items() if name in names):
            index = names[name]
            parameters[f"flt{number}_{view.get_filter_arg(index, view._filters[index])}"] = value
        return self.get_url(f"{endpoint}.index_view", **parameters)

    def _has_screen(self, endpoint: str) -> bool:
        """Whether there is a screen of this name that the current user may open."""
        views = {view.endpoint: view for view in self.admin._views}
        return endpoint in views and views[endpoint].is_accessible()


def number_text(number: int) -> str:
    """A number as people read it; where counting stopped, with a sign that there are more."""
    if number > overview.COUNTED:
        return _("%(number)s+", number=format_decimal(overview.COUNTED))
    return format_decimal(number)


@lru_cache(maxsize=256)
def _interface_percent(code: str, stamp: FileStamp | None) -> int:
    """How far the interface is translated; counted once for each state of the file, as reading it takes a while."""
    return catalogs.progress(catalogs.language(code)).percent
