"""Starting the servers that are compared, each as its own command would."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
THREADS = 8


@dataclass
class Running:
    """A server that answers at `url`."""

    url: str
    process: subprocess.Popen[bytes]

    def processor_seconds(self) -> float:
        """What the server and its workers have used of processors so far (Linux)."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                # Fields 6, 14 and 15 of proc(5): session, user time, system time; the first two are cut off.
                if int(fields[3]) == self.process.pid:
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(server: str, target: str, port: int) -> list[str]:
    """The command line of a server, with one process and THREADS threads."""
    if server == "gunicorn":
        options = ["-k", "gthread", "--threads", str(THREADS), "-b", f"127.0.0.1:{port}", "--log-level", "error"]
        return [str(BIN / "gunicorn"), *options, "--no-control-socket", target]
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    return [str(BIN / "granian"), *options, "--blocking-threads", str(THREADS), "--log-level", "error", target]


@contextlib.contextmanager
def serving(server: str, target: str, environment: Mapping[str, str], probe: str = "/") -> Iterator[Running]:
    """Run `target` ("module:callable") on a server, on the first processor only, until the block ends."""
    port = free_port()
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **environment}
    process = subprocess.Popen(
        [*pinned(0), *command(server, target, port)], cwd=ROOT, env=variables, start_new_session=True
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url + probe, process)
        yield Running(url, process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def pinned(processor: int) -> list[str]:
    """What to put before a command so that it keeps to one processor, where there are two and the tool for it."""
    if (os.cpu_count() or 1) < 2 or not Path("/usr/bin/taskset").exists():
        return []
    return ["/usr/bin/taskset", "-c", str(processor)]


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers at `url`. Raises RuntimeError where it ends, or does not within a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as reply:
            reply.read()
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} does not answer at {url}")
