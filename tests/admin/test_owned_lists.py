"""Lists that belong to one object are edited in its form: links of a menu, grants of a role."""

import re
from typing import Any

import pytest

from cms.extensions import db
from cms.models import Grant, Menu, MenuItem, Role
from cms.security.policy import may
from tests import factories as make

pytestmark = pytest.mark.usefixtures("db_session")


def row(number: int, **values: Any) -> dict[str, Any]:
    empty = {"id": "", "label": "", "page": "", "category": "", "url": "", "position": ""}
    return {f"items-{number}-{name}": value for name, value in (empty | values).items()}


MENU = {"title": "Main", "location": "header", "locale": "en"}


def test_a_menu_is_made_with_its_links(client_as: Any) -> None:
    page = make.make_page(title="About")
    rows = row(0, page=page.id, position="1") | row(1, label="Elsewhere", url="https://example.org", position="2")
    reply = client_as("administrator").submit("/admin/menus/new/", MENU | rows)
    assert reply.status_code == 302
    items = db.session.query(Menu).one().items
    assert [(item.label, item.page_id, item.url) for item in items] == [
        ("", page.id, ""),
        ("Elsewhere", None, "https://example.org"),
    ]


def test_links_are_changed_added_and_removed_together(client_as: Any) -> None:
    menu = make.make_menu()
    kept, gone = make.make_menu_item(menu, label="Old"), make.make_menu_item(menu)
    client = client_as("administrator")
    assert f'value="{kept.id}"' in client.get(f"/admin/menus/edit/?id={menu.id}").text
    rows = (
        row(0, id=kept.id, label="New", url="/en/kept", position="5")
        | row(1, id=gone.id, label="Gone", url="/en/gone")
        | {"del-items-1": "on"}
        | row(2, label="Added", url="/en/added", position="1")
    )
    assert client.submit(f"/admin/menus/edit/?id={menu.id}", MENU | rows).status_code == 302
    db.session.expire_all()
    items = db.session.query(MenuItem).order_by(MenuItem.position).all()
    assert [(item.label, item.url) for item in items] == [("Added", "/en/added"), ("New", "/en/kept")]
    assert db.session.get(MenuItem, kept.id).label == "New"


def labels(client: Any, menu: Menu) -> list[str]:
    """The links as the form shows them, from the first to the last."""
    page = client.get(f"/admin/menus/edit/?id={menu.id}").text
    return re.findall(r'name="items-\d+-label"[^>]*value="([^"]*)"', page)


def test_links_are_moved_without_script(client_as: Any) -> None:
    """What was typed is saved with it, and the form comes back where the links are."""
    menu = make.make_menu()
    links = [make.make_menu_item(menu, label=label, url=f"/en/{label}", position=7) for label in "ABC"]
    client = client_as("administrator")
    form = client.get(f"/admin/menus/edit/?id={menu.id}").text
    assert re.findall(r'name="items-\d-position"[^>]*value="(\d)"', form) == ["0", "1", "2"]
    assert not re.search(r'type="number"[^>]*name="items-0-position"', form)
    assert re.findall(r'name="_move" value="([^"]*)" disabled', form) == ["items-0-up", "items-2-down"]

    rows: dict[str, Any] = {"_move": "items-2-up"}
    for number, link in enumerate(links):
        rows |= row(number, id=link.id, label=link.label, url=link.url, position=str(number))
    address = f"/admin/menus/edit/?id={menu.id}"
    reply = client.submit(address, MENU | rows | {"items-0-label": "A!"})
    assert reply.status_code == 302
    assert reply.location.startswith(f"/admin/menus/edit/?id={menu.id}")
    assert reply.location.endswith("#items")
    assert labels(client, menu) == ["A!", "C", "B"]
    db.session.expire_all()
    assert [item.position for item in menu.items] == [0, 1, 2]

    refused = client_as("translator").submit(address, MENU | rows)
    assert refused.status_code == 403
    assert labels(client, menu) == ["A!", "C", "B"]


@pytest.mark.parametrize("move", ["items-0-up", "items-1-down", "items-9-up", "items-0-away", "items", ""])
def test_what_cannot_be_moved_stays(client_as: Any, move: str) -> None:
    client = client_as("administrator")
    rows = row(0, label="A", url="/en/a", position="0") | row(1, label="B", url="/en/b", position="1")
    assert client.submit("/admin/menus/new/", MENU | rows | {"_move": move}).status_code == 302
    assert labels(client, db.session.query(Menu).one()) == ["A", "B"]


def test_a_form_with_faults_comes_back_in_the_order_that_was_sent(client_as: Any) -> None:
    """What belongs to a row stays with it, and rows without a place stand behind the others."""
    rows = (
        row(0, label="A", url="/en/a", position="2")
        | row(1, label="B", url="javascript:alert(1)", position="0")
        | row(2, label="C", url="/en/c", position="²")
    )
    reply = client_as("administrator").submit("/admin/menus/new/", MENU | rows)
    assert reply.status_code == 422
    assert re.findall(r'name="items-\d-label"[^>]*value="([^"]*)"', reply.text) == ["B", "A", "C"]
    places = re.findall(r'name="items-(\d)-position"[^>]*value="(\d)"', reply.text)
    assert places == [("1", "0"), ("0", "1"), ("2", "2")]
    assert re.findall(r'id="(items-\d-url)-error"', reply.text) == ["items-1-url"]


