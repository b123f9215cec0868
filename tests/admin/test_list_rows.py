"""What a list shows of its rows: found out once where it is the same for all of them, and right for each."""

import re
from typing import Any

import pytest
from flask_login import login_user

from admin.cells import ValueFormatter
from admin.list_rows import ColumnCells, LanguageLinks, RowAddress
from cms.content import publishing
from cms.extensions import db
from cms.models import Post
from cms.models.column_types import utc_now
from cms.security.policy import SYSTEM
from tests import factories as make

pytestmark = pytest.mark.usefixtures("db_session")
MENU = re.compile(r'<td class="list__more">(.*?)</td>', re.DOTALL)


def view_of(app: Any, endpoint: str) -> Any:
    return next(view for view in app.extensions["admin"][0]._views if view.endpoint == endpoint)


def test_an_address_is_that_of_the_row(app: Any) -> None:
    view = view_of(app, "admin_posts")
    with app.test_request_context("/admin/posts/"):
        back = "/admin/posts/?search=a b&page=-1"
        address = RowAddress(view, ".edit_view", url=back)
        assert address.of(7) == view.get_url(".edit_view", id=7, url=back)
        assert RowAddress(view, ".details_view").of(12) == view.get_url(".details_view", id=12)


def test_equal_values_are_formatted_once(app: Any) -> None:
    asked: list[str] = []

    class Screen:
        column_formatters = {"locale": ValueFormatter(getattr, lambda code: asked.append(code) or f"<{code}>")}

        def get_list_value(self, context: Any, row: Any, name: str) -> Any:
            formatter = self.column_formatters.get(name)
            return formatter(self, context, row, name) if formatter is not None else getattr(row, name)

    cells = ColumnCells(Screen(), "locale")
    shown = [cells.of(make.make_post(locale=code)) for code in ("en", "pt", "en", "pt", "en")]
    assert shown == ["<en>", "<pt>", "<en>", "<pt>", "<en>"]
    assert asked == ["en", "pt"]
    titles = ColumnCells(Screen(), "title")
    assert [titles.of(make.make_post(title=name)) for name in ("One", "Two")] == ["One", "Two"]


def test_languages_are_linked_as_far_as_one_may_translate(app: Any) -> None:
    post = make.make_post()
    translator = make.make_user("translator", languages=["pt"])
    with app.test_request_context("/admin/posts/"):
        login_user(translator)
        entries = {entry["code"]: entry for entry in LanguageLinks(view_of(app, "admin_posts")).of(post, [])}
    assert entries["pt"]["url"] == f"/admin/posts/new/?source={post.id}&locale=pt"
    assert entries["es"]["url"] is None
    assert entries["ar"]["label"] == '<bdi lang="ar">العربية</bdi>'


def test_nothing_is_translated_from_the_trash(client_as: Any) -> None:
    make.make_post(trashed_at=utc_now())
    (menu,) = MENU.findall(client_as("administrator").get("/admin/posts/?show=trash").text)
    assert "source=" not in menu


def test_each_row_offers_what_one_may_do_to_it(client_as: Any) -> None:
    author = client_as("author")
    mine = make.make_post(title="Mine & all", author_id=author.user_id, status="draft")
    page = author.get("/admin/posts/").text
    (menu,) = MENU.findall(page)
    assert f'href="/admin/posts/edit/?id={mine.id}&amp;url=' in menu
    assert 'data-name="Mine &amp; all" data-trash' in menu
    assert "View on site" not in menu
    make.make_post(title="Somebody else's", status="published")
    menus = MENU.findall(client_as("translator").get("/admin/posts/").text)
    assert len(menus) == 2
    # A Portuguese translator changes none of these two, and reads both.
    assert not any("/edit/" in menu or "data-delete" in menu for menu in menus)
    assert all("/details/" in menu and "locale=pt" in menu and "locale=es" not in menu for menu in menus)
    assert sum("View on site" in menu for menu in menus) == 1


def test_nobody_loads_what_authors_may_do(client_as: Any, count_queries: Any) -> None:
    administrator = client_as("administrator")
    for _ in range(3):
        make.make_post(author=make.make_user("editor"))
    administrator.get("/admin/posts/")
    with count_queries() as queries:
        assert administrator.get("/admin/posts/").text.count('class="list__row"') == 3
    assert len([one for one in queries if "user_roles" in one]) == 1
    assert len(queries) == 12


def test_a_list_shows_what_it_is_asked_for_in_its_own_order(client_as: Any) -> None:
    """Columns keep their places: the picture of a post stands beside its title and in no column of its own."""
    make.make_post(title="One", featured_image=make.make_media("A loom"))
    page = client_as("administrator").get("/admin/posts/").text
    heads = re.findall(r'<th scope="col" class="list__head--([\w-]+)"', page)
    cells = re.findall(r'<td class="list__(?:cell list__cell--([\w-]+)|(title))', page)
    assert heads[0] == "title"
    assert "featured_image" not in heads
    assert [name or title for name, title in cells] == heads
    assert db.session.query(Post).count() == 1


def test_only_what_may_be_moved_to_the_trash_has_a_button_for_it(client_as: Any) -> None:
    """What readers see is taken off the site by those who may publish."""
    author = make.make_user("author")
    drafted, live = make.make_post(author=author, status="draft"), make.make_post(author=author)

    def offered(client: Any, post: Post) -> list[bool]:
        (menu,) = [menu for menu in MENU.findall(client.get("/admin/posts/").text) if f"?id={post.id}&" in menu]
        screens = [client.get(f"/admin/posts/{name}/?id={post.id}").text for name in ("edit", "details")]
        return [f'data-delete="{post.id}"' in text for text in (menu, *screens)]

    for client, expected in ((client_as(author), False), (client_as("editor"), True)):
        assert offered(client, drafted) == [True] * 3
        assert offered(client, live) == [expected] * 3
    publishing.trash(live, SYSTEM)
    edit = client_as(author).get(f"/admin/posts/edit/?id={live.id}")
    assert f'data-delete="{live.id}"' in edit.text
