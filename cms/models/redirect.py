"""Addresses that moved."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cms.models.base import Model


class Redirect(Model):
    """From a path of this site to another path, or to an address elsewhere."""

    __tablename__ = "redirects"
    __label__ = _l("Redirect")
    __label_plural__ = _l("Redirects")
    __label_new__ = _l("New redirect")
    __purpose__ = "settings"
    __icon__ = "redirect"

    source: Mapped[str] = mapped_column(
        String(500),
        info={
            "label": _l("From"),
            "kind": "title",
            "help": _l("A path on this site that begins with a slash, for example /en/old-page."),
        },
    )
    target: Mapped[str] = mapped_column(
        String(500), info={"label": _l("To"), "help": _l("A path on this site, or a complete address.")}
    )
    status_code: Mapped[int] = mapped_column(
        default=301, server_default="301", info={"label": _l("Kind"), "kind": "redirect_status"}
    )

    @classmethod
    def table_arguments(cls) -> tuple[Any, ...]:
        return (UniqueConstraint("source"),)
