"""Bringing a folder of Markdown files in."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cms.content import audit, publishing, translating
from cms.content.importing.bringing_in import ACTION
from cms.content.importing.report import Outcome
from cms.content.picture_uses import places_using
from cms.extensions import db
from cms.models import AuditEntry, Category, Media, Page, Post, Tag
from cms.security.policy import SYSTEM
from tests import factories as make
from tests.content.importing.imported_folder import Write, bring_in, elsewhere, post, reasons, started
from tests.content.picture_samples import halves, picture
from tests.sql_counter import QueryCounter

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.mark.database
def test_files_become_published_posts_tied_by_their_name(write: Write, folder: Path) -> None:
    write("en/legal.md", "## Why\n\nBecause.", lang="en", title="Legal", description="The law.", order=2)
    write("en/first.md", title="First", order=1)
    write("zh-hans/legal.md", lang="zh-hans", title="法律", order=2)
    write("pt/legal.md", title="Jurídico", order=2)
    report = bring_in(folder)
    assert report.outcomes == {
        Outcome.CREATED: 4, Outcome.UPDATED: 0, Outcome.UNCHANGED: 0, Outcome.LEFT: 0
    }  # fmt: skip
    assert not report.problems
    english, chinese = post(), post("zh-Hans")
    assert (english.title, english.summary, english.status) == ("Legal", "The law.", "published")
    assert english.body == "<h2>Why</h2>\n<p>Because.</p>"
    assert english.translation_key == chinese.translation_key
    assert chinese.source_revision_id == english.live_revision_id
    assert chinese.published_at == english.published_at
    first = post(slug="first")
    assert first.published_at is not None
    assert english.published_at is not None
    assert first.published_at > english.published_at
    actions = [entry.action for entry in db.session.query(AuditEntry).filter_by(model="posts", object_id=english.id)]
    assert actions == ["create", "publish", "import"]


@pytest.mark.database
def test_a_second_run_changes_nothing(write: Write, folder: Path) -> None:
    write("en/legal.md", "![p](/assets/a.png) [l](../first/)", title="Legal", image="/assets/a.png", tags="[Law]")
    write("en/first.md", title="First", category="Basics")
    write("pt/legal.md", title="Jurídico")
    write("images/a.png", picture(size=(400, 300)))
    bring_in(folder)
    before = {table.name: db.session.query(table).count() for table in db.metadata.sorted_tables}
    with QueryCounter() as queries:
        report = bring_in(folder)
    assert report.outcomes[Outcome.UNCHANGED] == 3
    assert not [query for query in queries if query.split()[0].lower() in {"insert", "update", "delete"}]
    assert before == {table.name: db.session.query(table).count() for table in db.metadata.sorted_tables}


def test_a_changed_file_is_brought_in_again(write: Write, folder: Path) -> None:
    write("en/legal.md", "Old.", title="Legal")
    write("pt/legal.md", "Velho.", title="Jurídico")
    bring_in(folder)
    published = post().published_at
    write("en/legal.md", "New.", title="Legal matters")
    report = bring_in(folder)
    assert report.outcomes[Outcome.UPDATED] == 1
    assert (post().title, post().body, post().published_at) == ("Legal matters", "<p>New.</p>", published)
    assert db.session.query(Post).filter(translating.is_outdated(Post)).all() == [post("pt")]
    write("pt/legal.md", "Novo.", title="Jurídico")
    assert bring_in(folder).outcomes[Outcome.UPDATED] == 1
    assert db.session.query(Post).filter(translating.is_outdated(Post)).all() == []
    assert bring_in(folder).outcomes[Outcome.UNCHANGED] == 2


def test_what_an_editor_changed_here_is_left_alone(write: Write, folder: Path) -> None:
    write("en/legal.md", "Old.", title="Legal")
    bring_in(folder)
    publishing.publish(post(), SYSTEM, {"body": "<p>Better.</p>"})
    assert bring_in(folder).outcomes[Outcome.UNCHANGED] == 1
    write("en/legal.md", "New.", title="Legal")
    report = bring_in(folder)
    assert report.outcomes[Outcome.LEFT] == 1
    assert "changed here" in reasons(report)["en/legal.md"]
    assert post().body == "<p>Better.</p>"


def test_what_is_in_the_trash_stays_there(write: Write, folder: Path) -> None:
    write("en/legal.md", "Old.", title="Legal")
    bring_in(folder)
    publishing.trash(post(), SYSTEM)
    write("en/legal.md", "New.", title="Legal")
    write("pt/legal.md", title="Jurídico")
    report = bring_in(folder)
    assert "trash" in reasons(report)["en/legal.md"]
    assert report.outcomes == {
        Outcome.CREATED: 1, Outcome.UPDATED: 0, Outcome.UNCHANGED: 0, Outcome.LEFT: 1
    }  # fmt: skip
    assert post("pt").source_revision_id is None


def test_a_namesake_from_another_folder_overwrites_nothing(write: Write, folder: Path, tmp_path: Path) -> None:
    write("en/legal.md", "Ours.", title="Legal")
    bring_in(folder)
    shutil.copytree(folder, tmp_path / "copy")
    assert bring_in(tmp_path / "copy").outcomes[Outcome.UNCHANGED] == 1
    (tmp_path / "copy" / "en" / "legal.md").write_text("Theirs.", encoding="utf-8")
    assert "another folder" in reasons(bring_in(tmp_path / "copy"))["en/legal.md"]
    assert post().body == "<p>Ours.</p>"


def test_drafts_are_seen_by_nobody(write: Write, folder: Path) -> None:
    write("legal.md", "Old.", title="Legal")
    bring_in(folder, publish=False)
    assert post().status == "draft"
    write("legal.md", "New.", title="Legal")
    assert bring_in(folder, publish=False).outcomes[Outcome.UPDATED] == 1
    assert (post().body, post().status) == ("<p>New.</p>", "draft")


def test_links_lead_to_what_was_imported_in_the_same_language(write: Write, folder: Path) -> None:
    links = (
        "[a](../first/) [b](first.md#a-heading) [c](/elsewhere/first.html) [d](#here) [e](https://x.example/) "
        "[f](/notices/) [g](../only-english/#x) [h](/en/posts/kept) [i](mailto:a@b.example) [j](#) [k](../)"
    )
    for locale in ("en", "pt"):
        write(f"{locale}/legal.md", links, title="Legal")
        write(f"{locale}/first.md", title="First")
    write("en/only-english.md", title="Only")
    report = bring_in(folder)
    body = post("pt").body
    assert body.count('href="/pt/posts/first"') == 2
    for address in (
        "/pt/posts/first#section-a-heading", "#section-here", "https://x.example/", "/en/posts/only-english#section-x",
        "/en/posts/kept", "mailto:a@b.example",
    ):  # fmt: skip
        assert f'href="{address}"' in body
    assert " f " in body
    assert report.problems.keys() == {("/notices/", reasons(report)["/notices/"]), ("../", reasons(report)["../"])}
    assert report.problems["/notices/", reasons(report)["/notices/"]] == ["en/legal.md", "pt/legal.md"]


def test_links_follow_an_address_that_was_changed_here(write: Write, folder: Path) -> None:
    write("en/legal.md", "[a](../first/)", title="Legal")
    make.make_post(slug="first", title="Somebody else's")
    write("en/first.md", title="First")
    bring_in(folder)
    assert 'href="/en/posts/first-2"' in post().body


def test_pictures_go_into_the_library(write: Write, folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "pictures"
    (elsewhere / "cards").mkdir(parents=True)
    (elsewhere / "cards" / "a.png").write_bytes(picture(size=(400, 300)))
    (elsewhere / "b.jpg").write_bytes(halves())
    write("en/beside.gif", picture("GIF"))
    write(
        "en/legal.md",
        "![Red](/assets/images/cards/a.png)\n\n![Two](beside.gif) [big](/assets/b.jpg)",
        title="Legal",
        image="/assets/images/cards/a.png",
        image_alt="A red field",
    )
    write("pt/legal.md", "![Vermelho](/assets/images/cards/a.png)", title="Jurídico")
    report = bring_in(folder, images=elsewhere)
    assert not report.problems
    assert report.pictures == 3
    assert db.session.query(Media).count() == 3
    shown = post().featured_image
    assert shown is not None
    assert (shown.alt_in("en"), shown.alt_in("pt")) == ("Red", "Vermelho")
    assert f'<figure><img src="/media/{shown.filename}" alt="Red"></figure>' in post().body
    assert '<a href="/media/' in post().body
    assert places_using(shown)


def test_tags_and_categories_are_tied_by_their_keys(write: Write, folder: Path) -> None:
    make.make_tag(name="Sea", slug="sea")
    write("en/a.md", title="A", tags="{words: Words, sea: Sea}", category="{craft: Craft}", related="[legal-matters]")
    write("pt/a.md", title="A", tags="{words: Palavras, sea: Mar}", category="{craft: Ofícios}")
    write("pt/b.md", title="B", tags="{words: Palavras}", **{"class": "legal-matters"})
    bring_in(folder)
    english, portuguese = post(slug="a"), post("pt", "a")
    assert [tag.name for tag in english.tags] == ["Legal matters", "Sea", "Words"]
    assert english.category is not None
    assert portuguese.category is not None
    assert english.category.translation_key == portuguese.category.translation_key
    words = db.session.query(Tag).filter(Tag.name.in_(["Words", "Palavras"])).all()
    assert len({tag.translation_key for tag in words}) == 1
    assert db.session.query(Tag).filter_by(locale="en").count() == 3
    assert db.session.query(Category).count() == 2


def test_authors_are_named_by_the_file_or_by_the_command(write: Write, folder: Path) -> None:
    jo, ada = make.make_user("author", username="jo"), make.make_user("author", username="ada")
    write("a.md", title="A", author="Jo")
    write("b.md", title="B")
    write("c.md", title="C", author="nobody-here")
    report = bring_in(folder, author=ada)
    assert [post(slug=slug).author_id for slug in "abc"] == [jo.id, ada.id, ada.id]
    assert list(reasons(report)) == ["nobody-here"]


def test_a_file_may_name_its_date_and_its_address(write: Write, folder: Path) -> None:
    write("a.md", title="A", date="2026-03-01", slug="chosen")
    bring_in(folder)
    assert post(slug="chosen").published_at == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_a_title_may_be_missing(write: Write, folder: Path) -> None:
    write("getting_started-now.md", "Text.")
    bring_in(folder)
    assert post(slug="getting-started-now").title == "Getting started now"


def test_letters_of_a_head_may_be_written_as_in_html(write: Write, folder: Path) -> None:
    write("a.md", title="C&oacute;digo", description="S&iacute; &lt;b&gt;")
    bring_in(folder)
    assert (post(slug="a").title, post(slug="a").summary) == ("Código", "Sí <b>")


def test_pages_stand_below_their_parents(write: Write, folder: Path) -> None:
    write("en/team.md", "[up](../about/)", title="Team", parent="about", order=3)
    write("en/about.md", "[down](../team/)", title="About", slug="about-us", order=1)
    write("pt/team.md", title="Equipa", parent="about")
    bring_in(folder, model=Page)
    team = db.session.query(Page).filter_by(locale="en", slug="team").one()
    about = db.session.query(Page).filter_by(locale="en", slug="about-us").one()
    assert (team.path, team.position, team.parent_id) == ("about-us/team", 3, about.id)
    assert 'href="/en/about-us/team"' in about.body
    assert 'href="/en/about-us"' in team.body
    assert db.session.query(Page).filter_by(locale="pt").one().parent_id is None
    assert bring_in(folder, model=Page).outcomes[Outcome.UNCHANGED] == 3


def test_a_language_beside_the_folders_is_named_by_the_head(write: Write, folder: Path) -> None:
    write("ola.md", title="Olá", lang="pt")
    bring_in(folder)
    assert post("pt", "ola").title == "Olá"


def test_a_run_that_is_broken_off_is_taken_up_again(
    write: Write, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lacked its record would look like the work of an editor ever after."""
    write("a.md", "Old.", title="A")
    bring_in(folder)
    write("a.md", "New.", title="A")
    record = audit.record

    def broken_off(actor: Any, action: str, *arguments: Any, **details: Any) -> None:
        if action == ACTION:
            raise KeyboardInterrupt
        record(actor, action, *arguments, **details)

    monkeypatch.setattr(audit, "record", broken_off)
    with pytest.raises(KeyboardInterrupt):
        bring_in(folder)
    monkeypatch.undo()
    assert post(slug="a").body == "<p>Old.</p>"
    assert bring_in(folder).outcomes[Outcome.UPDATED] == 1
    assert post(slug="a").body == "<p>New.</p>"


