"""What an object was, and what it is going to be."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, inspect
from sqlalchemy.orm import Mapped, RelationshipProperty, declared_attr, mapped_column
from sqlalchemy.orm.interfaces import MANYTOMANY

from cms.models.base import columns_of, index_of_reference


class Revisable:
    """An object with a history.

    `live_revision_id` is the revision that the row shows; `draft_revision_id` is a newer one that nobody but
    the back office sees, or None.
    """

    @declared_attr
    def live_revision_id(cls) -> Mapped[int | None]:
        return mapped_column(
            ForeignKey("revisions.id", ondelete="SET NULL"),
            sort_order=82,
            info={"machinery": True, "uncached": True},
        )

    @declared_attr
    def draft_revision_id(cls) -> Mapped[int | None]:
        return mapped_column(
            ForeignKey("revisions.id", ondelete="SET NULL"),
            sort_order=83,
            info={"machinery": True, "uncached": True},
        )

    @classmethod
    def table_arguments(cls) -> tuple[Index, ...]:
        return index_of_reference("live_revision_id"), index_of_reference("draft_revision_id")

    @classmethod
    def revised_columns(cls) -> list[Column[Any]]:
        """The columns whose values a revision keeps: all that an editor may set."""
        return [
            column
            for column in columns_of(cls)  # type: ignore[arg-type]  # a mixin: only ever used beside Model
            if not column.info.get("machinery") and not column.primary_key and column.key != "locale"
        ]

    @classmethod
    def revised_relations(cls) -> list[RelationshipProperty[Any]]:
        """The many-to-many relations whose targets a revision keeps."""
        return [relation for relation in inspect(cls).relationships if relation.direction is MANYTOMANY]
