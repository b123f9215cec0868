"""Cache tags: short names for what a page can depend on, derived from the facts of the models.

`posts:12`      one object
`posts@pt`      the posts of a language: which there are, and in what order, but not the texts of each
`posts@*`       anything about any post
`posts*<key>`   one document in all its languages
`ui@pt`         the interface strings of a language
`settings`      the settings of the site
`*`             everything
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Column, Table, inspect
from sqlalchemy.orm import Mapper

EVERYTHING = "*"

# No public page shows rows of these tables, so their changes purge nothing. Roles are loaded together with every
# user; a revision reaches readers only when it is published onto its document, which is a change of the document
# (what a revision plans for a later moment is seen to in `cms.cache.purging`).
NEVER_SHOWN = frozenset(
    {"audit_entries", "cdn_purges", "grants", "jobs", "pending_purges", "revisions", "roles", "user_roles"}
)


# Kinds of columns (see `cms.models.column_types`) that hold a text.
_TEXTS = frozenset({"markup", "summary"})


def object_tag(obj: Any) -> str:
    """The tag of one object, such as `posts:12`.

    Raises ValueError where the object has no id yet: nothing can depend on it.
    """
    if obj.id is None:
        raise ValueError(f"{type(obj).__name__} has no id yet; flush the session before it is declared.")
    return row_tag(obj.__tablename__, obj.id)


def row_tag(table: str, row_id: object) -> str:
    """The tag of the row `row_id` of a table."""
    return f"{table}:{row_id}"


def collection_tag(model: Any, locale: str | None = None) -> str:
    """The tag of the rows of a model: those of one language, or all of them."""
    return table_tag(model.__tablename__, locale)


def table_tag(table: str, locale: str | None = None) -> str:
    """The tag of the rows of a table: those of one language, or all of them."""
    if table == "settings":
        return settings_tag()
    return f"{table}@{locale or '*'}"


def group_tag(obj: Any) -> str:
    """The tag of a document in all its languages."""
    return key_tag(obj.__tablename__, obj.translation_key)


def key_tag(table: str, translation_key: str) -> str:
    """The tag of the rows of a table that share a translation key."""
    return f"{table}*{translation_key}"


def ui_tag(locale: str) -> str:
    """The tag of the interface strings of a language."""
    return f"ui@{locale}"


def settings_tag() -> str:
    """The tag of the settings of the site."""
    return "settings"


def row_tags(table: str, row_id: object, locales: Iterable[str | None], keys: Iterable[str | None]) -> set[str]:
    """Every tag under which a page may have declared a row that is, or was, of these languages and documents."""
    tags = {row_tag(table, row_id), table_tag(table)}
    tags.update(table_tag(table, locale) for locale in locales if locale)
    tags.update(key_tag(table, key) for key in keys if key)
    return tags


@cache
def texts(mapper: Mapper[Any]) -> frozenset[str]:
    """The attributes that are shown and nothing else: no list is selected or ordered by them.

    Where only these change, the lists of a language stay as they are, and just the pages that show the object do not.
    """
    return frozenset(
        attribute.key
        for attribute in mapper.column_attrs
        if any(
            column.info.get("kind") in _TEXTS or column.info.get("unlisted")
            for column in attribute.columns
            if isinstance(column, Column)
        )
    )


@cache
def wholes(mapper: Mapper[Any]) -> tuple[tuple[str, str], ...]:
    """What the rows of a mapper are parts of, as (attribute of the foreign key, table of the whole).

    A row is part of another where that one owns it ("delete-orphan"): a link belongs to its menu, a caption to its
    picture. A page that declared the whole has thereby declared its parts.
    """
    found = []
    for relation in mapper.relationships:
        reverse = relation._reverse_property  # noqa: SLF001 -- SQLAlchemy offers no public name for the other side
        if any(other.cascade.delete_orphan for other in reverse):
            found += [(mapper.get_property_by_column(column).key, relation) for column in relation.local_columns]
    return tuple((key, table_of(relation.mapper)) for key, relation in found)


def table_of(mapper: Mapper[Any]) -> str:
    """The name of the table of a model."""
    table = mapper.local_table
    assert isinstance(table, Table)
    return table.name


def covering_tags(state: Any) -> frozenset[str]:
    """The tags of which one must be declared by a page that loaded this object, given its instance state.

    Reads only what is loaded; never causes a query.
    """
    mapper: Mapper[Any] = inspect(state.class_)
    table = table_of(mapper)
    if table in NEVER_SHOWN:
        return frozenset()
    loaded = state.dict
    # The texts of an object are purged by tags of its own, not by that of the lists of its language.
    locales = [loaded.get("locale")] if texts(mapper).isdisjoint(loaded) else []
    tags = row_tags(table, state.key[1][0], locales, [loaded.get("translation_key")])
    for key, whole in wholes(mapper):
        if loaded.get(key) is not None:
            tags.add(row_tag(whole, loaded[key]))
    return frozenset(tags)