@pytest.mark.database
def test_what_an_editor_changes_while_the_import_runs_is_left_alone(app: Flask, write: Write, folder: Path) -> None:
    write("a.md", "Old.", title="A")
    write("b.md", "Old.", title="B")
    bring_in(folder)
    write("a.md", "New.", title="A")
    write("b.md", "New.", title="B")
    run = started(folder)
    elsewhere(app, lambda: publishing.publish(post(slug="a"), SYSTEM, {"body": "<p>Better.</p>"}))
    for document in run.documents:
        run.bring_in(document)
    assert "changed here" in reasons(run.report)["a.md"]
    assert (post(slug="a").body, post(slug="b").body) == ("<p>Better.</p>", "<p>New.</p>")


def test_what_is_deleted_while_the_import_runs_is_reported(app: Flask, write: Write, folder: Path) -> None:
    for name in ("a", "b"):
        write(f"{name}.md", "Old.", title=name)
    bring_in(folder)
    for name in ("a", "b"):
        write(f"{name}.md", "New.", title=name)
    run = started(folder)

    def delete_b() -> None:
        publishing.trash(post(slug="b"), SYSTEM)
        publishing.delete_for_good(post(slug="b"), SYSTEM)

    elsewhere(app, delete_b)
    for document in run.documents:
        run.bring_in(document)
    assert "meanwhile" in reasons(run.report)["b.md"]
    assert (run.report.outcomes[Outcome.UPDATED], run.report.outcomes[Outcome.LEFT]) == (1, 1)


