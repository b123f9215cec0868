"""The map of the site costs a query for each kind of content, and a part of it no more on a large site."""

from collections.abc import Callable
from typing import Any

import pytest

from cms.content import site_map
from cms.content.queries import public_models
from cms.content.site_map import Part
from cms.extensions import db
from tests.factories import make_page, make_post

pytestmark = pytest.mark.usefixtures("app_context")


def test_the_map_costs_a_query_for_each_kind(count_queries: Callable[..., Any]) -> None:
    for _ in range(3):
        make_post()
        make_page()
    db.session.expire_all()
    with count_queries() as found:
        parts = site_map.parts()
    assert len(found) == len(public_models())
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
