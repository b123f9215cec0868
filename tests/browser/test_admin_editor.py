"""The editor in a browser: what is written with it is what is stored, and no page breaks the security policy.

Every test here also fails where the console reports a violation; see conftest.py.
"""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import FrameLocator, Page, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from cms.content import media_library
from cms.extensions import db
from cms.models import Media, Post
from tests import factories as make

VIDEO = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"


@pytest.fixture
def picture(db_session: Any) -> Media:
    """A picture of the media library, with its files."""
    data = io.BytesIO()
    Image.new("RGB", (640, 400), "teal").save(data, "PNG")
    data.seek(0)
    return media_library.add_picture(data, "harbour.png", make.make_user("editor"))


def text_of(page: Page) -> FrameLocator:
    """The text that is being written, with the caret in it."""
    frame = page.frame_locator(".tox-edit-area__iframe")
    frame.locator("body").click()
    return frame


def new_post(page: Page) -> FrameLocator:
    page.goto("/admin/posts/new/")
    page.get_by_role("textbox", name="Title", exact=True).fill("A post")
    return text_of(page)


def tool(page: Page, name: str) -> None:
    """Press a tool, also one of those that are put away."""
    button = page.locator(f"[data-mce-name={name}]")
    if not button.is_visible():
        page.locator("[data-mce-name=overflow-button]").click()
    button.click()


def saved(page: Page) -> str:
    page.locator("[data-save]").click()
    page.get_by_text("was saved as a draft").wait_for()
    page.wait_for_load_state()
    db.session.expire_all()
    return str(db.session.query(Post).order_by(Post.id.desc()).first().body)


def test_words_headings_lists_and_quotes(page_as: Any, db_session: Any) -> None:
    page = page_as("editor")
    new_post(page)
    page.keyboard.press("Control+b")
    page.keyboard.type("Strong")
    page.keyboard.press("Control+b")
    page.keyboard.type(" words")
    page.keyboard.press("Enter")
    tool(page, "styles")
    page.get_by_role("menuitemcheckbox", name="Heading", exact=True).click()
    page.keyboard.type("A heading")
    page.keyboard.press("Enter")
    tool(page, "bullist")
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    expect(page.locator("[data-save-state]")).to_have_text("Unsaved changes")

    body = saved(page)

    assert "<p><strong>Strong</strong> words</p>" in body
    assert "<h2>A heading</h2>" in body
    assert "<li>one</li>" in body.replace("\n", "")


