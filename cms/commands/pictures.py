"""`flask pictures`: where pictures are shown."""

import click
from flask.cli import with_appcontext

from cms.content.picture_uses import rebuild


@click.group("pictures")
def pictures() -> None:
    """The pictures of the media library."""


@pictures.command("find-uses")
@with_appcontext
def find_uses() -> None:
    """Find anew where pictures are shown, after the database was changed past the program. The site may go on."""
    count = rebuild(lambda name, done: click.echo(f"{name}: {done}"))
    click.echo(f"Pictures are shown at {count} places.")
