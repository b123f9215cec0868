"""Pages: the lasting parts of a site, in a tree."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.models.base import Model, index_of_reference
from cms.models.column_types import Markup, Summary, Title
from cms.models.media import Media
from cms.models.orderable import Orderable
from cms.models.publishable import Publishable
from cms.models.sluggable import Sluggable
from cms.models.translatable import Translatable


class Page(Translatable, Sluggable, Orderable, Publishable, Model):
    """A page at a place in a tree; `path` is its slug behind those of its parents, kept by the services."""

    __tablename__ = "pages"
    __label__ = _l("Page")
    __label_plural__ = _l("Pages")
    __label_new__ = _l("New page")
    __icon__ = "page"

    title: Mapped[Title] = mapped_column(sort_order=-4, info={"label": _l("Title")})
    summary: Mapped[Summary] = mapped_column(
        info={"label": _l("Summary"), "help": _l("One or two sentences for search engines and previews.")}
    )
    body: Mapped[Markup] = mapped_column(info={"label": _l("Text")})
    path: Mapped[str] = mapped_column(String(800), default="", info={"label": _l("Path"), "machinery": True})
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id", ondelete="RESTRICT"), index=True)
    parent: Mapped["Page | None"] = relationship(
        remote_side="Page.id",
        info={"label": _l("Parent page"), "help": _l("The page's address continues that of its parent.")},
    )
    featured_image_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    featured_image: Mapped[Media | None] = relationship(info={"label": _l("Picture")})

    @classmethod
    def slug_scope(cls) -> tuple[str, ...]:
        """Two pages may share a slug below different parents."""
        return ("locale", "parent_id")

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return UniqueConstraint("locale", "path"), index_of_reference("featured_image_id")

    @property
    def public_path(self) -> str:
        return f"/{self.locale}/{self.path or self.slug}"
