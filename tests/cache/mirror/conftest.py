"""Machines with nginx and mirrors, started once for the tests that only ask them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from cms.extensions import db
from tests.cache.mirror.machines import Machine, running_machines
from tests.conftest import TEST_SETTINGS
from tests.databases import TestDatabase
from tests.servers import running_redis


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Machine]]:
    """Two machines on one Redis and one database: each with nginx, a mirror, and an application."""
    folder = tmp_path_factory.mktemp("machines")
    database = f"sqlite:///{folder / 'database.sqlite'}"
    with running_redis() as redis:
        settings = TEST_SETTINGS | {
            "SQLALCHEMY_DATABASE_URI": database,
            "REDIS_URL": redis.url,
            "INSTANCE_PATH": folder / "instance",
            "TRUSTED_PROXIES": 1,
            "PAGE_CACHE_LEASE": 0.02,
        }
        made: list[Flask] = []

        def build(pages: Path) -> Flask:
            made.append(create_app(settings | {"PAGE_MIRROR": pages}))
            if len(made) == 1:
                TestDatabase.migrate(made[0])
            return made[-1]

        variables = {
            "APP_ENV": "testing",
            "SECRET_KEY": TEST_SETTINGS["SECRET_KEY"],
            "DATABASE_URL": database,
            "REDIS_URL": redis.url,
            "INSTANCE_PATH": str(folder / "instance"),
        }
        with running_machines(2, build, **variables) as found:
            found[0].app.extensions["redis of the test"] = redis
            yield found
        for app in made:
            app.extensions["page_cache"].close()
            with app.app_context():
                db.engine.dispose()
