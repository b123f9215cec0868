"""Every model has its screens, generated; a content type declared in a test has them, too."""

import operator
import re
from typing import Any

import pytest
from flask import Flask

import cms.content
from cms.content import publishing, revisions, translating
from cms.content.editing import version_of
from cms.extensions import db
from cms.models import Category, Grant, Post, Redirect, Role, Setting, Tag, User
from cms.models.base import all_models
from tests import factories as make
from tests.site_client import signed_in

SCREENS = [
    f"/admin/{'audit' if model.__tablename__ == 'audit_entries' else model.__tablename__}/"
    for model in all_models()
    if model.__purpose__ != "hidden"
]


@pytest.mark.parametrize("screen", SCREENS)
def test_list_of_every_model_opens(client_as: Any, screen: str) -> None:
    reply = client_as("administrator").get(screen)
    assert reply.status_code == 200
    assert b"<h1" in reply.data


@pytest.mark.parametrize("screen", [screen for screen in SCREENS if screen != "/admin/audit/"])
def test_empty_form_of_every_model_opens_and_refuses_nothing_typed(client_as: Any, screen: str) -> None:
    client = client_as("administrator")
    assert client.get(f"{screen}new/").status_code == 200
    reply = client.submit(f"{screen}new/")
    assert reply.status_code == 422
    assert b"field__error" in reply.data


def test_nobody_adds_to_the_record_of_activity(client_as: Any) -> None:
    assert client_as("administrator").get("/admin/audit/new/").status_code == 403


def test_create_edit_details_export_and_delete_a_tag(client_as: Any, db_session: Any) -> None:
    client = client_as("administrator")
    created = client.submit("/admin/tags/new/", {"name": "Olá mundo", "locale": "pt", "slug": ""})
    assert created.status_code == 302
    tag = db.session.query(Tag).one()
    assert (tag.name, tag.slug, tag.locale) == ("Olá mundo", "ola-mundo", "pt")

    form = client.get(f"/admin/tags/edit/?id={tag.id}")
    assert b'value="ola-mundo"' in form.data
    changed = client.submit(f"/admin/tags/edit/?id={tag.id}", {"name": "Adeus", "locale": "pt", "slug": "adeus"})
    assert changed.status_code == 302
    db.session.expire_all()
    assert db.session.get(Tag, tag.id).name == "Adeus"
    redirect = db.session.query(Redirect).one()
    assert (redirect.source, redirect.target) == ("/pt/tags/ola-mundo", "/pt/tags/adeus")

    assert "Adeus" in client.get(f"/admin/tags/details/?id={tag.id}").text
    assert "Adeus" in client.get("/admin/tags/export/csv/").text
    assert client.get("/admin/tags/export/xlsx/").data.startswith(b"PK")

    assert client.submit("/admin/tags/delete/", {"id": tag.id}).status_code == 302
    assert db.session.query(Tag).count() == 0


def test_what_was_typed_stays_when_it_is_refused(client_as: Any, db_session: Any) -> None:
    make.make_tag(name="Sea", slug="sea")
    reply = client_as("administrator").submit(
        "/admin/tags/new/", {"name": "Another sea", "locale": "en", "slug": "sea"}
    )
    assert reply.status_code == 422
    assert 'value="Another sea"' in reply.text
    assert "has this address already" in reply.text


def test_a_concurrent_change_is_a_conflict_that_loses_nothing(client_as: Any, db_session: Any) -> None:
    category = make.make_category(name="News")
    client = client_as("administrator")
    typed = {"name": "Mine", "locale": "en", "slug": category.slug, "version": "2001-01-01T00:00:00+00:00"}
    reply = client.submit(f"/admin/categories/edit/?id={category.id}", typed)
    assert reply.status_code == 409
    assert 'value="Mine"' in reply.text
    db.session.expire_all()
    assert db.session.get(Category, category.id).name == "News"


def test_who_was_overtaken_sees_the_change_and_may_save_all_the_same(client_as: Any, db_session: Any) -> None:
    client, post = client_as("administrator"), make.make_post(title="Before")
    address, opened = f"/admin/posts/edit/?id={post.id}", version_of(post)
    typed = {"title": "Mine", "slug": post.slug, "version": opened}
    assert client.submit(address, typed | {"title": "Theirs"}).status_code == 302

    refused = client.submit(address, typed)
    assert refused.status_code == 409
    assert f'href="/admin/posts/history/?id={post.id}"' in refused.text
    told = re.search(r'name="_over" value="([^"]+)"', refused.text)
    assert told is not None
    assert client.submit(address, typed).status_code == 409, "told of it, but not asked to write over it"

    assert client.submit(address, typed | {"_over": told[1]}).status_code == 302
    assert client.submit(address, typed | {"_over": told[1]}).status_code == 409, "overtaken once more"
    titles = [revision.data["title"] for revision in revisions.history(db.session.get_one(Post, post.id))]
    assert titles[:2] == ["Mine", "Theirs"]


