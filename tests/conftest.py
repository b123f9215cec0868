"""What every test may ask for.

`app`       the application with a database of its own for this test: roles are there, nothing else; commits are real
`db_session`  an application context that stays open during the test, and its session
`client`, `client_as(role)`, `runner`, `count_queries`, `outbox`, `make_app(**settings)`, `redis_server`,
`postgresql_url`

Tests marked `database` run twice, on SQLite with everything in process and on PostgreSQL with Redis. With
`TEST_SERVERS=all` the whole suite runs on PostgreSQL and Redis instead.
"""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.ctx import AppContext
from flask.testing import FlaskCliRunner
from flask_mailman import EmailMessage
from sqlalchemy.orm import scoped_session

from app import create_app
from cms.extensions import db
from config import SETTINGS
from tests import nginx
from tests.chromium import HOW_TO_GET_IT, chromium, is_required
from tests.databases import TestDatabase, postgresql_database, sqlite_database
from tests.servers import RedisServer, running_postgresql, running_redis
from tests.site_client import SiteClient, signed_in
from tests.sql_counter import QueryCounter
from tests.stress import LONG

# Settings of the shell must not decide how a test ends, and no test writes into the real instance folder.
for name in SETTINGS:
    os.environ.pop(name, None)
os.environ["APP_ENV"] = "testing"
os.environ["INSTANCE_PATH"] = tempfile.mkdtemp(prefix="babelpress-instance-")

BROWSER_TESTS = Path(__file__).parent / "browser"
IN_PROCESS, ON_SERVERS = "sqlite", "servers"

# What differs from a real site: quick hashes, and mail that is kept instead of sent, and no worker beside the test.
TEST_SETTINGS: dict[str, Any] = {
    "PASSWORD_HASHING": {"time_cost": 1, "memory_cost": 8, "parallelism": 1},
    "MAIL_BACKEND": "locmem",
    # A job is worked on where a test does so itself.
    "JOBS_WORKER": "apart",
    "SECRET_KEY": "not a secret, but long enough for tests",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `database` on both sets of servers."""
    if "backend" not in metafunc.fixturenames:
        return
    if os.environ.get("TEST_SERVERS") == "all":
        backends = [ON_SERVERS]
    elif metafunc.definition.get_closest_marker("database"):
        backends = [IN_PROCESS, ON_SERVERS]
    else:
        backends = [IN_PROCESS]
    # With one backend, names of tests stay as they are written.
    if backends == [IN_PROCESS]:
        return
    metafunc.parametrize("backend", backends, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes, unless it is asked for; and what needs a browser or nginx, where there is none."""
    left_out: list[pytest.Item] = []
    if not LONG:
        left_out += [item for item in items if any(mark.args == ("long",) for mark in item.iter_markers("stress"))]
    if chromium() is None and not is_required():
        left_out += [item for item in items if BROWSER_TESTS in item.path.parents]
    if nginx.nginx() is None and not nginx.is_required():
        left_out += [item for item in items if item.get_closest_marker("nginx")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line that they were left out, and how to get what they need."""
    if chromium() is None and not is_required():
        terminalreporter.write_line(f"Browser tests skipped. {HOW_TO_GET_IT}")
    if nginx.nginx() is None and not nginx.is_required():
        terminalreporter.write_line(f"Tests of pages from files skipped. {nginx.HOW_TO_GET_IT}")


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """Which servers this test runs on: "sqlite" (everything in process) or "servers" (PostgreSQL and Redis)."""
    return getattr(request, "param", IN_PROCESS)


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Let no test reach another machine: what is not tested here does not answer here."""
    connect = socket.socket.connect

    def connect_nearby(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise RuntimeError(f"A test tried to reach {address[0]}; tests stay on this machine.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_nearby)
        yield


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A private PostgreSQL: the address of its database `postgres`."""
    with running_postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """The Redis of the application under test; nobody stops it."""
    with running_redis() as server:
        yield server


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """A Redis of this test's own, which it may stop and start."""
    with running_redis() as server:
        yield server


@pytest.fixture(scope="session")
def applications(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], TestDatabase]]:
    """The application on a set of servers, made once and migrated by Alembic once."""
    made: dict[str, TestDatabase] = {}

    def application(kind: str) -> TestDatabase:
        if kind not in made:
            folder = tmp_path_factory.mktemp(kind)
            settings = TEST_SETTINGS | {"INSTANCE_PATH": folder / "instance"}
            if kind == ON_SERVERS:
                redis_url = request.getfixturevalue("shared_redis").url
                made[kind] = postgresql_database(
                    lambda url: create_app(settings | {"SQLALCHEMY_DATABASE_URI": url, "REDIS_URL": redis_url}),
                    request.getfixturevalue("postgresql_url"),
                )
            else:
                made[kind] = sqlite_database(
                    lambda url: create_app(settings | {"SQLALCHEMY_DATABASE_URI": url}), folder
                )
        return made[kind]

    yield application
    for database in made.values():
        database.close()


@pytest.fixture
def app(applications: Callable[[str], TestDatabase], backend: str) -> Iterator[Flask]:
    """The application, with a fresh database and empty folders and caches, for this test alone."""
    database = applications(backend)
    database.reset()
    config = dict(database.app.config)
    yield database.app
    database.app.config.clear()
    database.app.config.update(config)


@pytest.fixture
def make_app(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Build another application with settings of its own: `make_app(SITE_LOCALES=("en",))`.

    Its database is an empty SQLite file; `migrated=True` brings it to the newest schema with the first roles.
    """
    made: list[Flask] = []

    def build(*, migrated: bool = False, **settings: Any) -> Flask:
        folder = tmp_path / f"application-{len(made)}"
        folder.mkdir()
        defaults = TEST_SETTINGS | {"INSTANCE_PATH": folder / "instance"}
        defaults["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{folder / 'database.sqlite'}"
        application = create_app(defaults | settings)
        made.append(application)
        if migrated:
            TestDatabase.migrate(application)
        return application

    yield build
    for application in made:
        TestDatabase.close_connections(application)


@pytest.fixture
def app_context(app: Flask) -> Iterator[AppContext]:
    """An application context that stays open during the test."""
    with app.app_context() as context:
        yield context


@pytest.fixture
def db_session(app_context: AppContext) -> scoped_session[Any]:
    """The session, inside an application context that stays open during the test."""
    return db.session


@pytest.fixture
def client(app: Flask) -> SiteClient:
    """A visitor who is not signed in."""
    return SiteClient.of(app)


@pytest.fixture
def client_as(app: Flask) -> Callable[..., SiteClient]:
    """A visitor who is signed in: `client_as("editor")`, or `client_as(user)`.

    The client has `user_id`, and `csrf_token` for what it posts; `client.submit(path, data)` sends it along.
    """
    return lambda who, **values: signed_in(app, who, **values)


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """Runs commands: `runner.invoke(args=["users", "list"])`."""
    return app.test_cli_runner()


@pytest.fixture
def count_queries() -> type[QueryCounter]:
    """Count statements: `with count_queries() as queries: ...`, then `len(queries)`, or look at their texts."""
    return QueryCounter


@pytest.fixture
def outbox(app: Flask) -> list[EmailMessage]:
    """The messages sent since the test began."""
    messages: list[EmailMessage] = []
    app.extensions["mailman"].outbox = messages
    return messages
