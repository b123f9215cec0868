"""`flask demo`: the demonstration site."""

import click
from flask.cli import with_appcontext

from cms.content.demo.presence import is_due, sign_ins


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Create the demonstration site where the database is empty, and tell the sign-ins."""
    if not fill_empty_site():
        click.echo("There are accounts already; nothing was changed.")
    tell_sign_ins()


def fill_empty_site() -> bool:
    """Create the demonstration site where there are no accounts, saying what is done; whether it was created."""
    if not is_due():
        return False
    # Drawing, Markdown and all that: every start comes by here, and has seldom anything to make.
    from cms.content.demo.creating import create_demo  # noqa: PLC0415 -- see above

    return create_demo(lambda step: click.echo(f"Demonstration site: {step} ..."))


def tell_sign_ins() -> None:
    """Print the demonstration accounts that there are; nothing where there are none."""
    accounts = sign_ins()
    if accounts:
        click.echo("Demonstration sign-ins:")
    for username, password in accounts:
        click.echo(f"  {username:<12} {password or 'as set in DEMO_PASSWORD'}")
