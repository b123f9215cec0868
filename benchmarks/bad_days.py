"""The cache server's bad days, with real processes: `python benchmarks/bad_days.py`.

Two sets of server processes that share no memory, one Redis, one PostgreSQL. Readers ask both sets for one page all
the time, while a writer in a process of its own changes it. Everything that can befall Redis does so in turn. For each
phase: how many replies, where they came from, the longest, how long a save took; and, which should be none, how many
failed or were older than what had been saved when they were asked for. Ends with 1 where there was any of these.
"""

import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import redis
from flask import Flask

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.data import fill
from cms.extensions import db
from cms.models import Post
from tests.live_site import LiveSite, live_site
from tests.servers import RedisServer, running_postgresql, running_redis

READERS = 4
PAGE = "/en/posts/post-7"
POSTS = 30
SECONDS = 4.0


class Visitors:
    """Readers of one page that names its version."""

    def __init__(self, live: LiveSite) -> None:
        self.live = live
        self.saved = 0
        self.marks: Counter[str] = Counter()
        self.longest = 0.0
        self.stale = self.failed = 0
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self.read, args=(number,)) for number in range(READERS)]

    def read(self, number: int) -> None:
        """Ask one of the two sets, again and again."""
        visitor = self.live.visitor(self.live.ports[number % 2])
        while not self.done.is_set():
            least, begun = self.saved, time.monotonic()
            try:
                reply = visitor.get(PAGE)
            except OSError:
                self.failed += 1
                continue
            self.longest = max(self.longest, time.monotonic() - begun)
            self.marks[reply.mark] += 1
            found = re.search(r"Version (\d+)", reply.text)
            self.failed += reply.status != 200
            self.stale += reply.status == 200 and (found is None or int(found[1]) < least)


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
            f"{name:18} {seen:36} longest {visitors.longest:.2f} s, save {longest_save:.2f} s, "
            f"failed {visitors.failed}, stale {visitors.stale}",
            flush=True,
        )


class Trouble:
    """What can befall a cache server. It is spoken to under an account that none of it concerns."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server
        self.introduce()

    def introduce(self) -> None:
        """Make the account on a server that has just been started."""
        with redis.Redis.from_url(self.server.url) as client:
            client.execute_command("ACL", "SETUSER", "operator", "on", ">operator", "~*", "&*", "+@all")

    def tell(self, *commands: str) -> None:
        """Give commands to the server; the connections of everybody else break, as after a change of passwords."""
        with redis.Redis.from_url(self.server.url, username="operator", password="operator") as client:
            for command in commands:
                client.execute_command(*command.split())
            client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    def send_signal(self, number: signal.Signals) -> None:
        """Stop the server in its tracks, or let it go on."""
        assert self.server.process is not None
        os.kill(self.server.process.pid, number)

    def kill(self) -> None:
        """End it without a word."""
        assert self.server.process is not None
        self.server.process.kill()
        self.server.process.wait()

    def restart(self) -> None:
        """Start it again, empty."""
        self.server.start()
        self.introduce()

    def plant(self, value: bytes | None) -> None:
        """Put a value in place of every other one; a list where there is none."""
        with redis.Redis.from_url(self.server.url) as client:
            for key in client.keys("*"):
                # In one step: meanwhile, the servers write what is missing.
                with client.pipeline() as step:
                    step.delete(key)
                    if value is None:
                        step.rpush(key, "x")
                    else:
                        step.set(key, value)
                    step.execute()

    def days(self) -> list[tuple[str, Callable[[], object]]]:
        """The phases: a name, and what happens at its beginning."""
        return [
            ("well", lambda: None),
            ("hung", lambda: self.send_signal(signal.SIGSTOP)),
            ("resumed", lambda: self.send_signal(signal.SIGCONT)),
            ("killed", self.kill),
            ("restarted empty", self.restart),
            ("full", lambda: self.tell("CONFIG SET maxmemory-policy noeviction", "CONFIG SET maxmemory 1")),
            ("room again", lambda: self.tell("CONFIG SET maxmemory 0")),
            ("other password", lambda: self.tell("ACL SETUSER default resetpass >changed")),
            ("password again", lambda: self.tell("ACL SETUSER default nopass")),
            ("may not write", lambda: self.tell("ACL SETUSER default -@write")),
            ("may write", lambda: self.tell("ACL SETUSER default +@all")),
            ("read-only replica", lambda: self.tell("REPLICAOF 127.0.0.1 1")),
            ("no replica", lambda: self.tell("REPLICAOF NO ONE")),
            ("pickles", lambda: self.plant(b"\x80\x04cos\nsystem\n(S'false'\ntR.")),
            ("other types", lambda: self.plant(None)),
            ("huge values", lambda: self.plant(b"x" * 1_000_000)),
            ("odd numbers", lambda: self.plant(b"0x10")),
            ("emptied", lambda: self.tell("FLUSHALL")),
            ("after", lambda: None),
        ]


def go_through(live: LiveSite, seconds: float) -> Visitors:
    """Fill an empty site, and go through the days with so many seconds for each; gives what the visitors saw."""
    fill(live.app, POSTS)
    visitors = Visitors(live)
    writer = Writer(live.app, visitors)
    writer.save()
    for thread in visitors.threads:
        thread.start()
    try:
        for day, happens in Trouble(live.redis).days():
            happens()
            writer.phase(day, seconds)
    finally:
        visitors.done.set()
        for thread in visitors.threads:
            thread.join()
    return visitors


def main() -> int:
    """Go through the days; 1 where anything failed or was stale."""
    with (
        tempfile.TemporaryDirectory(prefix="babelpress-bad-days-") as name,
        running_postgresql() as database,
        running_redis() as server,
        live_site(database, server, Path(name)) as live,
    ):
        visitors = go_through(live, SECONDS)
    return 1 if visitors.stale or visitors.failed else 0


if __name__ == "__main__":
    sys.exit(main())
