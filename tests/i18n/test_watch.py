"""The look at the files that requests begin with."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, g
from flask_babel import gettext
from sqlalchemy.exc import OperationalError

from cms.i18n.announcing import announce_change
from cms.i18n.watch import INTERVAL, Watch, watch_of
from tests.i18n.conftest import PORTUGUESE, Catalogs

Build = Callable[[], Flask]


class Looks:
    """Stands for the catalogues, and counts how often they are looked at."""

    def __init__(self) -> None:
        self.count = 0

    def refresh_all(self) -> None:
        self.count += 1


def test_files_are_looked_at_once_in_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [100.0, 100.1, 100.0 + INTERVAL - 0.01, 100.0 + INTERVAL]
    monkeypatch.setattr("cms.i18n.watch.time", SimpleNamespace(monotonic=iter(moments).__next__))
    looks = Looks()
    watch = Watch(looks)
    counts = []
    for _ in moments:
        watch.poll()
        counts.append(looks.count)
    assert counts == [1, 1, 1, 2]


def test_while_one_thread_looks_others_go_on() -> None:
    entered, leave = threading.Event(), threading.Event()

    class Slow(Looks):
        def refresh_all(self) -> None:
            super().refresh_all()
            entered.set()
            leave.wait(5)

    looks = Slow()
    watch = Watch(looks, interval=0)
    thread = threading.Thread(target=watch.poll)
    thread.start()
    assert entered.wait(5)
    watch.poll()
    assert looks.count == 1
    leave.set()
    thread.join()


def test_what_is_rendered_looks_whenever_it_was_looked_before() -> None:
    looks = Looks()
    watch = Watch(looks)
    watch.poll()
    watch.look()
    watch.poll()
    watch.look()
    assert looks.count == 3


def test_a_look_that_fails_does_not_stop_later_ones() -> None:
    class Failing(Looks):
        def refresh_all(self) -> None:
            super().refresh_all()
            raise RuntimeError

    looks = Failing()
    watch = Watch(looks, interval=0)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            watch.poll()
    assert looks.count == 2


def test_the_promise_of_two_seconds_leaves_room() -> None:
    assert INTERVAL <= 1


def test_a_request_begins_with_the_look(speaking_app: Build, catalogs: Catalogs, purged: list[str]) -> None:
    app = speaking_app()

    @app.get("/")
    def page() -> str:
        g.locale = "pt"
        return gettext("Look it up")

    client = app.test_client()
    assert client.get("/").text == "Pesquisar"
    purged.clear()
    catalogs.edit("pt", "Pesquisar", "Procurar")
    assert client.get("/").text == "Procurar"
    assert purged == ["ui@pt"]


def test_the_page_cache_may_look_without_a_request(speaking_app: Build, purged: list[str]) -> None:
    app = speaking_app()
    watch_of(app).poll()
    assert sorted(purged) == ["ui@en", "ui@pt"]


def test_the_page_cache_looks_before_it_renders(speaking_app: Build, catalogs: Catalogs, purged: list[str]) -> None:
    app = speaking_app()
    watch_of(app).poll()
    purged.clear()
    catalogs.edit("pt", "Pesquisar", "Procurar")
    watch_of(app).poll()
    assert purged == []
    watch_of(app).look()
    assert purged == ["ui@pt"]


def test_without_a_page_cache_there_is_nothing_to_purge() -> None:
    assert announce_change(Flask("bare"), "pt")


def test_a_purge_that_fails_is_told(speaking_app: Build, caplog: pytest.LogCaptureFixture) -> None:
    def fail(tags: list[str]) -> None:
        raise OperationalError("insert", {}, Exception("gone"))

    app = speaking_app()
    app.extensions["page_cache"].delivery.deliver_now = fail
    assert not announce_change(app, "pt")
    assert "tried again" in caplog.text


WORKER = """
import sys, time
from pathlib import Path
from flask import Flask, g
from flask_babel import gettext
from cms.i18n import domain
root, instance = map(Path, sys.argv[1:])
app = Flask("worker")
app.config.update(
    SITE_LOCALES=("en", "pt"), DEFAULT_LOCALE="en", TRANSLATIONS_PATH=root, INSTANCE_PATH=instance, SECRET_KEY="x"
)
domain.init_app(app, lambda: "pt", lambda: None)
app.add_url_rule("/", view_func=lambda: gettext("Look it up"))
client = app.test_client()
shown = None
while shown != "stop":
    text = client.get("/").text
    if text != shown:
        shown = text
        print(shown, flush=True)
    time.sleep(0.02)
"""


def test_two_processes_see_an_edit_within_two_seconds(
    catalogs: Catalogs, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    command = [sys.executable, "-c", WORKER, str(catalogs.root), str(tmp_path / "instance")]
    workers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=request.config.rootpath) for _ in range(2)
    ]
    try:
        assert [worker.stdout.readline() for worker in workers] == ["Pesquisar\n"] * 2
        edited = time.monotonic()
        catalogs.edit("pt", "Pesquisar", "Procurar")
        assert [worker.stdout.readline() for worker in workers] == ["Procurar\n"] * 2
        assert time.monotonic() - edited < 2
        catalogs.write("pt", PORTUGUESE.replace("Pesquisar", "stop"))
        assert [worker.wait(5) for worker in workers] == [0, 0]
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
