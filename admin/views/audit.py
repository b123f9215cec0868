"""The record of who did what: to read, never to change."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from admin.activity import sentence
from admin.registry import view_for
from admin.views.model import ModelScreen
from cms.models import AuditEntry
from cms.models.base import Model


@view_for(AuditEntry)
class AuditView(ModelScreen):
    """The newest entries first, each as a sentence."""

    # Nobody changes the record, whatever they may do elsewhere.
    can_create = can_edit = can_delete = False

    def __init__(self, model: type[Model], session: Any, **kwargs: Any) -> None:
        super().__init__(model, session, **kwargs)
        self.column_default_sort = ("at", True)
        self.column_list = ["label", "locale", "at"]
        self.column_labels = {**self.column_labels, "label": _l("What happened")}
        self.column_formatters = {
            **self.column_formatters,
            "label": lambda view, context, row, name: sentence(row, linked=False),
        }
        self.column_formatters_detail = {
            **self.column_formatters,
            "label": lambda view, context, row, name: sentence(row),
        }
        self._refresh_cache()

    def get_query(self) -> Any:
        """Each sentence names its actor: all of them come with the rows."""
        return super().get_query().options(joinedload(AuditEntry.actor))

    def may(self, action: str, row: Any) -> bool:
        """Reading is all there is."""
        return action == "read" and super().may(action, row)

    def may_enter(self, name: str) -> bool:
        """Reading is all there is: not even an empty list of actions is answered."""
        return name not in ("action_view", "all_view") and super().may_enter(name)

    def bulk_actions(self) -> dict[str, tuple[Any, str, Any]]:
        """None: nobody changes the record."""
        return {}
