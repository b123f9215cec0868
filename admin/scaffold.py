"""What a screen shows, derived from the mapper and from what the columns say of themselves.

Every function takes a model and looks at nothing else, so that a content type declared in one file has its list,
search, filters, form and details without another line.
"""

from collections.abc import Iterator
from typing import Any

from flask import current_app
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Float, Integer, Numeric, Text, inspect
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.orm.interfaces import MANYTOMANY, MANYTOONE
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    HiddenField,
    IntegerField,
    SelectField,
    TextAreaField,
)
from wtforms.validators import Optional

from admin.activity import SENTENCES, sentence_about
from admin.fields import CheckboxesField, MomentField, OwnedListField, RelationField, RichTextField, TextField
from admin.filters import (
    ChoiceFilter,
    DayFilter,
    MissingLanguageFilter,
    OutdatedFilter,
    RelationFilter,
    TextFilter,
    YesNoFilter,
)
from admin.forms import ObjectForm, RowForm
from admin.relations import RelationLoader
from cms.content.owned_lists import owned_relations
from cms.content.time_zones import time_zones_by_region
from cms.i18n.locales import site_locales
from cms.models.base import Model, all_models, columns_of
from cms.models.column_types import UtcMoment
from cms.models.orderable import Orderable
from cms.models.publishable import Publishable, Status
from cms.models.setting import DECLARED
from cms.models.sluggable import Sluggable
from cms.models.translatable import Translatable
from cms.security.permissions import Scope, all_permissions

# Kinds whose values are too long for a cell.
LONG_KINDS = ("markup", "summary", "secret")
SEARCHED_KINDS = ("title", "slug", "email")
FILTERED_BY_CHOICE = ("locale", "menu_location", "setting_key", "scope", "audit_action", "model")
LIST_COLUMNS = 7


def label_of(column: Any) -> Any:
    """The label of a column or a relation: its own, else its name in words."""
    return column.info.get("label") or column.key.replace("_", " ").capitalize()


def labels(model: type[Model]) -> dict[str, Any]:
    """Labels of all columns and relations, by name."""
    found = {column.key: label_of(column) for column in columns_of(model)}
    found.update({relation.key: label_of(relation) for relation in inspect(model).relationships})
    found["id"] = _l("Number")
    return found


def shown_relations(model: type[Model]) -> Iterator[RelationshipProperty[Any]]:
    """Relations that have a label: backrefs and machinery have none."""
    for relation in inspect(model).relationships:
        if relation.info.get("label"):
            yield relation


def is_long(column: Column[Any]) -> bool:
    """Whether the column's values do not fit into a cell."""
    return column.info.get("kind") in LONG_KINDS or isinstance(column.type, JSON | Text)


def list_columns(model: type[Model]) -> list[str]:
    """Title first, then what tells rows apart, then when they changed."""
    title = model.title_column()
    naming = title if title is not None else next((c for c in columns_of(model) if c.info.get("names_rows")), None)
    names = [naming.key] if naming is not None else ["id"]
    for column in columns_of(model):
        kind = column.info.get("kind")
        too_long = is_long(column) and not column.info.get("in_lists")
        if column.foreign_keys or column.primary_key or column.key in names or too_long or kind == "slug":
            continue
        if column.info.get("machinery") and column.key != "status":
            continue
        names.append(column.key)
    names.extend(relation.key for relation in shown_relations(model) if relation.direction is MANYTOONE)
    first, rest = names[0], names[1:]
    places = {"status": 0, "locale": 1, "position": 3}
    rest.sort(key=lambda name: places.get(name, 2))
    return [first, *rest[: LIST_COLUMNS - 2], "updated_at"]


def details_columns(model: type[Model]) -> list[str]:
    """Everything but secrets and what only the program reads."""
    keys = {column.key for relation in shown_relations(model) for column in relation.local_columns}
    names = [
        column.key
        for column in columns_of(model)
        if column.info.get("kind") != "secret"
        and column.key not in keys - {"id"}
        and (column.info.get("label") or column.key == "id")
    ]
    return [*names, *(relation.key for relation in shown_relations(model))]


def export_columns(model: type[Model]) -> list[str]:
    """What a spreadsheet gets: the columns with a label, and the names of single relations."""
    names = [
        column.key
        for column in columns_of(model)
        if (column.info.get("label") or column.primary_key)
        and column.info.get("kind") not in ("secret", "markup")
        and not column.foreign_keys
        and not isinstance(column.type, JSON)
    ]
    return [*names, *(relation.key for relation in shown_relations(model) if relation.direction is MANYTOONE)]


def sortable_columns(model: type[Model]) -> list[str]:
    """The columns that an index serves: sorting by another would read the whole table."""
    table: Any = model.__table__
    leading = {next(iter(index.columns)).key for index in table.indexes}
    leading |= {column.key for column in table.columns if column.primary_key or column.unique}
    return [column.key for column in columns_of(model) if column.key in leading and not column.foreign_keys]


