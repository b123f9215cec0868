"""What every model has: an id, two moments, names for people, and facts that the rest is derived from."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Column, Index, inspect, text
from sqlalchemy.orm import Mapped, Mapper, declared_attr, mapped_column

from cms.extensions import Base
from cms.models.column_types import UtcMoment, utc_now


class Model(Base):
    """The base of every content type.

    `__label__` and `__label_plural__` name it for people, `__label_new__` is what a button says that adds one (a
    label of its own, because few languages can put it together), `__purpose__` places it in the navigation of the
    back office ("content", "media", "people", "settings" or "system"), `__owner__` names the column that holds
    its owner's id where grants of the scope "own" make sense. `__grantable__` is False where only administrators
    may ever do anything: there is no permission that a role could hold.
    """

    __abstract__ = True

    __label__: ClassVar[Any]
    __label_plural__: ClassVar[Any]
    __label_new__: ClassVar[Any] = None
    __purpose__: ClassVar[str] = "content"
    __icon__: ClassVar[str] = "file"
    __owner__: ClassVar[str | None] = None
    __grantable__: ClassVar[bool] = True

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-10)
    created_at: Mapped[datetime] = mapped_column(
        UtcMoment,
        default=utc_now,
        sort_order=90,
        info={"label": _l("Created"), "machinery": True, "uncached": True},
    )
    updated_at: Mapped[datetime] = mapped_column(
        UtcMoment,
        default=utc_now,
        onupdate=utc_now,
        index=True,
        sort_order=91,
        info={"label": _l("Changed"), "machinery": True, "uncached": True},
    )

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        """Constraints and indexes of the model and of each of its mixins, collected from `table_arguments()`."""
        arguments: list[Any] = []
        for base in cls.__mro__:  # type: ignore[attr-defined]  # a declared attribute is called with the class
            declared = base.__dict__.get("table_arguments")
            if declared is not None:
                arguments.extend(declared.__get__(None, cls)())
        return tuple(arguments)

    @classmethod
    def label_of_new(cls) -> Any:
        """What a button says that leads to a new object, and the heading of its form."""
        return cls.__label_new__ or _l("New: %(thing)s", thing=cls.__label__)

    @classmethod
    def title_column(cls) -> Column[Any] | None:
        """The column whose text names an object for people, or None."""
        return _title_column(cls)

    @classmethod
    def shown_title(cls, title: str) -> str:
        """What people read where an object has this title."""
        return title

    def __str__(self) -> str:
        column = type(self).title_column()
        text = getattr(self, column.key, None) if column is not None else None
        return self.shown_title(text) if text else f"#{self.id}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


# Every list asks for it with every row.
@cache
def _title_column(model: type[Model]) -> Column[Any] | None:
    return next((column for column in columns_of(model) if column.info.get("kind") == "title"), None)


def index_of_reference(name: str) -> Index:
    """An index for a foreign key: without one, deleting what it points to looks at every row that might point there.

    Rows that point nowhere are not in it. It is for the database alone: no list is sorted or narrowed by it.
    """
    rows = text(f"{name} IS NOT NULL")
    return Index(None, name, sqlite_where=rows, postgresql_where=rows, info={"of_reference": True})


def columns_of(model: type[Base]) -> Iterator[Column[Any]]:
    """The mapped columns of a model, in the order of their declaration."""
    mapper: Mapper[Any] = inspect(model)
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if isinstance(column, Column):
            yield column


def all_models() -> list[type[Model]]:
    """Every mapped content type, by the name of its table."""
    models = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Model)]
    return sorted(models, key=lambda model: model.__tablename__)


def model_by_table(name: str) -> type[Model] | None:
    """The model whose table has this name, or None."""
    for model in all_models():
        if model.__tablename__ == name:
            return model
    return None
