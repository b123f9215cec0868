"""Whether a database is as the migrations say: found out without Alembic, which has the last word."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text

from cms import schema
from cms.extensions import db


def test_the_newest_migrations_are_those_that_alembic_finds() -> None:
    assert schema.newest(schema.FOLDER / "versions") == set(ScriptDirectory(str(schema.FOLDER)).get_heads())


BRANCHES = {"one": None, "two": "one", "three": "one"}


@pytest.mark.parametrize(
    "migrations", [BRANCHES, BRANCHES | {"four": ("two", "three")}, {}], ids=["branches", "merged", "none"]
)
def test_branches_and_their_merging_are_understood(tmp_path: Path, migrations: dict[str, object]) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.FOLDER))
    config.set_main_option("version_locations", str(tmp_path))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    for name, before in migrations.items():
        scripts.generate_revision(name, name, head=before or "base", splice=True)
    assert len(list(tmp_path.glob("*.py"))) == len(migrations)
    heads = set(ScriptDirectory.from_config(config).get_heads())
    assert schema.newest(tmp_path) == heads


@pytest.mark.database
def test_a_database_that_was_brought_up_to_date_is_current(app: Flask) -> None:
    with app.app_context():
        assert schema.is_current()


@pytest.mark.parametrize("noted", [[], ["3c1f0a9d5e21"], ["5d2e1b3a0c48", "of a later release"]])
@pytest.mark.database
def test_one_with_other_migrations_is_not(app: Flask, noted: list[str]) -> None:
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM alembic_version"))
            for one in noted:
                connection.execute(text("INSERT INTO alembic_version VALUES (:one)"), {"one": one})
        assert not schema.is_current()


def test_one_without_any_is_brought_up_to_date(make_app: Callable[..., Flask]) -> None:
    with make_app().app_context():
        assert not schema.is_current()
        schema.upgrade()
        assert schema.is_current()


@pytest.mark.parametrize("command", ["check", "current", "heads"])
def test_the_commands_of_flask_migrate_find_the_migrations(make_app: Callable[..., Flask], command: str) -> None:
    result = make_app(migrated=True).test_cli_runner().invoke(args=["db", command])
    assert result.exit_code == 0, result.output
