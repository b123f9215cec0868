"""The form of a page in the store: what is not ours is nothing, and never an exception."""

import gzip
import json
import pickle
import struct
from hashlib import blake2b

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.cache.entries import Entry, decode

SECRET = b"k" * 32
KEY = '["http", "example.org", "", "/en/", ""]'
BODY = "Ein längerer Text, der sich komprimieren lässt. ".encode() * 20


def entry(body: bytes = BODY, kind: str = "text/html; charset=utf-8") -> Entry:
    return Entry.of_reply(
        key=KEY,
        status="200 OK",
        headers=[
            ("Content-Type", kind),
            ("Content-Length", "1"),
            ("ETag", '"theirs"'),
            ("Cache-Control", "max-age=60"),
            ("Link", "</x>; rel=next"),
            ("Link", "</y>; rel=prev"),
        ],
        body=body,
        tags=["posts@en", "*"],
        sequence=17,
        expires=1234.5,
    )


def signed(content: bytes) -> bytes:
    return blake2b(content, digest_size=16, key=SECRET).digest() + content


def test_there_and_back() -> None:
    one = entry()
    again = decode(one.encode(SECRET), KEY, SECRET)
    assert again is not None
    assert (again.status, again.tags, again.sequence, again.expires) == ("200 OK", ["posts@en", "*"], 17, 1234.5)
    assert again.identity.body == BODY
    assert set(again.variants) == {"identity", "br", "gzip"}
    for name, variant in again.variants.items():
        assert variant.hit == one.variants[name].hit
        assert variant.body == one.variants[name].body
    assert len(again.variants["br"].body) < len(again.variants["gzip"].body) < len(BODY)
    assert brotli.decompress(again.variants["br"].body) == gzip.decompress(again.variants["gzip"].body) == BODY
    assert again.code == 200
    assert again.validated_at == -1


def test_headers_that_are_said_anew_are_dropped_and_others_kept_in_order() -> None:
    names = [name for name, _ in entry().headers]
    assert names == ["Content-Type", "Link", "Link"]


@pytest.mark.parametrize(("body", "kind"), [(b"short", "text/html"), (BODY, "image/jpeg"), (BODY, "")])
def test_what_does_not_gain_is_not_compressed(body: bytes, kind: str) -> None:
    one = entry(body, kind)
    assert set(one.variants) == {"identity"}
    again = decode(one.encode(SECRET), KEY, SECRET)
    assert again is not None
    assert set(again.variants) == {"identity"}
    assert again.identity.body == body


def test_the_mark_of_a_version_follows_its_content() -> None:
    assert entry().identity.etag == entry().identity.etag
    assert entry().identity.etag != entry(BODY + b"!").identity.etag
    assert entry().identity.etag != entry(kind="text/plain").identity.etag
    assert len({variant.etag for variant in entry().variants.values()}) == 3


def test_only_what_is_there_in_parts_says_so() -> None:
    assert ("Accept-Ranges", "bytes") in entry().identity.hit
    missing = Entry(key=KEY, status="404 NOT FOUND", headers=[], body=b"", tags=[], sequence=1, expires=1.0)
    assert ("Accept-Ranges", "bytes") not in missing.identity.hit


def test_an_entry_of_another_address_or_another_secret_is_none() -> None:
    data = entry().encode(SECRET)
    assert decode(data, KEY.replace("/en/", "/pt/"), SECRET) is None
    assert decode(data, KEY, b"x" * 32) is None


class Planted:
    """What unpickles this runs it."""

    def __reduce__(self) -> tuple[object, ...]:
        return pytest.fail, ("a pickle was loaded",)


@pytest.mark.parametrize(
    "data",
    [
        None,
        7,
        "text",
        b"",
        b"garbage",
        b"!" + pickle.dumps({"a": 1}),
        pickle.dumps(Planted()),
        b"\x00" * 100,
        signed(b""),
        signed(b"BPC2"),
        signed(struct.pack(">4sIII", b"BPC1", 2, 0, 0) + b"{}"),
        signed(struct.pack(">4sIIII", b"BPC1", 2, 0, 0, 0) + b"{}"),
        signed(struct.pack(">4sIIII", b"BPC2", 4_000_000_000, 0, 0, 0) + b"{}"),
        signed(struct.pack(">4sIIII", b"BPC2", 2, 1, 0, 0) + b"{}"),
    ],
)
def test_garbage_is_none(data: object) -> None:
    assert decode(data, KEY, SECRET) is None


def test_a_cut_or_changed_entry_is_none() -> None:
    data = entry().encode(SECRET)
    for place in (3, 20, 40, len(data) // 2, len(data) - 1):
        assert decode(data[:place], KEY, SECRET) is None
        changed = bytearray(data)
        changed[place] ^= 1
        assert decode(bytes(changed), KEY, SECRET) is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_are_an_exception(data: bytes) -> None:
    assert decode(data, KEY, SECRET) is None


def test_the_facts_are_plain_json() -> None:
    data = entry().encode(SECRET)
    _, length, *_ = struct.unpack_from(">4sIIII", data, 16)
    facts = json.loads(data[36 : 36 + length])
    assert facts["key"] == KEY
    assert set(facts) == {"key", "status", "headers", "tags", "sequence", "expires"}


def test_the_size_counts_bodies_and_tags() -> None:
    assert entry(BODY * 10).byte_size > entry().byte_size > sum(len(one.body) for one in entry().variants.values())
