"""How a purge gets to those who serve pages, and who waits for it."""

import json
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from cms.cache import depends_on, purge_after_commit, purge_now
from cms.cache.journal import ANNOUNCED, Journal
from cms.cache.outbox import Outbox
from cms.cache.stamps import LocalStamps
from cms.cache.waiting import Patience
from cms.extensions import db
from cms.models import PendingPurge, Tag
from tests.cache.conftest import Clock, SmallSite
from tests.servers import RedisServer


class Readers:
    """Two processes with a journal between them."""

    def __init__(self, path: Path, largest: int = 1_000_000) -> None:
        self.one, self.two = Journal(path, largest, lease=0.0), Journal(path, largest, lease=0.0)

    def news(self) -> list[str]:
        """What the second one finds."""
        found: set[str] = set()
        self.two.catch_up(found.update)
        return sorted(found)


def test_others_hear_of_a_purge_once(tmp_path: Path) -> None:
    readers = Readers(tmp_path / "purges.log")
    assert readers.news() == []
    readers.one.append(["a", "b"])
    readers.one.append(["c"])
    assert readers.news() == ["a", "b", "c"]
    assert readers.news() == []
    readers.two.append(["own"])
    assert readers.news() == []


def test_what_was_purged_before_the_start_does_not_matter(tmp_path: Path) -> None:
    Journal(tmp_path / "purges.log").append(["a"])
    assert Readers(tmp_path / "purges.log").news() == []


def test_a_journal_that_was_begun_anew_purges_everything(tmp_path: Path) -> None:
    readers = Readers(tmp_path / "purges.log", largest=400)
    for number in range(20):
        readers.one.append([f"a{number}"])
        assert readers.news() in ([f"a{number}"], ["*"])
    assert (tmp_path / "purges.log").stat().st_size <= 400
    readers.one.append(["b"])
    (tmp_path / "purges.log").unlink()
    assert readers.news() == ["*"]


def test_a_journal_that_was_begun_anew_before_its_first_look_purges_everything(tmp_path: Path) -> None:
    readers = Readers(tmp_path / "purges.log", largest=400)
    for number in range(20):
        readers.one.append([f"a{number}"])
    assert "*" in readers.news()


def test_two_journals_that_begin_with_the_same_long_list_are_told_apart(tmp_path: Path) -> None:
    path, tags = tmp_path / "purges.log", [f"posts:{number}" for number in range(1000)]
    readers = Readers(path)
    readers.one.append(tags)
    assert len(readers.news()) == 1000
    path.unlink()
    readers.one.append(tags)
    assert readers.news() == ["*"]


@pytest.mark.parametrize(
    "line", [b"garbage\n", b"[1]\n", b'["", "x", false, 7]\n', b"\xff\xfe\n", b'["", "x", false, ["a']
)
def test_what_cannot_be_read_purges_everything(tmp_path: Path, line: bytes) -> None:
    readers = Readers(tmp_path / "purges.log")
    readers.one.append(["a"])
    assert readers.news() == ["a"]
    with (tmp_path / "purges.log").open("ab") as file:
        file.write(line)
    assert readers.news() == ["*"]


def test_nobody_takes_pages_for_fresh_while_another_thread_purges(tmp_path: Path) -> None:
    readers = Readers(tmp_path / "purges.log")
    before = readers.two._seen
    readers.one.append(["a"])
    seen_meanwhile: list[tuple[int, int]] = []
    readers.two.catch_up(lambda tags: seen_meanwhile.append(readers.two._seen))
    assert seen_meanwhile == [before]


def test_the_file_is_looked_at_once_within_the_lease(tmp_path: Path, clock: Clock) -> None:
    reader = Journal(tmp_path / "purges.log", lease=0.01, clock=clock)
    found: set[str] = set()
    reader.catch_up(found.update)
    Journal(tmp_path / "purges.log").append(["a"])
    reader.catch_up(found.update)
    assert found == set()
    clock.now += 0.02
    reader.catch_up(found.update)
    assert found == {"a"}


def test_a_purge_whose_process_was_killed_comes_all_the_same(tmp_path: Path, clock: Clock) -> None:
    reader, writer = Journal(tmp_path / "purges.log", lease=0.0, clock=clock), Journal(tmp_path / "purges.log")
    found: list[set[str]] = []
    for tags in (["lost"], ["done"]):
        writer.append(tags, announced=True)
    writer.append(["done"])
    reader.catch_up(found.append)
    assert found == [{"done"}]
    clock.now += ANNOUNCED - 1
    reader.catch_up(found.append)
    assert found == [{"done"}]
    clock.now += 1
    for _ in range(2):
        reader.catch_up(found.append)
    assert found == [{"done"}, {"lost"}]


