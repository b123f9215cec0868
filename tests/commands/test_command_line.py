"""The commands, each loaded when it is asked for."""

from collections.abc import Callable
from importlib import resources

import pytest
from flask import Flask

from cms import commands


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
