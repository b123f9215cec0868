"""One row per language, tied by a shared key."""

from typing import Any, ClassVar
from uuid import NAMESPACE_URL, uuid4, uuid5

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from cms.models.base import index_of_reference
from cms.models.column_types import LocaleCode


def new_translation_key() -> str:
    """A key that no other document has: 32 hexadecimal digits."""
    return uuid4().hex


class Translatable:
    """A document that exists once per language.

    Rows with one `translation_key` are the same document. `source_revision_id` is the revision of the source
    that this translation was made from; where the source has published a newer one, it is out of date.
    """

    __translatable__: ClassVar[bool] = True

    locale: Mapped[LocaleCode] = mapped_column(index=True, sort_order=-5, info={"label": _l("Language")})
    translation_key: Mapped[str] = mapped_column(
        String(32), default=new_translation_key, sort_order=80, info={"machinery": True}
    )

    @declared_attr
    def source_revision_id(cls) -> Mapped[int | None]:
        return mapped_column(
            ForeignKey("revisions.id", ondelete="SET NULL"),
            sort_order=81,
            info={"machinery": True, "uncached": True},
        )

    @property
    def urn(self) -> str:
        """What names this document in this language for ever, whatever its address becomes (RFC 4122)."""
        return uuid5(NAMESPACE_URL, f"{self.translation_key}/{self.locale}").urn

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return UniqueConstraint("translation_key", "locale"), index_of_reference("source_revision_id")