def test_a_command_that_dies_after_its_commit_has_purged(
    build_site: Callable[..., SmallSite], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, command = build_site(), build_site()
    server.pages["/en/"] = lambda environ: depends_on("tags@en") or str(db.session.scalar(select(func.count(Tag.id))))
    server.service.strict = False
    assert [server.get("/en/").text for _ in range(2)] == ["0", "0"]
    monkeypatch.setattr("cms.cache.journal.ANNOUNCED", -1.0)
    monkeypatch.setattr(command.service.delivery, "deliver_now", lambda tags: None)
    with command.app.app_context():
        db.session.add(Tag(name="First", slug="first", locale="en"))
        db.session.commit()
    assert server.get("/en/").text == "1"


def test_who_waited_for_the_look_of_another_thread_need_not_look(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Journal(tmp_path / "purges.log", lease=0.01, clock=clock)
    looks: list[int] = []
    state = reader._state
    monkeypatch.setattr(reader, "_state", lambda: looks.append(1) or state())
    readers = [threading.Thread(target=reader.catch_up, args=[set().update]) for _ in range(4)]
    with reader._lock:
        for thread in readers:
            thread.start()
    for thread in readers:
        thread.join(10)
    assert looks == [1]


def test_a_command_beside_the_server_purges_its_pages(build_site: Callable[..., SmallSite]) -> None:
    server, command = build_site(), build_site()
    server.pages["/en/"] = lambda environ: ",".join(db.session.scalars(select(Tag.name))) or purge_tags()
    with command.app.app_context():
        db.session.add(Tag(name="First", slug="first", locale="en"))
        db.session.commit()
    server.service.strict = False
    assert server.get("/en/").text == "First"
    with command.app.app_context():
        db.session.add(Tag(name="Second", slug="second", locale="en"))
        db.session.commit()
    assert server.get("/en/").text == "First,Second"


def purge_tags() -> str:
    raise AssertionError("there are tags")


def test_outside_of_a_request_the_wait_is_at_once() -> None:
    waited: list[float] = []
    Patience(sleep=waited.append).settle_in(0.5)
    assert waited == [0.5]


def test_within_a_request_the_wait_is_before_the_reply(clock: Clock) -> None:
    waited: list[float] = []
    patience = Patience(clock, waited.append)
    with patience.before_reply():
        patience.settle_in(0.5)
        patience.settle_in(0.1)
        clock.now += 0.2
        assert waited == []
    assert waited == [pytest.approx(0.3)]
    with patience.before_reply():
        clock.now += 1
    assert len(waited) == 1


def test_a_save_on_redis_waits_until_others_have_asked_anew(
    shared_redis: RedisServer, build_site: Callable[..., SmallSite]
) -> None:
    site = build_site(REDIS_URL=shared_redis.url, PAGE_CACHE_LEASE=0.5)
    waited: list[float] = []
    site.service.patience._sleep = waited.append
    site.pages["/admin/save"] = lambda environ: purge_now("a", "b") or "saved"
    assert site.get("/admin/save").text == "saved"
    assert len(waited) == 1
    assert 0.3 < waited[0] < 0.7


@pytest.fixture
def outbox(build_site: Callable[..., SmallSite]) -> Outbox:
    return Outbox(build_site().app)


def rows(outbox: Outbox) -> list[list[str]]:
    with outbox._app.app_context():
        return list(db.session.scalars(select(PendingPurge.tags).order_by(PendingPurge.id)))


def test_kept_purges_are_delivered_and_removed(outbox: Outbox) -> None:
    stamps = LocalStamps()
    outbox.keep_now({"b", "a"})
    outbox.keep_now({"c"})
    assert rows(outbox) == [["a", "b"], ["c"]]
    outbox.hand_over(stamps.purge)
    assert rows(outbox) == []
    assert set(stamps._stamps) == {"a", "b", "c"}


def test_a_kept_purge_belongs_to_its_transaction(outbox: Outbox) -> None:
    with outbox._app.app_context():
        outbox.keep(db.session(), {"a"})
        db.session.rollback()
        receipt = outbox.keep(db.session(), {"b"})
        db.session.commit()
        assert db.session.scalar(select(PendingPurge.id)) == receipt


def test_a_receipt_is_handed_in_within_an_outer_transaction(outbox: Outbox) -> None:
    with outbox._app.app_context(), db.engine.connect() as connection, connection.begin():
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            receipt = outbox.keep(session, {"a"})
            session.commit()
        outbox.remove([receipt], connection)
        assert connection.execute(select(PendingPurge.id)).all() == []


def test_many_kept_purges(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.cache.outbox._AT_ONCE", 3)
    with outbox._app.app_context(), db.engine.begin() as connection:
        connection.execute(insert(PendingPurge.__table__), [{"tags": [f"t{number}"]} for number in range(8)])  # type: ignore[arg-type]  # a Table
    stamps = LocalStamps()
    outbox.hand_over(stamps.purge)
    assert len(stamps._stamps) == 8
    assert rows(outbox) == []


class CountedStamps(LocalStamps):
    """Remembers each purge, and has had enough after a few."""

    def __init__(self) -> None:
        super().__init__()
        self.purged: list[list[str]] = []

    def purge(self, tags: Iterable[str]) -> int:
        self.purged.append(sorted(tags))
        assert len(self.purged) <= 10
        return super().purge(self.purged[-1])


def test_rows_that_cannot_be_deleted_are_delivered_once_at_each_look(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As where the disk is full, or the database has become a copy that nobody may write to."""
    monkeypatch.setattr("cms.cache.outbox._AT_ONCE", 2)
    for tag in "abc":
        outbox.keep_now({tag})
    with outbox._app.app_context(), db.engine.begin() as connection:
        connection.execute(
            text("CREATE TRIGGER refuse BEFORE DELETE ON pending_purges BEGIN SELECT RAISE(ABORT, 'full'); END")
        )
    stamps = CountedStamps()
    outbox.hand_over(stamps.purge)
    assert stamps.purged == [["a", "b"], ["c"]]
    assert "will be delivered again" in caplog.text
    assert "Traceback" not in caplog.text
    with outbox._app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER refuse"))
    outbox.hand_over(stamps.purge)
    assert stamps.purged[2:] == [["a", "b"], ["c"]]
    assert rows(outbox) == []


def test_tags_that_come_up_only_at_the_commit_are_purged_as_well(
    shared_redis: RedisServer, build_site: Callable[..., SmallSite]
) -> None:
    site = build_site(REDIS_URL=shared_redis.url)
    with site.app.app_context():
        purge_after_commit("first")
        before = site.service.stamps.read(["first"])
        db.session.commit()
        assert site.service.stamps.read(["first"]) != before
    assert json.dumps(before) == "[null]"
