"""Creating, changing and deleting objects of any model."""

import sqlite3
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from cms.content import editing, publishing
from cms.content.errors import Conflict, InvalidInput
from cms.extensions import db
from cms.models import AuditEntry, Category, Menu, MenuItem, Page, Post, Redirect, Setting, Tag, User
from cms.security.policy import Forbidden
from tests import factories as make

pytestmark = [pytest.mark.usefixtures("db_session"), pytest.mark.database]


@pytest.fixture
def editor() -> User:
    return make.make_user("editor")


def refused(model: Any, values: dict[str, Any], actor: Any) -> dict[str, Any]:
    with pytest.raises(InvalidInput) as error:
        editing.create(model, values, actor)
    db.session.rollback()
    return error.value.errors


def test_slugs_follow_the_title_and_are_unique_in_their_language(editor: User) -> None:
    slugs = [editing.create(Tag, {"name": "Über uns", "locale": "de"}, editor).slug for _again in range(3)]
    assert slugs == ["ueber-uns", "ueber-uns-2", "ueber-uns-3"]
    assert editing.create(Tag, {"name": "Über uns", "locale": "en"}, editor).slug == "uber-uns"
    assert editing.create(Tag, {"name": "Привет, мир", "locale": "en"}, editor).slug == "privet-mir"
    assert "slug" in refused(Tag, {"name": "Other", "slug": "Ueber uns", "locale": "de"}, editor)


@pytest.mark.parametrize(
    ("model", "values", "field"),
    [
        (Tag, {"locale": "en"}, "name"),
        (Tag, {"name": "", "locale": "en"}, "name"),
        (Tag, {"name": "x" * 121, "locale": "en"}, "name"),
        (Tag, {"name": "a\x00b", "locale": "en"}, "name"),
        (Tag, {"name": "a\ud800b", "locale": "en"}, "name"),
        (Tag, {"name": "x", "locale": "tlh"}, "locale"),
        (Category, {"name": "x", "locale": "en", "description": "x" * 1_000_001}, "description"),
        (Redirect, {"source": "en/x", "target": "/en/y"}, "source"),
        (Redirect, {"source": "//evil", "target": "/en/y"}, "source"),
        (Redirect, {"source": "/en/x", "target": "javascript:alert(1)"}, "target"),
        (Redirect, {"source": "/en/x", "target": "//evil.example"}, "target"),
        (Redirect, {"source": "/en/x", "target": "/en/x"}, "target"),
        (Redirect, {"source": "/en/x", "target": "/en/y", "status_code": 200}, "status_code"),
        (Setting, {"key": "colour", "value": "red"}, "key"),
        (Setting, {"key": "posts_per_page", "value": "0"}, "value"),
        (Setting, {"key": "posts_per_page", "value": "5", "locale": "pt"}, "locale"),
        (MenuItem, {"menu": None, "url": ""}, "url"),
        (MenuItem, {"url": "javascript:x"}, "url"),
    ],
)
def test_bad_values_are_refused_with_a_sentence(model: Any, values: dict[str, Any], field: str, editor: User) -> None:
    assert str(refused(model, values, editor)[field])


def test_numbers_and_moments_have_their_bounds(editor: User) -> None:
    page = {"title": "x", "locale": "en"}
    with pytest.raises(InvalidInput, match="too large"):
        publishing.create_draft(Page, page | {"position": 2**40}, editor)
    with pytest.raises(InvalidInput, match="not a date"):
        publishing.create_draft(Post, page | {"published_at": datetime(2026, 1, 1)}, editor)  # noqa: DTZ001 -- the fault that is meant


def test_unique_things_are_said_to_be_there_already(editor: User) -> None:
    make.make_redirect("/en/a", "/en/b")
    assert "source" in refused(Redirect, {"source": "/en/a", "target": "/en/c"}, editor)
    make.make_setting("site_name", "Here")
    assert "key" in refused(Setting, {"key": "site_name", "value": "There"}, editor)


def test_a_document_names_things_of_its_own_language(editor: User) -> None:
    values = {"title": "x", "locale": "en", "tags": [make.make_tag(locale="pt")]}
    with pytest.raises(InvalidInput) as error:
        publishing.create_draft(Post, values, editor)
    assert "tags" in error.value.errors


def test_pages_know_their_path_and_carry_those_below_along(editor: User) -> None:
    about = publishing.create_draft(Page, {"title": "About", "locale": "en"}, editor)
    team = publishing.create_draft(Page, {"title": "Team", "locale": "en", "parent": about}, editor)
    ana = publishing.create_draft(Page, {"title": "Ana", "locale": "en", "parent": team}, editor)
    for page in (about, team, ana):
        publishing.publish(page, editor)
    assert ana.path == "about/team/ana"
    publishing.publish(about, editor, {"slug": "company"})
    db.session.refresh(ana)
    assert ana.path == "company/team/ana"
    sources = {row.source: row.target for row in db.session.query(Redirect)}
    assert sources["/en/about/team/ana"] == "/en/company/team/ana"
    with pytest.raises(InvalidInput) as error:
        publishing.save_draft(about, {"parent": ana}, editor)
    assert "parent" in error.value.errors
    with pytest.raises(Conflict):
        editing.delete(about, editor)


