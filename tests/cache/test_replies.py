"""Answering from an entry: the encoding, the conditions, and parts of a page."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.http import parse_content_range_header

from cms.cache.entries import Entry
from cms.cache.replies import answer, matches

BODY = bytes(range(256)) * 4
TEXT = b"A text that can be made smaller, and smaller still. " * 20


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ('"x",W/"abc" , "y"', True),
        ("*", True),
        (" * ", True),
        ('"ABC"', False),
        ("abc", False),
        ('"abc', False),
        ("", False),
        ('"x", *', False),
        ('"abc", ' * 1000, False),
    ],
)
def test_if_none_match(condition: str, expected: bool) -> None:
    assert matches(condition, '"abc"') is expected


def test_if_match_compares_strongly() -> None:
    assert matches('"x", "abc"', '"abc"', strong=True)
    assert not matches('W/"abc"', '"abc"', strong=True)


def entry(body: bytes = BODY, kind: str = "image/jpeg", status: str = "200 OK") -> Entry:
    headers = [("Content-Type", kind)]
    return Entry.of_reply(key="k", status=status, headers=headers, body=body, tags=[], sequence=1, expires=1.0)


def ask(one: Entry, *, method: str = "GET", hit: bool = True, **headers: str) -> tuple[int, Headers, bytes]:
    """Status, headers and body of the reply to a request with these headers."""
    environ = {"REQUEST_METHOD": method} | {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    begun: list[Any] = []
    body = b"".join(answer(one, environ, lambda status, given: begun.extend([status, given]), hit=hit))
    return int(begun[0][:3]), Headers(begun[1]), body


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, 1023),
        ("bytes=1000-5000", 1000, 1023),
        ("bytes=1023-1023", 1023, 1023),
        ("bytes=-1", 1023, 1023),
        ("bytes=-300", 724, 1023),
        ("bytes=-9999", 0, 1023),
        ("bytes=0-", 0, 1023),
        ("Bytes = 7-8 ", 7, 8),
        ("bytes=00000007-08", 7, 8),
    ],
)
def test_a_part(asked: str, first: int, last: int) -> None:
    status, headers, body = ask(entry(), range=asked)
    assert (status, body) == (206, BODY[first : last + 1])
    assert headers["Content-Range"] == f"bytes {first}-{last}/1024"
    assert headers.getlist("Content-Length") == [str(last + 1 - first)]
    whole = ask(entry())[1]
    for name in ("ETag", "Vary", "Cache-Control", "Content-Type", "Accept-Ranges", "X-Cache"):
        assert headers[name] == whole[name]


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0", "bytes=1024-1024", "bytes=-000"])
def test_a_part_behind_the_end(asked: str) -> None:
    status, headers, body = ask(entry(), range=asked)
    assert (status, headers["Content-Range"], headers["Content-Length"], body) == (416, "bytes */1024", "0", b"")


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5",
        "bytes=9-5",
        "bytes=0-1,5-6",
        "bytes=0-1,",
        "bytes=a-b",
        "bytes=0x0-0x5",
        "bytes=+1-2",
        "bytes=--1",
        "bytes=1 -2",
        "bytes=1.0-2",
        "bytes=\u0661-\u0662",
        "bytes=\u00b2-",
        "lines=0-5",
        "bytes 0-5/10",
        "bytes=0-1\x00",
        "bytes=" + "0" * 100 + "-1",
        "bytes=0-1," * 10_000,
    ],
)
def test_an_odd_range_gives_all_of_it(asked: str) -> None:
    status, headers, body = ask(entry(), range=asked)
    assert (status, body) == (200, BODY)
    assert "Content-Range" not in headers


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=70), st.from_regex(r"bytes=[0-9]{0,5}-[0-9]{0,40}(,.*)?", fullmatch=True)))
def test_no_range_is_an_exception(asked: str) -> None:
    status, headers, body = ask(entry(), range=asked)
    assert int(headers["Content-Length"]) == len(body)
    if status == 206:
        parsed = parse_content_range_header(headers["Content-Range"])
        assert parsed is not None
        assert parsed.start is not None
        assert body == BODY[parsed.start : parsed.stop]
    else:
        assert (status, body) in ((200, BODY), (416, b""))


def test_a_part_is_of_the_encoding_that_is_sent() -> None:
    page = entry(TEXT, "text/html")
    for encoding in ("br", "gzip"):
        status, headers, body = ask(page, range="bytes=2-9", accept_encoding=encoding)
        packed = page.variants[encoding]
        assert (status, body, headers["Content-Encoding"]) == (206, packed.body[2:10], encoding)
        assert headers["Content-Range"] == f"bytes 2-9/{len(packed.body)}"
        assert headers["ETag"] == packed.etag


def test_if_range_is_about_the_very_bytes() -> None:
    page = entry(TEXT, "text/html")
    etag = page.variants["br"].etag
    assert ask(page, range="bytes=0-4", accept_encoding="br", if_range=etag)[0] == 206
    others = (f"W/{etag}", page.identity.etag, "Fri, 20 Nov 2026 12:00:00 GMT", "", "*", f'{etag}, "x"')
    for other in others:
        status, _, body = ask(page, range="bytes=0-4", accept_encoding="br", if_range=other)
        assert (status, body) == (200, page.variants["br"].body), other
    # Nor does it matter that the range would have been behind the end.
    assert ask(page, range="bytes=99999-", accept_encoding="br", if_range='"other"')[0] == 200


def test_ranges_are_for_pages_that_are_there_and_for_get() -> None:
    assert ask(entry(), method="HEAD", range="bytes=0-4")[0] == 200
    assert ask(entry(status="404 NOT FOUND"), range="bytes=0-4")[0] == 404
    assert ask(entry(b""), range="bytes=0-4")[0] == 200


def test_a_part_of_a_page_that_was_just_rendered() -> None:
    status, headers, _ = ask(entry(), hit=False, range="bytes=0-4")
    assert (status, headers.getlist("X-Cache")) == (206, ["miss"])


def test_conditions_come_before_ranges() -> None:
    one = entry()
    etag = one.identity.etag
    assert ask(one, range="bytes=0-4", if_none_match=etag)[0] == 304
    assert ask(one, range="bytes=0-4", if_none_match='"other"')[0] == 206
    assert ask(one, range="bytes=0-4", if_match=etag)[0] == 206
    assert ask(one, range="bytes=0-4", if_match='"other"')[0] == 412
    assert ask(one, if_match="*")[0] == 200
    assert ask(one, if_match=etag)[0] == 200
    status, headers, body = ask(one, if_match=f"W/{etag}", if_none_match=etag)
    assert (status, headers["Content-Length"], body) == (412, "0", b"")
    assert ask(entry(status="404 NOT FOUND"), if_match='"other"', if_none_match="*")[0] == 404


def test_a_validator_of_one_encoding_is_none_of_another() -> None:
    page = entry(TEXT, "text/html")
    tags = {name: variant.etag for name, variant in page.variants.items()}
    for accepted, own in tags.items():
        for etag in tags.values():
            status, headers, _ = ask(page, accept_encoding=accepted, if_none_match=etag)
            assert (status, headers["ETag"]) == (304 if etag == own else 200, own)
    every = ", ".join(tags.values())
    assert ask(page, accept_encoding="br", if_none_match=every)[1]["ETag"] == tags["br"]


def test_an_encoding_that_is_not_there_is_replaced_by_the_next_best() -> None:
    page = entry(TEXT, "text/html")
    del page.variants["br"]
    assert ask(page, accept_encoding="br, gzip;q=0.5")[1]["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in ask(page, accept_encoding="br")[1]
