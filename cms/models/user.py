"""People who can sign in."""

import secrets

from flask_babel import lazy_gettext as _l
from flask_login import UserMixin
from sqlalchemy import JSON, Column, ForeignKey, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.extensions import Base
from cms.models.base import Model
from cms.models.column_types import Name, Secret
from cms.models.role import Role

user_roles = Table(
    "user_roles",
    Base.metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True, index=True),
)


def _first_session_version() -> int:
    """One of many: SQLite gives the id of a deleted account anew, and a sign-in to that one must not open this one."""
    return secrets.randbelow(900_000_000) + 1


class User(UserMixin, Model):
    """An account. Raising `session_version` ends every session of it at the next request."""

    __tablename__ = "users"
    __label__ = _l("User")
    __label_plural__ = _l("Users")
    __label_new__ = _l("New user")
    __purpose__ = "people"
    __icon__ = "users"
    __owner__ = "id"

    username: Mapped[str] = mapped_column(
        String(64),
        unique=True,
        info={
            "label": _l("User name"),
            "help": _l("For signing in, and part of the author's address."),
            "searched": "D",
        },
    )
    email: Mapped[str] = mapped_column(String(254), unique=True, info={"label": _l("E-mail address"), "kind": "email"})
    display_name: Mapped[Name] = mapped_column(
        info={"label": _l("Name"), "help": _l("The name that readers see below an article.")}
    )
    bio: Mapped[str] = mapped_column(
        Text, default="", server_default="", info={"label": _l("About the author"), "kind": "summary"}
    )
    password_hash: Mapped[Secret]
    session_version: Mapped[int] = mapped_column(
        default=_first_session_version, server_default="1", info={"machinery": True, "uncached": True}
    )
    active: Mapped[bool] = mapped_column(
        default=True, server_default="1", info={"label": _l("May sign in"), "uncached": True}
    )
    languages: Mapped[list[str]] = mapped_column(
        JSON,
        default=list,
        info={"label": _l("Translates into"), "kind": "locales", "uncached": True},
    )
    locale: Mapped[str | None] = mapped_column(
        String(35), info={"label": _l("Language of the back office"), "kind": "locale", "uncached": True}
    )
    timezone: Mapped[str | None] = mapped_column(
        String(64), info={"label": _l("Time zone"), "kind": "timezone", "uncached": True}
    )
    roles: Mapped[list[Role]] = relationship(
        secondary=user_roles, lazy="selectin", info={"label": _l("Roles"), "uncached": True}
    )

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def is_active(self) -> bool:
        """Whether Flask-Login may let this account in."""
        return self.active

    def get_id(self) -> str:
        """What a session begins with: it stops matching when `session_version` is raised."""
        return f"{self.id}:{self.session_version}"
