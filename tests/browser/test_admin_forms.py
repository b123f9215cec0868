"""Forms in a browser: what is saved and what not, faults, addresses, relations, pictures, nested forms."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cms.content import media_library
from cms.extensions import db
from cms.models import Menu, Post, Tag
from tests import factories as make


@pytest.fixture
def picture(db_session: Any) -> Any:
    """A picture of the media library, with its files."""
    data = io.BytesIO()
    Image.new("RGB", (640, 400), "teal").save(data, "PNG")
    data.seek(0)
    return media_library.add_picture(data, "harbour.png", make.make_user("editor"))


def state(page: Page) -> Any:
    return page.locator("[data-save-state]")


def test_a_form_says_what_is_not_saved_and_asks_before_it_is_lost(page_as: Any) -> None:
    page = page_as("editor")
    page.goto("/admin/tags/new/")
    expect(state(page)).to_have_text("No changes yet")
    page.get_by_label("Name").fill("Travel")
    expect(state(page)).to_have_text("Unsaved changes")

    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Cancel").click()

    expect(page.get_by_label("Name")).to_have_value("Travel")
    assert asked == ["beforeunload"]


def test_saving_asks_nothing(page_as: Any, db_session: Any) -> None:
    page = page_as("editor")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/admin/tags/new/")
    page.get_by_label("Name").fill("Travel")
    page.keyboard.press("Control+s")

    page.wait_for_url("**/admin/tags/")
    assert asked == []
    assert db.session.query(Tag).one().slug == "travel"


def test_faults_are_summed_up_with_links_to_the_fields(page_as: Any, problems: Any) -> None:
    page = page_as("editor")
    page.goto("/admin/tags/new/")
    page.get_by_role("button", name="Save", exact=True).click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Name").click()
    name = page.get_by_label("Name")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    assert page.locator(f"#{name.get_attribute('aria-describedby')}").inner_text().strip()


def test_the_address_follows_the_title_until_it_is_changed(page_as: Any) -> None:
    page = page_as("editor")
    page.goto("/admin/posts/new/")
    page.get_by_role("textbox", name="Title", exact=True).fill("Olá, mundo")
    address = page.locator("[data-slug-input]")
    expect(address).to_have_value("ola-mundo")
    expect(page.locator("[data-slug-preview]")).to_have_text("/en/posts/ola-mundo")

    page.get_by_label("Language", exact=True).select_option("pt")
    expect(page.locator("[data-slug-preview]")).to_have_text("/pt/posts/ola-mundo")
    address.fill("own-words")
    page.get_by_role("textbox", name="Title", exact=True).fill("Another title")
    page.wait_for_timeout(600)
    expect(address).to_have_value("own-words")


def test_the_address_of_what_is_published_stays(page_as: Any, db_session: Any) -> None:
    post = make.make_post(title="Night trains", slug="night-trains")
    page = page_as("editor")
    page.goto(f"/admin/posts/edit/?id={post.id}")
    page.get_by_role("textbox", name="Title", exact=True).fill("Day trains")
    page.wait_for_timeout(600)

    expect(page.locator("[data-slug-input]")).to_have_value("night-trains")


def test_publishing_in_the_future_is_called_scheduling(page_as: Any) -> None:
    page = page_as("editor")
    page.goto("/admin/posts/new/")
    publish = page.locator("[data-publish]")
    expect(publish).to_have_text("Publish")
    page.get_by_label("Publish at").fill("2095-01-01T10:00")

    expect(publish).to_have_text("Schedule")
    page.get_by_label("Publish at").fill("")
    expect(publish).to_have_text("Publish")


def test_unpublishing_asks_first(page_as: Any, db_session: Any) -> None:
    post = make.make_post()
    page = page_as("editor")
    page.goto(f"/admin/posts/edit/?id={post.id}")
    page.get_by_text("More actions").locator("xpath=ancestor::summary").click()
    page.get_by_role("button", name="Unpublish").click()
    question = page.get_by_role("dialog", name="Unpublish?")
    question.get_by_role("button", name="Unpublish").click()

    page.get_by_text("is no longer published").wait_for()
    db.session.expire_all()
    assert db.session.get(Post, post.id).status == "draft"


def test_tags_are_looked_up_in_the_documents_language_by_keyboard(page_as: Any, db_session: Any) -> None:
    make.make_tag(name="Travel")
    make.make_tag(name="Trains")
    make.make_tag(name="Trânsito", locale="pt")
    page = page_as("editor")
    page.goto("/admin/posts/new/")
    page.get_by_role("textbox", name="Title", exact=True).fill("A post")
    tags = page.get_by_role("combobox", name="Tags")
    tags.focus()
    page.keyboard.type("tr")
    options = page.get_by_role("listbox", name="Tags").get_by_role("option")
    expect(options).to_have_text(["Trains", "Travel", "Add a new one"])
    expect(tags).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".combo__token")).to_have_text(["Travel"])

    page.keyboard.type("trains")
    expect(options.first).to_have_text("Trains")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove Travel").click()
    page.locator("[data-save]").click()

    page.get_by_text("was saved as a draft").wait_for()
    expect(page.locator(".combo__token")).to_have_text(["Trains"])


def test_a_single_choice_is_made_kept_and_cleared(page_as: Any, db_session: Any) -> None:
    make.make_category(name="Guides")
    post = make.make_post(status="draft")
    page = page_as("editor")
    page.goto(f"/admin/posts/edit/?id={post.id}")
    category = page.get_by_role("combobox", name="Category")
    category.click()
    page.get_by_role("option", name="Guides").click()
    expect(category).to_have_value("Guides")

    category.fill("something that is not there")
    page.get_by_role("listbox", name="Category").get_by_text("Nothing found.").wait_for()
    page.keyboard.press("Escape")
    expect(category).to_have_value("Guides")
    page.locator(".combo").filter(has=category).get_by_role("button", name="Clear").click()
    expect(category).to_have_value("")


def test_a_picture_is_chosen_from_the_library_and_removed(page_as: Any, picture: Any) -> None:
    page = page_as("editor")
    page.goto("/admin/posts/new/")
    page.get_by_role("button", name="Picture Choose or drop a picture").click()
    dialog = page.get_by_role("dialog", name="Choose a picture")
    use = dialog.get_by_role("button", name="Use this picture")
    expect(use).to_be_disabled()
    dialog.get_by_role("button", name=picture.title).click()
    use.click()

    expect(page.locator("[name=featured_image]")).to_have_value(str(picture.id))
    expect(page.locator(".picture-field__text")).to_have_text("No alternative text yet")
    expect(state(page)).to_have_text("Unsaved changes")
    page.locator(".picture-field").get_by_role("button", name="Remove").click()
    expect(page.locator("[name=featured_image]")).to_have_value("")


def test_a_picture_is_uploaded_where_it_is_needed(page_as: Any, tmp_path: Any) -> None:
    Image.new("RGB", (300, 200), "navy").save(tmp_path / "night.png")
    (tmp_path / "words.txt").write_text("no picture")
    page = page_as("editor")
    page.goto("/admin/posts/new/")
    page.get_by_role("button", name="Picture Choose or drop a picture").click()
    dialog = page.get_by_role("dialog", name="Choose a picture")
    dialog.get_by_text("There are no pictures yet").wait_for()
    dialog.locator("[data-chooser-file]").set_input_files(tmp_path / "words.txt")
    expect(dialog.locator("[data-chooser-note]")).to_be_visible()
    dialog.locator("[data-chooser-file]").set_input_files(tmp_path / "night.png")

    expect(dialog.locator("[aria-pressed=true]")).to_have_count(1)
    dialog.get_by_role("button", name="Use this picture").click()
    expect(page.locator(".picture-field img")).to_be_visible()


def test_links_of_a_menu_are_added_and_removed(page_as: Any, db_session: Any) -> None:
    menu = make.make_menu()
    make.make_menu_item(menu, label="Old", position=1)
    page = page_as("editor")
    page.goto(f"/admin/menus/edit/?id={menu.id}")
    page.locator("[data-nested-add]").click()
    page.locator("[data-nested-add]").click()
    items = page.locator("[data-nested-item]")
    expect(items).to_have_count(3)
    expect(items.nth(2).get_by_label("Label")).to_be_focused()
    items.nth(0).get_by_label("Remove").check()
    items.nth(1).get_by_label("Label").fill("New")
    items.nth(1).get_by_label("Address").fill("/en/new")
    items.nth(2).get_by_role("button", name="Remove").click()
    expect(items).to_have_count(2)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/menus/")

    db.session.expire_all()
    assert [(item.label, item.url) for item in db.session.get(Menu, menu.id).items] == [("New", "/en/new")]


def test_links_of_a_menu_are_moved_with_the_keyboard(page_as: Any, db_session: Any) -> None:
    menu = make.make_menu()
    for place, label in enumerate("ABC"):
        make.make_menu_item(menu, label=label, url="/en/x", position=place)
    page = page_as("editor")
    page.goto(f"/admin/menus/edit/?id={menu.id}")
    items = page.locator("[data-nested-item]")

    def shown() -> list[str]:
        return [item.get_by_label("Label").input_value() for item in items.all()]

    expect(items.first.get_by_role("button", name="Move up")).to_be_disabled()
    expect(items.last.get_by_role("button", name="Move down")).to_be_disabled()
    up = items.nth(2).get_by_role("button", name="Move up")
    up.focus()
    page.keyboard.press("Enter")
    assert shown() == ["A", "C", "B"]
    told = page.locator("[data-nested-told]")
    expect(told).to_have_text("Now number 2 of 3")
    expect(items.nth(1).get_by_role("button", name="Move up")).to_be_focused()
    page.keyboard.press("Enter")
    assert shown() == ["C", "A", "B"]
    expect(told).to_have_text("Now number 1 of 3")
    # At the end of its way the focus goes to the only button that is left.
    expect(items.first.get_by_role("button", name="Move down")).to_be_focused()
    expect(page.locator("[data-save-text]")).to_have_text("Unsaved changes")

    page.locator("[data-nested-add]").click()
    items.nth(3).get_by_label("Label").fill("D")
    items.nth(3).get_by_label("Address").fill("/en/d")
    items.nth(3).get_by_role("button", name="Move up").click()
    items.nth(0).get_by_role("button", name="Move down").click()
    assert shown() == ["A", "C", "D", "B"]
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/menus/")

    db.session.expire_all()
    assert [item.label for item in db.session.get(Menu, menu.id).items] == ["A", "C", "D", "B"]


def test_a_link_finds_its_page_by_name(page_as: Any, db_session: Any) -> None:
    """Also in a form that was added a moment ago."""
    make.make_page(title="About us")
    menu = make.make_menu()
    page = page_as("editor")
    page.goto(f"/admin/menus/edit/?id={menu.id}")
    page.locator("[data-nested-add]").click()
    page.get_by_role("combobox", name="Page").fill("about")
    page.get_by_role("option", name="About us").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/menus/")

    db.session.expire_all()
    (item,) = db.session.get(Menu, menu.id).items
    assert item.page.title == "About us"


def test_a_fault_in_a_nested_form_stands_where_it_is(page_as: Any, db_session: Any) -> None:
    menu = make.make_menu()
    page = page_as("editor")
    page.goto(f"/admin/menus/edit/?id={menu.id}")
    page.locator("[data-nested-add]").click()
    page.get_by_role("textbox", name="Address").fill("javascript:alert(1)")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("textbox", name="Address")).to_have_value("javascript:alert(1)")
    expect(page.locator("[data-nested-item] .field__error")).to_have_count(1)
    summary = page.get_by_role("alert").inner_text()
    assert "{" not in summary
    assert summary.split("\n")[0] == "One field needs another look:"
    assert "Items-0" not in summary


def test_on_a_phone_the_actions_stand_at_the_foot(page_as: Any) -> None:
    page = page_as("editor", width=375)
    page.goto("/admin/posts/new/")
    bar = page.locator(".form-bar__actions").bounding_box()

    assert bar["y"] + bar["height"] == pytest.approx(page.viewport_size["height"], abs=2)
    assert page.locator("[data-publish]").bounding_box()["width"] > 60


def test_a_form_works_without_script(page_as: Any, db_session: Any) -> None:
    page = page_as("editor", script=False)
    page.goto("/admin/posts/new/")
    page.locator("[name=title]").fill("Written without a script")
    page.locator("[name=body]").fill("<p>As markup.</p>")
    page.locator("[data-save]").click()

    page.get_by_text("was saved as a draft").wait_for()
    post = db.session.query(Post).one()
    assert (post.slug, post.body) == ("written-without-a-script", "<p>As markup.</p>")


def test_a_translation_says_its_language_beside_the_original(page_as: Any, db_session: Any) -> None:
    post = make.make_post(title="W" * 120)
    page = page_as("editor")
    page.goto(f"/admin/posts/new/?source={post.id}&locale=pt")
    expect(page.locator(".translation-head")).to_contain_text("Português")
    source = page.locator(".source")
    assert source.evaluate("one => one.scrollWidth <= one.clientWidth"), "a long word is cut off"
    page.locator("select[name=locale]").select_option("ar")
    expect(page.locator(".translation-head")).to_contain_text("العربية")
