"""Menus: the site's own navigation, one per place and language."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.models.base import Model, index_of_reference
from cms.models.category import Category
from cms.models.column_types import Name
from cms.models.orderable import Orderable
from cms.models.page import Page
from cms.models.translatable import Translatable


class Menu(Translatable, Model):
    """A list of links at one place of the public pages."""

    __tablename__ = "menus"
    __label__ = _l("Menu")
    __label_plural__ = _l("Menus")
    __label_new__ = _l("New menu")
    __purpose__ = "settings"
    __icon__ = "menu-list"

    title: Mapped[Name] = mapped_column(info={"label": _l("Title")})
    location: Mapped[str] = mapped_column(String(16), info={"label": _l("Place"), "kind": "menu_location"})
    items: Mapped[list["MenuItem"]] = relationship(
        back_populates="menu",
        cascade="all, delete-orphan",
        order_by="(MenuItem.position, MenuItem.id)",
        info={"label": _l("Links")},
    )

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("location", "locale"),)


class MenuItem(Orderable, Model):
    """One link of a menu: to a page, to a category, or to an address."""

    __tablename__ = "menu_items"
    __label__ = _l("Menu link")
    __label_plural__ = _l("Menu links")
    __label_new__ = _l("New menu link")
    __purpose__ = "settings"
    __icon__ = "link"

    label: Mapped[Name] = mapped_column(
        default="", info={"label": _l("Label"), "help": _l("Leave empty to use the title of the page.")}
    )
    menu_id: Mapped[int] = mapped_column(ForeignKey("menus.id", ondelete="CASCADE"), index=True)
    menu: Mapped[Menu] = relationship(back_populates="items", info={"label": _l("Menu")})
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"))
    page: Mapped[Page | None] = relationship(info={"label": _l("Page")})
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"))
    category: Mapped[Category | None] = relationship(info={"label": _l("Category")})
    url: Mapped[str] = mapped_column(
        String(500),
        default="",
        server_default="",
        info={"label": _l("Address"), "help": _l("Where the link leads, if not to a page or a category.")},
    )

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return index_of_reference("page_id"), index_of_reference("category_id")

    def __str__(self) -> str:
        led_to = self.page if self.page is not None else self.category
        return self.label or (str(led_to) if led_to is not None else self.url) or super().__str__()
