"""The column vocabulary: a model reads like its specification, and everything derived from it knows what a column is.

`column.info` carries the facts that screens, revisions and cache tags are derived from:

`kind`       what the text means: "title", "slug", "markup", "summary", "secret", "locale"
`label`      the name an editor reads
`help`       one sentence below the field
`machinery`  True: set by services, never by a form; not part of a revision
`uncached`   True: no public page shows it, so that a change of it alone purges nothing
`names_rows` True: lists of the back office call a row by it, where no text of the kind "title" does
`in_lists`   True: they show it also where its texts may be long
`unlisted`   True: shown, but no public list is selected or ordered by it; so too "markup" and "summary"
`shared`     True: kept equal across the languages of one document
`searched`   how much a word in it counts in searches: "A" as in a title, "B" a summary, "C" a text, "D" in the back
             office only; texts of the kinds title, summary, markup, slug and email are searched without saying so
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator


class UtcMoment(TypeDecorator[datetime]):
    """A moment, always aware and in UTC, on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def utc_now() -> datetime:
    """The present moment in UTC, aware."""
    return datetime.now(UTC)


Moment = Annotated[datetime, mapped_column(UtcMoment)]
Title = Annotated[str, mapped_column(String(200), index=True, info={"kind": "title"})]
Name = Annotated[str, mapped_column(String(120), index=True, info={"kind": "title"})]
Slug = Annotated[str, mapped_column(String(160), info={"kind": "slug"})]
Summary = Annotated[str, mapped_column(Text, default="", server_default="", info={"kind": "summary"})]
Markup = Annotated[str, mapped_column(Text, default="", server_default="", info={"kind": "markup"})]
LocaleCode = Annotated[str, mapped_column(String(35), info={"kind": "locale"})]
Secret = Annotated[str, mapped_column(String(255), info={"kind": "secret", "machinery": True})]
