"""The mirror from its start to its end, in a folder of its own."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from cms.cache import depends_on
from cms.cache.mirror.folder import Folder
from cms.cache.mirror.offers import SOCKET
from cms.cache.mirror.process import build
from tests.cache.conftest import SmallSite
from tests.servers import RedisServer


def test_it_runs_until_it_is_stopped(
    build_site: Callable[..., SmallSite], redis_server: RedisServer, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    site = build_site(REDIS_URL=redis_server.url, PAGE_MIRROR=folder)
    site.pages["/en/a"] = lambda environ: depends_on("posts:1") or "page"
    umask = os.umask(0o077)
    mirror = build(site.service, folder, 1_000_000)
    thread = threading.Thread(target=mirror.run, args=(folder,))
    thread.start()
    until = time.monotonic() + 20
    while not list(folder.glob("leases/*/*/http/localhost/en/a=")) and time.monotonic() < until:
        site.service.offers._offered.clear()  # type: ignore[union-attr]  # there are offers
        site.get("/en/a")
        time.sleep(0.01)
    written = next(folder.glob("pages-*/*/http/localhost/en/a="))
    # Whoever the web server runs as may read it, and the site may write to the socket.
    assert written.stat().st_mode & 0o777 == 0o644
    assert written.parent.stat().st_mode & 0o777 == 0o755
    assert (folder / SOCKET).stat().st_mode & 0o777 == 0o660
    redis_server.stop()
    time.sleep(0.3)
    site.get("/en/a")
    redis_server.start()
    mirror.stop()
    thread.join(20)
    os.umask(umask)
    # What was dropped a moment ago goes beside.
    while list(folder.glob("pages-*")) and time.monotonic() < until:
        time.sleep(0.01)
    assert sorted(path.name for path in folder.iterdir()) == ["leases", "lock"]
    assert list((folder / "leases").iterdir()) == []
    with redis.Redis.from_url(redis_server.url) as client:
        assert [key for key in client.keys("*mirrors*") if client.hlen(key) > 1] == []


def test_what_it_cannot_do_without(
    build_site: Callable[..., SmallSite], shared_redis: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="REDIS_URL"):
        build(build_site().service, tmp_path / "pages", 1)
    monkeypatch.setattr(Folder, "keeps_stamps", lambda folder: False)
    umask = os.umask(0o022)
    with pytest.raises(ValueError, match="time stamps"):
        build(build_site(REDIS_URL=shared_redis.url).service, tmp_path / "pages", 1)
    os.umask(umask)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
