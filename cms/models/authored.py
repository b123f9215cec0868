"""Whose it is."""

from typing import TYPE_CHECKING, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

if TYPE_CHECKING:
    from cms.models.user import User


class Authored:
    """An object with an author, who owns it where a grant says "own"."""

    __owner__: ClassVar[str | None] = "author_id"

    @declared_attr
    def author_id(cls) -> Mapped[int | None]:
        return mapped_column(
            ForeignKey("users.id", ondelete="SET NULL"),
            index=True,
            sort_order=50,
            info={"label": _l("Author"), "machinery": True},
        )

    @declared_attr
    def author(cls) -> Mapped["User | None"]:
        return relationship("User", foreign_keys=[cls.author_id], info={"label": _l("Author")})  # type: ignore[list-item]  # the declared attribute is a column by then
