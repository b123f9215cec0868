"""The map of the site costs one query for all kinds of content, and a part of it no more on a large site."""

from collections.abc import Callable
from typing import Any

import pytest

from cms.content import site_map
from cms.content.queries import public_models
from cms.content.site_map import Part
from cms.extensions import db
from tests.factories import make_category, make_page, make_post, make_tag
from tests.site_client import SiteClient

pytestmark = pytest.mark.usefixtures("app_context")


def test_the_map_costs_one_query_and_one_for_each_part(count_queries: Callable[..., Any]) -> None:
    for _ in range(3):
        make_post()
        make_page()
    db.session.expire_all()
    with count_queries() as found:
        parts = site_map.parts()
    assert len(found) == 1
    assert {part.table for part in parts} >= {model.__tablename__ for model in public_models()}
    with count_queries() as found:
        entries = [entry for part in parts for entry in site_map.entries(part)]
    assert len(entries) == 6
    assert len(found) == len(parts)


def test_each_row_is_in_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_map, "PART", 3)
    paths = {make_post().public_path for _ in range(7)}
    make_post(status="draft")
    parts = [part for part in site_map.parts() if part.table == "posts"]
    assert parts == [Part("posts", number) for number in (2, 1, 0)]
    found = [entry.path for part in parts for entry in site_map.entries(part)]
    assert sorted(found) == sorted(paths)
    assert site_map.entries(Part("users", 0)) == []


def test_only_languages_of_the_site_are_listed() -> None:
    make_post(locale="it", slug="navi")
    make_category(locale="it")
    assert [entry for part in site_map.parts() for entry in site_map.entries(part)] == []


def test_topics_are_listed_where_something_is_published_on_them() -> None:
    used, unused, drafted = make_category(), make_category(), make_category()
    tag, other = make_tag(), make_tag()
    make_post(category=used, tags=[tag])
    make_post(category=drafted, tags=[other], status="draft")
    found = {entry.path for part in site_map.parts() for entry in site_map.entries(part)}
    assert {used.public_path, tag.public_path} <= found
    assert found.isdisjoint({unused.public_path, drafted.public_path, other.public_path})


def test_the_map_follows_the_first_post_on_a_topic(client: SiteClient) -> None:
    tag = make_tag()
    assert tag.public_path not in client.get("/sitemap.xml").text
    post = make_post()
    assert tag.public_path not in client.get("/sitemap.xml").text
    post.tags = [tag]
    db.session.commit()
    assert f"<loc>http://localhost{tag.public_path}</loc></url>" in client.get("/sitemap.xml").text
