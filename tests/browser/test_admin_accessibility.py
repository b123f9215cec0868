"""What can be checked of accessibility without a person: names, labels, references, targets; on every screen."""

from pathlib import Path
from typing import Any

from tests import factories as make

FAULTS = (Path(__file__).parent / "accessibility.js").read_text("utf-8")


def test_every_kind_of_screen_can_be_used_by_everybody(page_as: Any, db_session: Any) -> None:
    author = make.make_user("author")
    post = make.make_post(author=author, category=make.make_category(), tags=[make.make_tag()])
    menu = make.make_menu()
    make.make_menu_item(menu)
    media = make.make_media()
    screens = [
        "/admin/",
        "/admin/posts/",
        "/admin/posts/new/",
        f"/admin/posts/edit/?id={post.id}",
        f"/admin/posts/details/?id={post.id}",
        f"/admin/posts/history/?id={post.id}",
        f"/admin/posts/new/?source={post.id}&locale=ar",
        "/admin/pages/",
        "/admin/tags/",
        f"/admin/menus/edit/?id={menu.id}",
        f"/admin/media/edit/?id={media.id}",
        f"/admin/users/edit/?id={author.id}",
        "/admin/audit/",
        "/admin/files/",
        "/admin/translations/",
    ]
    page = page_as("administrator", width=375)
    page.route("**/media/*.webp", lambda route: route.fulfill(status=200, content_type="image/svg+xml", body="<svg/>"))
    faults = {}
    for screen in screens:
        page.goto(screen)
        faults[screen] = page.evaluate(FAULTS)

    assert {screen: found for screen, found in faults.items() if found} == {}