def searched_columns(model: type[Model]) -> list[str]:
    """The columns whose text a search looks through."""
    searched = [column.key for column in columns_of(model) if column.info.get("kind") in SEARCHED_KINDS]
    return [*searched, *(["username"] if "username" in inspect(model).column_attrs else [])]


def choices_of(column: Column[Any]) -> list[tuple[str, Any]] | None:
    """The few values that a column can have, as (value, label), or None."""
    match column.info.get("kind"):
        case "locale":
            return [(locale.code, locale.name) for locale in site_locales()]
        case "audit_action":
            return [(action, sentence_about(action, "…", "…")) for action in SENTENCES]
        case "model":
            kinds = [(model.__tablename__, model.__label_plural__) for model in all_models()]
            return [*kinds, ("catalogs", _l("Interface texts"))]
        case "permission":
            return [(name, name) for name in all_permissions()]
        case "scope":
            return [
                (Scope.ALL, _l("Everything")),
                (Scope.OWN, _l("Own only")),
                (Scope.LANGUAGES, _l("In their languages")),
            ]
        case "setting_key":
            return [(key, declared.label) for key, declared in DECLARED.items()]
        case "menu_location":
            return [("header", _l("Head of the page")), ("footer", _l("Foot of the page"))]
        case "redirect_status":
            return [("301", _l("Permanent")), ("302", _l("Temporary"))]
    if column.key == "status":
        return [
            (Status.DRAFT, _l("Draft")),
            (Status.REVIEW, _l("In review")),
            (Status.PUBLISHED, _l("Published")),
        ]
    return None


def inline_columns(model: type[Model]) -> list[str]:
    """The name of simple things may be changed in their list; documents are changed by their own services."""
    title = model.title_column()
    if title is None or issubclass(model, Publishable) or not issubclass(model, Sluggable):
        return []
    return [title.key]


def filters(model: type[Model]) -> list[Any]:
    """Filters for states, languages, dates, switches and what is named."""
    found: list[Any] = []
    for column in columns_of(model):
        attribute = getattr(model, column.key)
        if column.info.get("kind") in FILTERED_BY_CHOICE or column.key == "status":
            found.append(ChoiceFilter(attribute, label_of(column), _choices(column)))
        elif isinstance(column.type, UtcMoment | DateTime | Date) and column.info.get("label"):
            found.extend(DayFilter(attribute, label_of(column), since) for since in (True, False))
        elif isinstance(column.type, Boolean) and not column.info.get("machinery"):
            found.append(YesNoFilter(attribute, label_of(column)))
        elif column.info.get("kind") in ("title", "permission"):
            found.append(TextFilter(attribute, label_of(column)))
    found.extend(RelationFilter(relation, label_of(relation)) for relation in filtered_relations(model))
    if issubclass(model, Translatable):
        found.append(MissingLanguageFilter(model, choices_of_locales))
    if issubclass(model, Translatable) and issubclass(model, Publishable):
        found.append(OutdatedFilter(model))
    # Moments last: there are many of them, and one looks for a state, a topic or a person more often.
    return sorted(found, key=lambda one: isinstance(one, DayFilter))


def filtered_relations(model: type[Model]) -> Iterator[RelationshipProperty[Any]]:
    """Relations that lists are filtered by: what they name has a title, by which it is found."""
    for relation in shown_relations(model):
        if relation.direction in (MANYTOONE, MANYTOMANY) and relation.mapper.class_.title_column() is not None:
            yield relation


def _choices(column: Column[Any]) -> Any:
    return lambda: choices_of(column)


def form_names(model: type[Model]) -> list[str]:
    """The fields of a form: what an editor may set, relations in the place of their foreign keys."""
    keys = {column.key for relation in inspect(model).relationships for column in relation.local_columns} - {"id"}
    names = [
        column.key
        for column in columns_of(model)
        if not column.info.get("machinery") and not column.primary_key and column.key not in keys
    ]
    for relation in shown_relations(model):
        machinery = any(column.info.get("machinery") for column in relation.local_columns)
        if relation.direction in (MANYTOONE, MANYTOMANY) and not relation.viewonly and not machinery:
            names.append(relation.key)
    return [*names, *owned_relations(model)]


def relation_loaders(model: type[Model]) -> dict[str, RelationLoader]:
    """A loader for each relation that a form offers."""
    names = form_names(model)
    owned = owned_relations(model)
    return {
        relation.key: RelationLoader(relation.key, relation.mapper.class_)
        for relation in inspect(model).relationships
        if relation.key in names and relation.key not in owned
    }


def all_loaders(model: type[Model]) -> dict[str, RelationLoader]:
    """The loaders of filters, of a form, and of the lists in it, by the names under which rows are looked up."""
    found = {one.key: RelationLoader(one.key, one.mapper.class_) for one in filtered_relations(model)}
    found |= relation_loaders(model)
    for relation in owned_relations(model).values():
        found |= {loader.name: loader for loader in owned_loaders(relation).values()}
    return found


