"""The command line: each command is thin and calls the service that the screens call."""

import click
from flask import Flask
from flask.cli import AppGroup
from werkzeug.utils import import_string

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


class Commands(AppGroup):
    """The commands of the program, each loaded when it is asked for: a process that serves needs none of the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, None where there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = import_string(COMMANDS[cmd_name])
        return command


def init_app(app: Flask) -> None:
    """Give an application every command, beside those that its extensions have registered."""
    app.cli = Commands(app.name, commands=app.cli.commands)
