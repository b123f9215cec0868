"""`flask foundation`: the roles of a new site."""

import click
from flask.cli import with_appcontext

from cms.content.foundation import lay_foundation


@click.command("foundation")
@with_appcontext
def foundation() -> None:
    """Create the first roles where there are none."""
    click.echo("Roles created." if lay_foundation() else "Roles are there already.")
