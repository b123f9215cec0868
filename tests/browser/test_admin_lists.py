"""Lists in a browser: selecting, filtering, deleting, changing in place; with and without script."""

from typing import Any

import pytest
from playwright.sync_api import expect

from cms.extensions import db
from cms.models import Post, Tag
from tests import factories as make


def test_a_selection_brings_the_bar_and_asks_before_it_acts(page_as: Any, db_session: Any) -> None:
    make.make_post(title="One", status="draft")
    make.make_post(title="Two", status="draft")
    make.make_post(title="Three", status="draft")
    page = page_as("editor")
    page.goto("/admin/posts/")
    bar = page.locator("[data-bulk]")
    expect(bar).to_be_hidden()

    page.get_by_label("Select One").check()
    page.get_by_label("Select Two").check()
    expect(bar).to_contain_text("Selected: 2")
    bar.get_by_role("button", name="Publish", exact=True).click()
    question = page.get_by_role("dialog")
    expect(question.get_by_role("listitem")).to_have_text(["Two", "One"])
    question.get_by_role("button", name="Cancel").click()
    assert db.session.query(Post).filter_by(status="published").count() == 0

    bar.get_by_role("button", name="Publish", exact=True).click()
    question.get_by_role("button", name="Publish").click()
    page.get_by_text("Done for 2").wait_for()
    db.session.expire_all()
    assert {post.title for post in db.session.query(Post).filter_by(status="published")} == {"One", "Two"}


def test_all_on_the_page_and_none_again(page_as: Any, db_session: Any) -> None:
    make.make_tag(name="One")
    make.make_tag(name="Two")
    page = page_as("editor")
    page.goto("/admin/tags/")
    every = page.get_by_label("Select everything on this page")

    page.get_by_label("Select One").check()
    assert every.evaluate("box => box.indeterminate")
    every.check()
    expect(page.locator("[data-bulk-count]")).to_have_text("Selected: 2")
    page.get_by_role("button", name="Clear selection").click()

    expect(page.locator("[data-bulk]")).to_be_hidden()
    expect(every).to_be_focused()


def test_a_filter_is_added_shown_and_removed(page_as: Any, db_session: Any) -> None:
    make.make_post(title="In English")
    make.make_post(title="Em português", locale="pt")
    page = page_as("editor")
    page.goto("/admin/posts/")

    page.get_by_text("Add filter").click()
    page.get_by_role("button", name="Language", exact=True).click()
    expect(page.get_by_label("How to compare")).to_be_hidden()
    expect(page.get_by_text("Language is", exact=True)).to_be_visible()
    expect(page.get_by_label("Value")).to_be_focused()
    page.get_by_label("Value").select_option("pt")
    page.get_by_role("button", name="Apply").click()

    expect(page.locator(".list__link")).to_have_text(["Em português"])
    chips = page.get_by_role("list", name="Filters in use")
    expect(chips).to_contain_text("Português")
    chips.get_by_role("link", name="Remove the filter Language").click()
    expect(page.locator(".list__link")).to_have_count(2)


def test_of_many_a_filter_takes_one_by_search_or_all_that_are_called_so(
    page_as: Any, db_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.filters.CHOICES", 1)
    for name in ("Ada Silva", "Rui Silva", "Zoe"):
        make.make_post(title=f"By {name}", author=make.make_user("author", display_name=name))
    page = page_as("administrator")
    chips = page.get_by_role("list", name="Filters in use")

    def type_author(words: str) -> Any:
        page.goto("/admin/posts/")
        page.get_by_text("Add filter").click()
        page.get_by_role("button", name="Author", exact=True).click()
        field = page.get_by_role("combobox", name="Value")
        expect(field).to_be_focused()
        assert field.get_attribute("placeholder") == "Type to search"
        field.press_sequentially(words)
        return field

    type_author("silva")
    expect(page.get_by_role("option")).to_have_text(["Ada Silva", "Rui Silva", "All called “silva”"])
    page.get_by_role("option", name="Rui Silva").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".list__link")).to_have_text(["By Rui Silva"])
    expect(chips).to_contain_text("Rui Silva")

    type_author("silva")
    page.get_by_role("option", name="All called").click()
    page.keyboard.press("Enter")
    expect(page.locator(".list__link")).to_have_text(["By Rui Silva", "By Ada Silva"])

    # Words that were typed count without having been chosen.
    type_author("zo").press("Tab")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".list__link")).to_have_text(["By Zoe"])
    expect(chips).to_contain_text("zo")
    type_author("nobody")
    expect(page.get_by_role("status").get_by_text("Nothing found.")).to_be_visible()


def test_filters_and_search_add_up(page_as: Any, db_session: Any) -> None:
    make.make_post(title="Night trains")
    make.make_post(title="Night walks", locale="pt")
    page = page_as("editor")
    page.goto("/admin/posts/?flt0_locale=pt")

    page.get_by_label("Search in Posts").fill("night")
    page.keyboard.press("Enter")

    expect(page.locator(".list__link")).to_have_text(["Night walks"])
    page.get_by_label("Search in Posts").fill("trains")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Show everything").click()
    expect(page.locator(".list__link")).to_have_count(2)


