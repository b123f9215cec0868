"""Who is compared where pages are rendered: the home page with 10,000 posts, ours and as one would write it first."""

from collections.abc import Iterator
from functools import partial

from benchmarks import uncached
from benchmarks.contestants import PAGE, Contestant, Setup
from benchmarks.servers import serving

POSTS = 10_000
PLAIN = "home rendered, plain Flask and SQLAlchemy"
FRUGAL = "home rendered, plain, tags counted over 1,000 posts"
OURS = "home rendered, from parts at hand"


def contestants(setup: Setup) -> Iterator[Contestant]:
    """All on each server; the plain one is the yardstick. None keeps the page."""
    settings = uncached.settings_for(setup.folder / "rendered")
    uncached.build(settings, POSTS)
    for server in setup.servers:
        for name, module, path in (
            (PLAIN, "plain_site", PAGE),
            (FRUGAL, "plain_site", f"{PAGE}frugal"),
            (OURS, "rendering_site", PAGE),
        ):
            start = partial(serving, server, f"benchmarks.{module}:application", settings, path)
            yield Contestant(name, server, start, path, PLAIN)
