"""Categories: the few sections of a site."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from cms.models.base import Model
from cms.models.column_types import Name, Summary
from cms.models.sluggable import Sluggable
from cms.models.translatable import Translatable


class Category(Translatable, Sluggable, Model):
    """A section that a post belongs to."""

    __tablename__ = "categories"
    __label__ = _l("Category")
    __label_plural__ = _l("Categories")
    __label_new__ = _l("New category")
    __icon__ = "category"

    name: Mapped[Name] = mapped_column(sort_order=-4, info={"label": _l("Name")})
    description: Mapped[Summary] = mapped_column(
        info={"label": _l("Description"), "help": _l("One or two sentences at the top of the category's page.")}
    )

    @property
    def public_path(self) -> str:
        return f"/{self.locale}/categories/{self.slug}"
