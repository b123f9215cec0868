"""Tags: what posts are about."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from cms.models.base import Model
from cms.models.column_types import Name
from cms.models.sluggable import Sluggable
from cms.models.translatable import Translatable


class Tag(Translatable, Sluggable, Model):
    """A topic that any number of posts share."""

    __tablename__ = "tags"
    __label__ = _l("Tag")
    __label_plural__ = _l("Tags")
    __label_new__ = _l("New tag")
    __icon__ = "tag"

    name: Mapped[Name] = mapped_column(sort_order=-4, info={"label": _l("Name")})

    @property
    def public_path(self) -> str:
        return f"/{self.locale}/tags/{self.slug}"