@pytest.mark.parametrize(
    ("make_one", "service", "place", "typed"),
    [
        (make.make_tag, "editing.update", "tags", {"name": "Mine", "locale": "en", "slug": "mine"}),
        (make.make_post, "publishing.save_draft", "posts", {"title": "Mine", "slug": "mine"}),
    ],
)
def test_what_was_typed_outlives_what_it_was_typed_for(
    client_as: Any,
    app: Flask,
    db_session: Any,
    monkeypatch: pytest.MonkeyPatch,
    make_one: Any,
    service: str,
    place: str,
    typed: dict[str, str],
) -> None:
    """Somebody deletes it between the reading and the writing; it can be added anew."""
    row, client = make_one(locale="en"), client_as("administrator")
    save = operator.attrgetter(service)(cms.content)

    def too_late(document: Any, *arguments: Any, **options: Any) -> Any:
        with app.app_context():
            db.session.delete(db.session.get_one(type(document), document.id))
            db.session.commit()
        return save(document, *arguments, **options)

    monkeypatch.setattr(f"cms.content.{service}", too_late)
    reply = client.submit(f"/admin/{place}/edit/?id={row.id}", typed | {"version": version_of(row)})
    assert reply.status_code == 409
    assert "Mine" in reply.text
    assert f'action="/admin/{place}/new/"' in reply.text
    monkeypatch.undo()
    assert re.search(r'<option selected value="en">|name="locale"[^>]* value="en"', reply.text)
    assert client.submit(f"/admin/{place}/new/", typed | {"locale": "en"}).status_code == 302


@pytest.mark.parametrize("number", ["99999999999999999999", "-1", "x", "1e9"])
def test_odd_page_numbers_are_no_error(client_as: Any, db_session: Any, number: str) -> None:
    make.make_tag()
    path = f"/admin/tags/?page={number}&sort={number}&page_size={number}"
    assert client_as("administrator").get(path, follow_redirects=True).status_code == 200


@pytest.mark.parametrize("identifier", ["", "0", "99999999999999999999", "x", "1,2"])
def test_odd_ids_are_not_found(client_as: Any, identifier: str) -> None:
    client = client_as("administrator")
    for screen in ("edit", "details"):
        assert client.get(f"/admin/tags/{screen}/?id={identifier}").status_code == 404
    assert client.submit("/admin/tags/delete/", {"id": identifier}).status_code == 404


def test_search_filters_and_sorting(client_as: Any, db_session: Any) -> None:
    make.make_tag(name="Harbour", locale="en")
    make.make_tag(name="Porto", locale="pt")
    client = client_as("administrator")
    found = client.get("/admin/tags/?search=harb").text
    assert "Harbour" in found
    assert "Porto" not in found
    narrowed = client.get("/admin/tags/?flt0_locale=pt").text
    assert "Porto" in narrowed
    assert "Harbour" not in narrowed
    assert client.get("/admin/tags/?sort=0&desc=1").status_code == 200
    assert client.get("/admin/tags/?flt0_updated_at_since=not-a-date").status_code == 200


def test_filter_names_are_the_same_in_every_language(app: Any, client_as: Any, db_session: Any) -> None:
    make.make_post(title="One", status="draft")
    make.make_post(title="Two")
    client = client_as("administrator", locale="de")
    page = client.get("/admin/posts/?flt0_status=draft").text
    assert "One" in page
    assert "Two" not in page


def test_list_costs_the_same_queries_for_any_number_of_rows(
    client_as: Any, db_session: Any, count_queries: Any
) -> None:
    author = make.make_user("author")
    client = client_as("administrator")
    make.make_post(
        author=author, tags=[make.make_tag()], category=make.make_category(), featured_image=make.make_media()
    )
    with count_queries() as few:
        client.get("/admin/posts/")
    for _number in range(8):
        make.make_post(
            author=make.make_user("author"),
            tags=[make.make_tag()],
            category=make.make_category(),
            featured_image=make.make_media(),
        )
    with count_queries() as many:
        client.get("/admin/posts/")
    assert len(many) == len(few)


