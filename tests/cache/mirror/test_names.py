"""Which file stands for which address."""

import pytest

from cms.cache.addresses import Address
from cms.cache.entries import Entry
from cms.cache.mirror.names import file_name, headers_mark, may_be_a_file

HTML = ("Content-Type", "text/html; charset=utf-8")


def address(path: str, query: str = "", *, host: str = "example.org", scheme: str = "https", root: str = "") -> Address:
    return Address(scheme, host, root, path, query, known=True)


@pytest.mark.parametrize(
    ("path", "query", "name"),
    [
        ("/en", "", "https/example.org/en="),
        ("/en/", "", "https/example.org/en/="),
        ("/en/posts/hello-world_2.0~", "", "https/example.org/en/posts/hello-world_2.0~="),
        ("/en/", "page=2", "https/example.org/en/=page=2"),
    ],
)
def test_names_tell_addresses_apart(path: str, query: str, name: str) -> None:
    assert file_name(address(path, query)) == name


@pytest.mark.parametrize(
    "path",
    [
        "/en/../x",
        "/..",
        "/.",
        "/.hidden",
        "//en",
        "/en//x",
        "/en/x=y",
        "/en/ä",
        "/en/%41",
        "/a b",
        "/a\n",
        "/a\0",
        "en",
        "/a;b",
        "",
    ],
)
def test_what_could_mean_something_else_has_no_file(path: str) -> None:
    assert file_name(address(path)) is None


@pytest.mark.parametrize(
    "query",
    ["page=../x", "page=01", "page=0", "page=12345678", "a=1&page=2", "page=a/b", "page=%2e", "a b", "page=2\n", "q=."],
)
def test_odd_queries_have_no_file(query: str) -> None:
    assert file_name(address("/en/", query)) is None


@pytest.mark.parametrize("host", ["..", ".x", "-x", "", "a/b", "[::1]", "EXAMPLE.org", "a b"])
def test_odd_hosts_have_no_file(host: str) -> None:
    assert file_name(address("/en/", host=host)) is None


def test_long_and_mounted_addresses_have_no_file() -> None:
    assert file_name(address("/" + "x" * 239)) is not None
    assert file_name(address("/" + "x" * 240)) is None
    assert file_name(address("/x" * 500)) is None
    assert file_name(address("/en/", root="/site")) is None
    assert file_name(address("/en/", scheme="ftp")) is None


def entry(status: str = "200 OK", headers: tuple[tuple[str, str], ...] = (HTML,)) -> Entry:
    return Entry(key="[]", status=status, headers=list(headers), body=b"", tags=[], sequence=1, expires=0.0)


def test_only_pages_are_files() -> None:
    assert may_be_a_file(entry())
    assert not may_be_a_file(entry("404 NOT FOUND"))
    assert not may_be_a_file(entry(headers=()))
    assert not may_be_a_file(entry(headers=(("Content-Type", "application/atom+xml"),)))


def test_a_mark_stands_for_headers_in_any_order() -> None:
    one, two = ("X-A", "1"), ("X-B", "2")
    assert headers_mark([HTML, one, two]) == headers_mark([("x-b", "2"), HTML, ("x-a", "1")])
    assert len({headers_mark([HTML]), headers_mark([HTML, one]), headers_mark([HTML, ("X-A", "2")])}) == 3
