"""What a change makes stale: exactly that is purged, and only when the outermost commit has happened."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session, selectinload

from cms.cache import purge_after_commit
from cms.cache.purging import BulkWriteWithoutTags, CommitOutsideApplication
from cms.extensions import db
from cms.models import (
    AuditEntry,
    Category,
    Media,
    MediaText,
    Menu,
    MenuItem,
    Post,
    Redirect,
    Revision,
    Setting,
    Tag,
    User,
)
from cms.models.post import post_tags
from tests.cache.conftest import SmallSite


@pytest.fixture
def purged(build_site: Callable[..., SmallSite], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], set[str]]]:
    """Within an application context: `purged()` gives the tags that were purged since the last call."""
    site = build_site()
    seen: set[str] = set()
    monkeypatch.setattr(site.service.delivery, "deliver", lambda tags: seen.update(tags) or True)

    def taken() -> set[str]:
        found = set(seen)
        seen.clear()
        return found

    with site.app.app_context():
        yield taken


def author() -> User:
    return User(username="ana", email="ana@example.org", display_name="Ana", password_hash="x", languages=[], bio="")


def post(**values: Any) -> Post:
    defaults: dict[str, Any] = {"title": "Hello", "slug": "hello", "locale": "en", "status": "published"}
    return Post(**defaults | values)


def saved(*objects: Any) -> Any:
    db.session.add_all(objects)
    db.session.commit()
    return objects[0] if len(objects) == 1 else objects


def test_a_new_row_purges_itself_its_collections_and_its_document(purged: Callable[[], set[str]]) -> None:
    one = saved(post())
    assert purged() == {f"posts:{one.id}", "posts@en", "posts@*", f"posts*{one.translation_key}"}


def test_a_row_without_a_language_has_one_collection(purged: Callable[[], set[str]]) -> None:
    one = saved(author())
    assert purged() == {f"users:{one.id}", "users@*"}


def test_settings_are_one_collection(purged: Callable[[], set[str]]) -> None:
    one = saved(Setting(key="site_name", locale="en", value="Site"))
    assert purged() == {f"settings:{one.id}", "settings"}
    one.value = "Other"
    db.session.commit()
    assert "settings" in purged()


def test_nothing_is_purged_before_the_commit(purged: Callable[[], set[str]]) -> None:
    db.session.add(post())
    db.session.flush()
    assert purged() == set()
    db.session.commit()
    assert "posts@en" in purged()


def test_a_rollback_forgets(purged: Callable[[], set[str]]) -> None:
    db.session.add(post())
    db.session.flush()
    db.session.rollback()
    db.session.add(Redirect(source="/en/a", target="/en/b", status_code=301))
    db.session.commit()
    assert not any(tag.startswith("posts") for tag in purged())


def test_a_closed_session_forgets(purged: Callable[[], set[str]]) -> None:
    db.session.add(post())
    db.session.flush()
    db.session.close()
    db.session.commit()
    assert purged() == set()


def test_the_release_of_a_savepoint_hands_on_and_its_rollback_forgets(purged: Callable[[], set[str]]) -> None:
    with db.session.begin_nested():
        with db.session.begin_nested():
            db.session.add(Tag(name="Kept", slug="kept", locale="en"))
        assert purged() == set()
    undone = db.session.begin_nested()
    db.session.add(Category(name="Undone", slug="undone", locale="en"))
    db.session.flush()
    undone.rollback()
    assert purged() == set()
    db.session.commit()
    found = purged()
    assert "tags@en" in found
    assert "categories@en" not in found


def test_a_commit_within_a_savepoint_commits_everything(purged: Callable[[], set[str]]) -> None:
    db.session.begin_nested()
    db.session.add(Tag(name="Kept", slug="kept", locale="en"))
    db.session.commit()
    assert "tags@en" in purged()


def test_a_failed_flush_purges_nothing(purged: Callable[[], set[str]]) -> None:
    saved(Tag(name="One", slug="one", locale="en", translation_key="k"))
    purged()
    db.session.add(Tag(name="Two", slug="two", locale="en", translation_key="k"))
    with pytest.raises(Exception, match="UNIQUE"):
        db.session.commit()
    db.session.rollback()
    db.session.commit()
    assert purged() == set()


def test_an_outer_transaction_counts_as_the_test_sees_it(purged: Callable[[], set[str]]) -> None:
    with (
        db.engine.connect() as connection,
        connection.begin() as outer,
        Session(connection, join_transaction_mode="create_savepoint") as session,
    ):
        session.add(Tag(name="One", slug="one", locale="en"))
        session.commit()
        assert "tags@en" in purged()
        outer.rollback()


def test_a_change_without_effect_purges_nothing(purged: Callable[[], set[str]]) -> None:
    one = saved(post())
    purged()
    db.session.refresh(one)
    one.title = "Hello"
    one.draft_revision_id = None
    db.session.commit()
    assert purged() == set()


def test_a_correction_of_a_text_leaves_the_lists_of_the_language(purged: Callable[[], set[str]]) -> None:
    """Whoever shows the text has declared the object; which objects there are, and their order, is as it was."""
    one = saved(post())
    db.session.refresh(one)
    purged()
    one.body, one.summary, one.last_published_at = "<p>Better</p>", "Better", datetime.now(UTC)
    db.session.commit()
    assert purged() == {f"posts:{one.id}", "posts@*", f"posts*{one.translation_key}"}
    db.session.refresh(one)
    one.body, one.title = "<p>Best</p>", "Best"
    db.session.commit()
    assert "posts@en" in purged()


def test_what_no_page_shows_purges_nothing(purged: Callable[[], set[str]]) -> None:
    user = saved(author())
    purged()
    user.session_version += 1
    user.timezone = "Europe/Lisbon"
    db.session.add(AuditEntry(action="update", label="x"))
    db.session.commit()
    assert purged() == set()
    user.display_name = "Ana Maria"
    db.session.commit()
    assert f"users:{user.id}" in purged()


def test_drafts_purge_nothing_until_they_are_published(purged: Callable[[], set[str]]) -> None:
    one = saved(post(status="draft"))
    one.title = "Better"
    db.session.commit()
    assert purged() == set()
    one.status = "published"
    db.session.commit()
    assert "posts@en" in purged()
    one.status = "draft"
    db.session.commit()
    assert "posts@en" in purged()
    db.session.delete(one)
    db.session.commit()
    assert purged() == set()


def test_old_and_new_language_are_purged(purged: Callable[[], set[str]]) -> None:
    one = saved(post())
    key = one.translation_key
    db.session.refresh(one)
    purged()
    one.locale, one.translation_key = "pt", "other"
    db.session.commit()
    assert purged() >= {"posts@en", "posts@pt", f"posts*{key}", "posts*other"}


def test_old_values_are_known_for_expired_objects_too(purged: Callable[[], set[str]]) -> None:
    """After a commit nothing of an object is loaded; what is assigned then must not hide what was there."""
    one, old, new = saved(
        post(), Category(name="Old", slug="old", locale="en"), Category(name="New", slug="new", locale="en")
    )
    one.category = old
    db.session.commit()
    purged()
    one.locale, one.category_id = "pt", new.id
    db.session.commit()
    assert purged() >= {"posts@en", "posts@pt", f"categories:{old.id}", f"categories:{new.id}"}


def test_deleting_an_expired_object_purges_its_collections(purged: Callable[[], set[str]]) -> None:
    one = saved(post())
    one_id, key = one.id, one.translation_key
    db.session.expire(one)
    purged()
    db.session.delete(one)
    db.session.commit()
    assert purged() == {f"posts:{one_id}", "posts@en", "posts@*", f"posts*{key}"}


def test_a_foreign_key_that_moves_purges_both_parents(purged: Callable[[], set[str]]) -> None:
    one, ana, eva = saved(
        post(), author(), User(username="eva", email="e@x.org", display_name="Eva", password_hash="x")
    )
    one.author = ana
    db.session.commit()
    purged()
    db.session.refresh(one)
    one.author = eva
    db.session.commit()
    assert purged() >= {f"users:{ana.id}", f"users:{eva.id}", f"posts:{one.id}"}


def test_a_many_to_many_change_purges_both_sides(purged: Callable[[], set[str]]) -> None:
    one, a, b = saved(post(), Tag(name="A", slug="a", locale="en"), Tag(name="B", slug="b", locale="en"))
    one.tags = [a]
    db.session.commit()
    assert purged() >= {f"posts:{one.id}", f"tags:{a.id}"}
    one.tags = [b]
    db.session.commit()
    assert purged() >= {f"posts:{one.id}", "posts@en", f"tags:{a.id}", f"tags:{b.id}"}
    one.title = "Other"
    db.session.commit()
    assert not any(tag.startswith("tags") for tag in purged())


def test_a_part_purges_its_whole(purged: Callable[[], set[str]]) -> None:
    menu = Menu(title="Main", location="header", locale="en", items=[MenuItem(label="Home", url="/en/")])
    picture = Media(
        title="P", filename="p.jpg", digest="d", mime="image/jpeg", width=1, height=1, byte_size=1, renditions=[]
    )
    picture.texts = [MediaText(locale="en", alt="A dog")]
    saved(menu, picture)
    assert purged() >= {f"menus:{menu.id}", f"media:{picture.id}"}
    menu.items[0].label = "Start"
    picture.texts[0].alt = "A cat"
    db.session.commit()
    assert purged() >= {f"menus:{menu.id}", f"media:{picture.id}", f"menu_items:{menu.items[0].id}"}
    other = Menu(title="Other", location="footer", locale="en")
    menu.items[0].menu = saved(other)
    db.session.commit()
    assert purged() >= {f"menus:{menu.id}", f"menus:{other.id}"}


def test_a_plan_purges_what_it_will_touch(purged: Callable[[], set[str]]) -> None:
    """Pages kept so far do not know that they must end at that moment."""
    plan = Revision(model="posts", object_id=7, number=1, locale="pt", translation_key="k", kind="draft", data={})
    saved(plan)
    assert purged() == set()
    plan.publish_at = datetime.now(UTC) + timedelta(days=1)
    db.session.commit()
    assert purged() == {"posts:7", "posts@pt", "posts@*", "posts*k"}
    # An earlier moment purges again. Where a plan is dropped, pages only end earlier than they have to.
    plan.publish_at = datetime.now(UTC) + timedelta(hours=1)
    db.session.commit()
    assert purged() == {"posts:7", "posts@pt", "posts@*", "posts*k"}


@pytest.mark.parametrize(
    "statement",
    [
        update(Post).values(title="x"),
        delete(Post).where(Post.id == 1),
        insert(Tag).values(name="x", slug="x", locale="en", translation_key="k"),
        insert(post_tags).values(post_id=1, tag_id=1),
        update(Post.__table__).values(title="x"),
        update(Post).values(title="x").returning(Post.id),
        text("UPDATE posts SET title = 'x'"),
        text("  delete from posts"),
    ],
)
def test_a_bulk_statement_needs_tags(purged: Callable[[], set[str]], statement: Any) -> None:
    with pytest.raises(BulkWriteWithoutTags, match="cache_tags"):
        db.session.execute(statement)


def test_a_bulk_statement_with_tags_purges_them(purged: Callable[[], set[str]]) -> None:
    db.session.execute(update(Post).values(title="x"), execution_options={"cache_tags": ["posts@en"]})
    db.session.execute(delete(Tag).execution_options(cache_tags=["tags@en"]))
    assert purged() == set()
    db.session.commit()
    assert purged() == {"posts@en", "tags@en"}


def test_the_older_ways_of_bulk_writing_are_no_way_around(purged: Callable[[], set[str]]) -> None:
    with pytest.raises(BulkWriteWithoutTags):
        db.session.query(Post).update({"title": "x"})
    with pytest.raises(BulkWriteWithoutTags):
        db.session.query(Post).delete()


def test_bulk_statements_on_what_no_page_shows_are_free(purged: Callable[[], set[str]]) -> None:
    db.session.execute(delete(AuditEntry).where(AuditEntry.id < 0))
    db.session.commit()
    assert purged() == set()


def test_reading_needs_no_tags(purged: Callable[[], set[str]]) -> None:
    assert db.session.scalars(select(Post).options(selectinload(Post.tags))).all() == []
    assert db.session.execute(text("SELECT 1")).scalar() == 1


def test_tags_for_what_is_not_a_row(purged: Callable[[], set[str]]) -> None:
    purge_after_commit("files")
    assert purged() == set()
    db.session.commit()
    assert purged() == {"files"}
    purge_after_commit("files")
    db.session.rollback()
    db.session.commit()
    assert purged() == set()


def test_an_application_without_pages_writes_as_ever(tmp_path: Any, empty_tables: Any) -> None:
    app = Flask("plain")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    with app.app_context():
        db.create_all()
        saved(Tag(name="A", slug="a", locale="en"))
        with db.session.begin_nested():
            db.session.add(Tag(name="B", slug="b", locale="en"))
        db.session.commit()
        db.engine.dispose()


def test_a_commit_outside_of_an_application_is_refused(build_site: Callable[..., SmallSite]) -> None:
    site = build_site()
    with site.app.app_context():
        engine = db.engine
    with Session(engine) as session:
        session.add(Tag(name="A", slug="a", locale="en"))
        session.flush()
        with pytest.raises(CommitOutsideApplication):
            session.commit()
