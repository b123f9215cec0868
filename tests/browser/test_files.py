"""The file manager in a browser: with the mouse, with files dropped on it, on a phone."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from cms.content import media_library
from tests import factories as make

ROOT = "/admin/files/"


@pytest.fixture
def root(app):
    """The folder of the site's files: a picture, a text and a folder."""
    folder = app.config["INSTANCE_PATH"] / "files"
    (folder / "docs").mkdir(parents=True)
    (folder / "notes.txt").write_bytes(b"one\ntwo\n")
    Image.new("RGB", (600, 400), "teal").save(folder / "harbour.png")
    return folder


def test_details_open_beside_the_grid(page_as, root):
    """Without leaving the page; the address leads back to them; closing gives the focus back."""
    page = page_as("editor")
    page.goto(ROOT)
    page.get_by_role("link", name="harbour.png").click()
    panel = page.get_by_role("complementary", name="Details of harbour.png")
    panel.wait_for()
    expect(page).to_have_url(re.compile(r"show=harbour\.png"))
    assert panel.get_by_label("Address").input_value() == "/files/harbour.png"
    assert page.evaluate("window.scrollY") == 0
    page.reload()
    panel.get_by_role("link", name="Close details").click()
    expect(panel).to_have_count(0)
    expect(page.get_by_role("link", name="harbour.png")).to_be_focused()


def test_a_long_name_leaves_all_of_a_panel_in_sight(page_as, db_session):
    """Titles of the documents that show a picture stand in its panel."""
    data = io.BytesIO()
    Image.new("RGB", (640, 400), "teal").save(data, "PNG")
    data.seek(0)
    media = media_library.add_picture(data, "harbour.png", make.make_user("editor"))
    make.make_post(title="W" * 120, featured_image=media)
    page = page_as("editor")
    page.goto(f"/admin/media/?show={media.id}")
    panel = page.locator(".file-panel")
    expect(panel).to_contain_text("WWW")
    assert panel.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_files_dropped_anywhere_are_uploaded(page_as, root):
    """Several at once."""
    page = page_as("editor")
    page.goto(f"{ROOT}b/docs")
    data = page.evaluate_handle(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["1"], "данные.txt"));
            data.items.add(new File(["2"], "two.csv"));
            return data;
        }"""
    )
    page.dispatch_event("body", "dragover", {"dataTransfer": data})
    assert "files--dropping" in page.locator("[data-files]").get_attribute("class")
    page.dispatch_event("body", "drop", {"dataTransfer": data})
    page.get_by_text("2 files were uploaded.").wait_for()
    assert (root / "docs" / "данные.txt").read_text() == "1"
    assert (root / "docs" / "two.csv").read_text() == "2"


def test_files_are_chosen_and_uploaded(page_as, root, tmp_path):
    """One click opens the chooser; what was uploaded is shown."""
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    page = page_as("editor")
    page.goto(ROOT)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("link", name="Upload files").click()
    chooser.value.set_files(tmp_path / "report.pdf")
    page.get_by_role("complementary", name="Details of report.pdf").wait_for()


def test_a_file_is_deleted_after_a_question(page_as, root):
    """By its name."""
    page = page_as("editor")
    page.goto(f"{ROOT}?show=notes.txt")
    page.get_by_role("button", name="Delete…").click()
    question = page.get_by_role("dialog")
    assert "notes.txt" in question.inner_text()
    question.get_by_role("button", name="Cancel").click()
    assert (root / "notes.txt").exists()
    page.get_by_role("button", name="Delete…").click()
    question.get_by_role("button", name="Delete").click()
    page.get_by_text("“notes.txt” was deleted.").wait_for()
    assert not (root / "notes.txt").exists()


def test_several_are_deleted_after_a_question(page_as, root):
    """Their names are read out first."""
    page = page_as("editor")
    page.goto(ROOT)
    page.get_by_label("Select notes.txt").check()
    page.get_by_label("Select docs").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    question = page.get_by_role("dialog")
    assert "notes.txt" in question.inner_text()
    question.get_by_role("button", name="Delete").click()
    page.get_by_text("2 files were deleted.").wait_for()
    assert [path.name for path in root.iterdir()] == ["harbour.png"]


def test_a_folder_is_made_in_a_dialog(page_as, root):
    """And opened."""
    page = page_as("editor")
    page.goto(ROOT)
    page.get_by_role("link", name="New folder").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Été")
    page.keyboard.press("Enter")
    page.get_by_text("This folder is empty").wait_for()
    assert (root / "Été").is_dir()


def test_a_text_is_edited(page_as, root):
    """Its line ends stay."""
    page = page_as("editor")
    page.goto(f"{ROOT}?show=notes.txt")
    page.get_by_role("link", name="Edit text").click()
    page.get_by_label("Text of notes.txt").fill("one\n2\n")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("“notes.txt” was saved.").wait_for()
    assert (root / "notes.txt").read_bytes() == b"one\n2\n"


def test_a_text_that_was_refused_is_not_lost_by_leaving(page_as, root):
    """Somebody else wrote the file in the meantime."""
    page = page_as("editor")
    page.goto(f"{ROOT}edit/?path=notes.txt")
    (root / "notes.txt").write_bytes(b"theirs")
    page.get_by_label("Text of notes.txt").fill("mine")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").filter(has_text="meanwhile").wait_for()
    page.wait_for_load_state()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("Text of notes.txt").press("End")
    page.get_by_role("link", name="Back to the folder").click()
    expect(page.get_by_label("Text of notes.txt")).to_have_value("mine")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("options", [{"width": 375}, {"width": 375, "dark": True}, {"width": 1280}])
def test_nothing_is_wider_than_the_window(page_as, root, options):
    """On a phone neither, with the details open."""
    page = page_as("editor", **options)
    for address in (ROOT, f"{ROOT}?show=harbour.png", f"{ROOT}edit/?path=notes.txt", f"{ROOT}move/?path=notes.txt"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= options["width"]


def test_without_scripts(page_as, root, tmp_path):
    """Uploading goes by a page of its own."""
    (tmp_path / "a.txt").write_text("a")
    page = page_as("editor", script=False)
    page.goto(ROOT)
    page.get_by_role("link", name="Upload files").click()
    page.get_by_label("Files", exact=True).set_input_files(tmp_path / "a.txt")
    page.get_by_role("button", name="Upload").click()
    page.get_by_text("1 file was uploaded.").wait_for()