def test_a_change_is_recorded_and_one_without_difference_is_not(editor: User) -> None:
    tag = editing.create(Tag, {"name": "Sea", "locale": "en"}, editor)
    editing.update(tag, {"name": "Sea"}, editor)
    editing.update(tag, {"name": "Ocean"}, editor)
    entries = db.session.query(AuditEntry).order_by(AuditEntry.id).all()
    assert [(entry.action, entry.details) for entry in entries] == [("create", {}), ("update", {"fields": ["name"]})]


def test_a_concurrent_change_is_a_conflict(editor: User) -> None:
    tag = make.make_tag()
    seen = editing.version_of(tag)
    editing.update(tag, {"name": "One"}, editor, based_on=seen)
    with pytest.raises(Conflict):
        editing.update(tag, {"name": "Two"}, editor, based_on=seen)


def test_a_translator_cannot_move_a_tag_out_of_their_languages() -> None:
    translator = make.make_user("translator", languages=["pt"])
    tag = make.make_tag(locale="pt", name="Mar")
    editing.update(tag, {"name": "Oceano"}, translator)
    with pytest.raises(Forbidden):
        editing.update(tag, {"locale": "de"}, translator)
    db.session.expire_all()
    assert tag.locale == "pt"
    with pytest.raises(Forbidden):
        editing.delete(tag, translator)


def test_a_change_of_a_list_alone_is_a_change(editor: User) -> None:
    """Whoever saw the old links, or the old roles, does not undo the new ones by saving."""
    menu, link = make.make_menu(), {"label": "New", "url": "/en/new", "position": 1}
    seen = editing.version_of(menu)
    editing.update(menu, {"items": [link]}, editor, based_on=seen)
    with pytest.raises(Conflict):
        editing.update(menu, {"items": []}, editor, based_on=seen)
    assert len(menu.items) == 1


def test_what_is_deleted_meanwhile_is_a_conflict(editor: User) -> None:
    tag = make.make_tag()
    editing.version_of(tag)
    db.session.execute(delete(Tag).where(Tag.id == tag.id).execution_options(cache_tags=[], synchronize_session=False))
    with pytest.raises(Conflict):
        editing.update(tag, {"name": "Other"}, editor)


def test_names_and_addresses_are_one_line(editor: User) -> None:
    """A line break in an address could not be sent to a browser."""
    redirect = editing.create(Redirect, {"source": "/en/x", "target": "/en/a\n/\tb"}, editor)
    assert redirect.target == "/en/a / b"
    assert "name" in refused(Tag, {"name": "no character: \uffff", "locale": "en"}, editor)


def test_what_documents_name_stays_in_their_language(editor: User) -> None:
    """A tag or a category that is used moves to no other language; one that nothing names may."""
    tag, category, unused = make.make_tag(), make.make_category(), make.make_tag()
    make.make_post(tags=[tag], category=category)
    for named in (tag, category):
        with pytest.raises(InvalidInput) as error:
            editing.update(named, {"locale": "pt"}, editor)
        assert list(error.value.errors) == ["locale"]
    editing.update(unused, {"locale": "pt"}, editor)
    assert unused.locale == "pt"


def test_redirects_do_not_lead_round_in_circles(editor: User) -> None:
    make.make_redirect("/en/a", "/en/b")
    make.make_redirect("/en/b", "/en/c")
    assert "target" in refused(Redirect, {"source": "/en/c", "target": "/en/a"}, editor)
    editing.create(Redirect, {"source": "/en/d", "target": "/en/a"}, editor)


def test_what_an_object_needs_must_be_there(editor: User) -> None:
    """Said by the code of the error, on every database: its text may be in any language."""
    db.session.add(Post(title="A walk", slug="a-walk", locale="en", translation_key="a", category_id=999_999))
    with pytest.raises(Conflict, match="what it needs is gone"):
        editing.flush()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ({"sqlstate": "23503"}, Conflict),
        ({"sqlstate": "23001"}, Conflict),
        ({"sqlstate": "23505"}, InvalidInput),
        ({"sqlite_errorcode": sqlite3.SQLITE_CONSTRAINT_TRIGGER}, Conflict),
        ({"sqlite_errorcode": sqlite3.SQLITE_CONSTRAINT_UNIQUE}, InvalidInput),
        ({}, InvalidInput),
    ],
)
def test_refusals_are_told_apart_by_their_codes(
    code: dict[str, Any], kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A title may hold the words of any message."""
    driver = type("Refused", (Exception,), code)("FOREIGN KEY in German: Fremdschlüssel")

    def refuse() -> None:
        raise IntegrityError("INSERT", {}, driver)

    monkeypatch.setattr(db.session, "flush", refuse)
    with pytest.raises(kind):
        editing.flush()


def test_the_rows_of_a_list_stand_in_its_order_unless_they_say_where() -> None:
    editor = make.make_user("editor")
    rows: list[dict[str, Any]] = [{"label": label, "url": "/en/x"} for label in "CAB"]
    menu = editing.create(Menu, {"title": "Main", "location": "header", "locale": "en", "items": rows}, editor)
    assert [(item.label, item.position) for item in menu.items] == [("C", 0), ("A", 1), ("B", 2)]
    kept = [{"id": item.id, "label": item.label, "url": item.url} for item in menu.items]
    editing.update(menu, {"items": [kept[2] | {"position": 9}, kept[0]]}, editor)
    db.session.refresh(menu)
    assert [(item.label, item.position) for item in menu.items] == [("C", 1), ("B", 9)]
