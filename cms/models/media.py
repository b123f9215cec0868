"""The media library: pictures, and what to say of them in each language."""

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.models.base import Model, index_of_reference
from cms.models.column_types import LocaleCode, Title

if TYPE_CHECKING:
    from cms.models.user import User


class Media(Model):
    """A picture: re-encoded, in several widths, under names made from its content."""

    __tablename__ = "media"
    __label__ = _l("Picture")
    __label_plural__ = _l("Pictures")
    __label_new__ = _l("New picture")
    __purpose__ = "media"
    __icon__ = "image"
    __owner__ = "created_by_id"

    title: Mapped[Title] = mapped_column(info={"label": _l("Title")})
    filename: Mapped[str] = mapped_column(String(120), unique=True, info={"machinery": True})
    digest: Mapped[str] = mapped_column(String(64), unique=True, info={"machinery": True})
    mime: Mapped[str] = mapped_column(String(40), info={"label": _l("Type"), "machinery": True})
    width: Mapped[int] = mapped_column(info={"label": _l("Width"), "machinery": True})
    height: Mapped[int] = mapped_column(info={"label": _l("Height"), "machinery": True})
    byte_size: Mapped[int] = mapped_column(info={"label": _l("Size"), "machinery": True})
    renditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, info={"machinery": True})
    created_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), info={"machinery": True}
    )
    created_by: Mapped["User | None"] = relationship("User", info={"label": _l("Uploaded by")})
    texts: Mapped[list["MediaText"]] = relationship(
        back_populates="media",
        cascade="all, delete-orphan",
        lazy="selectin",
        info={"label": _l("Texts"), "searched": True},
    )

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return (index_of_reference("created_by_id"),)

    def text_in(self, locale: str) -> "MediaText | None":
        """The alternative text and caption in a language, or None where nobody has written one."""
        return next((text for text in self.texts if text.locale == locale), None)

    def alt_in(self, locale: str) -> str:
        """The alternative text in a language; empty where there is none."""
        text = self.text_in(locale)
        return text.alt if text is not None else ""


class MediaText(Model):
    """What a picture shows, in one language."""

    __tablename__ = "media_texts"
    __label__ = _l("Alternative text")
    __label_plural__ = _l("Alternative texts")
    __purpose__ = "hidden"

    media_id: Mapped[int] = mapped_column(ForeignKey("media.id", ondelete="CASCADE"))
    media: Mapped[Media] = relationship(back_populates="texts")
    locale: Mapped[LocaleCode] = mapped_column(info={"label": _l("Language")})
    alt: Mapped[str] = mapped_column(
        String(400),
        default="",
        info={
            "label": _l("Alternative text"),
            "help": _l("What the picture shows, for people who cannot see it."),
            "searched": "B",
        },
    )
    caption: Mapped[str] = mapped_column(String(400), default="", info={"label": _l("Caption"), "searched": "C"})

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("media_id", "locale"),)
