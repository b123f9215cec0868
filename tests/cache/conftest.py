"""Sites of a few lines around the page layer: the real models, and pages that are functions in a test."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine
from werkzeug.test import Client, TestResponse

from cms import cache as page_cache
from cms.cache import depends_on
from cms.cache.pages import PageCache
from cms.cache.service import CacheService
from cms.extensions import db
from tests.cache.bad_days import Days, save
from tests.live_site import LiveSite, live_site
from tests.servers import RedisServer, running_redis

Page = Callable[[dict[str, Any]], str]


@dataclass
class SmallSite:
    """An application, its page layer, and pages that a test writes as functions by path.

    A page function gets the request as the application sees it, and gives a body; `rendered` counts its calls.
    """

    app: Flask
    pages: dict[str, Page] = field(default_factory=dict)
    rendered: list[str] = field(default_factory=list)
    status: str = "200 OK"
    headers: list[tuple[str, str]] = field(default_factory=lambda: [("Content-Type", "text/html; charset=utf-8")])

    @property
    def service(self) -> CacheService:
        service: CacheService = self.app.extensions["page_cache"]
        return service

    @property
    def layer(self) -> PageCache:
        layer: Any = self.app.wsgi_app
        return layer

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        """A visitor's request, each from somebody new."""
        return Client(self.app.wsgi_app, use_cookies=False).open(path, **kwargs)

    def mark(self, path: str, **kwargs: Any) -> str:
        """Where the reply came from."""
        return self.get(path, **kwargs).headers["X-Cache"]

    def application(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        path = environ["PATH_INFO"]
        self.rendered.append(path)
        page = self.pages.get(path)
        if page is None:
            depends_on("posts@en")
            start_response("404 NOT FOUND", [("Content-Type", "text/plain")])
            return [b"nothing here"]
        with self.app.app_context():
            body = page(environ).encode()
        start_response(self.status, list(self.headers))
        return [body]


@pytest.fixture(scope="session")
def empty_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("small") / "empty.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    db.Model.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
def build_site(tmp_path: Path, empty_tables: Path) -> Iterator[Callable[..., SmallSite]]:
    """Build a small site: `build_site(REDIS_URL=...)`. Sites of one test share their database and their secret."""
    built: list[SmallSite] = []
    namespace = uuid.uuid4().hex
    shutil.copyfile(empty_tables, tmp_path / "site.sqlite")

    def build(**settings: Any) -> SmallSite:
        app = Flask(f"small{len(built)}", instance_path=str(tmp_path / "instance"))
        app.config.from_mapping(
            TESTING=True,
            SECRET_KEY="not a secret, but long enough for tests",
            SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'site.sqlite'}",
            PAGE_CACHE=True,
            PAGE_CACHE_QUERY=frozenset({"page"}),
            CACHE_NAMESPACE=namespace,
        )
        app.config.update(settings)
        db.init_app(app)
        site = SmallSite(app)
        app.wsgi_app = site.application
        page_cache.init_app(app)
        built.append(site)
        return site

    yield build
    for site in built:
        site.service.close()
        with site.app.app_context():
            db.engine.dispose()


@pytest.fixture(params=["in process", "redis"])
def site(request: pytest.FixtureRequest, build_site: Callable[..., SmallSite]) -> SmallSite:
    """A small site, once with everything in process and once on Redis."""
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("shared_redis")
        return build_site(REDIS_URL=server.url)
    return build_site()


@pytest.fixture
def two_sites(shared_redis: RedisServer, build_site: Callable[..., SmallSite]) -> tuple[SmallSite, SmallSite]:
    """Two sets of memory on one Redis and one database, as two processes have them."""
    return build_site(REDIS_URL=shared_redis.url), build_site(REDIS_URL=shared_redis.url)


@pytest.fixture
def days(redis_server: RedisServer, build_site: Callable[..., SmallSite]) -> Iterator[Days]:
    found = Days(build_site(REDIS_URL=redis_server.url), build_site(REDIS_URL=redis_server.url), redis_server)
    save(found.one, "First")
    assert found.marks() == ["miss", "hit"]
    yield found
    found.client.close()


@pytest.fixture
def quick_days(shared_redis: RedisServer, build_site: Callable[..., SmallSite]) -> Iterator[Days]:
    """The same on a server that nobody stops, emptied for this test."""
    days = Days(build_site(REDIS_URL=shared_redis.url), build_site(REDIS_URL=shared_redis.url), shared_redis)
    days.client.flushall()
    save(days.one, "First")
    assert days.marks() == ["miss", "hit"]
    yield days
    days.client.flushall()
    days.client.close()


@dataclass
class Clock:
    """A clock that a test moves."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def live(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """Two sets of server processes on a PostgreSQL and a Redis of their own."""
    with running_redis() as redis, live_site(postgresql_url, redis, tmp_path_factory.mktemp("live")) as site:
        yield site
