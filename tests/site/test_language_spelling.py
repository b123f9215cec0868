"""Another spelling of a language leads to the canonical one, from the cache the second time."""

from typing import Any


def test_a_redirect_between_spellings_is_kept(client: Any, db_session: Any) -> None:
    first, second = (client.get("/zh-cn/?page=2") for _again in range(2))
    assert (first.status_code, first.headers["Location"]) == (301, "/zh-Hans/?page=2")
    assert [first.headers["X-Cache"], second.headers["X-Cache"]] == ["miss", "hit"]
    assert second.headers["Location"] == "/zh-Hans/?page=2"
