"""A content type declared in one file, and a walk through all that it gets without another line.

It runs in a process of its own (`python -m tests.admin.recipe_site FOLDER`), because a mapped class cannot be taken
back. Ends with "walked" where everything was as it should be.
"""

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import flask_migrate
from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import create_app
from cms.content.foundation import lay_foundation
from cms.extensions import db
from cms.models import AuditEntry, Category, Grant, Revision, Role
from cms.models.base import Model
from cms.models.column_types import Markup, Title
from cms.models.publishable import Publishable
from cms.models.sluggable import Sluggable
from cms.models.translatable import Translatable
from cms.security.permissions import all_permissions
from tests.conftest import TEST_SETTINGS
from tests.factories import make_category, make_user
from tests.site_client import signed_in


class Recipe(Translatable, Sluggable, Publishable, Model):
    """How to cook something."""

    __tablename__ = "recipes"
    __label__ = _l("Recipe")
    __label_plural__ = _l("Recipes")

    title: Mapped[Title] = mapped_column(info={"label": _l("Title")})
    steps: Mapped[Markup] = mapped_column(info={"label": _l("Steps")})
    servings: Mapped[int] = mapped_column(default=4, info={"label": _l("Servings")})
    vegetarian: Mapped[bool] = mapped_column(default=False, info={"label": _l("Vegetarian")})
    in_season: Mapped[date | None] = mapped_column(info={"label": _l("In season from")})
    price: Mapped[Decimal | None] = mapped_column(Numeric(8, 2), info={"label": _l("Price")})
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    category: Mapped[Category | None] = relationship(info={"label": _l("Category")})

    @property
    def public_path(self) -> str:
        return f"/{self.locale}/recipes/{self.slug}"


class Alert(Publishable, Model):
    """A document of the barest kind: in no language, at no address."""

    __tablename__ = "alerts"
    __label__ = _l("Alert")
    __label_plural__ = _l("Alerts")

    title: Mapped[Title] = mapped_column(info={"label": _l("Title")})
    text: Mapped[Markup] = mapped_column(info={"label": _l("Text")})


def walk(folder: Path) -> None:
    """Declare, create, and use it as an administrator, an editor and a visitor would."""
    database = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'recipes.sqlite'}", "INSTANCE_PATH": folder}
    app = create_app(TEST_SETTINGS | database)
    with app.app_context():
        flask_migrate.upgrade()
        db.create_all()
        lay_foundation()
        category = make_category(name="Soups")
        administrator, editor = signed_in(app, "administrator"), make_user("editor")
        assert {f"recipes:{action}" for action in ("read", "create", "publish", "translate")} <= set(all_permissions())
        see_the_screens(administrator, category)
        share_with_editors(app, editor)
        read_it(app)
        publish_the_barest(administrator)
    print("walked")


def see_the_screens(client: Any, category: Category) -> None:
    """List, form with the right widgets, search, filters, export, history; each write is recorded."""
    assert "Recipes" in client.get("/admin/").text
    form = client.get("/admin/recipes/new/").text
    for expected in ("data-rich-text", 'name="servings"', 'type="checkbox"', "data-combobox", 'name="publish_at"'):
        assert expected in form, expected
    typed = {"title": "Green soup", "locale": "en", "steps": "<p>Boil.<script>x</script></p>", "servings": "6"}
    typed |= {"in_season": "2026-05-01", "price": "4.50"}
    reply = client.submit("/admin/recipes/new/", typed | {"category": category.id, "_action": "publish"})
    assert reply.status_code == 302, reply.text
    recipe = db.session.query(Recipe).one()
    assert (recipe.slug, recipe.steps, recipe.servings, recipe.is_live) == ("green-soup", "<p>Boil.</p>", 6, True)
    assert (recipe.in_season, recipe.price) == (date(2026, 5, 1), Decimal("4.50"))
    for address in (
        "",
        "?search=soup",
        "?flt0_status=published",
        "?flt0_category=Soup",
        "?flt0_published_at_since=2020-01-01",
        "?show=trash",
        f"edit/?id={recipe.id}",
        f"details/?id={recipe.id}",
        f"history/?id={recipe.id}",
        f"preview/?id={recipe.id}",
        "export/csv/",
        "ajax/lookup/?name=category&query=sou",
    ):
        reply = client.get(f"/admin/recipes/{address}")
        assert reply.status_code == 200, (address, reply.status_code)
    assert "Green soup" in client.get("/admin/recipes/?search=soup").text
    assert "Green soup" not in client.get("/admin/recipes/?search=cake").text
    edit = {"title": "Caldo verde", "steps": "<p>Boil.</p>", "servings": "6", "slug": "green-soup"}
    assert client.submit(f"/admin/recipes/new/?source={recipe.id}&locale=pt", edit).status_code == 302
    assert db.session.query(Recipe).filter_by(locale="pt").one().translation_key == recipe.translation_key
    assert db.session.query(Revision).filter_by(model="recipes").count() >= 3
    assert {entry.action for entry in db.session.query(AuditEntry).filter_by(model="recipes")} >= {"create", "publish"}


def share_with_editors(app: Any, editor: Any) -> None:
    """Nobody but administrators may, until it is granted."""
    assert signed_in(app, editor).get("/admin/recipes/").status_code == 403
    role = db.session.query(Role).filter_by(name="editor").one()
    role.grants.append(Grant(permission="recipes:read"))
    db.session.commit()
    client = signed_in(app, editor)
    assert client.get("/admin/recipes/").status_code == 200
    assert client.get("/admin/recipes/new/").status_code == 403


def read_it(app: Any) -> None:
    """A visitor reads it from the cache, and sees a correction at the next reload."""
    visitor, editor = app.test_client(), signed_in(app, "administrator")
    recipe = db.session.query(Recipe).filter_by(locale="en").one()
    assert "Boil." in visitor.get("/en/recipes/green-soup").text
    assert visitor.get("/en/recipes/green-soup").headers["X-Cache"] == "hit"
    typed = {"title": "Green soup", "steps": "<p>Simmer.</p>", "slug": "green-soup", "servings": "6"}
    editor.submit(f"/admin/recipes/edit/?id={recipe.id}", typed | {"_action": "publish"})
    assert "Simmer." in visitor.get("/en/recipes/green-soup").text
    assert "/en/recipes/green-soup" in visitor.get("/sitemap.xml").text


def publish_the_barest(client: Any) -> None:
    """What such a kind lacks is not offered, and not there; the rest works."""
    typed = {"title": "Storm", "text": "<p>Stay inside.</p>"}
    assert client.submit("/admin/alerts/new/", typed | {"_action": "publish"}).status_code == 302
    alert = db.session.query(Alert).one()
    assert alert.is_live
    form = client.get(f"/admin/alerts/edit/?id={alert.id}")
    assert form.status_code == 200
    assert "data-preview" not in form.text
    assert client.submit(f"/admin/alerts/edit/?id={alert.id}", typed | {"title": "Wind"}).status_code == 302
    for address in (f"preview/?id={alert.id}", "slug/?locale=en&title=x"):
        assert client.get(f"/admin/alerts/{address}").status_code == 404, address
    assert client.submit("/admin/alerts/current/", {"id": alert.id}).status_code == 404
    assert "Storm" in client.get("/admin/").text


if __name__ == "__main__":
    walk(Path(sys.argv[1]))
