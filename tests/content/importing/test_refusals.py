"""What an import cannot take, and says so of, while it takes the rest."""

import os
from pathlib import Path
from typing import Any

import pytest

from cms.content import publishing
from cms.content.errors import InvalidInput
from cms.content.importing import documents
from cms.content.importing.report import Outcome
from cms.extensions import db
from cms.models import Media, Post, Revision
from tests.content.importing.imported_folder import Write, bring_in, post, reasons
from tests.content.picture_samples import picture

pytestmark = pytest.mark.usefixtures("db_session")


def test_pictures_that_cannot_be_taken_are_reported_with_the_reason(write: Write, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture())
    write("images/a.svg", "<svg/>")
    write("images/broken.png", b"\x89PNG\r\n\x1a\n")
    write("images/notes.txt", "x")
    (folder / "images" / "link.png").symlink_to(tmp_path / "secret.png")
    text = "![s](/i/a.svg) ![b](/i/broken.png) ![m](/i/missing.png) ![r](https://x.example/r.png) ![t](/i/notes.txt) "
    text += "![o](/../../secret.png) ![o](../../secret.png) ![l](/i/link.png) ![z](/i/%00.png) ![e]()"
    write("en/legal.md", text, title="Legal", image="/i/a.svg")
    report = bring_in(folder)
    found = reasons(report)
    assert "SVG" in found["/i/a.svg"]
    assert "damaged" in found["/i/broken.png"] or "not a picture" in found["/i/broken.png"]
    assert "no such file" in found["/i/missing.png"]
    assert "other sites" in found["https://x.example/r.png"]
    for address in ("/i/notes.txt", "/../../secret.png", "../../secret.png", "/i/link.png", "/i/%00.png"):
        assert "no such file" in found[address]
    assert report.outcomes[Outcome.CREATED] == 1
    assert post().featured_image is None
    assert post().body == "<p>s b m r t o o l z e</p>"
    assert report.pictures == 0


def test_a_picture_that_cannot_be_read_is_reported(write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("images/a.png", picture())
    write("en/legal.md", "![a](/a.png)", title="Legal")

    def refuse(*_arguments: Any, **_options: Any) -> Media:
        raise PermissionError

    monkeypatch.setattr("cms.content.importing.references.add_picture", refuse)
    assert "could not be read" in reasons(bring_in(folder))["/a.png"]


@pytest.mark.parametrize(
    ("place", "text", "reason"),
    [
        ("en/a.md", b"\xff\xfe\x00", "UTF-8"),
        ("en/a.md", "---\nx: [\n---\n", "YAML"),
        ("en/a.md", "---\nlang: pt\n---\n", "another language"),
        ("a.md", "---\nlang: tlh\n---\n", "not a language"),
        ("de/a.md", "x", "not named like a language"),
        ("en/a.md", "---\ntitle: " + "x" * 300 + "\n---\n", "characters"),
        ("en/a.md", "---\ntitle: A\n---\n" + "<b>" * 20_001, "too much markup"),
    ],
)
def test_files_that_cannot_be_taken_are_reported(
    write: Write, folder: Path, place: str, text: str | bytes, reason: str
) -> None:
    write(place, text)
    write("en/good.md", title="Good")
    report = bring_in(folder)
    (found,) = reasons(report).values()
    assert reason in found
    assert report.outcomes[Outcome.CREATED] == 1
    assert db.session.query(Post).count() == 1
    assert db.session.query(Revision).count() == 2


def test_large_and_unreadable_files_are_reported(write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 10)
    write("en/a.md", "x" * 11)
    assert "larger" in reasons(bring_in(folder))["en/a.md"]

    def refuse(_path: Path, **_options: Any) -> str:
        raise PermissionError

    monkeypatch.setattr(documents, "MAX_BYTES", 1000)
    monkeypatch.setattr(Path, "read_text", refuse)
    assert "could not be read" in reasons(bring_in(folder))["en/a.md"]


def test_two_files_of_one_name_in_one_language_are_reported(write: Write, folder: Path) -> None:
    write("en/a.md", title="First")
    write("en/deeper/a.md", title="Second")
    write("README.md", "About these files.")
    write(".git/a.md", "x")
    write("empty/notes.txt", "x")
    report = bring_in(folder)
    assert list(reasons(report)) == ["en/deeper/a.md"]
    assert [row.title for row in db.session.query(Post)] == ["First"]


def test_one_refusal_does_not_stop_the_others(write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("a.md", title="A")
    write("b.md", title="B")
    publish = publishing.publish

    def refuse_first(document: Post, *arguments: Any, **options: Any) -> None:
        if document.title == "A":
            raise InvalidInput({"": "Not this one."})
        publish(document, *arguments, **options)

    monkeypatch.setattr(publishing, "publish", refuse_first)
    report = bring_in(folder)
    assert reasons(report) == {"a.md": "Not this one."}
    assert (report.outcomes[Outcome.CREATED], report.outcomes[Outcome.LEFT]) == (1, 1)
    monkeypatch.undo()
    # Nothing of it was kept, so that it is taken up again.
    assert [row.slug for row in db.session.query(Post)] == ["b"]
    assert bring_in(folder).outcomes[Outcome.CREATED] == 1
    assert post(slug="a").is_live


@pytest.mark.parametrize("folder_is_a_link", [True, False])
def test_links_out_of_the_folder_are_not_followed(
    write: Write, folder: Path, tmp_path: Path, folder_is_a_link: bool
) -> None:
    """Who wrote a folder that somebody imports must not have other files of the machine published."""
    private, pictures = tmp_path / "private", tmp_path / "pictures"
    private.mkdir()
    pictures.mkdir()
    (private / "secret.md").write_text("Secret.")
    (pictures / "me.png").write_bytes(picture())
    if folder_is_a_link:
        (folder / "en").symlink_to(private)
    else:
        (folder / "secret.md").symlink_to(private / "secret.md")
    (folder / "images").symlink_to(pictures)
    write("a.md", "![Me](me.png)")
    report = bring_in(folder)
    place = "en/secret.md" if folder_is_a_link else "secret.md"
    assert set(reasons(report)) == {place, "me.png"}
    assert "links" in reasons(report)[place]
    assert [row.slug for row in db.session.query(Post)] == ["a"]
    # Whoever imports may name a folder of pictures anywhere.
    write("a.md", "Anew. ![Me](me.png)")
    assert bring_in(folder, images=pictures).pictures == 1


def test_names_of_files_that_are_no_text_are_reported(write: Write, folder: Path) -> None:
    write("a.md", "Words.")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.md")).write_text("Words.")
    report = bring_in(folder)
    assert "UTF-8" in reasons(report)["caf?.md"]
    assert report.outcomes[Outcome.CREATED] == 1


@pytest.mark.parametrize("address", ["a" * 300 + ".png", "loop.png"])
def test_a_picture_that_no_file_can_be_is_reported(write: Write, folder: Path, address: str) -> None:
    (folder / "loop.png").symlink_to("loop.png")
    write("a.md", f"![Words]({address})")
    report = bring_in(folder)
    assert "no such file" in reasons(report)[address]
    assert post(slug="a").body == "<p>Words</p>"