def test_spreadsheets_hold_no_formulas(client_as: Any, db_session: Any) -> None:
    make.make_tag(name="=1+1")
    assert "'=1+1" in client_as("administrator").get("/admin/tags/export/csv/").text


def test_a_bulk_action_goes_on_after_a_row_that_may_not_be_changed(client_as: Any, db_session: Any) -> None:
    """An author's own post that an editor has published, between two that are drafts."""
    author = make.make_user("author")
    rows = [
        make.make_post(title=title, author=author, status=status)
        for title, status in (("One", "draft"), ("Public", "published"), ("Two", "draft"))
    ]
    client = client_as(author)
    reply = client.submit("/admin/posts/action/", {"action": "delete", "rowid": [row.id for row in rows]})
    assert reply.status_code == 302
    page = client.get("/admin/posts/").text
    assert "Public: You are not allowed to do this." in page
    assert "Done for 2." in page
    db.session.expire_all()
    assert [row.trashed_at is None for row in rows] == [False, True, False]


def test_relations_are_looked_up_a_page_at_a_time(client_as: Any, db_session: Any) -> None:
    for number in range(12):
        make.make_category(name=f"Harbour {number:02}")
    make.make_category(name="Porto", locale="pt")
    client = client_as("administrator")
    rows = client.get("/admin/posts/ajax/lookup/?name=category&query=harb&limit=5").json
    assert [label for _id, label in rows] == [f"Harbour {number:02}" for number in range(5)]
    assert client.get("/admin/posts/ajax/lookup/?name=category&query=&locale=pt").json[0][1] == "Porto"
    assert client.get("/admin/posts/ajax/lookup/?name=password_hash&query=").status_code == 404


def test_a_setting_is_checked_as_it_is_declared(client_as: Any, db_session: Any) -> None:
    client = client_as("administrator")
    refused = client.submit("/admin/settings/new/", {"key": "posts_per_page", "locale": "", "value": "many"})
    assert refused.status_code == 422
    taken = client.submit("/admin/settings/new/", {"key": "posts_per_page", "locale": "", "value": "7"})
    assert taken.status_code == 302
    assert db.session.query(Setting).one().value == "7"


def test_a_setting_is_listed_by_its_name_with_its_value(client_as: Any, db_session: Any) -> None:
    db.session.add(Setting(key="site_name", locale="pt", value="Meridiano"))
    db.session.commit()
    page = client_as("administrator").get("/admin/settings/").text
    assert re.search(r'class="list__link"[^>]*>Name of the site</a>', page)
    assert "Meridiano" in page


def test_what_is_translated_already_is_opened_instead_of_translated_again(client_as: Any, db_session: Any) -> None:
    post = make.make_post()
    there = make.translate(post, "pt", title="Olá", slug="ola")
    reply = client_as("administrator").get(f"/admin/posts/new/?source={post.id}&locale=pt")
    assert reply.status_code == 302
    assert reply.location.endswith(f"/admin/posts/edit/?id={there.id}")


def test_what_is_no_longer_published_has_no_date_of_publication(client_as: Any, db_session: Any) -> None:
    post = make.make_post()
    client = client_as("administrator")
    address = f"/admin/posts/edit/?id={post.id}"
    dated = re.compile(r"<span>Published \w+ \d+")
    assert dated.search(client.get(address).text)
    typed = {"title": post.title, "slug": post.slug, "version": version_of(post), "_action": "unpublish"}
    assert client.submit(address, typed).status_code == 302
    assert not dated.search(client.get(address).text)


def test_an_empty_tab_says_what_is_not_there(client_as: Any, db_session: Any) -> None:
    client = client_as("administrator")
    assert "Posts are dated articles" in client.get("/admin/posts/").text
    make.make_post()
    trash = client.get("/admin/posts/?show=trash").text
    assert "The trash is empty" in trash
    assert "Posts are dated articles" not in trash
    assert "Nothing is in this state." in client.get("/admin/posts/?show=review").text


def test_moments_come_last_among_the_filters(client_as: Any, db_session: Any) -> None:
    make.make_post()
    names = re.findall(r'data-filter-field="([^"]+)"', client_as("administrator").get("/admin/posts/").text)
    assert names.index("Author") < names.index("Out of date") < names.index("Created")
    assert names[-1] == "Changed"


