"""Which encodings there are of a page, and which of them a visitor likes best."""

import gzip
import random

import brotli
import pytest

from cms.cache.encodings import compressed, preferred

BODY = b"A text that can be made smaller, and smaller still. " * 20


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=0, x-gzip", ""),
        ("br", "br"),
        ("Br", "br"),
        ("gzip, deflate, br, zstd", "br gzip"),
        ("gzip;q=1.0, br;q=0.9", "gzip br"),
        ("gzip;q=0.5, br;q=0.5", "br gzip"),
        ("br;q=0, gzip", "gzip"),
        ("deflate, br", "br"),
        ("deflate, zstd", ""),
        ("*", "br gzip"),
        ("*, br;q=0", "gzip"),
        ("*;q=0.5, gzip;q=0.1", "br"),
        ("*;q=0.5, gzip;q=0.1, identity;q=0", "br gzip"),
        ("*;q=0", ""),
        ("*;q=0, gzip", "gzip"),
        ("gzip;q=0", ""),
        ("gzip;q=0, *", "br"),
        ("gzip; q=0.0", ""),
        ("gzip;q=0.001", "gzip"),
        ("gzip;q=0.5, identity", ""),
        ("gzip;q=0.5, identity;q=0.6, br;q=0.7", "br"),
        ("gzip;q=1.0, identity; q=0.5", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0", ""),
        ("identity", ""),
        ("gzip;q=much", ""),
        ("gzip;q=nan, br;q=nan", ""),
        ("gzip;q=9", "gzip"),
        ("gzip;level=3", "gzip"),
        (",,;;q=,gzip", "gzip"),
        ("gzip," * 1000, ""),
    ],
)
def test_accept_encoding(header: str, expected: str) -> None:
    """The plain text is always there, and always the last resort."""
    assert preferred(header) == (*expected.split(), "identity")


def test_each_encoding_gives_the_text_back() -> None:
    packed = compressed(BODY, "text/html; charset=utf-8")
    assert list(packed) == ["br", "gzip"]
    assert brotli.decompress(packed["br"]) == gzip.decompress(packed["gzip"]) == BODY
    assert packed == compressed(BODY, "TEXT/HTML")


@pytest.mark.parametrize("kind", ["application/atom+xml", "application/json", "image/svg+xml", "text/plain"])
def test_texts_of_every_kind_are_compressed(kind: str) -> None:
    assert compressed(BODY, kind)


def test_what_grows_stays_as_it_is() -> None:
    assert compressed(random.Random(1).randbytes(500), "text/plain") == {}
