"""Babelpress: the application factory, a table of contents of what the program is made of."""

import gc
import logging
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import cms.models  # noqa: F401 -- maps every content type before the first query
from admin import init_admin
from cms import accounts, assets, background, cache, commands, connections, development, schema, site
from cms.accounts.interface_language import select_locale, select_timezone
from cms.content import picture_uses
from cms.content.publishing import apply_due
from cms.content.searching import upkeep
from cms.extensions import csrf, db
from cms.i18n import domain, watch
from cms.security import bad_input, headers, passwords, rate_limits, sessions
from cms.site.compiled_templates import keep_compiled_templates
from config import ROOT, make_instance_folder, read_settings

# What is loaded by now is never garbage, and need not be looked at again; what requests leave behind is.
gc.freeze()
gc.set_threshold(50_000, 20, 50)


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """An application, configured from the environment and then from `overrides`.

    Raises ConfigurationError, one line that says what to do.
    """
    settings = read_settings() | (overrides or {})
    app = Flask(__name__, instance_path=str(settings["INSTANCE_PATH"]), static_folder=str(ROOT / "static"))
    app.config.from_mapping(settings)
    make_instance_folder(app.config["INSTANCE_PATH"])
    if not app.testing:
        # What happens is told in one line each, of our own parts only; libraries speak up when something is wrong.
        logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
        logging.getLogger("cms").setLevel(logging.INFO)
        keep_compiled_templates(app)

    if app.config["APP_ENV"] == "development":
        development.init_app(app)
    _init_database(app)
    domain.init_app(app, select_locale, select_timezone)
    _init_security(app)
    assets.init_app(app)
    site.init_app(app)
    accounts.init_app(app)
    init_admin(app)
    background.init_app(app)
    commands.init_app(app)

    # The layers around the application, the innermost first: a hit of the page cache enters nothing below it.
    cache.init_app(app)
    # Also a page that is kept must not outlive an edit of the catalogue that it was rendered with.
    cache.before_lookup(app, watch.watch_of(app).poll)
    # Before the cache reads its sequence: what is found now purges pages, which this one must not be among.
    cache.before_render(app, watch.watch_of(app).look)
    cache.when_due(app, apply_due)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's own way to wrap it
    return app


def _init_database(app: Flask) -> None:
    db.init_app(app)
    schema.init_app(app)
    connections.init_app(app)
    upkeep.init_app(app)
    picture_uses.init_app(app)


def _init_security(app: Flask) -> None:
    passwords.init_app(app)
    sessions.init_app(app)
    csrf.init_app(app)
    rate_limits.init_app(app)
    headers.init_app(app)
    # Last, because it puts itself before every other hook.
    bad_input.init_app(app)
