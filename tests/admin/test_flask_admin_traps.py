"""What Flask-Admin leaves open, and the mend of each."""

import re
from typing import Any

import pytest
from flask_login import login_user

from admin import scaffold
from admin.views.screen import ENDPOINT_ACTIONS
from cms.extensions import db
from cms.models import Grant, Tag, User
from cms.models.base import all_models, columns_of
from tests import factories as make

pytestmark = pytest.mark.usefixtures("db_session")


def screens(app: Any) -> list[Any]:
    (back_office,) = app.extensions["admin"]
    return [view for view in back_office._views if hasattr(view, "model")]


def test_every_endpoint_of_a_model_is_declared_and_an_unknown_one_is_denied(app: Any, client_as: Any) -> None:
    for view in screens(app):
        declared = set(ENDPOINT_ACTIONS) | set(view.extra_endpoint_actions)
        assert {name for _url, name, _methods in view._urls} <= declared, view.endpoint
    with app.test_request_context("/admin/tags/"):
        login_user(make.make_user("administrator"))
        view = next(view for view in screens(app) if view.endpoint == "admin_tags")
        assert view.may_enter("index_view")
        assert not view.may_enter("fast_mass_delete")


def test_no_form_offers_a_secret_or_what_the_program_keeps_for_itself() -> None:
    for model in all_models():
        machinery = {column.key for column in columns_of(model) if column.info.get("machinery")}
        assert not machinery & set(scaffold.form_names(model))
        shown = {*scaffold.list_columns(model), *scaffold.details_columns(model), *scaffold.export_columns(model)}
        assert "password_hash" not in shown


def test_a_form_cannot_set_what_it_does_not_offer(client_as: Any) -> None:
    user = make.make_user("member")
    typed = {
        "username": user.username,
        "email": user.email,
        "display_name": "Renamed",
        "active": "on",
        "password_hash": "x",
        "session_version": "99",
    }
    assert client_as("administrator").submit(f"/admin/users/edit/?id={user.id}", typed).status_code == 302
    db.session.expire_all()
    changed = db.session.get(User, user.id)
    assert changed.display_name == "Renamed"
    assert changed.password_hash != "x"
    assert changed.session_version == 1


def test_a_denied_form_is_refused_and_not_redirected(client_as: Any) -> None:
    author = client_as("author")
    assert author.get("/admin/tags/new/").status_code == 403
    tag = make.make_tag()
    assert author.get(f"/admin/tags/edit/?id={tag.id}").status_code == 403
    assert author.submit("/admin/tags/delete/", {"id": tag.id}).status_code == 403
    assert author.submit("/admin/tags/action/", {"action": "delete", "rowid": [tag.id]}).status_code == 403


def test_inline_changes_need_the_right_and_a_column_that_offers_them(client_as: Any) -> None:
    tag = make.make_tag(name="Sea")
    change = {"list_form_pk": tag.id, "name": "Ocean"}
    assert client_as("author").submit("/admin/tags/ajax/update/", change).status_code == 403
    secret = {"list_form_pk": tag.id, "translation_key": "x"}
    assert client_as("administrator").submit("/admin/tags/ajax/update/", secret).status_code == 400
    db.session.expire_all()
    assert db.session.get(Tag, tag.id).name == "Sea"


def test_a_name_is_changed_in_the_list_where_the_column_offers_it(client_as: Any) -> None:
    tag = make.make_tag(name="Sea")
    client = client_as("administrator")
    reply = client.submit("/admin/tags/ajax/update/", {"list_form_pk": tag.id, "name": "Ocean"})
    assert reply.status_code == 200
    db.session.expire_all()
    assert db.session.get(Tag, tag.id).name == "Ocean"
    refused = client.submit("/admin/tags/ajax/update/", {"list_form_pk": tag.id, "name": ""})
    assert refused.status_code == 422
    assert "needed" in refused.text


def test_a_bulk_action_with_one_forbidden_row_does_nothing(client_as: Any) -> None:
    author = make.make_user("author")
    mine, theirs = make.make_post(author=author), make.make_post()
    reply = client_as(author).submit("/admin/posts/action/", {"action": "delete", "rowid": [mine.id, theirs.id]})
    assert reply.status_code == 403
    db.session.expire_all()
    assert mine.trashed_at is None
    assert theirs.trashed_at is None


def test_look_ups_show_only_what_one_may_read(client_as: Any) -> None:
    author = make.make_user("author")
    make.make_page(title="Secret plan")
    role = author.roles[0]
    role.grants += [Grant(permission="menu_items:read"), Grant(permission="menu_items:create")]
    db.session.commit()
    found = client_as(author).get("/admin/menu_items/ajax/lookup/?name=page&query=secret")
    assert found.json == []


@pytest.mark.parametrize(
    "address", ["", "posts/", "posts/new/", "tags/", "users/new/", "menus/new/", "media/", "files/"]
)
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_no_screen_holds_inline_script_or_style_and_each_says_its_language(
    client_as: Any, address: str, locale: str
) -> None:
    make.make_tag()
    make.make_post()
    reply = client_as("administrator", locale=locale).get(f"/admin/{address}")
    assert reply.status_code == 200
    assert not re.search(r"<[^>]+\son[a-z]+=|javascript:|<style|<[^>]+\sstyle=|<script(?![^>]*\bsrc=)", reply.text)
    direction = "rtl" if locale == "ar" else "ltr"
    assert f'<html lang="{locale}" dir="{direction}"' in reply.text


def test_an_error_shows_no_sql_and_no_path(client_as: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: Any, **_options: Any) -> None:
        raise RuntimeError("SELECT secret FROM /srv/site")

    monkeypatch.setattr("cms.content.editing.create", broken)
    client = client_as("administrator")
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        reply = client.submit("/admin/tags/new/", {"name": "x", "locale": "en"})
    finally:
        client.application.config["PROPAGATE_EXCEPTIONS"] = None
    assert reply.status_code == 500
    assert "SELECT" not in reply.text
    assert "/srv" not in reply.text