def form_class(model: type[Model], view: Any = None) -> type[ObjectForm]:
    """A form with the right field for each column and relation."""
    columns = {column.key: column for column in columns_of(model)}
    loaders = relation_loaders(model)
    fields: dict[str, Any] = {}
    for name in form_names(model):
        if name in columns:
            fields[name] = field_for(columns[name])
        elif name in owned_relations(model):
            relation = inspect(model).relationships[name]
            movable = issubclass(relation.mapper.class_, Orderable)
            fields[name] = OwnedListField(row_form_class(relation, view), label_of(relation), movable)
        else:
            fields[name] = _relation_field(inspect(model).relationships[name], loaders[name], view)
    if issubclass(model, Publishable):
        fields["publish_at"] = MomentField(
            _l("Publish at"), [Optional()], description=_l("Leave empty to publish at once.")
        )
    return type(f"{model.__name__}Form", (ObjectForm,), fields)


def _relation_field(relation: RelationshipProperty[Any], loader: RelationLoader, view: Any) -> RelationField:
    return RelationField(
        label_of(relation),
        loader=loader,
        multiple=relation.direction is MANYTOMANY,
        view=view,
        description=relation.info.get("help", ""),
    )


def row_form_class(relation: RelationshipProperty[Any], view: Any = None) -> type[RowForm]:
    """A form for one row of a list that belongs to its object: the row's own form without the way back."""
    model = relation.mapper.class_
    columns = {column.key: column for column in columns_of(model)}
    back = {other.key for other in inspect(model).relationships if other.mapper is relation.parent}
    loaders = owned_loaders(relation)
    fields: dict[str, Any] = {}
    for name in form_names(model):
        if name == "position" and issubclass(model, Orderable):
            # Rows are moved.
            fields[name] = HiddenField(render_kw={"data-nested-position": ""})
        elif name in columns:
            fields[name] = field_for(columns[name])
        elif name not in back:
            fields[name] = _relation_field(inspect(model).relationships[name], loaders[name], view)
    return type(f"{model.__name__}RowForm", (RowForm,), fields)


def owned_loaders(relation: RelationshipProperty[Any]) -> dict[str, RelationLoader]:
    """Loaders for what the rows of a list name; their look-ups are told apart by "<list>.<name>"."""
    return {
        name: RelationLoader(f"{relation.key}.{name}", loader.model)
        for name, loader in relation_loaders(relation.mapper.class_).items()
    }


def field_for(column: Column[Any]) -> Any:
    """The field that suits a column. Services check values; a field only turns what was typed into one."""
    options: dict[str, Any] = {"label": label_of(column), "description": column.info.get("help", "")}
    kind = column.info.get("kind")
    if kind == "locales":
        return CheckboxesField(choices=choices_of_locales, **options)
    if kind == "timezone":
        return SelectField(choices=time_zones, validate_choice=False, **options)
    if choices_of_kind(kind):
        return _choice_field(column, options)
    if kind in FIELDS_BY_KIND:
        return FIELDS_BY_KIND[kind](**options)
    for types, field, more in FIELDS_BY_TYPE:
        if isinstance(column.type, types):
            return field(**options, **more, default=_default_of(column))
    return TextField(default=_default_of(column), **options)


FIELDS_BY_KIND: dict[str, Any] = {"markup": RichTextField, "email": EmailField}
# The first that fits; what is left empty is nothing rather than a wrong number.
FIELDS_BY_TYPE: tuple[tuple[Any, Any, dict[str, Any]], ...] = (
    (Boolean, BooleanField, {}),
    (UtcMoment | DateTime, MomentField, {"validators": [Optional()]}),
    (Date, DateField, {"validators": [Optional()]}),
    (Integer, IntegerField, {"validators": [Optional()]}),
    (Numeric | Float, DecimalField, {"validators": [Optional()]}),
    (Text, TextAreaField, {"render_kw": {"rows": 4}}),
)


def _default_of(column: Column[Any]) -> Any:
    return getattr(column.default, "arg", None) if column.default is not None and column.default.is_scalar else None


def _choice_field(column: Column[Any], options: dict[str, Any]) -> Any:
    default = _default_of(column)
    if column.info.get("kind") == "locale" and not column.nullable and default is None:
        default = _default_locale
    empty = [("", "–")] if column.nullable or default == "" else []
    return SelectField(
        choices=lambda: [*empty, *(choices_of(column) or [])],
        coerce=int if isinstance(column.type, Integer) else str,
        default=default,
        validate_choice=False,
        **options,
    )


def _default_locale() -> str:
    return str(current_app.config["DEFAULT_LOCALE"])


def choices_of_locales() -> list[tuple[str, str]]:
    """The languages of the site, each by its own name."""
    return [(locale.code, locale.name) for locale in site_locales()]


def time_zones() -> dict[str, list[tuple[str, Any]]]:
    """The time zones that an account may have, by region; none stands for that of the site."""
    return {"": [("", "–")], **dict(time_zones_by_region(get_locale()))}


def choices_of_kind(kind: str | None) -> bool:
    """Whether columns of this kind take one of a few values."""
    return kind in (*FILTERED_BY_CHOICE, "permission", "redirect_status")
