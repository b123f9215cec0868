"""`flask purge`: have every page made anew."""

import click
from flask.cli import with_appcontext

from cms.cache import purge_now
from cms.cache.tags import EVERYTHING


@click.command("purge")
@with_appcontext
def purge() -> None:
    """Have every cached page made anew, here and at the CDN."""
    purge_now(EVERYTHING)
    click.echo("Every cached page is made anew.")
