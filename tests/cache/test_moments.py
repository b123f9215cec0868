"""Scheduled publications: no page is kept beyond the moment that touches it."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from cms.cache import depends_on
from cms.cache.moments import next_moment
from cms.content import publishing
from cms.extensions import db
from cms.models import Revision
from cms.security.policy import SYSTEM
from tests.cache.conftest import Clock, SmallSite
from tests.factories import make_post, translate

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def plan(object_id: int, moment: datetime | None, locale: str = "en", model: str = "posts") -> None:
    facts = {"model": model, "object_id": object_id, "locale": locale, "translation_key": f"key{object_id}"}
    db.session.add(Revision(**facts, number=1, kind="draft", data={}, publish_at=moment))
    db.session.commit()


@pytest.fixture
def planned(build_site: Callable[..., SmallSite]) -> Iterator[None]:
    with build_site().app.app_context():
        plan(1, NOON)
        plan(2, NOON + timedelta(hours=1))
        plan(3, NOON - timedelta(hours=1), locale="pt")
        plan(4, None)
        yield


@pytest.mark.parametrize(
    ("tags", "hours"),
    [
        ({"posts@en", "posts@pt"}, -1),
        ({"posts@en"}, 0),
        ({"posts:2"}, 1),
        ({"posts@*"}, -1),
        ({"posts*key2", "posts*another", "pages*key1"}, 1),
        ({"posts:12", "pages:1", "posts@de", "settings", "*"}, None),
        ({"posts:4", "pages@en", "ui@en"}, None),
        (set(), None),
    ],
)
def test_the_earliest_moment_that_touches_the_page(planned: None, tags: set[str], hours: int | None) -> None:
    found = next_moment(db.engine, tags, NOON - timedelta(days=1))
    assert found == (None if hours is None else NOON + timedelta(hours=hours))


def test_moments_that_have_passed_do_not_count(planned: None) -> None:
    assert next_moment(db.engine, {"posts@en"}, NOON) == NOON + timedelta(hours=1)


def test_a_page_ends_at_the_moment_and_not_before(site: SmallSite, clock: Clock) -> None:
    site.service.clock = clock
    moment = datetime.fromtimestamp(clock.now + 60, UTC)
    with site.app.app_context():
        plan(1, moment)

    def page(environ: dict[str, Any]) -> str:
        depends_on("posts@en")
        return "soon" if clock() < moment.timestamp() else "now"

    site.pages["/en/"] = page
    assert [site.get("/en/").text for _ in range(2)] == ["soon", "soon"]
    clock.now += 59.9
    assert site.mark("/en/") == "hit"
    clock.now += 0.1
    assert site.get("/en/").text == "now"
    clock.now += 3600
    assert site.mark("/en/") == "hit"
    clock.now += 24 * 3600
    assert site.mark("/en/") == "miss"


def test_a_moment_that_comes_while_the_page_renders_counts(site: SmallSite, clock: Clock) -> None:
    site.service.clock = clock
    with site.app.app_context():
        plan(1, datetime.fromtimestamp(clock.now + 1, UTC))

    def slow(environ: dict[str, Any]) -> str:
        clock.now += 2
        depends_on("posts@en")
        return "rendered too early"

    site.pages["/en/"] = slow
    assert [site.mark("/en/") for _ in range(2)] == ["miss", "miss"]


def test_what_is_missing_is_kept_for_a_short_time_only(site: SmallSite, clock: Clock) -> None:
    site.service.clock = clock
    assert [site.mark("/en/none") for _ in range(2)] == ["miss", "hit"]
    clock.now += 61
    assert site.mark("/en/none") == "miss"


def test_a_translation_appears_beside_the_others_at_its_moment(app: Flask) -> None:
    """On the page of the same document in another language, which nothing else touches."""
    visitor = app.test_client()
    with app.app_context():
        english = make_post(locale="en")
        portuguese = translate(english, "pt", status="draft")
        db.session.commit()
        path, other = english.public_path, portuguese.public_path
        assert [visitor.get(path).headers["X-Cache"] for _ in range(2)] == ["miss", "hit"]
        moment = datetime.now(UTC) + timedelta(seconds=1)
        publishing.publish(portuguese, SYSTEM, at=moment)
    assert other not in visitor.get(path).text
    while datetime.now(UTC) < moment:
        time.sleep(0.05)
    assert other in visitor.get(path).text
