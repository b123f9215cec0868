"""The mirror itself, step by step: what it takes in, what it removes, and when it lets its files be served."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from cms.cache import depends_on, purge_now
from cms.cache.addresses import Address
from cms.cache.breaker import Unavailable
from cms.cache.entries import Entry
from cms.cache.mirror import process
from cms.cache.mirror.folder import Folder
from cms.cache.mirror.offers import encode_offer
from cms.cache.mirror.process import KEPT_LOOK, Mirror
from cms.cache.mirrors import HORIZON
from cms.cache.outbox import PENDING_LEASE
from cms.extensions import db
from cms.models import PendingPurge
from tests.cache.conftest import SmallSite
from tests.servers import RedisServer

HTML = [("Content-Type", "text/html; charset=utf-8")]


class Desk:
    """A site whose pages go to a mirror in this process, which takes a step when a test says so."""

    def __init__(self, build_site: Callable[..., SmallSite], server: RedisServer, folder: Path) -> None:
        self.site = build_site(REDIS_URL=server.url, PAGE_MIRROR=folder)
        self.folder = folder
        self.now = time.time()
        self.offered: list[bytes] = []
        service = self.site.service
        assert service.mirrors is not None
        assert service.probing is not None
        assert service.offers is not None
        service.offer = lambda address, entry: self.offered.append(  # type: ignore[method-assign]  # in place of a socket
            encode_offer(service.release, entry, service.secret)
        )
        self.mirror = Mirror(
            service,
            service.mirrors,
            service.probing,
            Folder(folder, spawn=lambda work: work()),
            most_bytes=100_000,
            clock=lambda: self.now,
        )

    def page(self, path: str, *tags: str, body: str = "page") -> None:
        self.site.pages[path] = lambda environ: depends_on(*tags) or body

    def purge(self, *tags: str) -> None:
        with self.site.app.app_context(), self.site.service.patience.nobody_waits():
            purge_now(*tags)

    def take(self, path: str) -> bool:
        """A visitor asks for a page, and the mirror gets it."""
        self.offered.clear()
        self.site.get(path)
        return self.mirror.take(self.offered[-1])

    def files(self) -> set[str]:
        """The pages that a web server finds now."""
        lease = self.folder / "leases" / f"{int(self.now * 10) // 10}.{int(self.now * 10) % 10}"
        found = (path.relative_to(lease) for path in lease.rglob("*=*") if path.suffix != ".gz")
        return {"/" + "/".join(path.parts[3:]).removesuffix("=") for path in found}


@pytest.fixture
def desk(build_site: Callable[..., SmallSite], redis_server: RedisServer, tmp_path: Path) -> Iterator[Desk]:
    found = Desk(build_site, redis_server, tmp_path / "pages")
    found.page("/en/a", "posts:1", "posts@en", body="x" * 1000)
    found.page("/en/b", "posts:2", "posts@en")
    found.page("/en/c", "posts:3")
    yield found
    found.mirror._folder.close()


def test_pages_are_files_until_they_are_purged(desk: Desk) -> None:
    assert desk.mirror.tick()
    assert [desk.take(path) for path in ("/en/a", "/en/b", "/en/c")] == [True] * 3
    assert desk.files() == {"/en/a", "/en/b", "/en/c"}
    desk.purge("posts:1")
    # It has not looked yet: that is what the save waits for.
    assert "/en/a" in desk.files()
    assert desk.mirror.tick()
    assert desk.files() == {"/en/b", "/en/c"}
    desk.purge("posts@en", "posts:9")
    desk.mirror.tick()
    assert desk.files() == {"/en/c"}
    assert desk.take("/en/a")
    desk.purge("*")
    desk.mirror.tick()
    assert desk.files() == set()


def test_a_save_hears_from_the_mirror_only_when_the_files_are_gone(desk: Desk) -> None:
    desk.mirror.tick()
    desk.take("/en/a")
    desk.purge("posts:1")
    service = desk.site.service
    assert service.mirrors is not None
    sequence = service.stamps.sequence(fresh=True)
    assert not service.mirrors.have_come_to(sequence)
    removed = desk.mirror._folder.remove

    def remove(name: str, mark: str) -> None:
        assert service.mirrors is not None
        assert not service.mirrors.have_come_to(sequence)
        removed(name, mark)

    desk.mirror._folder.remove = remove  # type: ignore[method-assign]  # watched
    desk.mirror.tick()
    assert service.mirrors.have_come_to(sequence)


def test_a_page_that_was_purged_on_its_way_becomes_no_file(desk: Desk) -> None:
    desk.mirror.tick()
    desk.site.get("/en/a")
    desk.purge("posts:1")
    assert not desk.mirror.take(desk.offered[-1])
    # Rendered after the purge of which the mirror hears only now: it stays.
    assert desk.take("/en/a")
    desk.mirror.tick()
    assert desk.files() == {"/en/a"}


def test_a_page_that_is_there_is_not_written_again(desk: Desk) -> None:
    desk.mirror.tick()
    assert desk.take("/en/a")
    assert not desk.take("/en/a")


def test_leases_run_out_where_the_mirror_does_nothing(desk: Desk) -> None:
    desk.mirror.tick()
    desk.take("/en/a")
    desk.now += HORIZON - 0.11
    assert desk.files() == {"/en/a"}
    desk.now += 0.11
    assert desk.files() == set()


def test_a_page_is_not_served_beyond_its_moment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = desk.now + 10
    monkeypatch.setattr(desk.site.service, "expiry", lambda *args, **more: moment)
    desk.mirror.tick()
    assert desk.take("/en/a")
    desk.now = moment - HORIZON - 0.01
    desk.mirror.tick()
    assert desk.files() == {"/en/a"}
    desk.now = moment - HORIZON + 0.01
    desk.mirror.tick()
    assert desk.files() == set()
    # What is due in a moment is not worth a file.
    assert not desk.take("/en/a")


def test_the_oldest_make_room(desk: Desk) -> None:
    desk.mirror.tick()
    desk.mirror._most_bytes = 1010
    assert [desk.take(path) for path in ("/en/c", "/en/b", "/en/a")] == [True] * 3
    assert desk.files() == {"/en/a"}


def test_a_large_purge_has_everything_made_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_MOST_REMOVED", 1)
    desk.mirror.tick()
    for path in ("/en/a", "/en/b", "/en/c"):
        desk.take(path)
    desk.purge("posts@en")
    desk.mirror.tick()
    assert desk.files() == set()


def test_a_gap_has_everything_made_anew(desk: Desk) -> None:
    desk.mirror.tick()
    desk.take("/en/a")
    service = desk.site.service
    assert service.mirrors is not None
    desk.purge("posts:77")
    service.mirrors._client.delete(service.mirrors._keys[2])
    desk.mirror.tick()
    assert desk.files() == set()
    desk.take("/en/a")
    service.mirrors._client.flushall()
    assert desk.mirror.tick()
    assert desk.files() == set()


def test_without_redis_nothing_is_served(
    desk: Desk, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    desk.mirror.tick()
    desk.take("/en/a")
    desk.site.get("/en/b")
    redis_server.stop()
    for _ in range(2):
        assert not desk.mirror.tick()
    assert caplog.text.count("No page is served from files for now") == 1
    with pytest.raises(Unavailable):
        desk.mirror.take(desk.offered[-1])
    desk.now += HORIZON
    assert desk.files() == set()
    redis_server.start()
    assert desk.mirror.tick()
    assert desk.files() == set()


def test_purges_without_end_have_nothing_served(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.mirror.tick()
    taken_in = desk.mirror._take_in

    def take_in(look: Any) -> None:
        taken_in(look)
        desk.purge("posts:5")

    monkeypatch.setattr(desk.mirror, "_take_in", take_in)
    desk.purge("posts:5")
    assert not desk.mirror.tick()


def test_a_kept_purge_is_delivered_before_anything_is_served_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a saver that could not reach Redis and waits for PENDING_LEASE and a little more."""
    assert KEPT_LOOK + HORIZON < PENDING_LEASE
    desk.mirror.tick()
    desk.take("/en/a")
    with desk.site.app.app_context():
        db.session.execute(insert(PendingPurge).values(tags=["posts:1"]).execution_options(cache_tags=[]))
        db.session.commit()
    moment = time.monotonic() + KEPT_LOOK
    monkeypatch.setattr(process.time, "monotonic", lambda: moment)
    desk.mirror.tick()
    assert desk.files() == set()
    with desk.site.app.app_context():
        assert db.session.scalars(select(PendingPurge.id)).all() == []


