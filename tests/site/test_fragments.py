"""Pages made of parts that other pages have rendered show what they would show if they were made anew."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cms.cache import purge_now
from cms.content import publishing
from cms.extensions import db
from cms.i18n.domain import new_watch
from cms.i18n.watch import EXTENSION
from cms.models import Category, MediaText, MenuItem, Page, Post, Setting, Tag, User
from cms.security.policy import SYSTEM
from tests.factories import (
    make_category,
    make_media,
    make_menu,
    make_menu_item,
    make_page,
    make_post,
    make_setting,
    make_tag,
    make_user,
    translate,
)
from tests.site_client import SiteClient
from tests.sql_counter import QueryCounter

pytestmark = pytest.mark.database

PATHS = [
    "/en/",
    "/en/?page=2",
    "/en/posts/p1",
    "/en/posts/p2",
    "/en/posts/p5",
    "/en/tags/salt",
    "/en/categories/sea",
    "/en/authors/ana",
    "/en/about",
    "/en/nothing",
    "/en/feed.xml",
    "/pt/",
    "/pt/posts/p1-pt",
]


@pytest.fixture
def magazine(app: Flask) -> SiteClient:
    """A site with a little of everything; a visitor who has seen every page of it."""
    with app.app_context():
        ana = make_user("author", username="ana", display_name="Ana", bio="Writes.")
        salt = make_tag(name="Salt", slug="salt")
        sea = make_category(name="Sea", slug="sea")
        posts = [make_post(title=f"Post {n}", slug=f"p{n}", author=ana, category=sea, tags=[salt]) for n in range(1, 6)]
        posts[1].featured_image = make_media("A ship")
        db.session.commit()
        translate(posts[0], "pt", slug="p1-pt", title="Texto 1")
        about = make_page(title="About", slug="about")
        menu = make_menu()
        make_menu_item(menu, page=about, url="", label="")
        make_menu_item(make_menu(location="footer"), label="Imprint", url="/en/imprint")
        make_setting("site_name", "Marks")
        make_setting("posts_per_page", "2")
    visitor = SiteClient.of(app)
    for path in PATHS:
        visitor.get(path)
    return visitor


@contextmanager
def made_anew(app: Flask) -> Iterator[None]:
    """Pages are rendered without the cache, and so without any part of another one."""
    service = app.extensions["page_cache"]
    service.on = False
    try:
        yield
    finally:
        service.on = True


def compare(app: Flask, visitor: SiteClient) -> list[str]:
    """Every page is what it would be if it were made anew; gives the addresses of those that had to be rendered."""
    rendered = []
    for path in PATHS:
        served = visitor.get(path)
        if served.headers["X-Cache"] != "hit":
            rendered.append(path)
        with made_anew(app):
            fresh = visitor.get(path)
        assert fresh.headers["X-Cache"] == "bypass"
        assert (path, served.status_code, served.text) == (path, fresh.status_code, fresh.text)
    return rendered


def first(model: Any) -> Any:
    return db.session.query(model).order_by(model.id).first()


def later_post(values: dict[str, Any]) -> Callable[[], None]:
    def change() -> None:
        post = db.session.query(Post).filter_by(slug="p4").one()
        for name, value in values.items():
            setattr(post, name, value)

    return change


CHANGES: dict[str, Callable[[], object]] = {
    "a post's title": later_post({"title": "Changed"}),
    "a post's summary": later_post({"summary": "Changed."}),
    "a post's address": later_post({"slug": "changed"}),
    "a post's text": later_post({"body": "<p>Changed.</p>"}),
    "a post's state": later_post({"status": "draft"}),
    "a post's category": later_post({"category": None}),
    "a post's author": later_post({"author": None}),
    "a post's tags": later_post({"tags": []}),
    "a new post": lambda: make_post(title="Brand new", slug="brand-new"),
    "a post that goes": lambda: db.session.delete(db.session.query(Post).filter_by(slug="p3").one()),
    "a tag": lambda: setattr(first(Tag), "name", "Changed"),
    "a category": lambda: setattr(first(Category), "name", "Changed"),
    "a menu link": lambda: setattr(db.session.query(MenuItem).filter_by(label="Imprint").one(), "label", "Changed"),
    "a new menu link": lambda: make_menu_item(db.session.query(MenuItem).first().menu, label="New", url="/en/posts/p1"),
    "a page in the menu": lambda: setattr(first(Page), "title", "Changed"),
    "a page leaves the menu": lambda: setattr(first(Page), "status", "draft"),
    "the author's name": lambda: setattr(db.session.query(User).filter_by(username="ana").one(), "display_name", "Eva"),
    "the author's address": lambda: setattr(db.session.query(User).filter_by(username="ana").one(), "username", "eva"),
    "a setting": lambda: setattr(first(Setting), "value", "Changed"),
    "a picture's text": lambda: setattr(first(MediaText), "alt", "Changed"),
    "a new translation": lambda: translate(
        db.session.query(Post).filter_by(slug="p5").one(), "pt", slug="p5-pt", title="Texto 5"
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_no_page_is_made_of_anything_older_than_the_change(app: Flask, magazine: SiteClient, what: str) -> None:
    with app.app_context():
        CHANGES[what]()
        db.session.commit()
    assert compare(app, magazine)
    assert compare(app, magazine) == []


def test_an_edited_catalogue_reaches_every_part(app: Flask, magazine: SiteClient, tmp_path: Path) -> None:
    root = Path(shutil.copytree(app.config["TRANSLATIONS_PATH"], tmp_path / "translations"))
    usual = app.extensions[EXTENSION]
    app.config["TRANSLATIONS_PATH"] = root
    watch = app.extensions[EXTENSION] = new_watch(app)
    try:
        # The first look reads every catalogue, and purges what was rendered from others.
        watch.catalogs.refresh_all()
        compare(app, magazine)
        assert compare(app, magazine) == []
        path = root / "pt" / "LC_MESSAGES" / "messages.po"
        text = path.read_text(encoding="utf-8")
        assert 'msgstr "Publicações recentes"' in text
        path.write_text(text.replace('msgstr "Publicações recentes"', 'msgstr "O mais novo"'), encoding="utf-8")
        watch.catalogs.refresh_all()
        assert compare(app, magazine) == ["/pt/", "/pt/posts/p1-pt"]
        assert "O mais novo" in magazine.get("/pt/").text
        assert "O mais novo" not in magazine.get("/en/").text
    finally:
        app.extensions[EXTENSION] = usual


def test_a_save_has_its_own_card_read_and_no_other(app: Flask, magazine: SiteClient) -> None:
    """What a page asks the database after a change of one post does not depend on how many it shows."""
    with app.app_context():
        make_setting("posts_per_page", "5", "en")
    magazine.get("/en/")
    with app.app_context():
        later_post({"title": "Changed"})()
        db.session.commit()
    with QueryCounter() as queries:
        assert "Changed" in magazine.get("/en/").text
    read = [query for query in queries if "posts.summary" in query and "posts.id IN" in query]
    assert len(read) == 1
    assert read[0].count("?") + read[0].count("%(") == 1


def test_a_preview_neither_takes_nor_leaves_parts(
    app: Flask, magazine: SiteClient, client_as: Callable[..., SiteClient]
) -> None:
    with app.app_context():
        post = db.session.query(Post).filter_by(slug="p5").one()
        publishing.save_draft(post, {"title": "Only a draft", "body": "<p>Unfinished.</p>"}, SYSTEM)
        number = post.id
    preview = client_as("administrator").get(f"/admin/posts/preview/?id={number}")
    assert "Only a draft" in preview.text
    assert compare(app, magazine) == []
    with app.app_context():
        purge_now("*")
    compare(app, magazine)
    assert "Only a draft" not in magazine.get("/en/").text


def test_head_and_foot_are_shared_and_lead_back_to_each_page(magazine: SiteClient) -> None:
    page, post = magazine.get("/en/about").text, magazine.get("/en/posts/p2").text
    assert '/language/pt?next=/en/about"' in page
    assert '/language/pt?next=/en/posts/p2"' in post
    assert '<a href="/en/about" aria-current="page">About</a>' in page
    assert '<a href="/en/about">About</a>' in post
    assert "the-path-of-this-page" not in page + post


def test_every_page_says_where_its_languages_lead_back_to(app: Flask, magazine: SiteClient) -> None:
    """Also those of errors, whose frame is another, and where nothing is kept."""
    for path in PATHS:
        html = magazine.get(path).text
        with made_anew(app):
            html += magazine.get(path).text
        assert "the-path-of-this-page" not in html, path
    assert magazine.get("/en/nothing").text.count('/language/pt?next=/en/"') == 2
    assert "the-path-of-this-page" not in magazine.get("/search/en?q=post").text
    assert "the-path-of-this-page" not in magazine.get("/language/ar?next=/en/about", follow_redirects=True).text


def test_addresses_with_odd_letters_survive_in_head_and_foot(app: Flask, client: SiteClient) -> None:
    with app.app_context():
        make_post(slug="a'b&c d+é", title="Odd")
    html = client.get("/en/posts/a'b&c d+é").text
    assert "/language/pt?next=/en/posts/a&#39;b%26c%20d%2B%C3%A9" in html
