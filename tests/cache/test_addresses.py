"""Which requests are for public pages, and what their addresses are."""

from typing import Any

import pytest

from cms.cache.addresses import Addresses, _known_digest, is_public


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/en/", True),
        ("/sitemap.xml", True),
        ("/administrators", True),
        ("/mediation", True),
        ("/", False),
        ("", False),
        ("*", False),
        ("/admin", False),
        ("/admin/posts/", False),
        ("/account/login", False),
        ("/language/pt", False),
        ("/static/site.css", False),
        ("/media/a.jpg", False),
        ("/files/a.pdf", False),
        ("/healthz", False),
        ("/_debug_toolbar/static/x", False),
    ],
)
def test_what_is_public(path: str, expected: bool) -> None:
    assert is_public(path) is expected
    assert (ADDRESSES.of(request(path=path)) is not None) is expected


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "PUT", "get", ""])
def test_only_get_and_head_have_addresses(method: str) -> None:
    assert ADDRESSES.of(request() | {"REQUEST_METHOD": method}) is None
    assert ADDRESSES.of(request() | {"REQUEST_METHOD": "HEAD"}) is not None


def request(host: str | None = "example.org", query: str = "", path: str = "/en/", port: str = "80") -> dict[str, Any]:
    environ = {
        "REQUEST_METHOD": "GET",
        "wsgi.url_scheme": "http",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": port,
        "PATH_INFO": path,
        "QUERY_STRING": query,
    }
    return environ if host is None else environ | {"HTTP_HOST": host}


ADDRESSES = Addresses({"page", "month"}, "https://www.example.org:8443", ["Example.org"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ""),
        ("page=2", "page=2"),
        ("utm_source=x&page=2&fbclid=y", "page=2"),
        ("page=2&month=3", "month=3&page=2"),
        ("page=1&page=2", "page=1"),
        ("%70age=2", "page=2"),
        ("page", "page="),
        ("page=%C3%BC", "page=%C3%BC"),
        ("page=%FF%00", "page=%EF%BF%BD%00"),
        ("page[]=2&PAGE=3", ""),
        ("&&&=&", ""),
        ("page=" + "9" * 5000, ""),
    ],
)
def test_the_query_is_brought_to_one_form(query: str, expected: str) -> None:
    assert ADDRESSES.query(query) == expected


def test_without_a_list_no_parameter_counts() -> None:
    assert Addresses((), None, ()).query("page=2") == ""


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("example.org", True),
        ("EXAMPLE.org", True),
        ("example.org:80", True),
        ("example.org:8080", False),
        ("www.example.org:8443", True),
        ("www.example.org", False),
        ("localhost", True),
        ("[::1]:80", True),
        ("[::1]", True),
        ("evil.example", False),
        (None, True),
    ],
)
def test_hosts_of_ours(host: str | None, known: bool) -> None:
    found = ADDRESSES.of(request(host))
    assert found is not None
    assert found.known is known


@pytest.mark.parametrize("host", ["a b", "a/b", "a\nb", "ä.example", "x" * 300, "a:b", "[zz]", "a:123456", "<script>"])
def test_what_cannot_be_a_host_has_no_address(host: str) -> None:
    assert ADDRESSES.of(request(host)) is None


def test_different_addresses_have_different_texts_and_places() -> None:
    requests = [
        request(),
        request(path="/pt/"),
        request(query="page=2"),
        request("localhost"),
        request() | {"wsgi.url_scheme": "https"},
        request() | {"SCRIPT_NAME": "/blog"},
        request(path='/en/", "'),
        request(path="/en/\n"),
        request(path="/en/\x00\xff"),
    ]
    found = [ADDRESSES.of(one) for one in requests]
    assert all(found)
    assert len({one.text for one in found if one}) == len(requests)
    assert len({one.place("r1") for one in found if one}) == len(requests)


def test_releases_do_not_share_places() -> None:
    address = ADDRESSES.of(request())
    assert address is not None
    assert address.place("r1") != address.place("r2")
    assert address.shared_place("r1") != address.shared_place("r2")


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.cache.addresses._MOST_KEPT", 5)
    addresses = Addresses({"page"}, None, ())
    for number in range(20):
        found = addresses.of(request(query=f"page={number}"))
        assert found is not None
        assert found.query == f"page={number}"
    assert len(addresses._found) <= 5
    before = dict(addresses._found)
    assert addresses.of(request(path="/en/" + "x" * 500)) is not None
    assert addresses.of(request() | {"HTTP_HOST": "x" * 500}) is None
    assert addresses._found == before


def test_no_digest_of_a_long_address_is_remembered() -> None:
    _known_digest.cache_clear()
    for length, remembered in ((5, 1), (5, 1), (5000, 1)):
        address = ADDRESSES.of(request(path="/en/" + "x" * length))
        assert address is not None
        assert address.place("r1") != address.place("r2")
        assert _known_digest.cache_info().currsize == 2 * remembered
