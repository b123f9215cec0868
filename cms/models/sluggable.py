"""A name that is part of an address."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cms.models.column_types import Slug
from cms.models.translatable import Translatable


class Sluggable:
    """An object with a slug, unique within `slug_scope()`; the title it follows is the model's title column."""

    __sluggable__: ClassVar[bool] = True

    slug: Mapped[Slug] = mapped_column(
        sort_order=-3,
        info={
            "label": _l("Address"),
            "help": _l("The last part of the page's address. It follows the title until you change it."),
        },
    )

    @classmethod
    def slug_scope(cls) -> tuple[str, ...]:
        """Columns within which a slug is unique."""
        return ("locale",) if issubclass(cls, Translatable) else ()

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return (UniqueConstraint(*cls.slug_scope(), "slug"),)
