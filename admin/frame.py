"""What the frame around every back office screen shows: languages to choose from, the site's name and address."""

from typing import Any

from flask import url_for
from flask_babel import get_locale

from cms.content.settings import site_settings
from cms.i18n.locales import lookup, site_locales


def frame() -> dict[str, Any]:
    """Facts for the templates: site_name, site_url, languages [{code, name, direction, current}]."""
    language = lookup(str(get_locale() or "").replace("_", "-")) or site_locales()[0]
    return {
        "site_name": site_settings(language.code)["site_name"],
        "site_url": url_for("site.home", locale=language.code),
        "languages": [
            {
                "code": one.code,
                "name": one.name,
                "direction": one.direction,
                "current": one.code == language.code,
            }
            for one in site_locales()
        ],
    }
