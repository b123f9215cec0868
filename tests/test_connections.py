"""What connections are told, and what becomes of a request's changes when it fails."""

import stat

import psycopg
import pytest
from flask import got_request_exception
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cms.extensions import db
from tests.factories import make_tag


def test_a_failed_request_leaves_nothing_behind(app, db_session):
    """The page that says so runs without what the request had begun, and sends none of it to the database."""
    tag = make_tag(name="As before")
    tag.name = "Half done"
    got_request_exception.send(app, exception=ValueError())
    assert not db_session.dirty
    assert tag.name == "As before"


def test_small_letters_of_every_alphabet(app, db_session):
    """SQLite's own function leaves all but the English ones as they are, so that searches would miss them."""
    if db_session.get_bind().dialect.name == "sqlite":
        assert db_session.scalar(select(func.lower("ÉCOLE Привет"))) == "école привет"
    assert db_session.scalar(select(func.lower(None))) is None


@pytest.mark.database
def test_a_question_is_answered_by_one_process(db_session):
    """PostgreSQL starts neither workers nor a compiler for it, in this transaction and in those after it."""
    if db_session.get_bind().dialect.name == "postgresql":
        for _ in range(2):
            assert db_session.scalar(text("SHOW max_parallel_workers_per_gather")) == "0"
            assert db_session.scalar(text("SHOW jit")) == "off"
            db_session.rollback()


def test_a_new_sqlite_database_is_for_its_owner_alone(make_app, tmp_path):
    """Hashes of passwords and sessions are in it, and in the files beside it; one that is there keeps its rights."""
    for name, kept in (("new", 0o600), ("shared", 0o640)):
        path = tmp_path / f"{name}.sqlite"
        if name == "shared":
            path.touch(mode=0o640)
        app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{path}")
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("CREATE TABLE a (b INTEGER)"))
            files = sorted(tmp_path.glob(f"{name}.sqlite*"))
            assert [file.suffix for file in files] == [".sqlite", ".sqlite-shm", ".sqlite-wal"]
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {kept}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("SELECT", None, psycopg.OperationalError("connection failed: refused\nIs it running?")), 503),
        (PoolTimeout("QueuePool limit of size 16 overflow 16 reached"), 503),
        ("SELECT * FROM nothing", 500),
        ("PRAGMA query_only = ON; UPDATE users SET email = ''", 503),
    ],
)
def test_a_database_that_is_away_or_full_is_503_in_one_line(make_app, caplog, error, status):
    """It passes, as the header says; a statement that is wrong is a fault of the program."""
    app = make_app(migrated=True, PROPAGATE_EXCEPTIONS=False)

    @app.get("/fails")
    def fails():
        if isinstance(error, Exception):
            raise error
        for statement in error.split(";"):
            db.session.connection().exec_driver_sql(statement)
        db.session.commit()

    answer = app.test_client().get("/fails")
    assert answer.status_code == status
    assert "<title>" in answer.text
    (told,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert (told.exc_info is None) == (status == 503)
    assert (answer.headers.get("Retry-After") == "5") == (status == 503)
    if status == 503:
        assert "The database does not do as it should for GET /fails: " in told.getMessage()
        assert "\n" not in told.getMessage()
