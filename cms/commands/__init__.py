"""The command line: each command is thin and calls the service that the screens call."""

import errno
from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, ScriptInfo
from werkzeug.utils import import_string

from cms import schema

# Where each command is, by its name: module and attribute.
COMMANDS = {
    "db": "flask_migrate.cli:db",
    "demo": "cms.commands.demo:demo",
    "foundation": "cms.commands.foundation:foundation",
    "import": "cms.commands.importing:import_group",
    "jobs": "cms.commands.jobs:jobs",
    "mirror": "cms.commands.mirror:mirror",
    "pictures": "cms.commands.pictures:pictures",
    "prepare": "cms.commands.prepare:prepare",
    "purge": "cms.commands.purge:purge",
    "search": "cms.commands.searching:search",
    "serve": "cms.commands.prepare:serve",
    "translations": "cms.commands.translations:translations",
    "users": "cms.commands.users:users",
    "worker": "cms.commands.worker:worker",
}
# The commands that change the schema, and need not be told that it is an old one.
BRINGING_FORWARD = ("db", "prepare", "serve")
# What the machine refuses, whatever the program does: the reason and the file say it all.
REFUSALS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)


class Commands(AppGroup):
    """The commands of the program, each loaded when it is asked for: a process that serves needs none of the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, None where there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = copy(import_string(COMMANDS[cmd_name]))
        command.invoke = says_what_is_away(command.invoke)  # type: ignore[method-assign,assignment]  # on a copy of our own, nobody else's command
        return command


def says_what_is_away(invoke: Callable[[click.Context], Any]) -> Callable[[click.Context], Any]:
    """Turn what is no fault of the program into one line and exit code 1: a database that is away, a full disk."""

    @wraps(invoke)
    def run(context: click.Context) -> Any:
        load = context.ensure_object(ScriptInfo).load_app
        try:
            with schema.usable(load, advise=context.info_name not in BRINGING_FORWARD):
                return invoke(context)
        except schema.Unusable as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            if error.errno not in REFUSALS:
                raise
            raise click.ClickException(f"{error.filename or 'A file'}: {error.strerror}") from None

    return run


def init_app(app: Flask) -> None:
    """Give an application every command, beside those that its extensions have registered."""
    app.cli = Commands(app.name, commands=app.cli.commands)
