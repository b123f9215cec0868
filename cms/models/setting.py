"""Settings of the site that an editor may change: which there are, and what they mean."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cms.models.base import Model


@dataclass(frozen=True)
class Declared:
    """A setting: its label, whether each language may have a value of its own, and the value where none is set."""

    label: Any
    default: str
    per_language: bool = True
    least: int | None = None
    most: int | None = None


DECLARED: dict[str, Declared] = {
    "site_name": Declared(_l("Name of the site"), "Babelpress"),
    "site_tagline": Declared(_l("Tagline"), ""),
    "site_description": Declared(_l("Description for search engines"), ""),
    "footer_text": Declared(_l("Text at the foot of each page"), ""),
    "posts_per_page": Declared(_l("Posts on one page"), "10", per_language=False, least=1, most=50),
}


class Setting(Model):
    """One value; `locale` is empty where it holds for every language."""

    __tablename__ = "settings"
    __label__ = _l("Setting")
    __label_plural__ = _l("Settings")
    __label_new__ = _l("New setting")
    __purpose__ = "settings"
    __icon__ = "settings"

    key: Mapped[str] = mapped_column(
        String(64), info={"label": _l("Setting"), "kind": "setting_key", "names_rows": True}
    )
    locale: Mapped[str] = mapped_column(
        String(35),
        default="",
        server_default="",
        info={"label": _l("Language"), "kind": "locale", "help": _l("Leave empty where it holds for every language.")},
    )
    value: Mapped[str] = mapped_column(Text, default="", info={"label": _l("Value"), "in_lists": True})

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("key", "locale"),)

    def __str__(self) -> str:
        return str(DECLARED[self.key].label) if self.key in DECLARED else self.key
