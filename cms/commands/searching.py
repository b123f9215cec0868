"""`flask search`: the index of words."""

import click
from flask.cli import with_appcontext

from cms.content.searching.filling import rebuild


@click.group("search")
def search() -> None:
    """What searches find."""


@search.command("rebuild")
@with_appcontext
def rebuild_index() -> None:
    """Make the index of words anew, after the database was changed past the program. The site may go on meanwhile."""
    count = rebuild(lambda name, done: click.echo(f"{name}: {done}"))
    click.echo(f"Searches find {count} objects.")
