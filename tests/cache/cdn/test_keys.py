"""The keys of a page, and the headers that give them."""

import re

import pytest

from cms.cache.cdn.keys import LONGEST, Keys
from cms.cache.entries import Entry

SECRET = b"k" * 32
NOW = 1_800_000_000.0


def entry(tags: list[str], expires: float = NOW + 10_000) -> Entry:
    return Entry(key="k", status="200 OK", headers=[], body=b"page", tags=tags, sequence=1, expires=expires)


def headers(keys: Keys, one: Entry, *, status: str = "200 OK", fresh: bool = True) -> dict[str, str]:
    return dict(keys.headers(one, status, NOW, fresh=fresh))


def test_keys_tell_nothing_and_are_of_one_site() -> None:
    keys = Keys("Surrogate-Key", 3600, SECRET)
    found = keys.of(["posts:12", "posts@pt", "posts*a-key", "users:7"])
    assert len(set(found)) == 4
    assert all(re.fullmatch(r"[a-z2-7]{16}", key) for key in found)
    assert found == Keys("Cache-Tag", 60, SECRET).of(["users:7", "posts*a-key", "posts@pt", "posts:12", "users:7"])
    assert set(found).isdisjoint(Keys("Surrogate-Key", 3600, b"x" * 32).of(["posts:12", "posts@pt"]))


@pytest.mark.parametrize(
    ("header", "separator", "control"),
    [
        ("Surrogate-Key", " ", "Surrogate-Control"),
        ("surrogate-key", " ", "Surrogate-Control"),
        ("Cache-Tag", ",", "CDN-Cache-Control"),
        ("Edge-Cache-Tag", ",", "CDN-Cache-Control"),
        ("xkey", " ", "CDN-Cache-Control"),
    ],
)
def test_headers(header: str, separator: str, control: str) -> None:
    keys = Keys(header, 3600, SECRET)
    found = headers(keys, entry(["posts:12", "posts@pt", "*"]))
    assert set(found) == {header, control}
    assert found[header].split(separator) == [*keys.of(["*", "posts:12", "posts@pt"])]
    assert "everything" in found[header].split(separator)
    assert found[control] == "max-age=3600"


def test_no_page_is_kept_beyond_the_moment_at_which_it_changes() -> None:
    keys = Keys("Cache-Tag", 3600, SECRET)
    for expires, seconds in ((NOW + 59.9, 59), (NOW + 0.5, 0), (NOW - 5, 0)):
        assert headers(keys, entry(["*"], expires))["CDN-Cache-Control"] == f"max-age={seconds}"
    assert headers(keys, entry(["*"]), fresh=False)["CDN-Cache-Control"] == "max-age=0"


@pytest.mark.parametrize("status", ["412 Precondition Failed", "416 Range Not Satisfiable"])
def test_a_reply_about_the_request_says_nothing_of_the_page(status: str) -> None:
    assert headers(Keys("Cache-Tag", 3600, SECRET), entry(["*"]), status=status) == {}


def test_more_keys_than_a_header_holds_become_one_that_every_purge_has() -> None:
    keys = Keys("Surrogate-Key", 3600, SECRET)
    tags = [f"posts:{number}" for number in range(2000)]
    assert len(headers(keys, entry(tags[:900]))["Surrogate-Key"]) < LONGEST
    assert headers(keys, entry([*tags, "*"]))["Surrogate-Key"] == "everything many"
    assert "many" in keys.to_purge(["posts:3"])
    assert keys.to_purge(["posts:3", "*"]) == ["everything"]
