"""The commands, each loaded when it is asked for."""

import errno
import os
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from cms import commands
from cms.extensions import db


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_each_command_is_where_the_list_says(make_app: Callable[..., Flask], name: str) -> None:
    result = make_app().test_cli_runner().invoke(args=[name, "--help"])
    assert result.exit_code == 0, result.output
    assert f" {name} " in result.output.splitlines()[0]


def test_the_help_names_all_also_those_of_extensions(make_app: Callable[..., Flask]) -> None:
    result = make_app().test_cli_runner().invoke(args=["--help"])
    named = {line.split()[0] for line in result.output.split("Commands:")[1].splitlines() if line.strip()}
    assert named == set(commands.COMMANDS)


def test_a_command_that_nobody_has_is_refused(make_app: Callable[..., Flask]) -> None:
    result = make_app().test_cli_runner().invoke(args=["fly"])
    assert result.exit_code == 2
    assert "No such command" in result.output


def test_no_module_with_commands_is_forgotten() -> None:
    modules = {place.partition(":")[0] for place in commands.COMMANDS.values()} - {"flask_migrate.cli"}
    folder = resources.files(commands)
    assert modules == {f"cms.commands.{path.name[:-3]}" for path in folder.iterdir() if path.suffix == ".py"} - {
        "cms.commands.__init__",
        "cms.commands.server",
    }


def told(app: Flask, *command: str) -> str:
    """The one line that a command ends with, which nobody needs a traceback for."""
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    (line,) = result.output.splitlines()
    return line.removeprefix("Error: ")


def test_a_database_that_is_away_is_told_in_one_line(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/no/such/folder.sqlite")
    assert told(app, "users", "list") == "The database does not do as it should: unable to open database file"
    assert told(app, "prepare") == "The database does not do as it should: unable to open database file"


def test_a_file_that_is_no_database_is_told_in_one_line(make_app: Callable[..., Flask]) -> None:
    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{Path(__file__)}")
    assert told(app, "prepare") == "The database does not do as it should: file is not a database"


def test_a_database_that_is_not_up_to_date_is_told_in_one_line(make_app: Callable[..., Flask]) -> None:
    assert told(make_app(), "users", "list") == "The database is not up to date; run: flask prepare"


def test_a_database_of_another_release_is_told_in_one_line(make_app: Callable[..., Flask]) -> None:
    app = make_app(migrated=True)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of a later one'"))
        connection.execute(text("ALTER TABLE users RENAME TO people"))
    assert told(app, "users", "list").startswith("The database belongs to another release")
    assert told(app, "prepare").startswith("The database belongs to another release")


def test_what_is_wrong_with_a_migration_is_not_hidden_behind_advice(make_app: Callable[..., Flask]) -> None:
    app = make_app(migrated=True)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert "already exists" in app.test_cli_runner().invoke(args=["prepare"]).output


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_what_the_machine_refuses_is_told_in_one_line(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number), "/site/a.po")

    monkeypatch.setattr("cms.commands.purge.purge_now", refuse)
    assert told(make_app(), "purge") == f"/site/a.po: {os.strerror(number)}"


def test_faults_of_the_program_keep_their_traceback(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    for fault in (ProgrammingError("SELECT", None, ValueError("syntax")), OSError(errno.EBADF, "bad")):
        monkeypatch.setattr("cms.commands.purge.purge_now", lambda *_, fault=fault: (_ for _ in ()).throw(fault))
        assert make_app(migrated=True).test_cli_runner().invoke(args=["purge"]).exception is fault
