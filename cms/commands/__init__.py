"""The command line: each command is thin and calls the service that the screens call."""

from flask import Flask

from cms.commands.demo import demo
from cms.commands.foundation import foundation
from cms.commands.importing import import_group
from cms.commands.jobs import jobs
from cms.commands.mirror import mirror
from cms.commands.pictures import pictures
from cms.commands.prepare import prepare, serve
from cms.commands.purge import purge
from cms.commands.searching import search
from cms.commands.translations import translations
from cms.commands.users import users
from cms.commands.worker import worker

COMMANDS = (
    demo,
    foundation,
    import_group,
    jobs,
    mirror,
    pictures,
    prepare,
    purge,
    search,
    serve,
    translations,
    users,
    worker,
)


def init_app(app: Flask) -> None:
    """Register every command with an application."""
    for command in COMMANDS:
        app.cli.add_command(command)
