"""The frame of the back office: navigation, search, menus, languages, messages; by mouse and by keyboard."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories as make


def test_the_navigation_is_a_drawer_on_a_phone(page_as: Any) -> None:
    """It opens with the focus inside, keeps it there, and gives it back."""
    page = page_as("editor", width=375)
    page.goto("/admin/")
    opener = page.get_by_role("button", name="Open navigation")
    posts = page.get_by_role("link", name="Posts", exact=True)
    expect(posts).to_be_hidden()

    opener.click()
    expect(posts).to_be_visible()
    expect(page.get_by_role("button", name="Close navigation")).to_be_focused()
    assert page.evaluate("document.querySelector('.admin-body').inert")

    page.keyboard.press("Escape")
    expect(posts).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_navigation_folds_and_stays_folded(page_as: Any) -> None:
    page = page_as("editor")
    page.goto("/admin/")
    page.get_by_role("button", name="Collapse navigation").click()
    expect(page.locator(".side__text").first).to_be_hidden()

    page.goto("/admin/posts/")

    expect(page.locator(".side__text").first).to_be_hidden()
    expect(page.get_by_role("link", name="Posts", exact=True)).to_have_attribute("aria-current", "page")


def test_search_goes_to_screens_and_documents_by_keyboard(page_as: Any, db_session: Any) -> None:
    make.make_post(title="Night trains return")
    page = page_as("editor")
    page.goto("/admin/")

    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search or go to…")
    expect(field).to_be_focused()
    page.keyboard.type("night trains")
    expect(page.get_by_role("option", name="Night trains return")).to_be_visible()
    page.keyboard.press("Enter")

    page.wait_for_url("**/admin/posts/edit/**")


def test_search_knows_names_without_their_accents(page_as: Any) -> None:
    page = page_as("editor")
    page.goto("/admin/posts/")
    page.keyboard.press("Control+k")
    page.keyboard.type("Pägés")

    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("Pages")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_menus_close_with_escape_and_elsewhere(page_as: Any) -> None:
    page = page_as("editor")
    page.goto("/admin/")
    account = page.locator(".top__account")
    sign_out = page.get_by_role("button", name="Sign out")

    account.focus()
    page.keyboard.press("Enter")
    expect(sign_out).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(sign_out).to_be_focused()
    page.keyboard.press("Escape")
    expect(sign_out).to_be_hidden()
    expect(account).to_be_focused()

    account.click()
    page.mouse.click(600, 500)
    expect(sign_out).to_be_hidden()


def test_signing_out_asks_for_no_more_than_a_press(page_as: Any) -> None:
    page = page_as("editor")
    page.goto("/admin/")
    page.locator(".top__account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()

    page.goto("/admin/")
    expect(page).to_have_url(re.compile("/account/login"))


def test_the_language_is_chosen_in_the_bar(page_as: Any) -> None:
    page = page_as("editor")
    page.goto("/admin/posts/")
    page.get_by_text("Language of the back office").first.locator("xpath=ancestor::summary").click()
    page.get_by_role("button", name="العربية").click()

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.wait_for_load_state()
    assert page.url.rstrip("?").endswith("/admin/posts/")
    side = page.locator("[data-side]").bounding_box()
    assert side["x"] > 900


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_nothing_is_wider_than_the_window(page_as: Any, db_session: Any, width: int, locale: str) -> None:
    make.make_post(title="A title that is rather long, as titles of articles about long subjects often are")
    page = page_as(make.make_user("administrator", locale=locale), width=width)
    too_wide = {}
    for path in ("/admin/", "/admin/posts/", "/admin/posts/new/", "/admin/users/", "/admin/audit/"):
        page.goto(path)
        too_wide[path] = max(0, page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    assert {path: pixels for path, pixels in too_wide.items() if pixels} == {}


def test_the_skip_link_leads_past_the_navigation(page_as: Any) -> None:
    page = page_as("editor")
    page.goto("/admin/posts/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()


def test_a_message_can_be_dismissed(page_as: Any) -> None:
    page = page_as("administrator")
    page.goto("/admin/tags/new/")
    page.get_by_label("Name").fill("Travel")
    page.get_by_role("button", name="Save", exact=True).click()
    message = page.locator(".message", has_text="Travel")
    expect(message).to_be_visible()

    message.get_by_role("button", name="Dismiss this message").click()

    expect(message).to_have_count(0)


def test_without_script_nothing_is_offered_that_needs_one(page_as: Any, db_session: Any) -> None:
    make.make_tag(name="Travel")
    page = page_as("editor", script=False, width=375)
    page.goto("/admin/tags/")

    expect(page.get_by_role("link", name="Posts", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Open navigation")).to_be_hidden()
    expect(page.get_by_text("Search or go to…").first).to_be_hidden()
    expect(page.get_by_text("Add filter")).to_be_hidden()
    page.get_by_role("link", name="Travel", exact=True).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