def test_what_changed_reads_in_its_own_direction(client_as: Any, db_session: Any) -> None:
    post = make.make_post(summary="")
    client = client_as("administrator")
    typed = {"title": post.title, "slug": post.slug, "version": version_of(post)}
    client.submit(f"/admin/posts/edit/?id={post.id}", typed | {"summary": "First."})
    typed["version"] = version_of(db.session.get_one(Post, post.id, populate_existing=True))
    client.submit(f"/admin/posts/edit/?id={post.id}", typed | {"summary": "Second."})
    page = client.get(f"/admin/posts/history/?id={post.id}").text
    assert "First</del>" in page
    assert "Second</ins>" in page


def test_a_translator_finds_what_is_missing_and_what_is_out_of_date(client_as: Any, db_session: Any) -> None:
    editor = make.make_user("editor")
    done, open_one = [
        publishing.create_draft(Post, {"title": title, "locale": "en"}, editor) for title in ("Done one", "Open one")
    ]
    publishing.publish(done, editor)
    translating.begin(done, "pt", {"title": "Feito"}, editor)
    client = client_as("translator")
    missing = client.get("/admin/posts/?flt0_translation_key_missing=pt").text
    assert "Open one" in missing
    assert "Done one" not in missing
    outdated = "/admin/posts/?flt0_source_revision_id_outdated=1"
    assert "Feito" not in client.get(outdated).text
    publishing.publish(done, editor, {"title": "Done again"})
    assert "Feito" in client.get(outdated).text
    assert open_one.title not in client.get(outdated).text


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_moments_at_the_ends_of_the_calendar_are_refused(client_as: Any, moment: str) -> None:
    """In the time zone of somebody else they would be no moments at all."""
    typed = {"title": "A walk", "locale": "en", "publish_at": moment, "_action": "publish"}
    reply = client_as("editor").submit("/admin/posts/new/", typed)
    assert reply.status_code == 422
    assert "This is not a date and time." in reply.text


def test_changing_ones_own_account_leaves_other_open_forms_alone(client_as: Any, db_session: Any) -> None:
    """Only a new password begins a new session: the tokens of forms in other tabs stay good."""
    client = client_as("administrator")
    me = db.session.get(User, client.user_id)
    typed = {"username": me.username, "email": me.email, "display_name": "Me", "active": "y", "bio": ""}
    typed |= {"roles": str(me.roles[0].id), "csrf_token": client.csrf_token}
    assert client.post(f"/admin/users/edit/?id={me.id}", data=typed).status_code == 302
    tag = {"name": "Sea", "locale": "en", "csrf_token": client.csrf_token}
    assert client.post("/admin/tags/new/", data=tag).status_code == 302


def test_nothing_is_made_that_could_not_be_published_as_asked(client_as: Any, db_session: Any) -> None:
    """Whoever may publish in one language only gets no draft in another, and what they typed can be sent again."""
    role = make.role_named("author")
    role.grants.append(Grant(permission="posts:publish", scope="languages"))
    db.session.commit()
    client = client_as("author", languages=["pt"])
    typed = {"title": "A walk", "_action": "publish"}
    assert client.submit("/admin/posts/new/", typed | {"locale": "en"}).status_code == 403
    assert db.session.query(Post).count() == 0
    assert client.submit("/admin/posts/new/", typed | {"locale": "pt"}).status_code == 302
    assert db.session.query(Post).one().is_live


def test_the_form_of_an_account_asks_for_a_password_where_one_may_be_given(app: Flask, db_session: Any) -> None:
    """Who edits accounts without being an administrator gives passwords to those that may no more than they."""
    grants = [Grant(permission=name) for name in ("backoffice:enter", "users:read", "users:update")]
    manager = make.make_user(None, roles=[Role(name="people", title="People", grants=grants)])
    client = signed_in(app, manager)
    editor, member = make.make_user("editor"), make.make_user("member")
    assert 'name="password"' in client.get(f"/admin/users/edit/?id={member.id}").text
    assert 'name="password"' not in client.get(f"/admin/users/edit/?id={editor.id}").text
    typed = {"username": editor.username, "email": editor.email, "display_name": "Renamed", "active": "y"}
    typed["password"] = "eight-geese-swim"
    assert client.submit(f"/admin/users/edit/?id={editor.id}", typed).status_code == 302
    db.session.expire_all()
    assert (editor.display_name, editor.session_version) == ("Renamed", 1)
