"""A place among siblings."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column


class Orderable:
    """An object that stands at a place chosen by an editor: smaller numbers first."""

    position: Mapped[int] = mapped_column(
        default=0,
        server_default="0",
        sort_order=40,
        info={"label": _l("Position"), "help": _l("Smaller numbers come first.")},
    )
