"""What a file becomes: the values of a post or a page, and the tags and categories that it names."""

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from cms.content import editing
from cms.content.importing.documents import Document
from cms.content.importing.front_matter import names_of, text_of
from cms.extensions import db
from cms.models import Category, Tag

_NAMESPACE = UUID("0c7c5c67-5d6f-4a15-9d1a-7a7d1b0b7f55")


def topics_of(document: Document) -> dict[str, str]:
    """The tags that a file names, as key and name.

    `tags` are what they say. `class` names the topic of an article and `related` those of articles that it leads
    on to: as tags, the three make related articles share one.
    """
    topics = names_of(document.head, "tags")
    for name in (*names_of(document.head, "class"), *names_of(document.head, "related")):
        topics.setdefault(name, name.replace("-", " ").replace("_", " ").capitalize())
    return topics


def tags_for(document: Document, actor: Any) -> list[Tag]:
    """The tags of a document in its language; those that are missing are created."""
    return [_term(Tag, key, name, document.locale, actor) for key, name in topics_of(document).items()]


def category_for(document: Document, actor: Any) -> Category | None:
    """The category of a document in its language, created where it is missing."""
    for key, name in names_of(document.head, "category").items():
        return _term(Category, key, name, document.locale, actor)
    return None


def term_key(model: type[Category] | type[Tag], key: str) -> str:
    """The translation key of a tag or category that files name by this key."""
    return uuid5(_NAMESPACE, f"{model.__tablename__}:{key.lower()}").hex


def _term(model: Any, key: str, name: str, locale: str, actor: Any) -> Any:
    """A tag or category by the key that ties its languages, or by its name; created where it is missing."""
    translation_key = term_key(model, key)
    found = db.session.scalar(
        select(model).where(model.locale == locale, model.translation_key == translation_key)
    ) or db.session.scalar(select(model).where(model.locale == locale, model.name == name).limit(1))
    if found is not None:
        return found
    values = {"name": name, "locale": locale, "translation_key": translation_key}
    return editing.create(model, values, actor)


def column_values(document: Document) -> dict[str, Any]:
    """The values that the head alone decides."""
    return {"title": document.title, "summary": text_of(document.head, "description", "summary")}
