"""Roles, and the grants that give them their meaning."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.models.base import Model
from cms.models.column_types import Name

# What the roles of a new site are called. While nobody has given them other names, readers see these in their language.
FIRST_TITLES: dict[str, Any] = {
    "Administrator": _l("Administrator"),
    "Editor": _l("Editor"),
    "Author": _l("Author"),
    "Translator": _l("Translator"),
    "Member": _l("Member"),
}


class Role(Model):
    """A named bundle of grants. The role "administrator" may do everything, now and with later content types."""

    __tablename__ = "roles"
    __label__ = _l("Role")
    __label_plural__ = _l("Roles")
    __label_new__ = _l("New role")
    __purpose__ = "people"
    __icon__ = "lock"
    # Whoever could change roles could give themselves every permission.
    __grantable__ = False

    name: Mapped[str] = mapped_column(
        String(64), unique=True, info={"label": _l("Key"), "help": _l("A short name in Latin letters, for scripts.")}
    )
    title: Mapped[Name] = mapped_column(info={"label": _l("Name")})
    grants: Mapped[list["Grant"]] = relationship(
        back_populates="role", cascade="all, delete-orphan", lazy="selectin", info={"label": _l("Grants")}
    )

    @classmethod
    def shown_title(cls, title: str) -> str:
        return str(FIRST_TITLES.get(title, title))


class Grant(Model):
    """One permission that a role holds: for all objects, for the user's own, or in the user's languages."""

    __tablename__ = "grants"
    __label__ = _l("Grant")
    __label_plural__ = _l("Grants")
    __label_new__ = _l("New grant")
    __purpose__ = "people"
    __icon__ = "lock"
    # Whoever could change roles could give themselves every permission.
    __grantable__ = False

    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = relationship(back_populates="grants", info={"label": _l("Role")})
    permission: Mapped[str] = mapped_column(String(96), info={"label": _l("Permission"), "kind": "permission"})
    scope: Mapped[str] = mapped_column(
        String(16), default="all", server_default="all", info={"label": _l("Scope"), "kind": "scope"}
    )

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("role_id", "permission", "scope"),)

    def __str__(self) -> str:
        return self.permission
