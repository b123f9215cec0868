"""Mail that tells people what happened to their account, in their own language."""

from typing import Any

from flask import Flask, render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from cms.accounts.mail_delivery import send
from cms.content.settings import site_settings
from cms.content.user_accounts import password_changed
from cms.i18n.locales import default_locale, lookup
from cms.models import User


def init_app(_app: Flask) -> None:
    """Send notices for what happens to accounts; the service tells of it, and knows nothing of mail."""
    password_changed.connect(tell_of_new_password)


def tell_of_new_password(user: User, **_more: Any) -> None:
    """Tell an account that its password was changed, so that a change by somebody else does not go unnoticed."""
    language = lookup(user.locale) or default_locale()
    with force_locale(language.folder):
        site_name = site_settings(language.code)["site_name"]
        text = render_template("accounts/mail/password_changed.txt", user=user, site_name=site_name)
        send(user.email, _("Your password was changed"), text)
