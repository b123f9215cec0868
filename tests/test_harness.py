"""The test tools themselves: a database for each test, real commits, no way out of the machine."""

import socket

import psycopg
import pytest
import redis
from sqlalchemy import select

from cms.extensions import db
from cms.models import Post, User
from tests import servers
from tests.factories import make_post, make_user

pytestmark = pytest.mark.database


@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_begins_with_a_new_site(db_session, attempt):
    """Whatever another test committed is gone."""
    assert db_session.scalars(select(Post)).all() == []
    make_post(slug="same-each-time")


def test_commits_are_real(app, db_session):
    """Another session, on another connection, sees what was committed."""
    post = make_post()
    with app.app_context():
        assert db.session.get(Post, post.id) is not post


def test_backends_differ(app, backend):
    """The two runs of a marked test are on two databases."""
    with app.app_context():
        assert db.engine.dialect.name == {"sqlite": "sqlite", "servers": "postgresql"}[backend]
    assert bool(app.config["REDIS_URL"]) == (backend == "servers")


def test_queries_are_counted(db_session, count_queries):
    """One statement, counted with its text."""
    with count_queries() as queries:
        db_session.scalars(select(User)).all()
    assert len(queries) == 1
    assert "users" in queries[0]


def test_settings_of_a_test_do_not_outlive_it(app):
    """The configuration is put back."""
    assert "SET_BY_A_TEST" not in app.config
    app.config["SET_BY_A_TEST"] = True


def test_settings_of_a_test_do_not_outlive_it_again(app):
    """The same, after the test above."""
    assert "SET_BY_A_TEST" not in app.config
    app.config["SET_BY_A_TEST"] = True


def test_no_other_machine_is_reached():
    """A connection to elsewhere is refused before it is tried."""
    with socket.socket() as outside, pytest.raises(RuntimeError, match="stay on this machine"):
        outside.connect(("192.0.2.1", 80))


def test_users_share_roles(db_session):
    """Two accounts with one role."""
    assert make_user("editor").roles == make_user("editor").roles


def test_embedded_servers_stand_in(monkeypatch):
    """On a machine without Redis and PostgreSQL of its own."""
    monkeypatch.setattr(servers.shutil, "which", lambda name: None)
    monkeypatch.setattr(servers.Path, "glob", lambda self, pattern: iter(()))
    with servers.running_redis() as server, servers.running_postgresql() as url:
        with redis.Redis(port=server.port) as client:
            assert client.ping()
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
