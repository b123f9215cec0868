"""Drafts, review, publication."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cms.models.authored import Authored
from cms.models.column_types import UtcMoment
from cms.models.revisable import Revisable
from cms.models.translatable import Translatable
from cms.models.trashable import Trashable


class Status(StrEnum):
    """Where a document stands. Visitors see `PUBLISHED` rows that are not in the trash, nothing else."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"


HERE, LIVE, IN_TRASH, SCHEDULED, SUBMITTED = (
    "trashed_at IS NULL",
    "status = 'published' AND trashed_at IS NULL",
    "trashed_at IS NOT NULL",
    "trashed_at IS NULL AND scheduled_at IS NOT NULL",
    "trashed_at IS NULL AND submitted_at IS NOT NULL",
)


def index_of_list(*names: str, rows: str = HERE) -> Index:
    """An index for a list: some of the rows, sorted by these columns.

    It ends with the id, so that a page of the list is found in the index alone, however deep it is.
    """
    return Index(None, *names, "id", sqlite_where=text(rows), postgresql_where=text(rows))


class Publishable(Authored, Revisable, Trashable):
    """A document that is drafted, reviewed and published.

    `published_at` is the date a reader sees: the first publication, or what an editor sets it to.
    `scheduled_at` mirrors the earliest `publish_at` of the document's revisions for lists; the truth is there.
    `submitted_at` is set while its newest draft waits for review: beside a live document, too, whose status stays.
    """

    __publishable__: ClassVar[bool] = True

    status: Mapped[str] = mapped_column(
        String(16),
        default=Status.DRAFT,
        server_default=Status.DRAFT.value,
        sort_order=60,
        info={"label": _l("Status"), "machinery": True},
    )
    published_at: Mapped[datetime | None] = mapped_column(
        UtcMoment, sort_order=61, info={"label": _l("Published"), "machinery": True}
    )
    last_published_at: Mapped[datetime | None] = mapped_column(
        UtcMoment, sort_order=62, info={"label": _l("Last published"), "machinery": True, "unlisted": True}
    )
    scheduled_at: Mapped[datetime | None] = mapped_column(
        UtcMoment, sort_order=63, info={"label": _l("Scheduled"), "machinery": True, "uncached": True}
    )

    submitted_at: Mapped[datetime | None] = mapped_column(
        UtcMoment, sort_order=64, info={"label": _l("Submitted for review"), "machinery": True, "uncached": True}
    )

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        scope = ("locale",) if issubclass(cls, Translatable) else ()
        narrowed: tuple[tuple[str, ...], ...] = (("status",), ("author_id",), *((name,) for name in scope))
        return (
            Index(None, *scope, "status", "trashed_at", "published_at", "id"),
            index_of_list("scheduled_at", rows=SCHEDULED),
            index_of_list("submitted_at", rows=SUBMITTED),
            index_of_list("trashed_at", rows=IN_TRASH),
            index_of_list("updated_at"),
            index_of_list("created_at"),
            index_of_list("published_at"),
            index_of_list("status", "published_at"),
            *(index_of_list(*names, "updated_at") for names in narrowed),
        )

    @property
    def is_live(self) -> bool:
        """Whether visitors see it."""
        return self.status == Status.PUBLISHED and self.trashed_at is None
