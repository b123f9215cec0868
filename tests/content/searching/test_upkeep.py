"""The index of words follows what is committed, and only that."""

from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update

from cms.content.searching.finding import Search
from cms.content.searching.words import EVERYWHERE, SUMMARY, TITLE, wanted
from cms.extensions import db
from cms.models import Category, Media, MediaText, Post, Tag, User
from cms.models.column_types import utc_now
from tests import factories as make

pytestmark = [pytest.mark.usefixtures("app_context"), pytest.mark.database]


def found(model: Any, words: str, columns: str = EVERYWHERE) -> list[int]:
    """The ids of the rows with these words."""
    return sorted(Search(model, wanted(words, columns)).rows().ids)


def test_new_changed_and_deleted_rows() -> None:
    tag = make.make_tag(name="Straße")
    assert found(Tag, "STRASSE") == [tag.id]
    tag.name = "Élan"
    db.session.commit()
    assert found(Tag, "strasse", TITLE) == []
    assert found(Tag, "elan") == [tag.id]
    identifier = tag.id
    db.session.delete(tag)
    db.session.commit()
    assert found(Tag, "elan") == []
    assert identifier


def test_kinds_of_objects_are_told_apart() -> None:
    tag, category = make.make_tag(name="Harbour"), make.make_category(name="Harbour")
    assert (found(Tag, "harbour"), found(Category, "harbour")) == ([tag.id], [category.id])


def test_a_row_that_was_expired_is_followed() -> None:
    tag = make.make_tag(name="Before")
    db.session.expire(tag)
    tag.name = "After"
    db.session.commit()
    assert (found(Tag, "before", TITLE), found(Tag, "after", TITLE)) == ([], [tag.id])


def test_what_is_taken_back_is_not_found() -> None:
    tag = make.make_tag(name="Before")
    tag.name = "Never"
    db.session.flush()
    db.session.rollback()
    with db.session.begin_nested() as savepoint:
        tag.name = "Neither"
        db.session.flush()
        savepoint.rollback()
    db.session.commit()
    assert found(Tag, "never") == found(Tag, "neither") == []
    assert found(Tag, "before") == [tag.id]


def test_what_is_committed_within_a_savepoint_is_found() -> None:
    with db.session.begin_nested():
        db.session.add(Tag(name="Nested", slug="nested", locale="en"))
    db.session.commit()
    assert len(found(Tag, "nested")) == 1


def test_a_change_that_no_search_sees_writes_nothing(count_queries: Any) -> None:
    post = make.make_post(title="Quiet")
    post.scheduled_at = utc_now()
    with count_queries() as statements:
        db.session.commit()
    assert not [statement for statement in statements if "search_" in statement]


def test_pictures_are_found_by_what_they_show() -> None:
    media = _picture("A lighthouse")
    assert found(Media, "lighthouse") == [media.id]
    media.texts[0].alt = "A tower"
    db.session.commit()
    assert (found(Media, "lighthouse"), found(Media, "tower", SUMMARY)) == ([], [media.id])
    media.texts.clear()
    db.session.commit()
    assert found(Media, "tower") == []


def _picture(alt: str) -> Media:
    media = make.make_media()
    media.texts = [MediaText(locale="en", alt=alt)]
    db.session.commit()
    return media


def test_people_are_found_by_name_and_address() -> None:
    user = make.make_user(username="ada", email="lovelace@example.org", display_name="Countess")
    for words in ("ada", "lovelace@example.org", "count"):
        assert found(User, words) == [user.id], words


def test_bulk_statements_are_followed() -> None:
    first, second = make.make_tag(name="One"), make.make_tag(name="Two")
    ids = first.id, second.id
    bulk = {"cache_tags": (), "synchronize_session": False}
    db.session.execute(update(Tag).where(Tag.name == "One").values(name="Changed"), execution_options=bulk)
    db.session.commit()
    assert (found(Tag, "one", TITLE), found(Tag, "changed")) == ([], [ids[0]])
    db.session.execute(update(Tag), [{"id": ids[1], "name": "By id"}], execution_options={"cache_tags": ()})
    db.session.commit()
    assert found(Tag, "by id", TITLE) == [ids[1]]
    rows = [{"name": f"Bulky {number}", "slug": f"bulky-{number}", "locale": "en"} for number in range(3)]
    db.session.execute(insert(Tag), rows, execution_options={"cache_tags": ()})
    db.session.commit()
    assert len(found(Tag, "bulky", TITLE)) == 3
    db.session.execute(delete(Tag).where(Tag.id == ids[0]), execution_options=bulk)
    db.session.commit()
    assert found(Tag, "changed") == []


def test_what_is_written_past_the_program_is_found_once_the_index_is_made_anew(runner: Any) -> None:
    post, gone = make.make_post(title="Before").id, make.make_tag(name="Gone").id
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE posts SET title = 'Written elsewhere'"))
        connection.execute(text("DELETE FROM tags"))
    assert found(Post, "elsewhere") == []
    assert found(Tag, "gone") == [gone]
    db.session.rollback()
    result = runner.invoke(args=["search", "rebuild"])
    assert result.exit_code == 0, result.output
    assert "Searches find" in result.output
    assert found(Post, "elsewhere") == [post]
    assert found(Tag, "gone") == []
