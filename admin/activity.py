"""The record of who did what, as sentences."""

from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup

from cms.models import AuditEntry
from cms.models.base import model_by_table
from cms.security.policy import may

SENTENCES: dict[str, Any] = {
    "create": _l("%(who)s added %(what)s"),
    "update": _l("%(who)s changed %(what)s"),
    "delete": _l("%(who)s deleted %(what)s"),
    "publish": _l("%(who)s published %(what)s"),
    "unpublish": _l("%(who)s unpublished %(what)s"),
    "schedule": _l("%(who)s scheduled %(what)s"),
    "submit": _l("%(who)s submitted %(what)s for review"),
    "trash": _l("%(who)s moved %(what)s to the trash"),
    "restore": _l("%(who)s brought %(what)s back"),
    "mark_current": _l("%(who)s marked %(what)s as up to date"),
    "password": _l("%(who)s changed the password of %(what)s"),
    "disable": _l("%(who)s disabled %(what)s"),
    "enable": _l("%(who)s enabled %(what)s"),
    "import": _l("%(who)s imported %(what)s"),
    "translate": _l("%(who)s translated %(what)s"),
    "upload": _l("%(who)s uploaded %(what)s"),
    "rename": _l("%(who)s renamed %(what)s"),
    "move": _l("%(who)s moved %(what)s"),
    "create_folder": _l("%(who)s made the folder %(what)s"),
    "schedule_failed": _l("%(what)s could not be published at its moment"),
}
ANYTHING_ELSE = _l("%(who)s worked on %(what)s")
# What is done to an object that is no longer there, or no longer under this name.
GONE = frozenset({"delete"})


def sentence(entry: AuditEntry, *, linked: bool = True) -> Markup:
    """One entry as a sentence; `linked`, with a link to the object where there is a screen for it."""
    who = Markup("<bdi>{}</bdi>").format(entry.actor if entry.actor is not None else _("The system"))
    label = entry.label or f"#{entry.object_id}"
    url = _address(entry) if linked else None
    what = Markup('<a href="{}"><bdi>{}</bdi></a>').format(url, label) if url else Markup("<bdi>{}</bdi>").format(label)
    return sentence_about(entry.action, who, what)


def sentence_about(action: str, who: str, what: str) -> Markup:
    """What somebody did to something, as a sentence."""
    pattern = str(SENTENCES.get(action, ANYTHING_ELSE))
    return Markup(pattern) % {"who": who, "what": what}  # noqa: S704 - our own sentence; what it names is escaped


def _address(entry: AuditEntry) -> str | None:
    model = model_by_table(entry.model or "")
    endpoint = f"admin_{entry.model}.details_view"
    if entry.action in GONE or entry.object_id is None or model is None or endpoint not in current_app.view_functions:
        return None
    return url_for(endpoint, id=entry.object_id) if may(current_user, "read", model) else None
