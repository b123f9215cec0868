"""Lists that belong to one object: the links of a menu, the grants of a role.

A relation whose rows cannot live without their owner is edited together with it. Values are a list of mappings, one
for each row that shall be there; a row that is there already has its "id", one that is not named goes. Rows that have
a place among each other stand in the order of the list, unless they say their position.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.orm.interfaces import ONETOMANY

from cms.content.errors import InvalidInput
from cms.content.validation import clean
from cms.models.base import Model
from cms.models.orderable import Orderable


def owned_relations(model: type[Model]) -> dict[str, RelationshipProperty[Any]]:
    """The relations of a model whose rows live and die with it, by name; those without a label are machinery."""
    return {
        relation.key: relation
        for relation in inspect(model).relationships
        if relation.direction is ONETOMANY and relation.cascade.delete_orphan and relation.info.get("label")
    }


def lay_list(document: Any, name: str, rows: Iterable[Mapping[str, Any]]) -> bool:
    """Make the list hold exactly these rows; returns whether anything changed. Not flushed.

    Raises InvalidInput with the errors of each row under "<name>-<number>-<field>", the numbers counting from 0.
    """
    relation = owned_relations(type(document))[name]
    child_model: Any = relation.mapper.class_
    there = {child.id: child for child in getattr(document, name)}
    (back,) = [str(column.key) for column in relation.remote_side]
    kept: list[Any] = []
    errors: dict[str, Any] = {}
    changed = False
    for number, row in enumerate(rows):
        child = there.get(row.get("id"))
        place = {"position": number} if issubclass(child_model, Orderable) else {}
        values = place | {key: value for key, value in row.items() if key != "id"}
        try:
            cleaned = clean(child_model, values | {back: document.id or 0}, child)
        except InvalidInput as error:
            errors |= {f"{name}-{number}-{field}": message for field, message in error.errors.items()}
            continue
        cleaned.pop(back)
        if child is None:
            child = child_model()
            changed = True
        for key, value in cleaned.items():
            if getattr(child, key) != value:
                setattr(child, key, value)
                changed = True
        kept.append(child)
    if errors:
        raise InvalidInput(errors)
    if changed or len(kept) != len(there):
        setattr(document, name, kept)
        return True
    return False
