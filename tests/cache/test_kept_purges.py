"""Purges that the cache server could not take: kept in the database until they are delivered."""

import pytest
from sqlalchemy import text

from cms.cache import purge_now
from cms.extensions import db
from cms.models import PendingPurge, Tag
from tests.cache.bad_days import Days, kept, save


def test_a_purge_without_a_change_of_the_database_is_kept_too(days: Days) -> None:
    days.server.stop()
    with days.one.app.app_context():
        purge_now("tags@en")
    assert kept(days.one) == 1
    days.server.start()
    days.rested()
    assert days.texts() == ["First", "First"]
    assert kept(days.one) == 0


def test_a_purge_without_a_change_is_kept_before_anybody_waits(days: Days) -> None:
    """Whoever looked for kept purges just before it serves on for a second, and the wait may be interrupted."""
    days.server.stop()

    def interrupted(seconds: float) -> None:
        assert seconds > 1.0
        raise KeyboardInterrupt

    days.one.service.patience._sleep = interrupted
    with days.one.app.app_context(), pytest.raises(KeyboardInterrupt):
        purge_now("tags@en")
    assert kept(days.one) == 1


def test_a_rolled_back_change_keeps_nothing(days: Days) -> None:
    days.server.stop()
    with days.one.app.app_context():
        db.session.add(Tag(name="Undone", slug="undone", locale="en"))
        db.session.flush()
        db.session.rollback()
    assert kept(days.one) == 0


def test_a_process_killed_between_commit_and_purge_is_finished_by_another(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days.one.service.delivery, "deliver", lambda tags: False)
    save(days.one, "Second")
    assert kept(days.one) == 1
    days.look_for_kept_purges()
    assert days.two.get("/en/").text == "First, Second"
    assert kept(days.one) == 0


def test_without_its_table_of_kept_purges_pages_are_still_served(
    days: Days, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that does not answer has changed nothing; visitors go on reading."""
    delivery = days.one.service._shared_delivery
    with days.one.app.app_context():
        PendingPurge.__table__.drop(db.engine)  # type: ignore[attr-defined]  # a Table
    delivery._looks.forget()
    assert days.one.mark("/en/") == "hit"
    assert "could not be looked for" in caplog.text
    delivery._outbox.remove([1])
    assert "will be delivered again" in caplog.text


def test_a_server_that_is_back_is_not_used_before_the_database_was_asked_what_was_kept(days: Days) -> None:
    days.server.stop()
    assert days.marks() == ["bypass", "bypass"]
    save(days.one, "Second")
    days.server.start()
    with days.one.app.app_context():
        db.session.execute(text("ALTER TABLE pending_purges RENAME TO away"))
        db.session.commit()
    days.rested()
    assert days.marks() == ["bypass", "bypass"]
    days.rested()
    assert days.texts() == ["First, Second"] * 2
    assert days.marks() == ["bypass", "bypass"]
    with days.one.app.app_context():
        db.session.execute(text("ALTER TABLE away RENAME TO pending_purges"))
        db.session.commit()
    days.rested()
    assert days.texts() == ["First, Second"] * 2
    assert days.marks() == ["hit", "hit"]
    assert kept(days.one) == 0
