"""What people do with their own account: sign in and out, change the password, say who they are."""

from flask import Flask

from cms.accounts import carrying, interface_language, mail_delivery, notices
from cms.accounts.views import accounts
from cms.security import carried_forms


def init_app(app: Flask) -> None:
    """Register the addresses under `/account`, the language of personal pages, the mail that goes out, and
    the pages that carry forms."""
    mail_delivery.init_app(app)
    interface_language.init_app(app)
    notices.init_app(app)
    carried_forms.init_app(app, carrying.show)
    app.register_blueprint(accounts)
