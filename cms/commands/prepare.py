"""`flask prepare` and `flask serve`: from whatever there is to a site that answers.

Each step does nothing where there is nothing to do, so that a second start is quick. Two commands that start
together wait for each other.
"""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from werkzeug.utils import import_string

from cms import background, connections, schema
from cms.assets.building import build_if_changed
from cms.cache import begin_to_serve
from cms.commands import server
from cms.commands.demo import fill_empty_site, tell_sign_ins
from cms.content.foundation import lay_foundation

LOCK = ".prepare.lock"
LAST_PORT = 65535


@click.command("prepare")
@click.option("--demo", is_flag=True, help="Fill an empty database with the demonstration site.")
@with_appcontext
def prepare(demo: bool) -> None:
    """Bring the database, the style sheets and the scripts up to date."""
    make_ready(current_app, demo=demo)


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Prepare, then serve the site as visitors get it; an empty one gets the demonstration content."""
    host, port = current_app.config["HOST"], current_app.config["PORT"]
    refused = why_not(host, port)
    if refused is not None:
        raise click.ClickException(refused)
    make_ready(current_app, demo=current_app.config["APP_ENV"] == "demo")
    # The server's processes are copies of this one: no connection may be open in two of them.
    connections.close()
    # Made anew in each process that serves it; the program itself is loaded already, which saves half of a start.
    server.serve(current_app.config, make_to_serve, background.take_up)


def make_to_serve() -> Flask:
    """The application of a process that serves."""
    app: Flask = import_string("app:create_app")()
    begin_to_serve(app)
    return app


def make_ready(app: Flask, *, demo: bool) -> None:
    """Do what a start needs, each step only where it is needed, and say what is done."""
    with only_one(app.config["INSTANCE_PATH"] / LOCK):
        state = schema.state()
        if state is schema.State.AHEAD:
            raise click.ClickException(str(state.advice))
        if state is schema.State.BEHIND:
            click.echo("Bringing the database up to date ...")
            schema.upgrade()
        lay_foundation()
        if demo:
            fill_empty_site()
    if app.config["APP_ENV"] in ("demo", "production"):
        # What is built belongs to the checkout, which several instances may share.
        with only_one(Path(app.root_path) / LOCK):
            if build_if_changed(app):
                click.echo("Style sheets and scripts were built.")
    if demo:
        tell_sign_ins()


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Wait until no other process is in a block with this path."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def why_not(host: str, port: int) -> str | None:
    """Why no server can listen there, and what to do: one line, or None where one can."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((server.address_of(host), port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < LAST_PORT else port - 1
            return f"PORT: {port} is in use already; choose another one, such as PORT={other}."
        if error.errno == errno.EACCES:
            return f"PORT: this user may not listen at {port}; choose one above 1023, behind a proxy."
        return f"HOST: {host} is no address of this machine ({error.strerror}); choose another one, such as 127.0.0.1."
    return None
