"""Creating, changing and deleting objects of any model: check permission, validate, change, audit, commit.

Documents that are published have more to them: `cms.content.publishing` builds on what is here.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import inspect, select
from sqlalchemy.orm.interfaces import MANYTOONE, ONETOMANY

from cms.content import audit
from cms.content.addresses import place_page, remember_address
from cms.content.errors import InvalidInput, changed_meanwhile
from cms.content.holding import on_held_row, wait_for_turn
from cms.content.owned_lists import lay_list, owned_relations
from cms.content.transactions import commit, flush, undo
from cms.content.validation import clean
from cms.extensions import db
from cms.models import Page
from cms.models.base import Model, all_models, columns_of
from cms.models.column_types import utc_now
from cms.models.publishable import Publishable
from cms.models.translatable import Translatable
from cms.security.policy import Forbidden, may, require


def create(model: type[Model], values: Mapping[str, Any], actor: Any) -> Any:
    """A new object of a model that is not publishable; committed.

    Raises Forbidden, InvalidInput.
    """
    document = new_object(model, values, actor)
    audit.record(actor, "create", document)
    commit()
    return document


@on_held_row
def update(document: Model, values: Mapping[str, Any], actor: Any, *, based_on: str | None = None) -> None:
    """Change an object; committed. `based_on` is the `version_of` what the actor saw, where it is known.

    Raises Forbidden, InvalidInput, and Conflict where somebody else changed it meanwhile.
    """
    require(actor, "update", document)
    if based_on is not None and based_on != version_of(document):
        raise changed_meanwhile()
    plain, lists = _without_lists(type(document), values)
    cleaned = clean(type(document), plain, document)
    if isinstance(document, Translatable) and cleaned.get("locale", document.locale) != document.locale:
        _require_unnamed(document)
    changed = lay(document, cleaned)
    changed |= {name for name, rows in lists.items() if lay_list(document, name, rows)}
    if changed:
        # Also where only its lists have changed: whoever saw the old ones is told so.
        document.updated_at = utc_now()
    flush()
    _still_allowed(actor, document)
    if changed:
        audit.record(actor, "update", document, fields=sorted(changed))
    commit()


@on_held_row
def delete(document: Model, actor: Any) -> None:
    """Delete an object for good; committed. Raises Forbidden, and Conflict where other objects need it."""
    require(actor, "delete", document)
    audit.record(actor, "delete", document)
    db.session.delete(document)
    commit()


def version_of(document: Model) -> str:
    """What changes whenever the object does: a form carries it, so that a concurrent change is noticed."""
    if isinstance(document, Publishable):
        # A moment that comes makes a draft public, and leaves its revision as it is.
        state = "trash" if document.trashed_at is not None else document.status
        return f"{state}-r{document.draft_revision_id or document.live_revision_id or 0}"
    return document.updated_at.isoformat() if document.updated_at is not None else ""


def new_object(model: type[Model], values: Mapping[str, Any], actor: Any) -> Any:
    """An object with checked values, added and flushed but not committed. Raises Forbidden, InvalidInput."""
    require(actor, "create", model)
    return insert(model, values, actor)


def insert(model: type[Model], values: Mapping[str, Any], actor: Any) -> Any:
    """As `new_object`, for services that have checked a permission of their own."""
    plain, lists = _without_lists(model, values)
    cleaned = clean(model, plain)
    document = model()
    if model.__owner__ not in (None, "id") and cleaned.get(model.__owner__) is None:
        cleaned[model.__owner__] = getattr(actor, "id", None)
    wait_for_turn(model)
    db.session.add(document)
    with db.session.no_autoflush:
        for name, value in cleaned.items():
            setattr(document, name, value)
        if isinstance(document, Page):
            place_page(document)
        for name, rows in lists.items():
            lay_list(document, name, rows)
    flush()
    return document


def _without_lists(model: type[Model], values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values of the object itself, and those of the lists that belong to it."""
    names = owned_relations(model)
    lists = {name: value for name, value in values.items() if name in names}
    return {name: value for name, value in values.items() if name not in names}, lists


def lay(document: Any, cleaned: Mapping[str, Any]) -> set[str]:
    """Lay checked values onto a row; where its public address changes, redirects are left behind.

    Returns the names of what has changed. Not committed.
    """
    old_path = getattr(document, "public_path", None)
    changed = set()
    # What the database refuses is turned into a sentence by flush(), so nothing may be sent before.
    with db.session.no_autoflush:
        for name, value in cleaned.items():
            if _is_other(document, name, value):
                setattr(document, name, value)
                changed.add(name)
        if changed and isinstance(document, Translatable):
            _share(document, changed)
        moved = place_page(document) if isinstance(document, Page) else []
    flush()
    if isinstance(document, Page):
        for path, page in moved:
            if page.is_live:
                remember_address(f"/{page.locale}/{path}", page.public_path)
    elif old_path and getattr(document, "is_live", True):
        new_path = document.public_path
        if new_path != old_path:
            remember_address(old_path, new_path)
    flush()
    return changed


def _is_other(document: Any, name: str, value: Any) -> bool:
    """Whether a row does not have this value yet; what it names has no order of its own."""
    present = getattr(document, name)
    if name in inspect(type(document)).relationships and isinstance(value, list):
        return set(present) != set(value)
    return bool(present != value)


def _share(document: Any, changed: set[str]) -> None:
    """Keep columns that are shared equal in the other languages of the document."""
    model = type(document)
    shared = [column.key for column in columns_of(model) if column.info.get("shared") and column.key in changed]
    if not shared:
        return
    others = select(model).where(model.translation_key == document.translation_key, model.id != document.id)
    for other in db.session.scalars(others.execution_options(populate_existing=True)).all():
        for name in shared:
            setattr(other, name, getattr(document, name))


def _require_unnamed(document: Model) -> None:
    """Raise InvalidInput where documents name this one: what they name is in their own language."""
    for model in all_models():
        for relation in inspect(model).relationships if issubclass(model, Translatable) else ():
            if relation.mapper.class_ is not type(document) or relation.direction is ONETOMANY:
                continue
            named: Any = relation.class_attribute
            names_it = named == document if relation.direction is MANYTOONE else named.contains(document)
            if db.session.scalar(select(model.id).where(names_it).limit(1)) is not None:
                sentence = _("The language of a document cannot be changed; translate it instead.")
                raise InvalidInput({"locale": sentence})


def _still_allowed(actor: Any, document: Model) -> None:
    """Nobody may change an object into one that they could not have changed, such as of another language."""
    if not may(actor, "update", document):
        undo()
        raise Forbidden(_("You are not allowed to do this."))


def relation_names(model: type[Model]) -> dict[str, str]:
    """The names of many-to-one relations by their foreign key's column: errors are shown beside the relation."""
    return {
        next(iter(relation.local_columns)).key or "": relation.key
        for relation in inspect(model).relationships
        if relation.direction is MANYTOONE
    }
