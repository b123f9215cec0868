"""What a file becomes: the values of a post or a page, and the tags and categories that it names."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from flask_babel import gettext as _
from sqlalchemy import select

from cms.content import editing
from cms.content.importing.documents import Document
from cms.content.importing.front_matter import names_of, words_of
from cms.content.importing.report import Report
from cms.extensions import db
from cms.models import Category, Tag

_LONGEST_NAME: int = Tag.__table__.c.name.type.length  # type: ignore[attr-defined]  # a String
_NAMESPACE = UUID("0c7c5c67-5d6f-4a15-9d1a-7a7d1b0b7f55")


class Topics:
    """The tags of files, by the keys that `tags`, `class` and `related` name, and what they are called.

    `tags` are what they say. `class` names the topic of an article and `related` those of articles that it leads on
    to: as tags, the three make related articles share one. The two are words of the default language; in another one
    such a topic is called what a file there calls it under `tags`, or else as the one article whose topic it is.
    """

    def __init__(self, documents: Iterable[Document], default_locale: str, report: Report) -> None:
        self._default_locale = default_locale
        self._report = report
        self._names: dict[tuple[str, str], str] = {}
        articles: dict[tuple[str, str], list[str]] = {}
        for document in documents:
            for key, name in names_of(document.head, "tags").items():
                self._names.setdefault((document.locale, key.lower()), name)
            for key in names_of(document.head, "class"):
                articles.setdefault((document.locale, key.lower()), []).append(document.title.removesuffix("."))
        for identity, (title, *others) in articles.items():
            if identity[0] != default_locale and not others and len(title) <= _LONGEST_NAME:
                self._names.setdefault(identity, title)

    def tags_for(self, document: Document, actor: Any) -> list[Tag]:
        """The tags of a document in its language; those that are missing are created.

        A topic that has no name there is left out, with a line of the report.
        """
        names: dict[str, str | None] = dict(names_of(document.head, "tags"))
        for key in (*names_of(document.head, "class"), *names_of(document.head, "related")):
            names.setdefault(key, self._name_of(key, document.locale))
        tags = []
        for key, name in names.items():
            tag = _term(Tag, key, name, document.locale, actor)
            if tag is None:
                reason = _("This topic has no name in the language of the file; name it there under “tags”.")
                self._report.problem(key, reason, document.place)
            elif tag not in tags:
                tags.append(tag)
        return tags

    def _name_of(self, key: str, locale: str) -> str | None:
        named = self._names.get((locale, key.lower()))
        if named is None and locale == self._default_locale:
            return key.replace("-", " ").replace("_", " ").capitalize()
        return named


def category_for(document: Document, actor: Any) -> Category | None:
    """The category of a document in its language, created where it is missing."""
    for key, name in names_of(document.head, "category").items():
        return _term(Category, key, name, document.locale, actor)
    return None


def term_key(model: type[Category] | type[Tag], key: str) -> str:
    """The translation key of a tag or category that files name by this key."""
    return uuid5(_NAMESPACE, f"{model.__tablename__}:{key.lower()}").hex


def _term(model: Any, key: str, name: str | None, locale: str, actor: Any) -> Any | None:
    """A tag or category by the key that ties its languages, or by its name; created where it is missing.

    None where there is none yet, and no name to create it by.
    """
    translation_key = term_key(model, key)
    found = db.session.scalar(select(model).where(model.locale == locale, model.translation_key == translation_key))
    if found is not None or name is None:
        return found
    found = db.session.scalar(select(model).where(model.locale == locale, model.name == name).limit(1))
    if found is not None:
        return found
    values = {"name": name, "locale": locale, "translation_key": translation_key}
    return editing.create(model, values, actor)


def column_values(document: Document) -> dict[str, Any]:
    """The values that the head alone decides."""
    return {"title": document.title, "summary": words_of(document.head, "description", "summary")}
