"""Zero stale reads through nginx: whoever asks after a save was answered sees it, whatever has become of a mirror."""

import random
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cms.content import publishing
from cms.extensions import db
from cms.models import Post, User
from tests.cache.mirror.machines import Machine
from tests.factories import make_post, make_user

pytestmark = pytest.mark.nginx

# Seconds after which a save that waits for nobody any more must have returned, however busy this computer is.
BOUND = 10.0


@contextmanager
def saving(machine: Machine) -> Iterator[None]:
    """A request that changes something: it ends when its reply would be sent."""
    with machine.app.app_context(), machine.service.patience.before_reply():
        yield
        db.session.commit()


def new_post(machine: Machine, text: str = "1") -> str:
    with saving(machine):
        return make_post(body=f"<p>Says {text}.</p>").public_path


def distant_posts(machine: Machine, number: int, text: str = "1") -> list[str]:
    """The addresses of posts of which none shows another, as its neighbour or as a related one."""
    with saving(machine):
        posts = [make_post(body=f"<p>Says {text}.</p>") for _ in range(12 * number)]
        return [post.public_path for post in posts[::12]]


def correct(machine: Machine, path: str, text: str) -> None:
    """Change the text of a post, which no other page shows."""
    with saving(machine):
        db.session.scalars(select(Post).where(Post.slug == path.rpartition("/")[2])).one().body = f"<p>Says {text}.</p>"


def text_of(body: bytes) -> str:
    found = re.search(rb"<p>Says ([^<]*)\.</p>", body)
    return found[1].decode() if found else ""


def texts(machines: list[Machine], path: str) -> list[str]:
    return [text_of(machine.get(path).body) for machine in machines]


def test_a_save_takes_its_pages_out_of_every_folder_and_leaves_the_others(machines: list[Machine]) -> None:
    one, two = machines
    other, changed = distant_posts(one, 2)
    for machine in machines:
        machine.await_file(changed)
        machine.await_file(other)
    correct(one, changed, "2")
    for machine in machines:
        reply = machine.get(changed)
        assert (text_of(reply.body), reply.source) == ("2", "miss" if machine is one else "hit")
        assert text_of(machine.await_file(changed).body) == "2"
    # No other page shows its text: they are files still.
    assert [machine.get(other).source for machine in machines] == ["file"] * 2
    with saving(two):
        db.session.delete(db.session.scalars(select(Post).where(Post.slug == changed.rpartition("/")[2])).one())
    assert [machine.get(changed).status for machine in machines] == [404] * 2


def test_a_version_has_an_etag_of_its_own(machines: list[Machine]) -> None:
    path = new_post(machines[0], "1")
    first = machines[0].await_file(path).headers["etag"]
    correct(machines[0], path, "2")
    second = [machine.await_file(path).headers["etag"] for machine in machines]
    assert first != second[0]
    assert second[0] == second[1]
    correct(machines[0], path, "1")
    assert machines[1].await_file(path).headers["etag"] == first


def test_a_scheduled_post_appears_at_its_moment(machines: list[Machine]) -> None:
    machine = machines[0]
    with saving(machine):
        post = make_post(status="draft", title="On time")
        admin = make_user("administrator")
        db.session.commit()
        moment = datetime.now(UTC) + timedelta(seconds=4)
        publishing.publish(post, db.session.get_one(User, admin.id), at=moment)
        path = post.public_path
    machine.await_file("/en/")
    while datetime.now(UTC) < moment:
        before = machine.get("/en/")
        if datetime.now(UTC) < moment:
            assert b"On time" not in before.body
    assert b"On time" in machine.get("/en/").body
    assert b"On time" in machine.get(path).body


@pytest.mark.parametrize("how", ["hung", "killed"])
def test_a_mirror_that_says_nothing_holds_nobody_up_for_long(machines: list[Machine], how: str) -> None:
    one, two = machines
    path = new_post(one)
    for machine in machines:
        machine.await_file(path)
    begun = time.monotonic()
    if how == "hung":
        with two.hung_mirror():
            correct(one, path, "2")
            assert texts(machines, path) == ["2", "2"]
            assert two.get(path).source == "hit"
    else:
        two.stop_mirror(signal.SIGKILL)
        correct(one, path, "2")
        assert texts(machines, path) == ["2", "2"]
        two.start_mirror()
        two.await_mirror()
    assert time.monotonic() - begun < BOUND + (0 if how == "hung" else 30)
    for machine in machines:
        assert text_of(machine.await_file(path).body) == "2"
    assert one.service.mirrors is not None
    assert len(one.service.mirrors._client.hgetall(one.service.mirrors._keys[1])) == 3


