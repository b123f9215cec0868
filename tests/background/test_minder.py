"""The worker that a server starts by itself, while there is something to do."""

from collections.abc import Callable

import pytest
from flask import Flask

from admin.bulk_work import KIND
from cms.background.minder import Minder
from cms.content.jobs import orders
from cms.models import Post
from tests import factories as make


class Now:
    """A thread that does its work at once."""

    def __init__(self, target: Callable[[], None], daemon: bool) -> None:
        self.start = target


class TestMinder:
    """The server's own worker."""

    def test_it_runs_while_there_is_something_to_do(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        minder, runs, needed = Minder(app), [], [True, False]
        monkeypatch.setattr("cms.background.minder.BREATH", 0)
        monkeypatch.setattr(minder, "is_needed", lambda: needed.pop(0))
        monkeypatch.setattr(minder, "_run_one", lambda: runs.append(1))
        monkeypatch.setattr("cms.background.minder.threading.Thread", Now)
        minder.see_to_it()
        assert (len(runs), needed) == (2, [])
        needed.append(False)
        minder.see_to_it()
        assert len(runs) == 3

    def test_one_that_cannot_be_started_is_tried_again(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A machine that is short of memory for a moment must not be without workers ever after."""
        minder, runs, needed = Minder(app), [1, 2], [True, False]

        def run_one() -> None:
            if runs.pop() == 2:
                raise OSError("no memory")

        monkeypatch.setattr("cms.background.minder.BREATH", 0)
        monkeypatch.setattr(minder, "is_needed", lambda: needed.pop(0))
        monkeypatch.setattr(minder, "_run_one", run_one)
        monkeypatch.setattr("cms.background.minder.threading.Thread", Now)
        minder.see_to_it()
        assert runs == []
        assert "could be started" in caplog.text

    def test_one_is_enough(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        minder, runs = Minder(app), []

        def run_one() -> None:
            runs.append(1)
            minder.see_to_it()

        monkeypatch.setattr(minder, "_run_one", run_one)
        monkeypatch.setattr(minder, "is_needed", lambda: False)
        monkeypatch.setattr("cms.background.minder.threading.Thread", Now)
        minder.see_to_it()
        assert runs == [1]

    def test_it_asks_the_database(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not Minder(app).is_needed()
        with app.app_context():
            make.make_post(status="draft")
            order = orders.Order(KIND, Post, "publish", "publish", {"query": "", "filters": []}, "en")
            orders.start(order, make.make_user("editor"))
        assert Minder(app).is_needed()

    def test_a_worker_that_fails_is_told_of(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("cms.background.minder.COMMAND", ("-c", "import sys; sys.exit(3)"))
        Minder(app)._run_one()
        assert "ended with status 3" in caplog.text
