"""What things are called in the back office: whole labels, in the reader's language, never put together."""

import pytest
from flask import Flask
from flask_babel import force_locale

from admin.activity import sentence_about
from admin.cells import details_cell, time_zone_cell
from admin.grants_field import grant_text
from cms.models import Grant, Post, Role, Setting
from cms.models.base import Model, all_models
from tests.factories import make_category, make_menu, make_menu_item, make_page, make_user
from tests.site_client import SiteClient

pytestmark = pytest.mark.usefixtures("db_session")


class Unnamed(Model):
    """A content type whose author wrote no label for a new one."""

    __abstract__ = True
    __label__ = "Recipe"


def test_a_button_that_adds_something_has_a_label_of_its_own() -> None:
    assert str(Post.label_of_new()) == "New post"
    assert str(Unnamed.label_of_new()) == "New: Recipe"
    shown = [model for model in all_models() if model.__module__.startswith("cms.") and model.__purpose__ != "hidden"]
    named = {model for model in shown if model.__label_new__ is not None}
    assert {model.__tablename__ for model in set(shown) - named} == {"audit_entries"}


def test_the_roles_of_a_new_site_are_named_in_the_reader_s_language(app: Flask) -> None:
    with force_locale("pt"):
        assert str(Role(title="Translator")) == "Tradutor"
    assert str(Role(title="Translator")) == "Translator"
    assert str(Role(title="Night shift")) == "Night shift"


def test_a_setting_is_called_by_its_label() -> None:
    assert str(Setting(key="site_name")) == "Name of the site"
    assert str(Setting(key="of_another_release")) == "of_another_release"


def test_a_link_of_a_menu_is_called_as_readers_see_it() -> None:
    menu, page, category = make_menu(), make_page(title="About us"), make_category(name="Harbours")
    assert str(make_menu_item(menu, label="Start", page=page)) == "Start"
    assert str(make_menu_item(menu, label="", page=page)) == "About us"
    assert str(make_menu_item(menu, label="", category=category)) == "Harbours"
    assert str(make_menu_item(menu, label="", url="/en/links")) == "/en/links"


@pytest.mark.parametrize(
    ("permission", "scope", "text"),
    [
        ("posts:update", "own", "Posts: Change (Own)"),
        ("posts:read", "all", "Posts: See"),
        ("files:manage", "all", "Manage the files of the site"),
        ("catalogs:translate", "languages", "Translate interface texts (Languages)"),
        ("recipes:read", "all", "recipes:read"),
    ],
)
def test_a_grant_in_words(permission: str, scope: str, text: str) -> None:
    assert grant_text(Grant(permission=permission, scope=scope)) == text


def test_time_zones_and_what_the_program_notes(app: Flask) -> None:
    with app.test_request_context("/admin/"):
        assert time_zone_cell("Europe/Lisbon") == "Lisbon"
        assert "None" in time_zone_cell(None)
        assert details_cell({"path": "<b>"}) == "<code>{&#34;path&#34;: &#34;&lt;b&gt;&#34;}</code>"
        assert "None" in details_cell({})


def test_the_record_is_filtered_by_sentences(client_as) -> None:
    client: SiteClient = client_as("administrator")
    page = client.get("/admin/audit/?flt0_action=publish&flt1_model=posts").text
    assert "… published …" in page
    assert str(sentence_about("create_folder", "Ana", "old/new")) == "Ana made the folder old/new"
    assert str(sentence_about("schedule_failed", "The system", "A post")).startswith("A post could not")


def test_accounts_may_have_any_time_zone_that_their_profile_offers(client_as) -> None:
    account = make_user("member", timezone="Europe/Lisbon")
    page = client_as("administrator").get(f"/admin/users/edit/?id={account.id}").text
    assert '<optgroup label="Europe">' in page
    assert '<option selected value="Europe/Lisbon">Lisbon</option>' in page
