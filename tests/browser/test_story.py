"""The whole story: import, an author writes, an editor publishes, a translator translates, a visitor reads both."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Locator, Page, expect

GUIDES = {
    "en/first-steps.md": "---\ntitle: First steps\n---\nBegin with the [second guide](second.md).\n",
    "en/second.md": "---\ntitle: The second guide\n---\n![A boat](../images/boat.png)\n\nRow.\n",
    "pt/first-steps.md": "---\ntitle: Primeiros passos\n---\nComece.\n",
}


@pytest.fixture
def guides(tmp_path: Path) -> Path:
    """A folder of Markdown files in two languages, with a picture."""
    for name, text in GUIDES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (tmp_path / "images").mkdir()
    Image.new("RGB", (400, 300), "navy").save(tmp_path / "images" / "boat.png")
    return tmp_path


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    """A picture to be uploaded."""
    path = tmp_path / "harbour.jpg"
    Image.new("RGB", (1200, 800), "teal").save(path)
    return path


def editor_text(page: Page) -> Locator:
    """The text in the editor."""
    return page.frame_locator("iframe.tox-edit-area__iframe").locator("body")


def write_post(page: Page, picture: Path) -> None:
    """Write a post with a picture, a table and a video, as an author would, and hand it in."""
    page.goto("/admin/posts/new/")
    page.get_by_label("Title", exact=True).fill("The harbour at dawn")
    editor_text(page).click()
    page.keyboard.type("The boats come in.")
    page.keyboard.press("Enter")
    insert_picture(page, picture)
    insert_table(page)
    insert_video(page)
    page.get_by_role("button", name="Submit for review").click()
    page.get_by_text("was submitted for review.").wait_for()


def insert_picture(page: Page, picture: Path) -> None:
    """From the author's own machine, with its alternative text."""
    page.get_by_role("button", name="Picture", exact=True).first.click()
    dialog = page.get_by_role("dialog", name="Choose a picture")
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Upload").click()
    chooser.value.set_files(picture)
    dialog.get_by_label("Alternative text").fill("Boats in the mist")
    dialog.get_by_role("button", name="Use this picture").click()
    expect(editor_text(page).get_by_alt_text("Boats in the mist")).to_be_visible()
    page.keyboard.press("ArrowDown")


def insert_table(page: Page) -> None:
    """Of two rows, with something in its first cell."""
    page.get_by_role("button", name="Table", exact=True).click()
    page.locator(".tox-insert-table-picker > *").nth(11).click()
    page.keyboard.type("High water")
    editor_text(page).press("Control+End")


def insert_video(page: Page) -> None:
    """By its address on YouTube."""
    page.get_by_role("button", name="Video", exact=True).click()
    page.get_by_label("Address of the video").fill("https://youtu.be/dQw4w9WgXcQ")
    page.get_by_label("Title of the video").fill("The tide")
    page.get_by_role("button", name="Insert the video").click()


def open_first(page: Page, table: str, title: str) -> None:
    """Open the form of a document from its list."""
    page.goto(f"/admin/{table}/")
    page.get_by_role("link", name=title, exact=True).first.click()
    expect(editor_text(page)).to_be_visible()


def translate_post(page: Page) -> None:
    """Translate from the list, with the original beside it, and publish."""
    page.goto("/admin/posts/")
    row = page.get_by_role("row").filter(has_text="The harbour at dawn")
    row.locator("summary").click()
    row.get_by_role("link", name="Português").click()
    original = page.get_by_role("region", name="Original")
    expect(original).to_contain_text("The boats come in.")
    page.get_by_label("Title", exact=True).fill("O porto ao amanhecer")
    text = editor_text(page)
    text.click()
    text.press("Control+A")
    page.keyboard.type("Os barcos chegam.")
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("is published.").wait_for()


def correct_post(page: Page) -> None:
    """Change a word of what readers see."""
    open_first(page, "posts", "The harbour at dawn")
    first = editor_text(page).get_by_text("The boats come in.")
    first.click(click_count=3)
    page.keyboard.type("The boats come home.")
    page.get_by_role("button", name="Publish changes").click()
    page.get_by_text("is published.").wait_for()


