"""Benchmarks: `python benchmarks/run.py` from the root of the checkout.

Sets up its own data, the same every time, and measures: cached pages against the same bytes from a bare WSGI function
and from nginx, in interleaved rounds; pages that are not cached, and the back office, in milliseconds of the server's
own time; how soon a process answers and what it takes of memory. Prints tables, and with `--json FILE` writes the
figures too. `--quick` only shows that everything runs: its figures mean nothing.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

# The modules beside this file and those of the program, whatever the script is started from.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import load, rates, starting, uncached
from benchmarks.report import report
from benchmarks.servers import ROOT

PARTS = ("rates", "uncached", "backoffice", "start")
QUICK = {"servers": ["granian"], "rounds": 1, "seconds": 1, "posts": [100], "backoffice_posts": [300], "starts": 1}


def main() -> None:
    """Measure what the options ask for."""
    options = arguments()
    figures: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(prefix="babelpress-benchmark-") as name:
        folder = Path(name)
        if "rates" in options.only:
            warm_up = 0 if options.quick else 1
            figures["rates"] = rates.measure(
                folder, options.servers, options.rounds, options.seconds, warm_up, options.contestants
            )
        if "uncached" in options.only:
            figures["uncached"] = uncached.measure(folder, options.posts)
        if "backoffice" in options.only:
            figures["backoffice"] = [
                row
                for size in options.backoffice_posts
                for database in options.databases
                for row in back_office(folder, size, database, quick=options.quick)
            ]
        if "start" in options.only:
            figures["start"] = starting.measure(folder, options.starts, warm_up=not options.quick)
    print(f"\n{report(figures)}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


def arguments() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="everything once, as small and short as it goes")
    parser.add_argument("--only", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--servers", nargs="+", default=["granian", "gunicorn"], choices=["granian", "gunicorn"])
    parser.add_argument("--contestants", nargs="+", default=[], help="only those with one of these in their names")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, each with every contestant once")
    parser.add_argument("--seconds", type=float, default=3, help="seconds for each contestant in a round")
    parser.add_argument("--posts", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="sizes for visitors")
    parser.add_argument("--backoffice-posts", type=int, nargs="+", default=[100_000], help="sizes for the back office")
    parser.add_argument("--databases", nargs="+", default=["sqlite"], choices=["sqlite", "postgresql"])
    parser.add_argument("--starts", type=int, default=5, help="how often a process is started")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    if "--quick" in sys.argv:
        parser.set_defaults(**QUICK)
    return parser.parse_args()


def back_office(folder: Path, posts: int, database: str, *, quick: bool) -> list[dict[str, Any]]:
    """Each operation of the back office on so many posts, a tenth as many tags and a hundredth as many people.

    In a process of its own, whose memory holds nothing else.
    """
    target = folder / f"backoffice-{posts}-{database}.json"
    command = [sys.executable, "-m", "benchmarks.backoffice", "--json", str(target)]
    command += ["--posts", str(posts), "--tags", str(max(posts // 10, 20)), "--people", str(max(posts // 100, 5))]
    command += ["--postgresql"] if database == "postgresql" else []
    command += ["--only", "list"] if quick else []
    subprocess.run(command, cwd=ROOT, check=True)
    return [{"posts": posts} | row for row in json.loads(target.read_text())]


def machine() -> str:
    """The machine in one line."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return f"{model}, {os.cpu_count()} processors, Python {platform.python_version()}, load from {load.generator()}"


if __name__ == "__main__":
    main()
