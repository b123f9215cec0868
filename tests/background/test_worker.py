"""Real workers, each a process of its own, with the broker that needs no server and with Redis."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from flask_babel import force_locale, gettext
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from admin.bulk_work import KIND
from app import create_app
from cms import background
from cms.background import worker
from cms.background.minder import Minder
from cms.background.queue import Queue, broker_of, make_folders
from cms.content.jobs import orders
from cms.extensions import db
from cms.i18n.catalog_files import catalog_path
from cms.i18n.domain import new_watch
from cms.i18n.watch import EXTENSION
from cms.models import Job, Post
from cms.models.column_types import utc_now
from config import read_settings
from tests import factories as make
from tests.conftest import TEST_SETTINGS
from tests.databases import TestDatabase
from tests.servers import RedisServer

ROOT = Path(__file__).resolve().parents[2]
# Seconds that a busy machine gets for what takes one or two.
PATIENCE = 180


class Site:
    """A site whose settings come from the environment, as those of its workers do."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
            "APP_ENV": "testing",
            "JOBS_WORKER": "apart",
            "INSTANCE_PATH": str(folder),
            "SECRET_KEY": "not a secret, but long enough for tests",
            **settings,
        }
        self.app: Flask = create_app(TEST_SETTINGS | read_settings(self.environment) | {"TESTING": True})
        TestDatabase.migrate(self.app)

    def begin(self, drafts: int) -> int:
        """A job that publishes so many drafts; its id."""
        with self.app.app_context():
            first = (db.session.scalar(select(func.max(Post.id))) or 0) + 1
            names = [f"draft-{number}" for number in range(first, first + drafts)]
            db.session.add_all(Post(title=name, slug=name, locale="en", status="draft") for name in names)
            db.session.commit()
            order = orders.Order(KIND, Post, "publish", "publish", {"query": "", "filters": []}, "en")
            return orders.start(order, make.make_user("editor")).id

    def state(self, job_id: int) -> tuple[str, int]:
        with self.app.app_context():
            job = db.session.get_one(Job, job_id)
            return job.state, job.done

    def wait_for(self, job_id: int, *wanted: str) -> tuple[str, int]:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = self.state(job_id)
            if found[0] in wanted:
                return found
            time.sleep(0.1)
        raise AssertionError(f"The job is {self.state(job_id)}")

    @contextlib.contextmanager
    def worker(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-m", "flask", "--app", "app", "worker", *arguments]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, **pipes)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


@pytest.fixture(params=["folder", "redis"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    settings = {}
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        settings["REDIS_URL"] = server.url
    made = Site(tmp_path / "instance", **settings)
    yield made
    TestDatabase.close_connections(made.app)


def test_a_worker_does_what_waits_and_what_comes(site: Site) -> None:
    waited = site.begin(3)
    with site.worker() as process:
        assert site.wait_for(waited, "done") == ("done", 3)
        came = site.begin(2)
        # Also about what the first one has published: nothing is left to do to it, which is done.
        assert site.wait_for(came, "done") == ("done", 5)
        process.send_signal(signal.SIGTERM)
        _output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert b"Traceback" not in errors
    assert b"superuser" not in errors


def test_a_worker_that_is_stopped_hands_its_job_on(site: Site) -> None:
    job = site.begin(1000)
    with site.worker() as process:
        site.wait_for(job, "running")
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)
    state, done = site.state(job)
    assert state == "waiting"
    assert done < 1000
    with site.app.app_context():
        orders.stop(orders.find(job, make.make_user("administrator")), make.make_user("administrator"))
    assert site.state(job)[0] == "stopped"


def test_a_worker_that_is_killed_leaves_a_job_that_can_be_continued(site: Site) -> None:
    job = site.begin(250)
    with site.worker() as process:
        site.wait_for(job, "running")
        while site.state(job)[1] == 0:
            time.sleep(0.05)
        process.kill()
        process.wait()
    state, done = site.state(job)
    assert state == "running"
    with site.app.app_context():
        row = db.session.get_one(Job, job)
        row.heartbeat_at = utc_now() - orders.SILENCE * 2
        db.session.commit()
        assert orders.is_interrupted(row)
        orders.resume(row, make.make_user("administrator"))
    with site.worker():
        assert site.wait_for(job, "done") == ("done", 250)
    assert done < 250


def test_the_worker_of_a_server_ends_with_it(site: Site) -> None:
    job = site.begin(1)
    with site.worker("--for-server") as process:
        site.wait_for(job, "done")
        # This closes its standard input.
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0


def test_the_worker_of_a_server_that_goes_on_ends_in_peace(site: Site) -> None:
    job = site.begin(1)
    with site.worker("--for-server") as process:
        site.wait_for(job, "done")
        # As it does to itself when there is nothing to do: its standard input stays open.
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0
        assert b"Fatal" not in process.stderr.read()


def test_a_message_that_was_lost_is_sent_again(site: Site) -> None:
    sent = []

    class Broker:
        def send_task(self, name: str, args: tuple[int, int]) -> None:
            sent.append(args)

    job = site.begin(1)
    worker.hand_over_lost(site.app, Broker())
    assert sent == []
    with site.app.app_context():
        db.session.get_one(Job, job).updated_at = utc_now() - orders.OVERDUE * 2
        db.session.commit()
    worker.hand_over_lost(site.app, Broker())
    assert sent == [(job, 0)]


def test_a_broker_that_is_away_is_told_of_in_the_log(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    Queue(make_app(REDIS_URL="redis://127.0.0.1:1/0", JOBS_WORKER="apart")).send(7, 0)
    assert "could not be told of job 7" in caplog.text


def test_nobody_else_reads_the_messages(app: Flask) -> None:
    for folder in make_folders(app):
        assert folder.stat().st_mode & 0o077 == 0
    assert broker_of(app)["broker_url"].startswith("filesystem:")


def test_a_socket_of_redis_is_understood(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    app.config["REDIS_URL"] = "unix:///run/redis.sock"
    assert broker_of(app)["broker_url"] == "redis+socket:///run/redis.sock"


class TestAloneness:
    """What looks after a worker."""

    def test_a_worker_of_a_server_ends_when_there_is_nothing_to_do(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(worker, "LOOK_EVERY", 0)
        activity, stopped, looked = worker.Activity(), [], []

        def look(_app: Flask, _broker: object) -> None:
            looked.append(1)
            if len(looked) == 1:
                raise RuntimeError("the database is away")
            activity.since -= worker.IDLE_SECONDS + 1

        monkeypatch.setattr(worker, "hand_over_lost", look)
        worker.look_after(app, None, activity, lambda: stopped.append(1))
        assert (len(looked), stopped) == (2, [1])
        assert "could not be looked for" in caplog.text

    def test_a_database_that_is_away_is_told_once_in_one_line(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(worker, "LOOK_EVERY", 0)
        activity, looks = worker.Activity(), iter([True, True, False, True, False])

        def look(_app: Flask, _broker: object) -> None:
            away = next(looks, None)
            if away is None:
                activity.since -= worker.IDLE_SECONDS + 1
            elif away:
                raise OperationalError("SELECT", None, ValueError("connection refused\nIs the server running?"))

        monkeypatch.setattr(worker, "hand_over_lost", look)
        worker.look_after(app, None, activity, lambda: None)
        told = [record for record in caplog.records if "could not be looked for" in record.getMessage()]
        assert len(told) == 2
        assert all(record.getMessage().endswith("connection refused") and not record.exc_info for record in told)

    def test_one_that_works_is_not_idle(self) -> None:
        activity = worker.Activity()
        activity.since -= 100
        assert activity.idle_seconds() > 99
        activity.begin()
        assert activity.idle_seconds() == 0
        activity.end()
        assert activity.idle_seconds() < 50


class Pretended:
    """Stands for Celery: keeps the task, and runs it once where a worker would wait for messages."""

    def __init__(self, message: tuple[int, int]) -> None:
        self.message = message
        self.sent: list[tuple[int, int]] = []
        self.arguments: list[str] = []

    def task(self, name: str) -> Callable[[Callable[[int, int], None]], Callable[[int, int], None]]:
        def keep(function: Callable[[int, int], None]) -> Callable[[int, int], None]:
            self.function = function
            return function

        return keep

    def send_task(self, name: str, args: tuple[int, int]) -> None:
        self.sent.append(args)

    def worker_main(self, arguments: list[str]) -> None:
        self.arguments = arguments
        self.function(*self.message)


@pytest.mark.parametrize("following", [None, 3])
def test_a_turn_that_leaves_something_to_do_is_followed_by_another(
    app: Flask, monkeypatch: pytest.MonkeyPatch, following: int | None
) -> None:
    celery, beside = Pretended((7, 2)), []
    monkeypatch.setattr(worker, "celery_for", lambda app: celery)
    monkeypatch.setattr(worker, "_in_thread", beside.append)
    monkeypatch.setattr(worker, "run_turn", lambda app, job, turn, ending: None if ending() else following)
    worker.work(app, for_server=True, threads=2)
    assert celery.sent == ([(7, 3)] if following else [])
    assert "threads" in celery.arguments
    assert len(beside) == 2
    worker.work(app)
    assert "solo" in celery.arguments
    assert len(beside) == 3


def test_what_a_worker_says_follows_the_catalogues(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = catalog_path(tmp_path / "translations", "pt")
    catalog.parent.mkdir(parents=True)
    catalog.write_text('msgid "Something"\nmsgstr "Algo"\n', encoding="utf-8")
    monkeypatch.setitem(app.config, "TRANSLATIONS_PATH", tmp_path / "translations")
    monkeypatch.setitem(app.extensions, EXTENSION, new_watch(app))
    said = []

    def say(app: Flask, job: int, turn: int, ending: Callable[[], bool]) -> None:
        with app.app_context(), force_locale("pt"):
            said.append(gettext("Something"))

    monkeypatch.setattr(worker, "celery_for", lambda app: Pretended((7, 2)))
    monkeypatch.setattr(worker, "_in_thread", lambda target: None)
    monkeypatch.setattr(worker, "run_turn", say)
    worker.work(app)
    catalog.write_text('msgid "Something"\nmsgstr "Alguma coisa"\n', encoding="utf-8")
    worker.work(app)
    assert said == ["Algo", "Alguma coisa"]


def test_standard_input_says_when_the_server_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = []
    reading, writing = os.pipe()
    os.write(writing, b"anything")
    os.close(writing)
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr(worker.sys, "stdin", stdin)
        worker.leave_with_server(lambda: stopped.append(1))
    assert stopped == [1]


def test_the_command_passes_its_options_on(runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(worker, "work", lambda app, **options: asked.append(options))
    assert runner.invoke(args=["worker", "--threads", "3"]).exit_code == 0
    assert asked == [{"for_server": False, "threads": 3}]


class TestWorkers:
    """What an application tells."""

    def test_the_servers_own_worker_is_seen_to(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        happened = []

        class Spy:
            def send(self, job_id: int, turn: int) -> None:
                happened.append((job_id, turn))

            def see_to_it(self) -> None:
                happened.append("started")

            def is_needed(self) -> bool:
                return len(happened) == 2

        spy = Spy()
        workers = background.Workers(spy, spy)
        workers.send(7, 0)
        assert happened == [(7, 0), "started"]
        monkeypatch.setattr(background.time, "sleep", lambda seconds: None)
        monkeypatch.setitem(app.extensions, orders.EXTENSION, workers)
        # Twice it is asked whether any job waits; once one does.
        background.take_up(app)
        assert happened == [(7, 0), "started", "started"]

    def test_where_workers_run_apart_nobody_starts_one(self, app: Flask) -> None:
        workers = app.extensions[orders.EXTENSION]
        workers.wake()
        workers.send(7, 0)
        assert workers._minder is None

    def test_a_database_that_is_away_needs_no_worker(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        def away() -> bool:
            raise OperationalError("SELECT", {}, Exception("the database is away"))

        monkeypatch.setattr(orders, "any_waits", away)
        assert not Minder(app).is_needed()
