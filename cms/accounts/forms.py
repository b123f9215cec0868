"""The forms of the account pages: their fields and labels. What may be in them is decided by the service."""

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from cms.content.time_zones import time_zones_by_region
from cms.i18n.locales import site_locales

# A browser that knows the field by this name fills it in, and offers to keep a new password.
CURRENT, NEW = {"autocomplete": "current-password"}, {"autocomplete": "new-password"}
# Addresses and names of accounts are not prose: no capital at the beginning, no corrections.
LITERAL = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}


class SignInForm(FlaskForm):
    """Sign in by user name or e-mail address."""

    username = StringField(
        _l("User name or e-mail address"),
        [InputRequired(_l("Please enter your user name or e-mail address."))],
        render_kw={"autocomplete": "username", "autofocus": True, **LITERAL},
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Please enter your password."))], render_kw=CURRENT)
    remember = BooleanField(_l("Keep me signed in on this device"))
    next = HiddenField()


class PasswordForm(FlaskForm):
    """Change one's own password."""

    current_password = PasswordField(
        _l("Present password"), [InputRequired(_l("Please enter your present password."))], render_kw=CURRENT
    )
    new_password = PasswordField(
        _l("New password"),
        [InputRequired(_l("Please enter a new password."))],
        description=_l("At least 10 characters. A few unrelated words are easy to keep in mind."),
        render_kw=NEW,
    )
    repeat_password = PasswordField(
        _l("New password, again"), [InputRequired(_l("Please enter the new password once more."))], render_kw=NEW
    )


class ProfileForm(FlaskForm):
    """What people say of themselves, and how the back office speaks to them."""

    display_name = StringField(
        _l("Name"), description=_l("Readers see it below your articles."), render_kw={"autocomplete": "name"}
    )
    email = EmailField(_l("E-mail address"), render_kw={"autocomplete": "email", **LITERAL})
    bio = TextAreaField(_l("About you"), description=_l("Shown on your author page."), render_kw={"rows": 5})
    locale = SelectField(_l("Language of the interface"), validate_choice=False)
    timezone = SelectField(
        _l("Time zone"), description=_l("Moments in the back office are shown in it."), validate_choice=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locale.choices = [("", _("As my browser asks")), *((info.code, info.name) for info in site_locales())]
        self.timezone.choices = {"": [("", _("As the site"))], **dict(time_zones_by_region(get_locale()))}
