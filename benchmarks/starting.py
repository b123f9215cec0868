"""How soon a process answers, and what it takes of memory when it rests: `flask serve` on a prepared site."""

import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import uncached
from benchmarks.servers import ROOT, Running, free_port
from tests.servers import running_redis

PAGE = "/en/"
# Requests for each process before its memory is read: every thread and every template has been used by then.
REQUESTS = 100
GLANCE = 0.005


@dataclass(frozen=True)
class Memory:
    """Of one process, in megabytes: resident, and its share of what several processes have in common."""

    resident: float
    proportional: float


@dataclass(frozen=True)
class Start:
    """Seconds until the first whole reply, of the clock and of the processor; the memory of each process later on."""

    seconds: float
    processor: float
    memory: dict[int, Memory]


def measure(folder: Path, repeats: int, *, warm_up: bool) -> list[dict[str, Any]]:
    """A row for one process without Redis, one with, and two; with a start before that where `warm_up`."""
    with running_redis() as redis:
        settings = uncached.settings_for(folder / "start")
        uncached.build(settings, posts=60)
        shared = settings | {"REDIS_URL": redis.url}
        if warm_up:
            # Builds what has to be built, and writes the compiled modules.
            start_once(settings)
        return [
            measure_one("1 process", settings, repeats),
            measure_one("1 process, Redis", shared, repeats),
            measure_one("2 processes, Redis", shared | {"WEB_PROCESSES": "2"}, repeats),
        ]


def measure_one(name: str, settings: dict[str, str], repeats: int) -> dict[str, Any]:
    """Start it several times; the medians of the times, and the memory of the last."""
    starts = [start_once(settings) for _ in range(repeats)]
    memory = starts[-1].memory
    # The first is the one that keeps the others alive.
    keeper, *serving = [memory[pid] for pid in sorted(memory)]
    return {
        "what": name,
        "first reply, s": statistics.median(one.seconds for one in starts),
        "processor until then, s": statistics.median(one.processor for one in starts),
        "serving process: RSS, MB": statistics.median(one.resident for one in serving),
        "PSS, MB": statistics.median(one.proportional for one in serving),
        "keeper: PSS, MB": keeper.proportional,
        "together: PSS, MB": keeper.proportional + sum(one.proportional for one in serving),
    }


def start_once(settings: dict[str, str]) -> Start:
    """Start the command, ask for a page until it is there, and then for as many as make every thread work."""
    port = free_port()
    url = f"http://127.0.0.1:{port}{PAGE}"
    command = [sys.executable, "-m", "flask", "--app", "app", "serve"]
    environment = os.environ | settings | {"PORT": str(port)}
    begun = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not answers(url):
            if process.poll() is not None or time.monotonic() - begun > 60:
                raise RuntimeError(f"flask serve does not answer at {url}")
            time.sleep(GLANCE)
        seconds, processor = time.monotonic() - begun, Running(url, process).processor_seconds()
        for _ in range(REQUESTS * int(settings.get("WEB_PROCESSES", "1"))):
            answers(url)
        return Start(seconds, processor, {pid: memory_of(pid) for pid in session(process.pid)})
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def answers(url: str) -> bool:
    """Whether there is a whole page at an address."""
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            return bool(reply.read())
    except OSError:
        return False


def session(leader: int) -> list[int]:
    """The processes that a command has started, itself among them (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and "resource_tracker" not in command_line(stat.parent):
            found.append(int(stat.parent.name))
    return found


def command_line(process: Path) -> str:
    """The command of a process, for a look."""
    try:
        return (process / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def memory_of(pid: int) -> Memory:
    """What Linux says of a process in its summary of mapped memory."""
    values = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, rest = line.partition(":")
        values[name] = int(rest.split()[0]) / 1024
    return Memory(values["Rss"], values["Pss"])
