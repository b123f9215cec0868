"""`flask users`: accounts from the command line. Passwords are asked for, or read from a pipe; never arguments."""

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click
from flask.cli import with_appcontext

from cms.content import user_accounts as service
from cms.content.errors import ContentError
from cms.security.policy import SYSTEM


@click.group()
def users() -> None:
    """Create, list, disable and enable accounts, and set their passwords."""


def says_why(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what a service refuses into one line and exit code 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except ContentError as error:
            raise click.ClickException(str(error)) from None

    return run


@users.command()
@click.argument("username")
@click.option("--email", required=True, help="E-mail address of the account.")
@click.option("--name", default="", help="Name that readers see; the user name where none is given.")
@click.option("--role", "roles", multiple=True, help="Name of a role; may be given several times.")
@click.option("--language", "languages", multiple=True, help="Language a translator translates into; likewise.")
@with_appcontext
@says_why
def create(username: str, email: str, name: str, roles: Sequence[str], languages: Sequence[str]) -> None:
    """Create an account. Asks for its password."""
    user = service.create_user(
        SYSTEM,
        username=username,
        email=email,
        display_name=name,
        roles=roles,
        languages=languages,
        password=_ask_for_password(),
    )
    click.echo(f"Created {user.username}.")


@users.command("list")
@with_appcontext
def list_() -> None:
    """List all accounts: user name, e-mail address, roles, whether they may sign in."""
    accounts = service.list_accounts()
    width = max((len(user.username) for user in accounts), default=0)
    for user in accounts:
        roles = ", ".join(sorted(role.name for role in user.roles)) or "no role"
        state = "" if user.active else "  (disabled)"
        click.echo(f"{user.username:{width}}  {user.email}  {roles}{state}")
    if not accounts:
        click.echo("There are no accounts. Create one with: flask users create NAME --email ADDRESS", err=True)


@users.command()
@click.argument("username")
@with_appcontext
@says_why
def disable(username: str) -> None:
    """Keep an account from signing in; it is signed out everywhere."""
    service.disable(SYSTEM, service.get_account(username))
    click.echo(f"Disabled {username}.")


@users.command()
@click.argument("username")
@with_appcontext
@says_why
def enable(username: str) -> None:
    """Let a disabled account sign in again."""
    service.enable(SYSTEM, service.get_account(username))
    click.echo(f"Enabled {username}.")


@users.command()
@click.argument("username")
@with_appcontext
@says_why
def password(username: str) -> None:
    """Give an account a new password; it is signed out everywhere. Asks for the password."""
    # Looked up first: nobody should type a password twice to learn that the name is wrong.
    user = service.get_account(username)
    service.set_password(SYSTEM, user, _ask_for_password())
    click.echo(f"The password of {username} is changed.")


def _ask_for_password() -> str:
    """The password from the keyboard, unseen and typed twice; from a pipe, its first line.

    Raises click.ClickException where the pipe brings none.
    """
    if sys.stdin.isatty():
        answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return answer
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.ClickException("No password: type it, or send it as the first line of standard input.")
    return line
