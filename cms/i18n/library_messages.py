"""Texts of Flask-Admin and WTForms that their own catalogues do not have in every language that we ship.

Named here so that they are extracted into our catalogues, which come first. A test compares the list with what the
installed libraries show.
"""

from flask_babel import LazyString, lazy_ngettext
from flask_babel import lazy_gettext as _l

LIBRARY_MESSAGES: tuple[LazyString, ...] = (
    _l("Failed to create record."),
    _l("Failed to save record."),
    _l("Choices cannot be None."),
    lazy_ngettext(
        "'%(value)s' is not a valid choice for this field.",
        "'%(value)s' are not valid choices for this field.",
        1,
    ),
    _l("Not a valid time value."),
    _l("Not a valid week value."),
    _l("This field cannot be edited."),
    _l("This field is disabled and cannot have a value."),
)
