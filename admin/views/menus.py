"""Menu links: edited within their menu, and listed for whoever looks for one."""

from typing import Any

from admin.registry import view_for
from admin.views.model import ModelScreen
from cms.models import MenuItem
from cms.models.base import Model


@view_for(MenuItem)
class MenuItemView(ModelScreen):
    """The links of all menus, by menu and position; the way there is through the menus."""

    purpose = "hidden"

    def __init__(self, model: type[Model], session: Any, **kwargs: Any) -> None:
        super().__init__(model, session, **kwargs)
        self.column_default_sort = [("menu_id", False), ("position", False)]  # type: ignore[assignment]  # Flask-Admin takes a list, too
