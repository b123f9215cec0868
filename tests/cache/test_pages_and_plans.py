"""Pages and what is planned: done before a page is rendered, and no reason not to render one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from cms.cache import purge_now
from cms.cache.pages import OVERDUE_LIFETIME
from cms.extensions import db
from tests.cache.conftest import Clock, SmallSite
from tests.cache.test_moments import plan
from tests.cache.test_pages import LONG, simple


def test_hooks_run_before_the_look_up_and_where_a_planned_moment_has_come(site: SmallSite, clock: Clock) -> None:
    site.service.clock = clock
    called: list[str] = []
    site.service.before_lookup.append(lambda: called.append("look"))
    site.service.before_render.append(lambda: called.append("begin"))
    site.service.when_due.append(lambda: called.append("due"))
    site.pages |= {"/en/": simple, "/en/late": simple, "/en/later": simple}
    with site.app.app_context():
        plan(1, datetime.fromtimestamp(clock.now + 60, UTC))
    site.mark("/en/")
    site.mark("/en/")
    site.mark("/admin/")
    assert called == ["look", "begin", "look", "look"]
    called.clear()
    clock.now += 60
    site.mark("/en/late")
    assert called == ["look", "begin", "due"]
    # What could not be done is tried again.
    site.mark("/en/later")
    assert called == ["look", "begin", "due"] * 2


def test_a_plan_that_is_made_later_counts(site: SmallSite, clock: Clock) -> None:
    """What was learned about plans is forgotten when one is made or moved, wherever that happens."""
    site.service.clock = clock
    called: list[str] = []
    site.service.when_due.append(lambda: called.append("render"))
    site.pages |= {"/en/": simple, "/en/late": simple}
    site.mark("/en/")
    with site.app.app_context():
        plan(1, datetime.fromtimestamp(clock.now + 60, UTC))
    clock.now += 60
    site.mark("/en/late")
    assert called == ["render"]


def test_what_may_be_due_is_done_where_pages_are_not_kept(site: SmallSite) -> None:
    called: list[str] = []
    site.service.when_due.append(lambda: called.append("render"))
    site.pages["/en/"] = simple
    site.service.on = False
    site.mark("/en/")
    assert called == ["render"]


def test_what_is_due_is_done_before_the_sequence_is_read(site: SmallSite, clock: Clock) -> None:
    """Publishing what is due purges pages; the page rendered after that is fresh, and kept."""
    site.service.clock = clock
    with site.app.app_context():
        plan(1, datetime.fromtimestamp(clock.now - 1, UTC), locale="pt")
    site.service.when_due.append(lambda: purge_now("posts@en"))
    site.pages["/en/"] = simple
    assert [site.mark("/en/") for _ in range(2)] == ["miss", "hit"]


def test_what_is_due_and_cannot_be_done_costs_no_page(
    site: SmallSite, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """As where the database is read-only, or locked: the page is given as it is until then, and kept for a moment."""
    site.service.clock = clock
    with site.app.app_context():
        plan(1, datetime.fromtimestamp(clock.now - 1, UTC), locale="pt")
        db.session.execute(
            text("CREATE TRIGGER refuse BEFORE UPDATE ON revisions BEGIN SELECT RAISE(ABORT, 'read-only'); END")
        )
        db.session.commit()

    def publish() -> None:
        db.session.execute(text("UPDATE revisions SET publish_at = NULL"))
        db.session.commit()

    site.service.when_due.append(publish)
    site.pages["/en/"] = site.pages["/en/other"] = simple
    assert [site.mark("/en/") for _ in range(2)] == ["miss", "hit"]
    assert caplog.text.count("could not be done") == 1
    # It is not tried again at once, and other pages are kept as shortly.
    assert site.mark("/en/other") == "miss"
    assert caplog.text.count("could not be done") == 1
    clock.now += OVERDUE_LIFETIME
    assert [site.mark("/en/"), site.mark("/en/other")] == ["miss", "miss"]


def test_where_nobody_knows_what_is_planned_the_page_is_rendered_and_not_kept(
    site: SmallSite, caplog: pytest.LogCaptureFixture
) -> None:
    with site.app.app_context():
        db.session.execute(text("DROP TABLE revisions"))
        db.session.commit()
    due: list[int] = []
    site.service.when_due.append(lambda: due.append(1))
    site.pages["/en/"] = simple
    assert [site.mark("/en/") for _ in range(2)] == ["bypass", "bypass"]
    assert site.get("/en/").text == LONG
    assert due == []
    assert "nobody knows what is planned" in caplog.text


def test_a_finished_page_is_given_where_nobody_knows_how_long_it_is_good(
    site: SmallSite, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    site.service.clock = clock
    with site.app.app_context():
        plan(1, datetime.fromtimestamp(clock.now + 60, UTC))

    def last(environ: dict[str, Any]) -> str:
        db.session.execute(text("DROP TABLE revisions"))
        db.session.commit()
        return simple(environ)

    site.pages["/en/"] = last
    reply = site.get("/en/")
    assert (reply.text, reply.headers["X-Cache"]) == (LONG, "bypass")
    assert "for how long it is good" in caplog.text
