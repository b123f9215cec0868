"""The translators' screens in a browser."""

from typing import Any

from playwright.sync_api import expect

from cms.i18n.po_entry import Key

COUNTED = f"/admin/translations/pt/{Key(None, '%(num)d missing').token}/"


def test_what_was_refused_is_in_its_field_and_not_lost_by_leaving(page_as: Any) -> None:
    page = page_as("translator")
    page.goto(COUNTED)
    expect(page.locator("#form-0")).to_be_focused()
    page.locator("#form-1").fill("sem o número")
    page.get_by_role("button", name="Save", exact=True).click()

    page.get_by_text("The placeholder “%(num)d” is missing.").wait_for()
    page.wait_for_load_state()
    expect(page.locator("#form-1")).to_be_focused()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.keyboard.press("End")
    page.get_by_role("link", name="Next text").click()

    expect(page.locator("#form-1")).to_have_value("sem o número")
    assert asked == ["beforeunload"]


def test_reading_on_asks_nothing(page_as: Any) -> None:
    page = page_as("translator")
    page.goto(COUNTED)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.keyboard.press("End")
    page.get_by_role("link", name="Next text").click()

    page.wait_for_url(lambda url: COUNTED not in url)
    assert asked == []
