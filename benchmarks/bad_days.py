"""The cache server's bad days, with real processes: `python benchmarks/bad_days.py`.

Two server processes and a real Redis; readers ask for one page all the time, while a writer in a process of its own
changes it. Redis is well, hung, dead, full and emptied in turn. For each phase: how many replies, where they came
from, the longest, how long a save took; and, which should be none, how many failed or were older than what had been
saved when they were asked for. Ends with 1 where there was any of these.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import redis
from flask import Flask

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import uncached
from benchmarks.servers import ROOT, free_port
from cms.extensions import db
from cms.models import Post
from tests.servers import RedisServer, running_redis

READERS = 4
PAGE = "/en/posts/post-7"


class Visitors:
    """Readers of one page that names its version."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.saved = 0
        self.marks: Counter[str] = Counter()
        self.longest = 0.0
        self.stale = self.failed = 0
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self.read) for _ in range(READERS)]

    def read(self) -> None:
        while not self.done.is_set():
            least, begun = self.saved, time.monotonic()
            try:
                with urllib.request.urlopen(self.address + PAGE, timeout=10) as reply:
                    body, mark = reply.read(), reply.headers["X-Cache"]
            except OSError:
                self.failed += 1
                continue
            self.longest = max(self.longest, time.monotonic() - begun)
            self.marks[mark] += 1
            found = re.search(rb"Version (\d+)", body)
            self.stale += found is None or int(found[1]) < least


class Writer:
    """Saves one version of the page after the other."""

    def __init__(self, app: Flask, visitors: Visitors) -> None:
        self.app = app
        self.visitors = visitors

    def save(self) -> float:
        """Save the next version; gives the seconds until the reply."""
        begun, version = time.monotonic(), self.visitors.saved + 1
        with self.app.app_context():
            db.session.get_one(Post, 7).title = f"Version {version}"
            db.session.commit()
        self.visitors.saved = version
        return time.monotonic() - begun

    def phase(self, name: str, seconds: float) -> None:
        """Save for some seconds, and print what the visitors saw meanwhile."""
        visitors = self.visitors
        visitors.marks.clear()
        visitors.longest, longest_save = 0.0, 0.0
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            longest_save = max(longest_save, self.save())
            time.sleep(0.15)
        seen = " ".join(f"{count} {mark}" for mark, count in sorted(visitors.marks.items()))
        print(
            f"{name:10} {seen:40} longest {visitors.longest:.2f} s, save {longest_save:.2f} s, "
            f"failed {visitors.failed}, stale {visitors.stale}",
            flush=True,
        )


def days(server: RedisServer) -> list[tuple[str, Callable[[], object]]]:
    """The phases: a name, and what happens to Redis at its beginning."""
    assert server.process is not None
    pid = server.process.pid
    client = redis.Redis.from_url(server.url)
    return [
        ("well", lambda: None),
        ("hung", lambda: os.kill(pid, signal.SIGSTOP)),
        ("resumed", lambda: os.kill(pid, signal.SIGCONT)),
        ("dead", server.stop),
        ("restarted", server.start),
        ("full", lambda: client.config_set("maxmemory", "1")),
        ("room", lambda: client.config_set("maxmemory", "0")),
        ("emptied", client.flushall),
        ("after", lambda: None),
    ]


def main() -> int:
    """Go through the days; 1 where anything failed or was stale."""
    with tempfile.TemporaryDirectory(prefix="babelpress-bad-days-") as name, running_redis() as server:
        settings = uncached.settings_for(Path(name)) | {
            "REDIS_URL": server.url,
            "WEB_PROCESSES": "2",
            "PORT": str(free_port()),
        }
        app = uncached.build(settings, posts=30)
        command = [sys.executable, "-m", "flask", "--app", "app", "serve"]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        next(line for line in process.stdout if "Babelpress is at" in line)
        visitors = Visitors(f"http://127.0.0.1:{settings['PORT']}")
        writer = Writer(app, visitors)
        writer.save()
        for thread in visitors.threads:
            thread.start()
        try:
            for day, happens in days(server):
                happens()
                writer.phase(day, seconds=5)
        finally:
            visitors.done.set()
            for thread in visitors.threads:
                thread.join()
            process.terminate()
            process.communicate(timeout=30)
    return 1 if visitors.stale or visitors.failed else 0


if __name__ == "__main__":
    sys.exit(main())
