"""Declared dependencies, and the proof in tests that nothing is read without being declared."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import defer, joinedload, selectinload
from sqlalchemy.orm.util import CascadeOptions

from cms.cache import depends_on, unrecorded
from cms.cache.dependencies import UndeclaredDependency, current_recording, recording
from cms.cache.tags import collection_tag, group_tag, object_tag, settings_tag, ui_tag
from cms.extensions import db
from cms.models import AuditEntry, Category, Menu, MenuItem, Post, Setting, Tag, User
from tests.cache.conftest import SmallSite


@pytest.fixture
def rows(build_site: Callable[..., SmallSite]) -> Iterator[None]:
    """A few rows, and a session that holds none of them."""
    site = build_site()
    with site.app.app_context():
        ana = User(username="ana", email="ana@example.org", display_name="Ana", password_hash="x", languages=[])
        news = Category(name="News", slug="news", locale="en", translation_key="news")
        menu = Menu(title="Main", location="header", locale="en", items=[MenuItem(label="Home", url="/en/")])
        post = Post(title="Hello", slug="hello", locale="en", status="published", translation_key="hello")
        post.author, post.category, post.tags = ana, news, [Tag(name="A", slug="a", locale="en")]
        db.session.add_all([post, menu])
        db.session.commit()
    with site.app.app_context():
        yield


def test_names_of_tags() -> None:
    post = Post(id=12, locale="pt", translation_key="abc")
    assert object_tag(post) == "posts:12"
    assert group_tag(post) == "posts*abc"
    assert collection_tag(Post, "pt") == "posts@pt"
    assert collection_tag(User) == "users@*"
    assert collection_tag(Setting, "pt") == settings_tag() == "settings"
    assert ui_tag("zh-Hans") == "ui@zh-Hans"


def test_what_has_no_id_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="flush"):
        object_tag(Post())


def test_declarations_are_recorded_within_the_block_only() -> None:
    depends_on("nowhere")
    with recording() as outer:
        depends_on("a", None, Post(id=3))
        with unrecorded():
            depends_on("b")
        with recording() as inner:
            depends_on("c")
    assert (outer.tags, inner.tags) == ({"a", "posts:3"}, {"c"})
    assert current_recording() is None


def verify(*declared: str) -> None:
    record = current_recording()
    assert record is not None
    depends_on(*declared)
    record.verify()


@pytest.mark.parametrize("declared", ["posts:1", "posts@*", "posts*hello"])
def test_each_tag_of_an_object_covers_it(rows: None, declared: str) -> None:
    with recording(strict=True):
        assert db.session.scalars(select(Post)).first() is not None
        verify(declared)


def test_the_list_of_a_language_covers_its_objects_without_their_texts(rows: None) -> None:
    """A change of a text alone does not purge the lists of the language."""
    titles = select(Post).options(defer(Post.body), defer(Post.summary), defer(Post.last_published_at))
    with recording(strict=True):
        post = db.session.scalars(titles).one()
        verify("posts@en")
        assert post.summary == ""
        with pytest.raises(UndeclaredDependency, match="posts:1"):
            verify("posts@en")


def test_an_object_that_nobody_declared_is_found(rows: None) -> None:
    with recording(strict=True):
        db.session.scalars(select(Post)).first()
        with pytest.raises(UndeclaredDependency, match="posts:1"):
            verify("posts@pt", "posts:2", "users:1")


def test_lazy_and_eager_loads_count(rows: None) -> None:
    with recording(strict=True) as record:
        post = db.session.scalars(select(Post).options(joinedload(Post.author), selectinload(Post.tags))).one()
        assert post.category is not None
        assert record.loaded.keys() == {"posts:1", "users:1", "tags:1", "categories:1"}
        with pytest.raises(UndeclaredDependency, match="users:1"):
            verify("posts@*", "tags@en", "categories:1")
        verify("users:1")


def test_a_part_is_covered_by_its_whole(rows: None) -> None:
    with recording(strict=True):
        menu = db.session.scalars(select(Menu)).one()
        assert [item.label for item in menu.items] == ["Home"]
        verify("menus:1")


def test_an_object_that_is_read_again_counts(rows: None) -> None:
    post = db.session.scalars(select(Post)).one()
    db.session.expire(post)
    with recording(strict=True):
        assert post.title == "Hello"
        with pytest.raises(UndeclaredDependency, match="posts:1"):
            verify()


def test_finding_nothing_depends_on_the_table(rows: None) -> None:
    with recording(strict=True):
        assert db.session.scalars(select(Post).where(Post.slug == "none")).first() is None
        with pytest.raises(UndeclaredDependency, match="any row of posts"):
            verify("users@*")


def test_columns_and_counts_depend_on_the_table(rows: None) -> None:
    with recording(strict=True):
        assert db.session.scalar(select(func.count(Tag.id)))
        assert db.session.execute(select(Tag.name)).all()
        with pytest.raises(UndeclaredDependency, match="any row of tags"):
            verify()


def test_links_to_nothing_are_covered_by_their_owner(rows: None) -> None:
    """A tag that is given to a post changes the post, so the post alone has to be declared."""
    post = db.session.scalars(select(Post)).one()
    post.tags.clear()
    db.session.commit()
    with recording(strict=True):
        assert db.session.scalars(select(Post).options(selectinload(Post.tags))).one().tags == []
        verify("posts:1")


def test_a_list_that_grows_without_its_owner_must_be_declared(rows: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Menu.items.property, "_cascade", CascadeOptions("save-update, merge"))
    menu = db.session.scalars(select(Menu)).one()
    db.session.execute(delete(MenuItem), execution_options={"cache_tags": []})
    db.session.expire(menu)
    with recording(strict=True):
        assert menu.items == []
        with pytest.raises(UndeclaredDependency, match="any row of menu_items"):
            verify("menus:1")


def test_what_is_never_purged_may_not_be_shown(rows: None) -> None:
    db.session.add(AuditEntry(action="update", label="x"))
    db.session.commit()
    with recording(strict=True):
        db.session.scalars(select(AuditEntry)).all()
        with pytest.raises(UndeclaredDependency, match="audit_entries:1"):
            verify("audit_entries@*", "audit_entries:1")


def test_nothing_is_tracked_outside_of_strict_recordings(rows: None) -> None:
    with recording() as record:
        db.session.scalars(select(Post)).all()
    db.session.scalars(select(User)).all()
    assert (record.loaded, record.tables) == ({}, set())