def test_pages_are_served_and_purged_while_the_application_is_away(machines: list[Machine]) -> None:
    one, two = machines
    kept, changed = distant_posts(one, 2)
    for path in (kept, changed):
        one.await_file(path)
    one.stop_application()
    try:
        assert text_of(one.get(kept).body) == "1"
        away = one.get("/en/never-seen")
        assert (away.status, away.headers["retry-after"], away.headers["cache-control"]) == (503, "5", "no-store")
        # A command on the other machine.
        correct(two, changed, "2")
        assert one.get(changed).status == 503
        assert one.get(kept).source == "file"
    finally:
        one.start_application()
    assert texts(machines, changed) == ["2", "2"]
    assert text_of(one.await_file(changed).body) == "2"


def test_garbage_among_the_mirrors_costs_a_wait_and_nothing_else(machines: list[Machine]) -> None:
    one = machines[0]
    path = new_post(one)
    one.await_file(path)
    assert one.service.mirrors is not None
    client, key = one.service.mirrors._client, one.service.mirrors._keys[1]
    client.hset(key, mapping={"x": "garbage", "y": b"\xff\x00", "since": "never", "z": "9" * 40})
    correct(one, path, "2")
    assert texts(machines, path) == ["2", "2"]
    assert len(client.hgetall(key)) == 3
    for wrong in (key, one.service.mirrors._keys[2]):
        client.delete(wrong)
        client.set(wrong, "not what it should be")
        correct(one, path, f"{wrong}")
        assert texts(machines, path) == [wrong, wrong]
    assert text_of(one.await_file(path).body) == wrong


class Counting:
    """Posts whose texts are numbers that writers raise, and readers who know what was saved when they asked."""

    posts = 4
    last = 25

    def __init__(self, machines: list[Machine]) -> None:
        self.machines = machines
        *self.paths, self.unrelated = distant_posts(machines[0], self.posts + 1, "0")
        for machine in machines:
            machine.await_file(self.unrelated)
        self.saved = dict.fromkeys(self.paths, 0)
        self.stale: list[str] = []
        self.sources: Counter[str] = Counter()
        self.beside: Counter[str] = Counter()
        self.failed: list[str] = []
        self.done = threading.Event()

    def write(self, number: int) -> None:
        path, machine = self.paths[number], self.machines[number % len(self.machines)]
        pause = random.Random(number)
        for count in range(1, self.last + 1):
            correct(machine, path, str(count))
            self.saved[path] = count
            time.sleep(pause.choice((0.0, 0.1, 0.4)))

    def read(self, number: int) -> None:
        choose = random.Random(number)
        machine = self.machines[number % len(self.machines)]
        while not self.done.is_set():
            path = choose.choice(self.paths)
            least = self.saved[path]
            reply = machine.get(path)
            self.sources[reply.source] += 1
            if reply.status != 200:
                self.failed.append(f"{path}: {reply.status}")
            elif int(text_of(reply.body)) < least:
                self.stale.append(f"{path} {reply.source}: {text_of(reply.body)} < {least}")
            self.beside[machine.get(self.unrelated).source] += 1

    def run(self) -> None:
        """Let writers and readers go until all is written."""
        writers = [threading.Thread(target=self.write, args=(number,)) for number in range(self.posts)]
        readers = [threading.Thread(target=self.read, args=(number,)) for number in range(4)]
        for thread in writers + readers:
            thread.start()
        for thread in writers:
            thread.join(120)
        self.done.set()
        for thread in readers:
            thread.join(60)


def test_readers_never_see_less_than_was_saved_when_they_asked(machines: list[Machine]) -> None:
    counting = Counting(machines)
    counting.run()
    assert counting.saved == dict.fromkeys(counting.paths, Counting.last)
    assert counting.stale == []
    assert counting.failed == []
    assert counting.sources["file"] > 50
    # Whatever is changed, a page that does not show it is never rendered anew, and stays a file; only where this
    # computer is so busy that the mirror gets no turn for half a second does it come from the application.
    assert set(counting.beside) <= {"file", "hit"}
    assert counting.beside["file"] > counting.beside["hit"]


def test_without_redis_nothing_is_served_from_files(machines: list[Machine]) -> None:
    """The last test of these machines: their Redis comes back empty."""
    one, two = machines
    path = new_post(one)
    for machine in machines:
        machine.await_file(path)
    redis = one.app.extensions["redis of the test"]
    redis.stop()
    begun = time.monotonic()
    correct(one, path, "2")
    assert time.monotonic() - begun < BOUND
    assert texts(machines, path) == ["2", "2"]
    assert [machine.get(path).source for machine in machines] == ["bypass"] * 2
    redis.start()
    for machine in machines:
        assert text_of(machine.await_file(path).body) == "2"
    correct(two, path, "3")
    assert texts(machines, path) == ["3", "3"]