def test_a_translation_that_was_written_here_is_left_alone(write: Write, folder: Path) -> None:
    """It belongs to the imported document, and no file of the folder was it before."""
    write("en/legal.md", "Words.", title="Legal")
    bring_in(folder)
    translating.begin(post(), "pt", {"title": "Jurídico", "body": "<p>Meu.</p>", "slug": "legal"}, SYSTEM)
    write("pt/legal.md", "Deles.", title="Legal")
    report = bring_in(folder)
    assert "written here" in reasons(report)["pt/legal.md"]
    assert (post("pt").body, post("pt").is_live) == ("<p>Meu.</p>", False)


def test_each_document_gets_an_address_of_its_own(write: Write, folder: Path) -> None:
    """Also where several files of one run want the same, and then links lead to the right one."""
    write("a.md", "To [b](b.md).", slug="one")
    write("b.md", "Second.", slug="one")
    write("two words.md", "Third.")
    write("two_words.md", "Fourth.")
    report = bring_in(folder)
    assert (report.outcomes[Outcome.CREATED], reasons(report)) == (4, {})
    assert post(slug="one").body == '<p>To <a href="/en/posts/one-2">b</a>.</p>'
    assert post(slug="one-2").body == "<p>Second.</p>"
    assert {row.slug for row in db.session.query(Post)} == {"one", "one-2", "two-words", "two-words-2"}
    assert bring_in(folder).outcomes[Outcome.UNCHANGED] == 4