def test_looks_that_last_do_not_outlast_the_look_for_kept_purges(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow Redis, which does not take the purge of somebody else in time: he waits from the end of that on."""
    passed = 0.0
    began = time.monotonic()
    monkeypatch.setattr(process.time, "monotonic", lambda: began + passed)

    def let_pass(seconds: float) -> None:
        nonlocal passed
        passed += seconds
        desk.now += seconds

    desk.mirror.tick()
    desk.take("/en/a")
    kept_looked_at = desk.now
    let_pass(KEPT_LOOK - 0.01)
    desk.purge("posts:5")
    taken_in = desk.mirror._take_in

    def take_in(look: Any) -> None:
        let_pass(0.38)
        taken_in(look)

    monkeypatch.setattr(desk.mirror, "_take_in", take_in)
    assert desk.mirror.tick()
    assert desk.files() == {"/en/a"}
    desk.now = kept_looked_at + KEPT_LOOK + HORIZON
    assert desk.files() == set()


def test_what_is_looked_at_before_pages_is_looked_at_here_too(desk: Desk) -> None:
    """With everything served from files, nobody else may be asked at all."""
    desk.mirror.tick()
    desk.take("/en/a")
    waited: list[float] = []
    desk.site.service.patience._sleep = waited.append

    def purge() -> None:
        with desk.site.app.app_context():
            purge_now("posts:1")

    desk.site.service.before_lookup.append(purge)
    desk.mirror.tick()
    assert desk.files() == set()
    # It would be waiting for itself.
    assert waited == []


def offer(desk: Desk, path: str = "/en/a", release: str = "", **facts: Any) -> bytes:
    service = desk.site.service
    host = facts.pop("host", "localhost")
    key = Address("http", host, "", path, "", known=True).text
    values = {"status": "200 OK", "headers": HTML, "body": b"x", "tags": ["posts:1"], "sequence": 1, "expires": 9e9}
    entry = Entry(**(values | {"key": key} | facts))
    return encode_offer(release or service.release, entry, service.secret)


def test_what_is_no_page_of_ours_is_left(desk: Desk) -> None:
    desk.mirror.tick()
    desk.take("/en/c")
    stamps = desk.site.service.stamps
    stamps.arm(["posts:1"])
    now = stamps.sequence(fresh=True)
    for message in (
        b"garbage",
        offer(desk, sequence=now, path="/en/../a"),
        offer(desk, sequence=now, host="a/b"),
        offer(desk, sequence=now, headers=[]),
        offer(desk, sequence=now, expires=0.0),
        offer(desk, sequence=now + 10**9),
        offer(desk, sequence=1),
        offer(desk, sequence=now, tags=["never armed"]),
    ):
        assert not desk.mirror.take(message)
    assert desk.mirror.take(offer(desk, sequence=now))


def test_a_page_may_name_a_tag_twice(desk: Desk) -> None:
    desk.mirror.tick()
    stamps = desk.site.service.stamps
    stamps.arm(["posts:1"])
    assert desk.mirror.take(offer(desk, sequence=stamps.sequence(fresh=True), tags=["posts:1", "posts:1"]))
    desk.purge("posts:1")
    assert desk.mirror.tick()
    assert desk.files() == set()


def test_a_full_disk_costs_the_file_and_nothing_else(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk.mirror.tick()
    renamed = Path.rename

    def rename(path: Path, target: str) -> Path:
        if str(target).endswith(".gz"):
            raise OSError(28, "No space left on device")
        return renamed(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    assert not desk.take("/en/a")
    assert "No space left" in caplog.text
    assert desk.files() == set()
    assert desk.take("/en/b")


def test_a_file_that_cannot_be_removed_ends_the_mirror(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its leases run out, and whoever starts it again begins with an empty folder."""
    desk.mirror.tick()
    desk.take("/en/a")
    desk.purge("posts:1")

    def unlink(path: Path, missing_ok: bool = False) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", unlink)
        with pytest.raises(OSError, match="Read-only"):
            desk.mirror.tick()


def test_it_makes_way_for_another_release(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.mirror.tick()
    monkeypatch.setattr(process, "fingerprint", lambda root: "newer")
    assert not desk.mirror.take(offer(desk, release="neither"))
    assert not desk.mirror.superseded
    # It does not look again at once.
    assert not desk.mirror.take(offer(desk, release="newer"))
    assert not desk.mirror.superseded
    desk.mirror._release_looked_at = float("-inf")
    desk.mirror.take(offer(desk, release="newer"))
    assert desk.mirror.superseded