def test_a_fault_stands_beside_the_field_of_its_row(client_as: Any) -> None:
    rows = row(0, label="Fine", url="/en/fine") | row(1, label="Bad", url="javascript:alert(1)")
    reply = client_as("administrator").submit("/admin/menus/new/", MENU | rows)
    assert reply.status_code == 422
    assert 'id="items-1-url-error"' in reply.text
    assert 'id="items-0-url-error"' not in reply.text
    assert 'value="javascript:alert(1)"' in reply.text
    assert db.session.query(Menu).count() == 0


def test_another_menus_link_cannot_be_taken(client_as: Any) -> None:
    other = make.make_menu_item(make.make_menu(locale="pt"), label="Theirs")
    client_as("administrator").submit("/admin/menus/new/", MENU | row(0, id=other.id, label="Mine", url="/en/x"))
    db.session.expire_all()
    assert db.session.get(MenuItem, other.id).label == "Theirs"


def test_rows_look_up_what_they_name(client_as: Any) -> None:
    make.make_page(title="About")
    found = client_as("administrator").get("/admin/menus/ajax/lookup/?name=items.page&query=abo").json
    assert [label for _id, label in found] == ["About"]


def test_administrators_edit_the_grants_of_a_role(client_as: Any) -> None:
    role = db.session.query(Role).filter_by(name="member").one()
    typed = {
        "name": "member",
        "title": "Reader",
        "grants-tags:read": "all",
        "grants-posts:update": "own",
    }
    assert client_as("administrator").submit(f"/admin/roles/edit/?id={role.id}", typed).status_code == 302
    db.session.expire_all()
    held = {(grant.permission, grant.scope) for grant in role.grants}
    assert held == {("tags:read", "all"), ("posts:update", "own")}
    assert may(make.make_user("member"), "read", make.make_tag())
    shown = client_as("administrator").get(f"/admin/roles/edit/?id={role.id}").text
    assert re.search(r'name="grants-posts:update".*?<option value="own" selected>', shown, re.DOTALL)
    refused = typed | {"grants-tags:read": "everything"}
    assert client_as("administrator").submit(f"/admin/roles/edit/?id={role.id}", refused).status_code == 422
    assert client_as("editor").get("/admin/roles/").status_code == 403
    assert db.session.query(Grant).filter_by(scope="everything").count() == 0


def test_a_role_keeps_what_its_table_does_not_show(client_as: Any) -> None:
    """Two scopes of one permission, one that is not offered, one beside "all", and one of a type that is not there."""
    role = db.session.query(Role).filter_by(name="member").one()
    held = {
        ("posts:update", "own"),
        ("posts:update", "languages"),
        ("posts:create", "own"),
        ("tags:read", "all"),
        ("tags:read", "languages"),
        ("recipes:read", "own"),
    }
    role.grants = [Grant(permission=name, scope=scope) for name, scope in held]
    db.session.commit()
    client, address = client_as("administrator"), f"/admin/roles/edit/?id={role.id}"

    def chosen() -> dict[str, str]:
        """What the form would send."""
        selects = re.findall(r'name="(grants-[^"]+)".*?</select>', page := client.get(address).text, re.DOTALL)
        values = re.findall(r'<option value="([^"]*)" selected>', page)
        assert len(selects) == len(values)
        return dict(zip(selects, values, strict=True))

    def kept() -> set[tuple[str, str]]:
        db.session.expire_all()
        return {(grant.permission, grant.scope) for grant in role.grants}

    typed = {"name": "member", "title": "Reader"} | chosen()
    assert typed["grants-posts:update"] == "own+languages"
    assert client.submit(address, typed).status_code == 302
    assert (role.title, kept()) == ("Reader", held)
    assert client.submit(address, typed | {"grants-posts:update": "own", "grants-tags:read": ""}).status_code == 302
    assert kept() == {("posts:update", "own"), ("posts:create", "own"), ("recipes:read", "own")}
    assert client.submit(address, typed | {"grants-tags:read": ""}).status_code == 302
    assert kept() == held - {("tags:read", "all"), ("tags:read", "languages")}
    assert client.submit(address, typed | {"grants-posts:update": "own+"}).status_code == 422


@pytest.mark.parametrize("name", ["items-0-id", "items-²-label", f"items-{'9' * 5000}-label"])
def test_numbers_that_are_none(client_as: Any, name: str) -> None:
    """What Unicode calls a digit is no number, and one of five thousand digits is no row."""
    reply = client_as("administrator").submit("/admin/menus/new/", MENU | row(0, label="A", url="/en/a") | {name: "²"})
    assert reply.status_code == 302
    assert [item.label for item in db.session.query(MenuItem)] == ["A"]
