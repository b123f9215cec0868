"""Signed out while writing: what was typed is carried over the sign-in, and saved by one more click."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cms.extensions import db
from cms.models import Post, Tag
from tests import factories as make
from tests.factories import PASSWORD


def posts() -> list[Post]:
    db.session.expire_all()
    return db.session.query(Post).order_by(Post.id).all()


def write_a_post(page: Page) -> None:
    page.goto("/admin/posts/new/")
    page.get_by_role("textbox", name="Title", exact=True).fill('Night "trains" & ferries')
    page.frame_locator(".tox-edit-area__iframe").locator("body").click()
    page.keyboard.press("Control+b")
    page.keyboard.type("Slow")
    page.keyboard.press("Control+b")
    page.keyboard.type(" and far, 慢车")
    page.get_by_label("Summary").fill("One line\nand another")
    page.get_by_label("Publish at").fill("2095-01-01T10:00")


def sign_in_on(page: Page, username: str, password: str = PASSWORD) -> None:
    page.get_by_label("User name or e-mail address").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("script", [True, False])
def test_a_short_form_without_the_sign_in(page_as: Any, db_session: Any, script: bool) -> None:
    """With and without a script: every page of the way is a plain form."""
    user = make.make_user("editor")
    page = page_as(user, script=script)
    page.goto("/admin/tags/new/?locale=en")
    page.get_by_label("Name").fill("Trains")
    page.context.clear_cookies()
    page.locator("button[type=submit]:visible", has_text="Save").first.click()
    sign_in_on(page, user.username)
    page.get_by_role("button", name="Send it again").click()
    page.wait_for_url("**/admin/tags/**")
    assert db.session.query(Tag).one().name == "Trains"


def test_a_post_with_every_field(page_as: Any, db_session: Any) -> None:
    """As it would have been saved before; nothing is before the click, and no page asks whether to leave."""
    user = make.make_user("editor")
    page = page_as(user)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    write_a_post(page)
    page.locator("[data-save]").click()
    page.get_by_text("was saved as a draft").wait_for()
    write_a_post(page)
    page.context.clear_cookies()
    page.locator("[data-save]").click()

    expect(page.get_by_text("You were signed out before this could be saved.")).to_be_visible()
    sign_in_on(page, user.username, "brown-otters-dive")
    expect(page.get_by_text("do not fit")).to_be_visible()
    sign_in_on(page, user.username)
    expect(page.get_by_role("heading", name="Not saved yet")).to_be_visible()
    assert len(posts()) == 1

    page.get_by_role("button", name="Send it again").click()
    page.get_by_text("was saved as a draft").wait_for()
    before, after = posts()
    assert "<p><strong>Slow</strong> and far, 慢车</p>" in after.body
    for name in ("title", "body", "summary", "locale", "status", "author_id", "scheduled_at", "category_id"):
        assert getattr(after, name) == getattr(before, name), name
    assert asked == []


def test_signed_in_again_in_another_tab(page_as: Any, db_session: Any) -> None:
    """The form is from an earlier session: it is sent again from the page that says so."""
    user = make.make_user("editor")
    page = page_as(user)
    write_a_post(page)
    page.context.clear_cookies()
    other = page.context.new_page()
    other.goto("/admin/")
    sign_in_on(other, user.username)
    other.wait_for_url("**/admin/")

    page.locator("[data-save]").click()
    expect(page.get_by_text("from an earlier sign-in")).to_be_visible()
    assert posts() == []
    page.get_by_role("button", name="Send it again").click()
    page.get_by_text("was saved as a draft").wait_for()
    assert posts()[0].title == 'Night "trains" & ferries'


def test_another_site_gets_no_offer(page_as: Any, site: str, db_session: Any) -> None:
    """A form that another origin sends is refused, and nothing of it is shown; here, a page without an origin."""
    page = page_as("editor")
    page.goto("about:blank")
    page.set_content(
        f'<form method="post" action="{site}/admin/posts/new/"><input name="title" value="Forged"><button>Go</button>'
    )
    page.get_by_role("button").click()
    expect(page.get_by_text("your sign-in has ended")).to_be_visible()
    assert "Forged" not in page.content()
    assert posts() == []
