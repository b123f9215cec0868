"""What people do with their own account: sign in and out, change the password, say who they are."""

from flask import Flask

from cms.accounts import interface_language, mail_delivery, notices
from cms.accounts.views import accounts


def init_app(app: Flask) -> None:
    """Register the addresses under `/account`, the language of personal pages, and the mail that goes out."""
    mail_delivery.init_app(app)
    interface_language.init_app(app)
    notices.init_app(app)
    app.register_blueprint(accounts)