def status_of(page: Page, path: str) -> int:
    """How an address answers."""
    response = page.goto(path)
    assert response is not None
    return response.status


def cache_answer(page: Page, path: str) -> str:
    """Where the page came from: "hit", "miss" or "bypass"."""
    response = page.goto(path)
    assert response is not None
    return response.headers["x-cache"]


def send(page: Page, path: str, **fields: str) -> int:
    """Post a form as a script of the page would, with its token; the status of the answer."""
    return page.evaluate(
        """async ([path, fields]) => {
            const token = document.querySelector('[name="csrf_token"], meta[name="csrf-token"]');
            const body = new URLSearchParams({ csrf_token: token.value ?? token.content, ...fields });
            return (await fetch(path, { method: "POST", body })).status;
        }""",
        [path, fields],
    )


ENGLISH = "/en/posts/the-harbour-at-dawn"
PORTUGUESE = "/pt/posts/o-porto-ao-amanhecer"


def test_the_whole_story(
    app: Flask, open_page: Callable[..., Page], page_as: Callable[..., Page], guides: Path, harbour: Path
) -> None:
    visitor, author, editor, translator = open_page(), page_as("author"), page_as("editor"), page_as("translator")
    member, other_translator = page_as("member"), page_as("translator", {"languages": ["fr"]})

    imported = app.test_cli_runner().invoke(args=["import", "markdown", str(guides)])
    assert "3 created" in imported.output, imported.output
    visitor.goto("/en/posts/first-steps")
    visitor.get_by_role("link", name="second guide", exact=True).click()
    expect(visitor.get_by_alt_text("A boat")).to_be_visible()

    assert status_of(member, "/admin/posts/new/") == 403
    assert status_of(translator, "/admin/posts/new/") == 403
    write_post(author, harbour)
    assert status_of(visitor, ENGLISH) == 404

    assert author.get_by_role("button", name="Publish").count() == 0
    assert send(author, author.url, title="The harbour at dawn", locale="en", body="", _action="publish") == 403
    assert status_of(visitor, ENGLISH) == 404
    editor.goto("/admin/")
    editor.get_by_role("link", name="The harbour at dawn").first.click()
    editor.get_by_role("button", name="Publish", exact=True).click()
    editor.get_by_text("is published.").wait_for()

    post_id = editor.url.partition("id=")[2].partition("&")[0]
    address = f"/admin/posts/new/?source={post_id}&locale=pt"
    assert status_of(member, address) == 403
    assert status_of(other_translator, address) == 403
    translate_post(translator)

    read_both(visitor)

    assert status_of(translator, f"/admin/posts/edit/?id={post_id}") == 403
    correct_post(editor)
    visitor.reload()
    expect(visitor.get_by_text("The boats come home.")).to_be_visible()
    expect(visitor.get_by_text("The boats come in.")).to_have_count(0)


def read_both(visitor: Page) -> None:
    """Read the post, kept by the cache, and switch to the other language and back in place."""
    assert cache_answer(visitor, ENGLISH) == "miss"
    assert cache_answer(visitor, ENGLISH) == "hit"
    expect(visitor.get_by_alt_text("Boats in the mist")).to_be_visible()
    expect(visitor.get_by_role("table")).to_contain_text("High water")
    assert visitor.locator("iframe").count() == 0
    visitor.locator("header .menu summary", has_text="English").click()
    visitor.locator("header .menu").get_by_role("link", name="Português").click()
    visitor.wait_for_url(f"**{PORTUGUESE}")
    expect(visitor.get_by_text("Os barcos chegam.")).to_be_visible()
    assert visitor.evaluate("document.documentElement.lang") == "pt"
    visitor.locator("header .menu summary", has_text="Português").click()
    visitor.locator("header .menu").get_by_role("link", name="English").click()
    visitor.wait_for_url(f"**{ENGLISH}")
