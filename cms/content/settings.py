"""The values of the settings that an editor may change."""

from sqlalchemy import select

from cms.cache import depends_on
from cms.cache.tags import settings_tag
from cms.extensions import db
from cms.models import Setting
from cms.models.setting import DECLARED


def site_settings(locale: str) -> dict[str, str]:
    """The value of every setting in a language: its own, else that for all languages, else the default.

    One query; the page that asks depends on the settings.
    """
    depends_on(settings_tag())
    values = {key: declared.default for key, declared in DECLARED.items()}
    rows = db.session.execute(
        select(Setting.key, Setting.value).where(Setting.locale.in_(["", locale])).order_by(Setting.locale)
    )
    values.update({row.key: row.value for row in rows if row.key in DECLARED})
    return values


def posts_per_page(values: dict[str, str]) -> int:
    """How many posts a list shows, from the values of `site_settings`."""
    declared = DECLARED["posts_per_page"]
    text = values["posts_per_page"]
    number = int(text) if text.isascii() and text.isdigit() else int(declared.default)
    return max(declared.least or 1, min(number, declared.most or number))
