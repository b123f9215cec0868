"""`flask import markdown` and `flask demo`: what they do, what they say, and how they end."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskCliRunner

from cms.content.demo import presence
from cms.extensions import db
from cms.models import Page, Post
from tests import factories as make

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an article in two languages, one with mistakes, and a picture elsewhere."""
    for place, text in {
        "en/legal.md": "---\ntitle: Legal\n---\n![a](/i/a.png) ![b](https://x.example/b.png)",
        "pt/legal.md": "---\ntitle: Jurídico\n---\n![b](https://x.example/b.png)",
        "en/broken.md": "---\nx: [\n---\n",
    }.items():
        path = tmp_path / "guides" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "pictures").mkdir()
    return tmp_path / "guides"


def run(runner: FlaskCliRunner, *arguments: Any) -> tuple[int, str]:
    result = runner.invoke(args=[str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_a_folder_is_brought_in_and_reported(runner: FlaskCliRunner, folder: Path) -> None:
    code, output = run(runner, "import", "markdown", folder)
    assert code == 0
    assert "2 created, 0 updated, 0 unchanged, 0 left" in output
    assert "Not taken (3):" in output
    assert "https://x.example/b.png (in en/legal.md and 1 more)" in output
    assert "en/broken.md: " in output
    assert {(post.locale, post.status) for post in db.session.query(Post)} == {("en", "published"), ("pt", "published")}
    code, output = run(runner, "import", "markdown", folder)
    assert "0 created, 0 updated, 2 unchanged, 0 left" in output


def test_options(runner: FlaskCliRunner, folder: Path) -> None:
    jo = make.make_user("author", username="jo")
    arguments = ("--draft", "--as", "pages", "--author", "jo", "--images", folder.parent / "pictures")
    code, output = run(runner, "import", "markdown", folder, *arguments)
    assert code == 0
    assert "2 created" in output
    assert db.session.query(Post).count() == 0
    assert {(page.author_id, page.status) for page in db.session.query(Page)} == {(jo.id, "draft")}


def test_nothing_to_import(runner: FlaskCliRunner, tmp_path: Path) -> None:
    code, output = run(runner, "import", "markdown", tmp_path)
    assert code == 0
    assert "no Markdown files" in output
    assert "Not taken" not in output


@pytest.mark.parametrize("arguments", [["/nowhere"], [".", "--author", "nobody"], [".", "--as", "recipes"], []])
def test_mistakes_end_with_one_clear_line(runner: FlaskCliRunner, arguments: list[str]) -> None:
    code, output = run(runner, "import", "markdown", *arguments)
    assert code != 0
    assert "Error: " in output
    assert "Traceback" not in output


def test_the_demonstration_site_tells_its_sign_ins(runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    make.make_user("editor", username="editor")
    monkeypatch.setattr(presence, "known_password", lambda: "tea-with-lemon")
    code, output = run(runner, "demo")
    assert code == 0
    assert "nothing was changed" in output
    assert "editor       tea-with-lemon" in output
    monkeypatch.setattr(presence, "known_password", lambda: "")
    assert "as set in DEMO_PASSWORD" in run(runner, "demo")[1]


def test_a_site_without_demonstration_accounts_tells_none(runner: FlaskCliRunner) -> None:
    make.make_user("administrator", username="boss")
    assert "sign-ins" not in run(runner, "demo")[1]
