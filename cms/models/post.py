"""Posts: dated articles, the heart of most sites."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Column, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.extensions import Base
from cms.models.base import Model, index_of_reference
from cms.models.category import Category
from cms.models.column_types import Markup, Summary, Title
from cms.models.media import Media
from cms.models.publishable import LIVE, Publishable, index_of_list
from cms.models.sluggable import Sluggable
from cms.models.tag import Tag
from cms.models.translatable import Translatable

post_tags = Table(
    "post_tags",
    Base.metadata,
    Column("post_id", ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
    # The posts of a tag, those written last at its end.
    Index(None, "tag_id", "post_id"),
)


class Post(Translatable, Sluggable, Publishable, Model):
    """An article with a date, an author, a category and tags."""

    __tablename__ = "posts"
    __label__ = _l("Post")
    __label_plural__ = _l("Posts")
    __label_new__ = _l("New post")
    __icon__ = "post"

    title: Mapped[Title] = mapped_column(sort_order=-4, info={"label": _l("Title")})
    summary: Mapped[Summary] = mapped_column(
        info={"label": _l("Summary"), "help": _l("One or two sentences for lists, search engines and previews.")}
    )
    body: Mapped[Markup] = mapped_column(info={"label": _l("Text")})
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="SET NULL"), index=True)
    category: Mapped[Category | None] = relationship(info={"label": _l("Category")})
    tags: Mapped[list[Tag]] = relationship(secondary=post_tags, order_by=Tag.name, info={"label": _l("Tags")})
    featured_image_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"))
    featured_image: Mapped[Media | None] = relationship(
        info={"label": _l("Picture"), "help": _l("Shown above the text and in lists.")}
    )

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        # The public lists, each read from its newest end.
        lists = (("locale",), ("author_id", "locale"), ("category_id", "locale"))
        return (
            index_of_list("title"),
            index_of_list("category_id", "updated_at"),
            *(index_of_list(*names, "published_at", rows=LIVE) for names in lists),
            index_of_reference("featured_image_id"),
        )

    @property
    def public_path(self) -> str:
        return f"/{self.locale}/posts/{self.slug}"
