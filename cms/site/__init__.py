"""The public site: what visitors read, each page in the language that its address names."""

from flask import Flask

from cms.site import errors, template_context
from cms.site.addresses import LanguageConverter, TextConverter
from cms.site.files import files
from cms.site.health import health
from cms.site.language_choice import choice
from cms.site.media import media
from cms.site.searching import searching
from cms.site.syndication import syndication
from cms.site.views import site


def init_app(app: Flask) -> None:
    """Register the public addresses, the pages for errors, and what templates may ask for."""
    app.url_map.converters["language"] = LanguageConverter
    app.url_map.converters["text"] = TextConverter
    template_context.init_app(app)
    errors.init_app(app)
    app.register_blueprint(health)
    app.register_blueprint(files)
    app.register_blueprint(media)
    app.register_blueprint(choice)
    app.register_blueprint(searching)
    app.register_blueprint(syndication)
    app.register_blueprint(site)
