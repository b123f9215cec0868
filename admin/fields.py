"""The fields of back office forms: one for each kind of column, with the widget that suits it."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_admin.model.fields import InlineFieldList, InlineModelFormField
from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from wtforms import DateTimeLocalField, Field, SelectMultipleField, StringField, TextAreaField, widgets
from wtforms.utils import unset_value
from wtforms.widgets import html_params

from admin.relations import RelationLoader
from admin.typed_numbers import typed_number
from cms.content.media_library import thumbnail_url
from cms.models import Media
from cms.security.policy import may

FIRST_YEAR, LAST_YEAR = 1900, 9000
# Digits of the number of a row.
LONGEST_NUMBER = 5
# The name of the buttons that move a row and save, for where no script runs.
MOVE = "_move"


class TextField(StringField):
    """A line of text; nothing typed is an empty text."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist else ""


class RichTextField(TextAreaField):
    """The WYSIWYG editor over a plain text area, which remains where no script runs."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs["render_kw"] = {
            "data-rich-text": "",
            "data-locale-field": "locale",
            "rows": 20,
            **(kwargs.get("render_kw") or {}),
        }
        super().__init__(label, validators, **kwargs)


class MomentField(DateTimeLocalField):
    """A moment, typed and shown in the editor's own time zone, stored in UTC."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return self.data.astimezone(_zone()).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist or not valuelist[0]:
            self.data = None
            return
        self.data = None
        for pattern in self.strptime_format:
            try:
                moment = datetime.strptime(valuelist[0], pattern).replace(tzinfo=_zone())
            except ValueError:
                continue
            # Near the ends of the calendar, a moment of one time zone is none in another.
            if FIRST_YEAR <= moment.year <= LAST_YEAR:
                self.data = moment
                return
        raise ValueError(_("This is not a date and time."))


def _zone() -> Any:
    return get_timezone() or ZoneInfo("UTC")


class RelationInput:
    """A hidden input that the combobox of the back office stands in for."""

    input_type = "hidden"

    def __call__(self, field: "RelationField", **kwargs: Any) -> Markup:
        kwargs.setdefault("id", field.id)
        model = field.loader.model
        attributes = {
            "type": "text",
            "name": field.name,
            "value": field._value(),
            "data-combobox": "",
            "data-multiple": "yes" if field.multiple else "no",
            "data-selected": json.dumps([field.loader.format(row) for row in field.rows()], default=str),
            "data-placeholder": _("Type to search"),
        }
        if field.lookup_url:
            attributes["data-lookup-url"] = field.lookup_url
        if may(current_user, "create", model):
            attributes["data-create-url"] = url_for(f"admin_{model.__tablename__}.create_view")
        if model is Media:
            del attributes["data-combobox"]
            attributes["data-media-chooser"] = ""
            attributes["data-browse-url"] = url_for("admin_media.browse")
            attributes["data-upload-url"] = url_for("admin_media.upload")
            attributes["data-selected"] = json.dumps(_picture(field.rows()[0]) if field.rows() else None)
        # html_params escapes what it is given.
        return Markup("<input {}>").format(Markup(html_params(**{**attributes, **kwargs})))  # noqa: S704 -- see above


def _picture(media: Media) -> dict[str, Any]:
    return {"id": media.id, "title": media.title, "thumb": thumbnail_url(media), "alt": media.title}


