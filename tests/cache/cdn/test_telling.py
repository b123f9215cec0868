"""The network is told of each purge, after the commit, and later where it could not be reached."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from cms.cache import purge_now
from cms.cache.cdn.keys import Keys
from cms.cache.cdn.telling import Network
from cms.extensions import db
from cms.models import CdnPurge, Post, Tag
from cms.models.publishable import Status
from tests.cache.cdn.conftest import SmallNetwork, kept
from tests.cache.conftest import SmallSite
from tests.servers import RedisServer, free_port

Build = Callable[..., SmallSite]


@pytest.fixture(params=["in process", "redis"])
def site(request: pytest.FixtureRequest, build_told: Build) -> SmallSite:
    """A site that tells the network, once with everything in process and once on Redis."""
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("shared_redis")
        return build_told(REDIS_URL=server.url)
    return build_told()


def save(site: SmallSite, name: str) -> int:
    """Save a tag; gives its id."""
    with site.app.app_context():
        tag = Tag(name=name, slug=name.lower(), locale="en")
        db.session.add(tag)
        db.session.commit()
        return tag.id


def keys_of(site: SmallSite, *tags: str) -> set[str]:
    keys = site.service.cdn_keys
    assert keys is not None
    return set(keys.of(tags))


def wait_until_told(site: SmallSite) -> None:
    until = time.monotonic() + 10
    while kept(site):
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_save_is_told_at_once(site: SmallSite, network: SmallNetwork) -> None:
    # The first request begins it.
    site.get("/admin/")
    number = save(site, "One")
    assert network.heard.acquire(timeout=10)
    headers, content = network.told[0]
    assert headers["content-type"] == "application/json"
    assert set(content) == {"surrogate_keys"}
    assert keys_of(site, f"tags:{number}", "tags@en", "tags@*") | {"many"} <= set(network.keys)
    wait_until_told(site)


def test_it_is_told_again_when_nobody_can_give_the_old_page_any_more(site: SmallSite, network: SmallNetwork) -> None:
    assert site.service.teller is not None
    site.service.teller._again_after = 0.5
    save(site, "One")
    assert site.service.teller.try_once() is True
    # A look in between: the row waits, and the network is left alone.
    assert site.service.teller.try_once() is True
    assert len(network.told) == 1
    assert len(kept(site)) == 1
    site.service.begin_to_serve()
    wait_until_told(site)
    first, second = (content for _, content in network.told)
    assert first == second


def test_a_rollback_is_told_to_nobody(site: SmallSite, network: SmallNetwork) -> None:
    with site.app.app_context():
        db.session.add(Tag(name="One", slug="one", locale="en"))
        db.session.flush()
        db.session.rollback()
    assert kept(site) == []


def test_drafts_are_told_to_nobody(site: SmallSite, network: SmallNetwork) -> None:
    with site.app.app_context():
        db.session.add(Post(title="Secret", slug="secret", locale="en", translation_key="s", status=Status.DRAFT))
        db.session.commit()
    assert kept(site) == []


def test_a_purge_without_a_change_is_told_as_well(site: SmallSite, network: SmallNetwork) -> None:
    site.service.begin_to_serve()
    with site.app.app_context():
        purge_now("ui@pt")
    assert network.heard.acquire(timeout=10)
    assert set(network.keys) == keys_of(site, "ui@pt") | {"many"}
    site.service.forget_everything()
    assert network.heard.acquire(timeout=10)
    assert network.keys[-1] == "everything"


def test_a_network_that_hangs_delays_nobody(site: SmallSite, network: SmallNetwork) -> None:
    network.go.clear()
    site.service.begin_to_serve()
    save(site, "One")
    assert network.heard.acquire(timeout=10)
    # It has not answered yet; readers and writers go on.
    save(site, "Two")
    assert site.get("/en/none").status_code == 404
    assert len(kept(site)) == 2
    network.go.set()
    wait_until_told(site)


@pytest.mark.parametrize("status", [302, 401, 500])
def test_what_the_network_refuses_is_kept_and_told_later(
    site: SmallSite, network: SmallNetwork, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    teller = site.service.teller
    assert teller is not None
    network.status = status
    save(site, "One")
    assert teller.try_once() is False
    assert teller.try_once() is False
    assert len(kept(site)) == 1
    network.status = 200
    assert teller.try_once() is True
    assert kept(site) == []
    messages = [record.getMessage() for record in caplog.records if "CDN" in record.getMessage()]
    assert len(messages) == 2
    assert str(status) in messages[0]
    assert "has the kept purges" in messages[1]


def test_a_thread_that_failed_rests_and_tries_again(
    site: SmallSite, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    teller = site.service.teller
    assert teller is not None
    rests: list[float] = []

    def rest(seconds: float) -> bool:
        rests.append(seconds)
        network.status = 200 if len(rests) == 3 else 500
        return False

    monkeypatch.setattr(teller._ended, "wait", rest)
    network.status = 500
    save(site, "One")
    teller.start()
    wait_until_told(site)
    assert rests == [1.0, 2.0, 4.0]


def test_rows_of_a_process_that_is_gone_are_told_by_another(build_told: Build, network: SmallNetwork) -> None:
    command, server = build_told(), build_told()
    save(command, "One")
    server.service.begin_to_serve()
    wait_until_told(server)
    assert network.keys


def test_a_command_tells_when_it_ends(
    build_told: Build, network: SmallNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[Callable[[], object]] = []
    site = build_told()
    teller = site.service.teller
    assert teller is not None
    monkeypatch.setattr(
        "cms.cache.cdn.telling.atexit.register",
        lambda action, *rest: registered.append(action) if action == teller.try_once else None,
    )
    save(site, "One")
    save(site, "Two")
    assert len(registered) == 1
    registered[0]()
    assert kept(site) == []
    assert len(network.told) == 1


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n", None])
def test_what_is_no_web_server_is_kept_for_later(
    build_told: Build, answer: bytes | None, raw_server: Callable[[bytes], int]
) -> None:
    port = free_port() if answer is None else raw_server(answer)
    site = build_told(CDN_PURGE_URL=f"http://127.0.0.1:{port}/")
    save(site, "One")
    assert site.service.teller is not None
    assert site.service.teller.try_once() is False
    assert len(kept(site)) == 1


def test_a_database_that_is_away_is_tried_again(build_told: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    site = build_told()
    with site.app.app_context():
        CdnPurge.__table__.drop(db.engine)  # type: ignore[attr-defined]  # a Table
        # A catalogue was edited: readers get it, and nothing fails.
        purge_now("ui@pt")
    assert site.service.teller is not None
    assert site.service.teller.try_once() is False
    with pytest.raises(OperationalError):
        kept(site)


def test_the_credential_is_sent(network: SmallNetwork) -> None:
    keys = Keys("Cache-Tag", 60, b"k")
    Network(network.url, keys, ("Authorization", "Bearer secret")).purge(["posts:1"])
    Network(network.url, keys, ("Fastly-Key", "secret")).purge(["posts:1"])
    assert network.told[0][0]["authorization"] == "Bearer secret"
    assert network.told[1][0]["fastly-key"] == "secret"
    assert network.told[0][1] == {"tags": [*keys.of(["posts:1"]), "many"]}


def test_many_keys_go_in_several_requests_and_too_many_become_everything(network: SmallNetwork) -> None:
    sender = Network(network.url, Keys("Cache-Tag", 60, b"k"), None)
    sender.purge(f"posts:{number}" for number in range(70))
    assert [len(content["tags"]) for _, content in network.told] == [30, 30, 11]
    network.told.clear()
    sender.purge(f"posts:{number}" for number in range(5000))
    assert network.keys == ["everything"]


def test_nothing_secret_is_logged(network: SmallNetwork) -> None:
    assert Network(f"{network.url}?token=secret", Keys("Cache-Tag", 60, b"k"), None).host == "127.0.0.1"


def test_keys_without_an_address_for_purges(build_told: Build) -> None:
    site = build_told(CDN_PURGE_URL=None)
    assert site.service.teller is None
    site.service.begin_to_serve()
    save(site, "One")
    assert kept(site) == []
