"""The form that every form of the back office is built on."""

from typing import Any

from flask_admin.form import BaseForm
from flask_wtf import FlaskForm
from wtforms import HiddenField

from admin.typed_numbers import typed_number
from cms.content.editing import relation_names
from cms.content.errors import InvalidInput


class BackOfficeForm(BaseForm):
    """Flask-Admin's form with Flask-WTF's protection: one token field, one secret, the same check everywhere."""

    class Meta(FlaskForm.Meta):
        """As Flask-WTF's, but that the data is what the view passes in."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return formdata


class RowForm(BaseForm):
    """A form for one row of a list within another form, which has the token."""

    id = HiddenField()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.id.data = typed_number(self.id.data)

    def values(self) -> dict[str, Any]:
        """What was typed, by the names that services take."""
        return {name: field.data for name, field in self._fields.items()}


class ObjectForm(BackOfficeForm):
    """A form for an object; `version` tells whether somebody else has changed it meanwhile."""

    version = HiddenField()

    def values(self) -> dict[str, Any]:
        """What was typed, by the names that services take."""
        return {
            name: field.service_value() if hasattr(field, "service_value") else field.data
            for name, field in self._fields.items()
            if name not in ("csrf_token", "version")
        }

    def field_named(self, name: str) -> Any:
        """A field by its name; "items-0-url" is a field of the first row of a list."""
        own, _dash, rest = name.partition("-")
        field = self._fields.get(name) or self._fields.get(own)
        number, _dash, inner = rest.partition("-")
        if rest and field is not None and hasattr(field, "field_of") and number.isdigit():
            return field.field_of(int(number), inner)
        return field

    def take_errors(self, error: InvalidInput, model: Any) -> list[str]:
        """Put what a service refused beside its fields. Returns the sentences that belong to no field."""
        names = relation_names(model)
        rest = []
        for name, message in error.errors.items():
            field = self.field_named(name) or self._fields.get(names.get(name, ""))
            if field is None:
                rest.append(str(message))
            else:
                field.errors = [*field.errors, str(message)]
        return rest