def test_a_link_to_a_page_of_this_site_is_found_by_its_name(page_as: Any, db_session: Any) -> None:
    make.make_post(title="Night trains", slug="night-trains")
    page = page_as("editor")
    new_post(page)
    page.keyboard.type("see ")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Link")
    dialog.get_by_role("combobox").fill("night")
    expect(dialog.get_by_role("option", name="Night trains")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Use this link").click()

    assert '<p>see <a href="/en/posts/night-trains">Night trains</a></p>' in saved(page)


def test_a_selection_becomes_a_link_and_loses_it_again(page_as: Any, db_session: Any) -> None:
    page = page_as("editor")
    frame = new_post(page)
    page.keyboard.type("elsewhere")
    page.keyboard.press("Control+a")
    tool(page, "link")
    dialog = page.get_by_role("dialog", name="Link")
    expect(dialog.get_by_label("Text of the link")).to_have_value("elsewhere")
    dialog.get_by_role("combobox").fill("example.org/a")
    page.keyboard.press("Enter")
    expect(frame.locator("a")).to_have_attribute("href", "https://example.org/a")

    frame.locator("a").click()
    tool(page, "link")
    dialog.get_by_role("button", name="Remove link").click()
    expect(frame.locator("a")).to_have_count(0)
    assert saved(page) == "<p>elsewhere</p>"


def test_a_picture_from_the_library_has_its_texts(page_as: Any, picture: Media) -> None:
    page = page_as("editor")
    frame = new_post(page)
    tool(page, "picture")
    dialog = page.get_by_role("dialog", name="Choose a picture")
    dialog.get_by_role("button", name=picture.title).click()
    dialog.get_by_label("Alternative text").fill('The "harbour" at dusk')
    dialog.get_by_label("Caption (optional)").fill("Dusk <here>")
    dialog.get_by_role("button", name="Use this picture").click()
    frame.locator("body > figure img").wait_for()

    body = saved(page)

    assert f'src="/media/{picture.filename}"' in body
    assert 'alt="The &quot;harbour&quot; at dusk"' in body
    assert "<figcaption>Dusk &lt;here&gt;</figcaption>" in body
    assert "contenteditable" not in body


def test_a_picture_is_changed_placed_and_removed(page_as: Any, picture: Media) -> None:
    image = f'<img src="/media/{picture.filename}" alt="Old" width="640" height="400">'
    post = make.make_post(status="draft", body=f"<p>Text</p><figure>{image}<figcaption>Old</figcaption></figure>")
    page = page_as("editor")
    page.goto(f"/admin/posts/edit/?id={post.id}")
    frame = text_of(page)
    frame.locator("body > figure img").click()
    page.get_by_role("button", name="Change the picture").click()
    dialog = page.get_by_role("dialog", name="Choose a picture")
    expect(dialog.get_by_label("Alternative text")).to_have_value("Old")
    dialog.get_by_label("Alternative text").fill("New")
    dialog.get_by_label("Caption (optional)").fill("")
    dialog.get_by_role("button", name="Use this picture").click()
    expect(frame.locator("body > figure img")).to_have_attribute("alt", "New")
    # The tools that stood beside the picture before it was changed are gone first.
    frame.locator("body > p").first.click()
    expect(page.locator("[data-mce-name=picture-align-start]")).to_have_count(0)
    frame.locator("body > figure img").click()
    tool(page, "picture-align-start")
    expect(frame.locator("body > figure")).to_have_class("align-start")
    page.locator("[data-save]").click()
    page.get_by_text("was saved as a draft").wait_for()

    text_of(page).locator("body > figure.align-start img").click()
    expect(frame.locator("body > figure figcaption")).to_have_count(0)
    tool(page, "pictureremove")
    expect(frame.locator("body > figure")).to_have_count(0)


def test_a_pasted_picture_goes_to_the_library(page_as: Any, db_session: Any) -> None:
    page = page_as("editor")
    frame = new_post(page)
    frame.locator("body").evaluate(
        """async (body) => {
            const canvas = document.createElement("canvas");
            canvas.width = 60;
            canvas.height = 40;
            canvas.getContext("2d").fillRect(0, 0, 60, 40);
            const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
            const data = new DataTransfer();
            data.items.add(new File([blob], "otter-pond.png", { type: "image/png" }));
            body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(frame.locator('img[src^="/media/"]')).to_have_count(1)
    page.get_by_text("Select it to write its alternative text").wait_for()

    body = saved(page)

    media = db.session.query(Media).one()
    assert f'src="/media/{media.filename}"' in body
    assert 'width="60" height="40"' in body
    assert media.title == "Otter pond"


def test_a_video_is_stored_as_an_address_and_shown_as_a_block(page_as: Any, db_session: Any) -> None:
    """No other host is asked while writing: any request to one fails the test."""
    page = page_as("editor")
    frame = new_post(page)
    tool(page, "video")
    dialog = page.get_by_role("dialog", name="Video")
    dialog.get_by_label("Address of the video on YouTube").fill("https://example.org/")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("not the address of a YouTube video")
    dialog.get_by_label("Address of the video on YouTube").fill("https://youtu.be/dQw4w9WgXcQ?t=1m5s")
    dialog.get_by_label("Title of the video").fill("A <song>")
    dialog.get_by_role("button", name="Insert the video").click()
    expect(frame.locator(".video-block")).to_contain_text("A <song>")
    expect(frame.locator("iframe")).to_have_count(0)

    body = saved(page)

    assert f'<iframe src="{VIDEO}?start=65" title="A &lt;song&gt;"></iframe>' in body.replace("allowfullscreen", "")
    expect(text_of(page).locator("body > .video-block")).to_have_count(1)


def test_a_table_has_no_inline_style(page_as: Any, db_session: Any) -> None:
    page = page_as("editor")
    frame = new_post(page)
    tool(page, "newtable")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(frame.locator("thead th")).to_have_count(2)
    frame.locator("th").first.click()
    page.keyboard.type("cell")
    page.keyboard.press("Tab")
    page.keyboard.type("next")

    body = saved(page)

    assert "cell" in body
    assert "next" in body
    assert "style=" not in body
    assert "<table>" in body


def test_code(page_as: Any, db_session: Any) -> None:
    page = page_as("editor")
    frame = new_post(page)
    tool(page, "codesample")
    page.locator(".tox-dialog textarea").fill("print('<x>')")
    page.locator(".tox-dialog").get_by_role("button", name="Save").click()
    expect(frame.locator("body > pre")).to_have_text("print('<x>')")

    assert "<code>print('&lt;x&gt;')</code></pre>" in saved(page)


def test_headings_that_are_pasted_move_below_the_title(page_as: Any, db_session: Any) -> None:
    page = page_as("editor")
    new_post(page)
    page.evaluate("hugerte.activeEditor.insertContent('<h1>One</h1><h2>Two</h2><h6>Six</h6><p>Text</p>')")

    body = page.evaluate("hugerte.activeEditor.getContent()").replace("\n", "")
    assert body == "<h2>One</h2><h2>Two</h2><h4>Six</h4><p>Text</p>"
    assert saved(page).replace("\n", "") == body


def test_nothing_is_typed_before_the_editor_can_keep_it(page_as: Any, db_session: Any) -> None:
    # On a slow line the styles of the text come late; the editor then puts the stored text over what it holds.
    page = page_as("editor")
    held: list[Route] = []
    slow = True

    def hold(route: Route) -> None:
        if slow and route.request.frame.parent_frame:
            held.append(route)
        else:
            route.continue_()

    page.route("**/*.css*", hold)
    page.goto("/admin/posts/new/", wait_until="domcontentloaded")
    page.get_by_role("textbox", name="Title", exact=True).fill("A post")
    frame = page.frame_locator(".tox-edit-area__iframe")
    expect(frame.locator("body")).to_be_attached()
    page.wait_for_function("window.hugerte?.activeEditor?.getBody()")

    with pytest.raises(PlaywrightTimeout):
        frame.locator("body").click(timeout=500)
    assert held, "the styles of the text were not waited for"
    on_the_way, slow = held[:], False
    for route in on_the_way:
        route.continue_()
    text_of(page)
    page.keyboard.type("on time")

    assert saved(page) == "<p>on time</p>"


def test_the_source_can_be_changed_and_is_cleaned(page_as: Any, db_session: Any, problems: Any) -> None:
    # The policy reports what the source brings in, and the server takes it away.
    problems.expected.append("Content Security Policy")
    page = page_as("editor")
    new_post(page)
    page.keyboard.type("Text")
    tool(page, "code")
    source = page.locator(".tox-dialog textarea")
    expect(source).to_have_value("<p>Text</p>")
    source.fill('<p style="color: red" onclick="x()">From <mark>the</mark> source</p><script>x()</script>')
    page.locator(".tox-dialog").get_by_role("button", name="Save").click()

    assert saved(page) == "<p>From <mark>the</mark> source</p>"


def test_the_tools_speak_the_readers_language_and_the_text_its_own(page_as: Any, db_session: Any) -> None:
    post = make.make_post(status="draft", locale="ar", body="<p>مرحبا</p>")
    page = page_as(make.make_user("editor", locale="en"))
    page.goto(f"/admin/posts/edit/?id={post.id}")
    frame = text_of(page)
    expect(frame.locator("html")).to_have_attribute("dir", "rtl")
    expect(frame.locator("html")).to_have_attribute("lang", "ar")
    expect(page.locator(".tox-hugerte").first).not_to_have_attribute("dir", "rtl")

    arabic = page_as(make.make_user("editor", locale="ar"))
    arabic.goto("/admin/posts/new/")
    frame = text_of(arabic)
    expect(arabic.locator(".tox-hugerte").first).to_have_attribute("dir", "rtl")
    expect(frame.locator("html")).to_have_attribute("dir", "ltr")
    arabic.locator("select[name=locale]").select_option("ar")
    expect(frame.locator("html")).to_have_attribute("dir", "rtl")


def test_dark_is_dark_inside_too(page_as: Any, db_session: Any) -> None:
    page = page_as("editor", dark=True)
    frame = new_post(page)
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator('link[href*="/skins/ui/oxide-dark/"]')).to_have_count(1)

    page.evaluate("document.documentElement.dataset.theme = 'light'")

    expect(frame.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.locator('link[href*="/skins/ui/oxide-dark/"]')).to_have_count(0)


def test_the_tools_are_reached_by_keyboard_and_stay_in_sight(page_as: Any, db_session: Any) -> None:
    post = make.make_post(status="draft", body="<p>Line</p>" * 60)
    page = page_as("editor")
    page.goto(f"/admin/posts/edit/?id={post.id}")
    text_of(page)
    page.keyboard.press("Alt+F10")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.closest('.tox-toolbar__primary') !== null")

    page.mouse.wheel(0, 900)
    tools = page.locator(".tox-editor-header")
    expect(tools).to_be_in_viewport()
    bar = page.locator(".form-bar").bounding_box()
    assert tools.bounding_box()["y"] == pytest.approx(bar["y"] + bar["height"], abs=4)
