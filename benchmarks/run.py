"""Benchmarks: `python benchmarks/run.py` from the root of the checkout.

Cached pages against the same bytes from a bare WSGI function on the same server, in interleaved rounds; then what is
not cached, in milliseconds of the server's own time. Prints a table, and with `--json FILE` writes the figures too.
"""

import argparse
import gzip
import json
import os
import platform
import statistics
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

# The modules beside this file and those of the program, whatever the script is started from.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import load, uncached
from benchmarks.servers import serving
from tests.servers import running_redis

PAGE = "/en/"
Figures = dict[str, Any]


def main() -> None:
    """Measure what the options ask for."""
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="babelpress-benchmark-") as name:
        folder = Path(name)
        figures: Figures = {"machine": machine(), "cached": {}, "uncached": {}}
        if "cached" in options.only:
            figures["cached"] = cached(folder, options.servers, options.rounds, options.seconds)
        if "uncached" in options.only:
            figures["uncached"] = uncached.measure(folder, options.posts, options.backoffice_posts)
    report(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", nargs="+", default=["gunicorn", "granian"], choices=["gunicorn", "granian"])
    parser.add_argument("--only", nargs="+", default=["cached", "uncached"], choices=["cached", "uncached"])
    parser.add_argument("--rounds", type=int, default=5, help="rounds, each with every contestant once")
    parser.add_argument("--seconds", type=float, default=3, help="seconds for each contestant in a round")
    parser.add_argument("--posts", type=int, nargs="+", default=[1_000, 10_000], help="sizes for the home page")
    parser.add_argument("--backoffice-posts", type=int, default=100_000, help="size for the back office")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    return parser.parse_args()


def machine() -> str:
    """The machine in one line."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return f"{model}, {os.cpu_count()} processors, Python {platform.python_version()}, load from {load.generator()}"


def cached(folder: Path, servers: list[str], rounds: int, seconds: float) -> Figures:
    """Requests a second and microseconds of each contestant on each server: the medians of the rounds."""
    figures: Figures = {}
    with running_redis() as redis:
        settings = site(folder)
        save_page(folder, settings)
        page = {"BENCHMARK_PAGE": str(folder)}
        contestants = {
            "bare WSGI function": ("benchmarks.bare:application", page, PAGE),
            "cached page, in process": ("benchmarks.babelpress_site:application", settings, PAGE),
            "cached page, Redis": ("benchmarks.babelpress_site:application", settings | {"REDIS_URL": redis.url}, PAGE),
            "Flask view, constant": ("benchmarks.flask_views:application", page, "/constant"),
            "Flask-Caching decorator, in process": ("benchmarks.flask_views:application", page, "/decorated"),
            "Flask-Caching decorator, Redis": (
                "benchmarks.flask_views:application",
                page | {"REDIS_URL": redis.url},
                "/decorated",
            ),
        }
        for server in servers:
            seen: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
            for _ in range(rounds):
                for name, (target, variables, path) in contestants.items():
                    with serving(server, target, variables, path) as running:
                        load.measure(running, path, 1)
                        seen[name].append(load.measure(running, path, seconds))
            figures[server] = {
                name: [statistics.median(column) for column in zip(*values, strict=True)]
                for name, values in seen.items()
            }
    return figures


def site(folder: Path) -> dict[str, str]:
    """The settings of a site with the demonstration's size of content."""
    settings = uncached.settings_for(folder / "cached")
    uncached.build(settings, posts=60)
    return settings


def save_page(folder: Path, settings: dict[str, str]) -> None:
    """Keep the bytes and headers of the cached page, as a client that takes gzip gets them."""
    with serving("gunicorn", "benchmarks.babelpress_site:application", settings, PAGE) as running:
        request = urllib.request.Request(running.url + PAGE, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request) as reply:
            body = reply.read()
            skipped = ("date", "server", "connection")
            headers = [(name, value) for name, value in reply.getheaders() if name.lower() not in skipped]
    (folder / "body").write_bytes(body)
    (folder / "headers.json").write_text(json.dumps(headers))
    print(f"The page: {len(gzip.decompress(body)):,} bytes, {len(body):,} compressed.", flush=True)


def report(figures: Figures) -> None:
    """Print the tables."""
    print(f"\n{figures['machine']}\n")
    if figures["cached"]:
        servers = list(figures["cached"])
        print("| | " + " | ".join(f"{server}: requests/s | µs each | of bare" for server in servers) + " |")
        print("|---|" + "---:|---:|---:|" * len(servers))
        for name in figures["cached"][servers[0]]:
            cells = []
            for server in servers:
                answered, each = figures["cached"][server][name]
                bare = figures["cached"][server]["bare WSGI function"][1]
                cells.append(f"{answered:,.0f} | {each:.0f} | {bare / each:.2f}")
            print(f"| {name} | " + " | ".join(cells) + " |")
        print()
    if figures["uncached"]:
        print("| not cached | milliseconds, median | statements |\n|---|---:|---:|")
        for name, (milliseconds, statements) in figures["uncached"].items():
            print(f"| {name} | {milliseconds:.1f} | {statements} |")


if __name__ == "__main__":
    main()
