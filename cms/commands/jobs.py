"""`flask jobs`: what goes on in the background, from the command line."""

import click
from flask.cli import with_appcontext

from cms.commands.users import says_why
from cms.content.jobs import orders
from cms.security.policy import SYSTEM


@click.group()
def jobs() -> None:
    """List what goes on in the background, stop it and continue it."""


@jobs.command("list")
@with_appcontext
def list_() -> None:
    """List the newest jobs: number, state, what is done to what, how many of how many, who began it."""
    found = orders.newest(SYSTEM)
    for job in found:
        state = "interrupted" if orders.is_interrupted(job) else job.state
        failed = f", {job.failed} failed" if job.failed else ""
        total = job.total if job.total is not None else "?"
        who = job.actor.username if job.actor is not None else "nobody"
        click.echo(f"{job.id:>6}  {state:<11}  {job.action} {job.model}  {job.done} of {total}{failed}  {who}")
    if not found:
        click.echo("Nothing goes on in the background, and nothing has lately.", err=True)


@jobs.command()
@click.argument("number", type=int)
@with_appcontext
@says_why
def stop(number: int) -> None:
    """Stop job NUMBER after the rows that are being worked on. What is done stays done."""
    job = orders.find(number, SYSTEM)
    orders.stop(job, SYSTEM)
    click.echo(f"Job {number} will stop in a moment." if not job.is_over else f"Job {number} is {job.state}.")


@jobs.command("continue")
@click.argument("number", type=int)
@with_appcontext
@says_why
def continue_(number: int) -> None:
    """Go on with job NUMBER where it was stopped or interrupted."""
    orders.resume(orders.find(number, SYSTEM), SYSTEM)
    click.echo(f"Job {number} waits for a worker.")
