"""What templates of public pages are given."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import inspect
from sqlalchemy.orm import Mapped

from cms.content import presenting
from cms.extensions import Base, db
from cms.models.base import Model
from cms.models.column_types import Markup, Summary, Title
from cms.models.publishable import Publishable
from cms.models.sluggable import Sluggable
from cms.models.translatable import Translatable
from tests.factories import make_media, make_page, make_post, make_tag, translate
from tests.site_client import SiteClient

pytestmark = pytest.mark.usefixtures("app_context")

MOMENT = datetime(2026, 11, 5, tzinfo=UTC)


@pytest.fixture
def recipe_type(app: Flask, app_context: Any) -> Iterator[Any]:
    """A content type that nobody has written a line for."""

    class Recipe(Translatable, Sluggable, Publishable, Model):
        __tablename__ = "recipes"
        __label__ = "Recipe"
        __label_plural__ = "Recipes"

        title: Mapped[Title]
        summary: Mapped[Summary]
        ingredients: Mapped[Markup]
        steps: Mapped[Markup]

        @property
        def public_path(self) -> str:
            return f"/{self.locale}/recipes/{self.slug}"

    table = inspect(Recipe).local_table
    table.create(db.engine)
    yield Recipe
    db.session.remove()
    table.drop(db.engine)
    manager = inspect(Recipe).class_manager
    Base.registry._dispose_manager_and_mapper(manager)
    Base.registry._managers.pop(manager)
    Base.metadata.remove(table)


def make_recipe(recipe_type: Any, **values: Any) -> Any:
    """A published recipe."""
    row = recipe_type(
        **{"title": "Soup", "slug": "soup", "locale": "en", "status": "published", "published_at": MOMENT}
        | {"ingredients": "<p>Water.</p>", "steps": "<p>Boil.</p>"}
        | values
    )
    db.session.add(row)
    db.session.commit()
    return row


def test_a_new_content_type_has_public_pages(recipe_type: Any, client: SiteClient) -> None:
    soup = make_recipe(recipe_type, summary="Warm.")
    make_recipe(recipe_type, title="Sopa", slug="sopa", locale="pt", translation_key=soup.translation_key)
    make_recipe(recipe_type, slug="secret", status="draft")
    answer = client.get("/en/recipes/soup")
    assert answer.status_code == 200
    for part in ("<h1>Soup</h1>", "Warm.", "<p>Water.</p><p>Boil.</p>", "November 5, 2026", 'href="/pt/recipes/sopa"'):
        assert part in answer.text
    for missing in ("/en/recipes/secret", "/en/recipes/none", "/en/soup", "/pt/recipes/soup"):
        assert client.get(missing).status_code == 404
    assert client.get("/language/pt?next=/en/recipes/soup").location == "/pt/recipes/sopa"
    assert "http://localhost/en/recipes/soup" in client.get("/sitemap.xml").text


def test_what_has_no_public_page_is_not_presented() -> None:
    assert presenting.document_page(make_tag(), "http://localhost") is None
    assert presenting.document_page(None, "http://localhost") is None


@pytest.mark.parametrize(
    ("title", "letter"),
    [("Ships", "S"), ("“Quoted”", "Q"), ("éclair", "É"), ("البحر", "ب"), ("中文", "中"), ("…!?", "·")],
)
def test_the_letter_that_stands_for_a_picture(title: str, letter: str) -> None:
    assert presenting.Card(make_post(title=title), None).letter == letter


def test_months_have_names_in_every_language(app: Flask) -> None:
    with app.test_request_context("/en/"):
        assert presenting.month_name(2026, 11) == "November 2026"
        with force_locale("fr"):
            assert presenting.month_name(2026, 11) == "Novembre 2026"
        with force_locale("zh_Hans"):
            assert presenting.month_name(2026, 11) == "2026年11月"


def test_a_frame_knows_where_the_content_can_be_read(app: Flask) -> None:
    post = make_post(slug="hello")
    translate(post, "pt", slug="ola")
    with app.test_request_context("/en/"):
        frame = presenting.frame("en", post.public_path, "http://localhost", presenting.versions_of(post))
    assert [(link.language.code, link.path) for link in frame.translations] == [("pt", "/pt/posts/ola")]
    current = [link for link in frame.languages if link.is_current]
    assert [(link.language.code, link.path) for link in current] == [("en", "/en/posts/hello")]
    assert {link.language.code for link in frame.languages if link.path is None} == {"es", "fr", "de", "ar", "zh-Hans"}


def test_an_article_has_its_picture_in_its_language(app: Flask) -> None:
    media = make_media("A ship", locale="en")
    with app.test_request_context("/en/"):
        english = presenting.article(make_post(featured_image=media))
        french = presenting.article(make_page(featured_image=media, locale="fr"))
    assert english.picture is not None
    assert english.picture.alt == "A ship"
    assert french.picture is not None
    assert french.picture.alt == ""
    assert presenting.article(make_post()).picture is None