def test_deleting_names_the_thing(page_as: Any, db_session: Any) -> None:
    make.make_tag(name="Doomed")
    make.make_tag(name="W" * 110)
    page = page_as("editor")
    page.goto("/admin/tags/")
    page.get_by_text("Actions for Doomed").locator("xpath=ancestor::summary").click()
    page.get_by_role("button", name="Delete…").click()

    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Doomed")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    question.get_by_role("button", name="Delete").click()

    page.get_by_text("“Doomed” was deleted").wait_for()
    assert db.session.query(Tag).count() == 1

    # The new page is there; its scripts, which ask, may not be yet.
    page.wait_for_load_state()
    page.locator(".list__more summary").click()
    page.get_by_role("button", name="Delete…").click()
    body = page.locator("dialog[open] .dialog__body")
    assert body.evaluate("one => one.scrollWidth <= one.clientWidth"), "a long name pushes the buttons out of sight"


def test_what_goes_to_the_trash_is_asked_in_other_words_and_comes_back(page_as: Any, db_session: Any) -> None:
    post = make.make_post(title="Half a thought", status="draft")
    page = page_as("editor")
    page.goto("/admin/posts/")
    page.get_by_text("Actions for Half a thought").locator("xpath=ancestor::summary").click()
    page.get_by_role("button", name="Move to the trash…").click()

    question = page.get_by_role("dialog", name="Move to the trash?")
    expect(question).to_contain_text("can be brought back")
    question.get_by_role("button", name="Move to the trash").click()
    page.get_by_role("button", name="Bring it back").click()

    page.get_by_text("“Half a thought” is back as a draft").wait_for()
    db.session.expire_all()
    assert db.session.get(Post, post.id).trashed_at is None


def test_sorting_says_its_direction(page_as: Any, db_session: Any) -> None:
    make.make_post(title="Older")
    make.make_post(title="Newer")
    page = page_as("editor")
    page.goto("/admin/posts/")

    page.get_by_role("columnheader", name="Changed").get_by_role("link").click()

    expect(page.get_by_role("columnheader", name="Changed")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator(".list__link")).to_have_text(["Older", "Newer"])


def test_rows_are_cards_on_a_phone(page_as: Any, db_session: Any) -> None:
    make.make_post(title="A post")
    page = page_as("editor", width=375)
    page.goto("/admin/posts/")

    assert page.locator(".list__row").evaluate("row => getComputedStyle(row).display") == "grid"
    expect(page.get_by_role("link", name="A post")).to_be_visible()


def test_a_name_is_changed_in_place(page_as: Any, db_session: Any) -> None:
    """Enter saves, Escape leaves it, what is refused stays to be mended."""
    tag = make.make_tag(name="Travle")
    page = page_as("editor")
    page.goto("/admin/tags/")
    change = page.get_by_role("button", name="Change Name")
    change.click()
    field = page.get_by_role("textbox", name="Change Name")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(change).to_be_focused()

    change.click()
    field.fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    field.fill("Travel")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Travel", exact=True)).to_be_visible()
    expect(page.locator("[data-toasts]")).to_contain_text("Travel")

    db.session.expire_all()
    assert db.session.get(Tag, tag.id).name == "Travel"


def test_a_list_works_without_script(page_as: Any, db_session: Any) -> None:
    """Selection and its bar, sorting, tabs, menus: the style sheet and the server do it."""
    make.make_post(title="One", status="draft")
    page = page_as("editor", script=False)
    page.goto("/admin/posts/")
    page.get_by_label("Select One").check()
    page.locator("[data-bulk]").get_by_role("button", name="Publish", exact=True).click()

    page.get_by_text("Done for 1").wait_for()
    db.session.expire_all()
    assert db.session.query(Post).one().status == "published"


@pytest.mark.parametrize("width", [1280, 375])
def test_the_number_of_a_page_is_typed(page_as: Any, db_session: Any, width: int) -> None:
    for number in range(165):
        make.make_tag(name=f"Tag {number:03}")
    page = page_as("editor", width=width)
    page.goto("/admin/tags/?sort=0&search=tag")
    field = page.get_by_role("textbox", name="Go to page")
    expect(field).to_have_value("1")
    field.fill("5")
    field.press("Enter")
    expect(page.get_by_text("81 to 100 of 165")).to_be_visible()
    expect(page.get_by_role("textbox", name="Go to page")).to_have_value("5")
    assert "sort=0" in page.url
    assert "search=tag" in page.url
    # The page is there before its style sheet.
    expect(page.locator(".pager__pages")).to_have_css("display", "flex")
    # One row, also on a phone, where a step to the neighbours is that of the arrows.
    expect(page.get_by_role("link", name="Page 4")).to_be_visible(visible=width > 375)
    row, arrow = (page.locator(name).bounding_box() for name in (".pager__pages", ".pager__pages [rel=next]"))
    assert row["height"] == pytest.approx(arrow["height"], abs=2)
    page.get_by_role("textbox", name="Go to page").fill("4000")
    page.keyboard.press("Enter")
    expect(page.get_by_text("161 to 165 of 165")).to_be_visible()
