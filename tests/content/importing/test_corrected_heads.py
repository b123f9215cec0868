"""Files whose head was corrected, or that wait for their date, brought in once more."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from cms.content import publishing
from cms.content.importing.report import Outcome
from cms.extensions import db
from cms.models import Page, Post, Redirect, Revision
from cms.security.policy import SYSTEM
from tests import factories as make
from tests.content.importing.imported_folder import Write, bring_in, post, reasons

pytestmark = pytest.mark.usefixtures("db_session")

EARLY, LATE = datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2126, 3, 1, 9, tzinfo=UTC)


@pytest.mark.database
def test_a_corrected_file_of_a_scheduled_post_is_what_goes_live(write: Write, folder: Path) -> None:
    write("en/legal.md", "Wrong.", title="Legal", date="2126-03-01")
    bring_in(folder)
    write("en/legal.md", "Right.", title="Legal", date="2126-03-01")
    assert bring_in(folder).outcomes[Outcome.UPDATED] == 1
    assert (post().status, post().scheduled_at) == ("draft", LATE)
    assert bring_in(folder).outcomes[Outcome.UNCHANGED] == 1
    assert publishing.apply_due(LATE) == 1
    assert (post().status, post().body, post().published_at) == ("published", "<p>Right.</p>", LATE)
    assert db.session.query(Revision).filter(Revision.publish_at.is_not(None)).count() == 0


def test_a_schedule_stays_where_the_date_is_taken_out_of_the_head(write: Write, folder: Path) -> None:
    write("en/legal.md", title="Legal", date="2126-03-01")
    bring_in(folder)
    write("en/legal.md", "Right.", title="Legal")
    bring_in(folder)
    assert (post().scheduled_at, post().is_live) == (LATE, False)


def test_a_corrected_file_that_is_brought_in_as_a_draft_leaves_the_schedule(write: Write, folder: Path) -> None:
    write("en/legal.md", "First.", title="Legal", date="2126-03-01")
    bring_in(folder)
    write("en/legal.md", "Second.", title="Legal", date="2126-03-01")
    bring_in(folder, publish=False)
    publishing.apply_due(LATE)
    assert post().body == "<p>First.</p>"


def test_another_date_moves_what_waits_and_what_is_live(write: Write, folder: Path) -> None:
    write("en/waits.md", title="Waits", date="2126-03-01")
    write("en/live.md", title="Live", date="2026-02-01")
    bring_in(folder)
    write("en/waits.md", title="Waits", date="2126-04-01")
    write("en/live.md", title="Live", date="2026-03-01")
    assert bring_in(folder).outcomes[Outcome.UPDATED] == 2
    assert post(slug="waits").scheduled_at == datetime(2126, 4, 1, 9, tzinfo=UTC)
    assert post(slug="live").published_at == EARLY
    write("en/waits.md", title="Waits", date="2026-03-01")
    bring_in(folder)
    assert (post(slug="waits").is_live, post(slug="waits").published_at) == (True, EARLY)
    assert bring_in(folder).outcomes[Outcome.UNCHANGED] == 2


def test_a_live_post_that_gets_a_later_date_stays_as_it_is_until_then(write: Write, folder: Path) -> None:
    write("en/legal.md", "Old.", title="Legal")
    write("en/other.md", "[a](legal.md)", title="Other")
    bring_in(folder)
    write("en/legal.md", "New.", title="Legal", date="2126-03-01", slug="law")
    assert bring_in(folder).outcomes[Outcome.UPDATED] == 1
    assert (post().body, post().scheduled_at) == ("<p>Old.</p>", LATE)
    assert bring_in(folder).outcomes[Outcome.UNCHANGED] == 2
    publishing.apply_due(LATE)
    assert post(slug="law").body == "<p>New.</p>"


def test_translations_have_the_date_of_their_original_unless_they_state_one(write: Write, folder: Path) -> None:
    write("en/legal.md", title="Legal", date="2126-03-01")
    write("pt/legal.md", title="Jurídico")
    write("ar/legal.md", title="قانون", date="2026-03-01")
    bring_in(folder)
    assert (post("pt").scheduled_at, post("pt").is_live) == (LATE, False)
    assert post("ar").published_at == EARLY
    write("en/legal.md", title="Legal", date="2026-03-01")
    assert bring_in(folder).outcomes[Outcome.UPDATED] == 2
    assert post("pt").published_at == post().published_at == EARLY


def test_a_translation_that_comes_later_waits_with_its_original(write: Write, folder: Path) -> None:
    write("en/legal.md", title="Legal")
    bring_in(folder, publish=False)
    publishing.publish(post(), SYSTEM, at=LATE)
    write("pt/legal.md", title="Jurídico")
    bring_in(folder)
    assert post("pt").scheduled_at == LATE


def test_another_author_is_taken(write: Write, folder: Path) -> None:
    jo, ada = make.make_user("author", username="jo"), make.make_user("author", username="ada")
    write("a.md", title="A", author="jo")
    bring_in(folder)
    write("a.md", title="A", author="Ada")
    assert bring_in(folder).outcomes[Outcome.UPDATED] == 1
    assert post(slug="a").author_id == ada.id
    write("a.md", title="A", author="nobody-here")
    assert list(reasons(bring_in(folder))) == ["nobody-here"]
    write("a.md", title="A")
    bring_in(folder, author=jo)
    assert post(slug="a").author_id == ada.id
    nobody = make.make_user("author", username="nobody-here")
    write("a.md", title="A", author="nobody-here")
    bring_in(folder)
    assert post(slug="a").author_id == nobody.id


def test_an_author_who_was_changed_here_stays_while_the_file_says_the_same(write: Write, folder: Path) -> None:
    make.make_user("author", username="jo")
    write("a.md", "Old.", title="A", author="jo")
    bring_in(folder)
    post(slug="a").author = ada = make.make_user("author", username="ada")
    write("a.md", "New.", title="A", author="jo")
    bring_in(folder)
    assert (post(slug="a").body, post(slug="a").author_id) == ("<p>New.</p>", ada.id)


def test_another_address_leaves_a_redirect_and_links_follow(write: Write, folder: Path) -> None:
    write("en/legal.md", title="Legal")
    write("en/other.md", "[a](legal.md)", title="Other")
    bring_in(folder)
    write("en/legal.md", title="Legal", slug="law")
    assert bring_in(folder).outcomes[Outcome.UPDATED] == 2
    assert post(slug="law").title == "Legal"
    assert 'href="/en/posts/law"' in post(slug="other").body
    redirect = db.session.query(Redirect).one()
    assert (redirect.source, redirect.target) == ("/en/posts/legal", "/en/posts/law")
    assert bring_in(folder).outcomes[Outcome.UNCHANGED] == 2


def test_an_address_that_was_changed_here_stays_while_the_file_says_the_same(write: Write, folder: Path) -> None:
    make.make_post(slug="law", title="Somebody else's")
    write("en/legal.md", "Old.", title="Legal", slug="law")
    write("en/other.md", "[a](legal.md)", title="Other")
    bring_in(folder)
    publishing.publish(post(slug="law-2"), SYSTEM, {"slug": "chosen-here"})
    write("en/legal.md", "New.", title="Legal", slug="elsewhere")
    report = bring_in(folder)
    assert "changed here" in reasons(report)["en/legal.md"]
    assert post(slug="chosen-here").body == "<p>Old.</p>"
    assert 'href="/en/posts/chosen-here"' in post(slug="other").body


def test_a_taken_address_is_not_tried_again_with_every_correction(write: Write, folder: Path) -> None:
    theirs = make.make_post(slug="law", title="Somebody else's")
    write("en/legal.md", "Old.", title="Legal", slug="law")
    bring_in(folder)
    publishing.trash(theirs, SYSTEM)
    publishing.delete_for_good(theirs, SYSTEM)
    write("en/legal.md", "New.", title="Legal", slug="law")
    bring_in(folder)
    assert post(slug="law-2").body == "<p>New.</p>"


def test_another_address_of_a_live_post_waits_in_its_draft(write: Write, folder: Path) -> None:
    write("en/legal.md", title="Legal")
    write("en/other.md", "[a](legal.md)", title="Other")
    bring_in(folder)
    write("en/legal.md", title="Legal", slug="law")
    bring_in(folder, publish=False)
    write("en/legal.md", "New.", title="Legal", slug="law")
    assert bring_in(folder, publish=False).outcomes[Outcome.UPDATED] == 1
    assert 'href="/en/posts/legal"' in post(slug="other").body
    publishing.publish(post(), SYSTEM)
    assert post(slug="law").body == "<p>New.</p>"


def test_pages_below_a_page_that_moves_are_linked_where_they_go(write: Write, folder: Path) -> None:
    write("en/about.md", title="About")
    write("en/team.md", "[up](about.md)", title="Team", parent="about")
    write("en/start.md", "[team](team.md)", title="Start")
    bring_in(folder, model=Page)
    write("en/about.md", title="About", slug="about-us")
    bring_in(folder, model=Page)
    bodies = {page.slug: (page.path, page.body) for page in db.session.query(Page)}
    assert bodies["team"][0] == "about-us/team"
    assert 'href="/en/about-us"' in bodies["team"][1]
    assert 'href="/en/about-us/team"' in bodies["start"][1]
    assert bring_in(folder, model=Page).outcomes[Outcome.UNCHANGED] == 3


def test_pages_that_name_each_other_as_what_is_above_end_the_search(write: Write, folder: Path) -> None:
    write("en/a.md", title="A", parent="b")
    write("en/b.md", title="B", parent="a")
    report = bring_in(folder, model=Page)
    assert report.outcomes[Outcome.CREATED] == 2


def test_what_waits_and_has_become_due_meanwhile_is_published_with_its_date(write: Write, folder: Path) -> None:
    write("en/legal.md", "Wrong.", title="Legal", date="2126-03-01")
    bring_in(folder)
    write("en/legal.md", "Right.", title="Legal", date="2126-03-01")
    with time_machine.travel(datetime(2126, 3, 2, tzinfo=UTC), tick=False):
        bring_in(folder)
        assert (post().is_live, post().body, post().published_at) == (True, "<p>Right.</p>", LATE)
        assert publishing.apply_due() == 0
    assert db.session.query(Post).count() == 1
