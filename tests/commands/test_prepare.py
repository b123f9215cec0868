"""From nothing to a site that answers, and quickly where there is nothing to do."""

import errno
import fcntl
import importlib
import os
import socket
import threading
import time

import pytest
from sqlalchemy import select

from cms import background
from cms.assets.building import build_if_changed
from cms.extensions import db
from cms.models import Role, User
from tests.servers import free_port

# The package offers the command of the same name in the module's place.
prepare = importlib.import_module("cms.commands.prepare")


def test_an_empty_database_is_brought_up_to_date(make_app):
    """Schema and roles; the second time there is nothing to say."""
    app = make_app()
    run = app.test_cli_runner().invoke
    first = run(args=["prepare"])
    assert first.exit_code == 0, first.output
    assert "Bringing the database up to date" in first.output
    with app.app_context():
        assert db.session.scalars(select(Role)).first() is not None
        assert db.session.scalars(select(User)).first() is None
    assert run(args=["prepare"]).output == ""


def test_the_demonstration_site_is_asked_for(make_app, monkeypatch):
    """And its sign-ins are told each time."""
    made = []
    monkeypatch.setattr(prepare, "fill_empty_site", lambda: made.append(True))
    monkeypatch.setattr(prepare, "tell_sign_ins", lambda: made.append("told"))
    app = make_app()
    app.test_cli_runner().invoke(args=["prepare"])
    assert made == []
    app.test_cli_runner().invoke(args=["prepare", "--demo"])
    assert made == [True, "told"]


def test_assets_are_built_for_visitors_only(make_app, monkeypatch):
    """Developers get the sources."""
    built = []
    monkeypatch.setattr(prepare, "build_if_changed", lambda app: built.append(app) or True)
    assert "were built" not in make_app(APP_ENV="development").test_cli_runner().invoke(args=["prepare"]).output
    assert built == []
    assert "were built" in make_app(APP_ENV="production").test_cli_runner().invoke(args=["prepare"]).output


@pytest.fixture
def started(monkeypatch):
    """The ports that would have been served, and what would have been done then."""
    ports: list[tuple[int, object]] = []
    monkeypatch.setattr(prepare.server, "serve", lambda config, load, then: ports.append((config["PORT"], then)))
    monkeypatch.setattr(prepare, "build_if_changed", lambda app: False)
    return ports


def test_serving_begins_with_preparing(make_app, started):
    """Then the server gets its settings."""
    app = make_app(APP_ENV="production", PORT=free_port())
    result = app.test_cli_runner().invoke(args=["serve"])
    assert result.exit_code == 0, result.output
    assert started == [(app.config["PORT"], background.take_up)]
    with app.app_context():
        assert db.session.scalars(select(Role)).first() is not None


def test_a_port_in_use_is_said_at_once(make_app, started):
    """In one line that says what to do."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = make_app(PORT=port).test_cli_runner().invoke(args=["serve"])
    assert result.exit_code == 1
    assert f"{port} is in use already" in result.output
    assert started == []


@pytest.mark.parametrize(
    ("host", "number", "says"),
    [
        ("127.0.0.1", errno.EADDRINUSE, "PORT: 65535 is in use already; choose another one, such as PORT=65534."),
        ("127.0.0.1", errno.EACCES, "PORT: this user may not listen at 65535;"),
        ("192.0.2.7", errno.EADDRNOTAVAIL, "HOST: 192.0.2.7 is no address of this machine"),
        ("::1", errno.EAFNOSUPPORT, "HOST: ::1 is no address of this machine"),
    ],
)
def test_what_is_said_of_an_address_is_what_is_wrong_with_it(monkeypatch, host, number, says):
    """A wrong host is not a port in use."""

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(prepare.socket, "socket", refuse)
    assert prepare.why_not(host, 65535).startswith(says)


def test_two_that_start_together_wait_for_each_other(tmp_path):
    """The second one goes on when the first is done."""
    path = tmp_path / "lock"
    with path.open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        threading.Timer(0.4, first.close).start()
        begun = time.monotonic()
        with prepare.only_one(path):
            assert time.monotonic() - begun > 0.3


def test_nothing_is_built_twice(make_app, tmp_path, monkeypatch):
    """Until a source changes."""
    app = make_app()
    static = tmp_path / "static"
    (static / "src").mkdir(parents=True)
    (static / "src" / "a.css").write_text("a {}")
    app.static_folder = str(static)
    builds = []

    class Bundle:
        def build(self, force):
            """Write what the real one writes."""
            builds.append(force)
            (static / "dist").mkdir(exist_ok=True)
            (static / "dist" / "manifest.json").write_text("{}")

    monkeypatch.setattr("cms.assets.building.assets", [Bundle()])
    assert build_if_changed(app)
    assert not build_if_changed(app)
    (static / "src" / "a.css").write_text("a { color: red }")
    assert build_if_changed(app)
    assert builds == [True, True]


def test_a_process_that_serves_makes_its_own_application(make_app, monkeypatch):
    """And begins what goes on beside the requests."""
    app = make_app()
    begun = []
    monkeypatch.setattr(app.extensions["page_cache"], "begin_to_serve", lambda: begun.append(True))
    monkeypatch.setattr(prepare, "import_string", lambda name: lambda: app)
    assert prepare.make_to_serve() is app
    assert begun == [True]
