"""What a file may be called."""

import unicodedata

import pytest

from cms.content.errors import InvalidInput, NotFound
from cms.content.file_names import (
    KINDS,
    LONGEST_NAME,
    checked_file_name,
    checked_folder_name,
    ending,
    kind_of,
    path_parts,
    uploaded_name,
)


@pytest.mark.parametrize(
    "name",
    ["данные.txt", "年度报告.pdf", "تقرير.docx", "Été à la mer.JPG", "a.tar.gz", "a" * 196 + ".txt", "می‌خواهم.txt"],
)
def test_names_keep_their_script(name):
    """Nothing is transliterated, lowered or stripped."""
    assert checked_file_name(name) == name


def test_names_are_composed():
    """One form for what looks the same, without the blanks around it."""
    assert checked_file_name(unicodedata.normalize("NFD", "  é.txt ")) == "é.txt"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        ".",
        "..",
        ".htaccess",
        "a/b.txt",
        "a\\b.txt",
        "a\0.txt",
        "a\nb.txt",
        "a\x7f.txt",
        "gpj.\u202etxt",
        "\ud800.txt",
        "con.txt",
        "NUL.txt",
        "LPT1.pdf",
        "a.txt.",
        "what?.txt",
        "a:b.txt",
        "x" * (LONGEST_NAME - 3) + ".txt",
        "é" * 99 + ".txt",
    ],
)
def test_names_that_are_refused(name):
    """Each is refused with a sentence, for files and folders alike."""
    for check in (checked_file_name, checked_folder_name):
        with pytest.raises(InvalidInput) as refused:
            check(name)
        assert str(refused.value)
        assert list(refused.value.errors) == ["name"]


@pytest.mark.parametrize("name", ["program.exe", "page.php", "noending", "a.txt.sh", "dot."])
def test_endings_that_are_refused(name):
    """Only what is known can be kept."""
    with pytest.raises(InvalidInput):
        checked_file_name(name)


@pytest.mark.parametrize(
    ("name", "last"), [("a.TXT", "txt"), ("a.b.Pdf", "pdf"), (".hidden", ""), ("a", ""), ("a.", "")]
)
def test_endings(name, last):
    """The ending, in lower case."""
    assert ending(name) == last


@pytest.mark.parametrize(
    "path", ["..", "a/../b", "/a", "a//b", "a/", ".git/config", "a\0b", "x/" * 25 + "x", "y" * 1001]
)
def test_paths_that_lead_nowhere(path):
    """A path that no listing shows is not found, whatever it means to the system."""
    with pytest.raises(NotFound):
        path_parts(path)


def test_paths_are_split():
    """The root has no names."""
    assert path_parts("") == ()
    assert path_parts("a/б.txt") == ("a", "б.txt")


@pytest.mark.parametrize(
    ("sent", "name"),
    [("C:\\fakepath\\a.txt", "a.txt"), ("photos/b.png", "b.png"), ("../../c.txt", "c.txt"), ("d/", "")],
)
def test_names_of_uploads_lose_their_folders(sent, name):
    """Some browsers send the path on the sender's machine."""
    assert uploaded_name(sent) == name


def test_nothing_that_a_browser_runs_is_shown():
    """Whatever can hold script is never inline."""
    for last in ("html", "htm", "svg", "xml", "js", "mjs", "css", "pdf", "wasm", "webmanifest"):
        assert not KINDS[last].inline, last
    assert kind_of("unknown.thing").mime == "application/octet-stream"