class RelationField(Field):
    """What an object names: one row, or several; the value is their ids, separated by commas."""

    widget = RelationInput()

    def __init__(self, label: Any, loader: RelationLoader, multiple: bool, view: Any = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.loader = loader
        self.multiple = multiple
        self.view = view

    @property
    def lookup_url(self) -> str:
        """Where the combobox looks rows up."""
        if self.view is None:
            return ""
        return self.view.get_url(f"{self.view.endpoint}.ajax_lookup", name=self.loader.name)

    def rows(self) -> Sequence[Any]:
        """The chosen rows."""
        if self.multiple:
            return self.data or []
        return [self.data] if self.data is not None else []

    def _value(self) -> str:
        return ",".join(str(row.id) for row in self.rows())

    def _named_already(self) -> Sequence[Any]:
        """What the object names: it may stay, also where the user could not choose it."""
        named = self.object_data
        if named is None:
            return []
        return list(named) if self.multiple else [named]

    def process_formdata(self, valuelist: list[Any]) -> None:
        ids = [part.strip() for text in valuelist for part in str(text).split(",") if part.strip()]
        found = {str(row.id): row for row in [*self._named_already(), *self.loader.get_many(ids)]}
        rows = [found[identifier] for identifier in dict.fromkeys(ids) if identifier in found]
        self.data = rows if self.multiple else (rows[0] if rows else None)
        if len(rows) != len(set(ids)) or (not self.multiple and len(ids) > 1):
            raise ValueError(_("Something that you chose is no longer there."))


class RowField(InlineModelFormField):
    """One row, drawn by our template."""

    def __call__(self, **kwargs: Any) -> Markup:
        # A template that escapes has drawn it.
        return Markup(super().__call__(**kwargs))  # noqa: S704 -- see above


class OwnedListField(InlineFieldList):
    """The rows of a list that belongs to the object: each a small form; the data are mappings for the service.

    Rows that are `movable` have a hidden field "position" and stand in its order, which is that of the service's list.
    """

    def __init__(self, row_form: Any, label: Any, movable: bool = False, **kwargs: Any) -> None:
        super().__init__(RowField(row_form, "id"), label, **kwargs)
        self.movable = movable

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """As Flask-Admin does, and in order; `_move` says which row goes up or down, as in "items-2-up"."""
        super().process(formdata, data, extra_filters)
        if not self.movable:
            return
        if formdata:
            self.entries.sort(key=_place_of)
            self._move(*formdata.get(MOVE, "").rpartition("-")[::2])
        for at, entry in enumerate(self.entries):
            entry.form["position"].data = at

    def _move(self, name: str, way: str) -> None:
        """Let the row of this name change places with its neighbour, where there are both."""
        at = next((at for at, entry in enumerate(self.entries) if entry.id == name), None)
        step = {"up": -1, "down": 1}.get(way)
        if at is not None and step is not None and 0 <= at + step < len(self.entries):
            self.entries.insert(at + step, self.entries.pop(at))

    def __call__(self, **kwargs: Any) -> Markup:
        # As for its rows.
        return Markup(super().__call__(**kwargs))  # noqa: S704 -- see above

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        """The numbers of the rows that were sent; names with anything else in that place are nobody's."""
        start = len(prefix) + 1
        for name in formdata:
            if name.startswith(f"{prefix}-"):
                number = typed_number(name[start:].partition("-")[0], longest=LONGEST_NUMBER)
                if number is not None:
                    yield number

    def kept_entries(self) -> list[Any]:
        """The rows that shall stay."""
        return [entry for entry in self.entries if not self.should_delete(entry)]

    def field_of(self, number: int, name: str) -> Any:
        """A field of a row that stays, or None; relations are found by their column, too."""
        entries = self.kept_entries()
        if number >= len(entries):
            return None
        fields = entries[number].form._fields
        return fields.get(name) or fields.get(name.removesuffix("_id"))

    def service_value(self) -> list[dict[str, Any]]:
        """What the service takes."""
        rows = [entry.form.values() for entry in self.kept_entries()]
        for row in rows if self.movable else ():
            del row["position"]
        return rows


def _place_of(entry: Any) -> int:
    """Where a row was sent to stand; without a place, behind the others."""
    place = typed_number(entry.form["position"].data, longest=LONGEST_NUMBER)
    return place if place is not None else 10**LONGEST_NUMBER


class CheckboxesField(SelectMultipleField):
    """Several of a few choices, as check boxes."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()
