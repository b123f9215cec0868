"""The demonstration site."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import yaml
from flask import Flask
from PIL import Image

from cms.content import translating
from cms.content.demo import brushes, creating, presence
from cms.content.demo.illustrations import ILLUSTRATIONS
from cms.content.markup_tree import parse
from cms.content.publishing import apply_due
from cms.content.settings import site_settings
from cms.content.user_accounts import authenticate, find_account
from cms.extensions import db
from cms.models import Category, Media, Menu, Page, Post, Setting, Tag, User
from tests import factories as make

LANGUAGES = {"en", "pt", "ar"}


@pytest.fixture
def plain_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain fields of colour instead of illustrations, which take seconds to draw."""

    def draw_all(folder: Path) -> None:
        for number, name in enumerate(ILLUSTRATIONS):
            Image.new("RGB", (400, 250), (number * 20, 90, 120)).save(folder / f"{name}.jpg")

    monkeypatch.setattr(creating, "draw_all", draw_all)


@pytest.fixture
def demo(app: Flask, db_session: object, plain_pictures: None) -> list[str]:
    """The demonstration site; what was said while it was made."""
    app.config["DEMO_PASSWORD"] = None
    told: list[str] = []
    assert creating.create_demo(told.append)
    return told


def test_the_site_looks_like_one_at_first_sight(demo: list[str]) -> None:
    assert demo == ["accounts", "pictures", "pages", "posts", "drafts"]
    published = db.session.query(Post).filter_by(status="published").all()
    assert Counter(post.locale for post in published) == {"en": 7, "pt": 7, "ar": 7}
    assert Counter(page.locale for page in db.session.query(Page)) == {"en": 4, "pt": 4, "ar": 4}
    assert len({post.translation_key for post in published}) == 7
    assert {row.locale for row in db.session.query(Category)} == LANGUAGES
    assert len({tag.translation_key for tag in db.session.query(Tag)}) == db.session.query(Tag).count() / 3
    assert {(menu.location, menu.locale) for menu in db.session.query(Menu)} == {
        (place, locale) for place in ("header", "footer") for locale in LANGUAGES
    }
    assert all(len(menu.items) >= 3 for menu in db.session.query(Menu))
    for post in published:
        assert post.author is not None
        assert post.category is not None
        assert post.tags
        assert post.summary
        assert post.featured_image is not None
        assert post.featured_image.alt_in(post.locale)
        assert parse(post.body).find("blockquote") is not None
    names = {site_settings(locale)["site_name"] for locale in LANGUAGES}
    assert len(names) == 3
    tags = {element.tag for post in published for element in parse(post.body).elements()}
    assert {"h2", "ul", "ol", "dl", "table", "pre", "iframe", "figure", "em"} <= tags
    _check_what_waits()


def _check_what_waits() -> None:
    """The back office has something to show: drafts, something scheduled, translations that are out of date."""
    waiting = {post.title: post for post in db.session.query(Post).filter(Post.status != "published")}
    assert sorted(post.status for post in waiting.values()) == ["draft", "draft", "draft", "review"]
    scheduled = [post for post in waiting.values() if post.scheduled_at is not None]
    assert len(scheduled) == 1
    assert apply_due() == 0
    english = db.session.query(Post).filter_by(slug="letters-that-hold-hands").one()
    rows = db.session.query(Post).filter_by(translation_key=english.translation_key)
    assert {row.locale for row in rows.filter(translating.is_outdated(Post))} == {"pt", "ar"}


def test_there_is_one_account_for_each_role_and_a_second_time_changes_nothing(demo: list[str]) -> None:
    sign_ins = dict(presence.sign_ins())
    assert list(sign_ins) == ["admin", "editor", "author", "translator", "member"]
    (password,) = set(sign_ins.values())
    assert len(password) >= 10
    for username in sign_ins:
        assert authenticate(username, password) is not None
    translator = find_account("translator")
    assert translator is not None
    assert sorted(translator.languages) == ["ar", "pt"]
    kept = presence.password_path()
    assert kept.stat().st_mode & 0o077 == 0
    posts = db.session.query(Post).count()
    assert not creating.create_demo()
    assert db.session.query(Post).count() == posts


@pytest.mark.usefixtures("db_session", "plain_pictures")
def test_a_creation_that_was_broken_off_is_finished(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["DEMO_PASSWORD"] = "tea-with-lemon"

    def stop(step: str) -> None:
        if step == "posts":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        creating.create_demo(stop)
    assert db.session.query(Post).count() == 0
    assert creating.create_demo()
    assert db.session.query(Page).count() == 12
    assert db.session.query(User).count() == 5
    assert dict(presence.sign_ins())["admin"] == "tea-with-lemon"
    assert not presence.password_path().exists()
    app.config["DEMO_PASSWORD"] = None
    assert set(dict(presence.sign_ins()).values()) == {""}
    # Everything is there: finishing once more finds nothing to do.
    (Path(app.config["INSTANCE_PATH"]) / "demo_unfinished").touch()
    counts = [db.session.query(model).count() for model in (Post, Page, Menu, Setting, Media, Tag)]
    assert creating.create_demo()
    assert counts == [db.session.query(model).count() for model in (Post, Page, Menu, Setting, Media, Tag)]


@pytest.mark.usefixtures("db_session", "plain_pictures")
def test_a_site_that_has_people_is_left_alone() -> None:
    make.make_user("administrator")
    assert not creating.create_demo()
    assert db.session.query(Post).count() == 0
    assert presence.sign_ins() == []


@pytest.mark.usefixtures("db_session")
def test_a_site_that_has_content_is_left_alone() -> None:
    make.make_post()
    assert not creating.create_demo()


@pytest.mark.usefixtures("plain_pictures")
def test_only_the_languages_of_the_site_are_filled(make_app: Callable[..., Flask]) -> None:
    app = make_app(migrated=True, SITE_LOCALES=("pt", "de"), DEFAULT_LOCALE="pt", DEMO_PASSWORD="tea-with-lemon")
    with app.app_context():
        assert creating.create_demo()
        assert {post.locale for post in db.session.query(Post)} == {"pt"}
        assert {page.locale for page in db.session.query(Page)} == {"pt"}


@pytest.mark.usefixtures("db_session", "plain_pictures")
def test_a_text_that_is_refused_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(creating, "draw_all", lambda _folder: None)
    with pytest.raises(creating.DemoFailed, match=r"meridian\.jpg"):
        creating.create_demo()


@pytest.mark.parametrize("name", sorted(ILLUSTRATIONS))
def test_each_illustration_is_a_picture_of_its_own(name: str) -> None:
    image = ILLUSTRATIONS[name](Random(f"meridian {name}"))
    assert image.size == brushes.SIZE
    assert image.mode == "RGB"
    colours = image.resize((160, 100)).getcolors(160 * 100)
    # A drawing, not a field of colour.
    assert colours is None or len(colours) > 800


def test_every_text_exists_in_every_language() -> None:
    for kind in ("posts", "pages"):
        files = {locale: {path.name for path in (creating.HERE / kind / locale).iterdir()} for locale in LANGUAGES}
        assert files["en"] == files["pt"] == files["ar"]
        for path in (creating.HERE / kind).rglob("*.md"):
            head = yaml.safe_load(path.read_text(encoding="utf-8").split("---")[1])
            assert head["title"]
            assert head["description"]
