"""`flask worker`: the process that does what goes on in the background."""

import click
from flask.cli import ScriptInfo, pass_script_info

from cms.background import worker as background


@click.command("worker")
@click.option("--for-server", is_flag=True, help="End when there is nothing to do, or when standard input ends.")
@click.option("--threads", default=1, type=click.IntRange(1, 32), help="Jobs that are worked on side by side (1).")
@pass_script_info
def worker(info: ScriptInfo, for_server: bool, threads: int) -> None:
    """Do what goes on in the background, until stopped."""
    background.work(info.load_app(), for_server=for_server, threads=threads)
