"""Where somebody goes after signing in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.accounts.destinations import destination, is_local
from tests.factories import make_user


@pytest.mark.parametrize("address", ["/", "/admin/", "/admin/posts/edit/?id=7", "/pt/posts/olá", "/a?next=//b", "/a:b"])
def test_addresses_of_this_site(address):
    """Paths, with their queries."""
    assert is_local(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "admin/",
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "/%0d%0a\r\nSet-Cookie: a=b",
        "//[",
        "http:evil.example",
        "\x00/admin/",
    ],
)
def test_addresses_of_other_sites(address):
    """However a browser may read them."""
    assert not is_local(address)


@given(st.text(max_size=40))
def test_whatever_is_taken_begins_with_a_single_slash(address):
    """No text at all gets past: browsers read `/\\` and `//` as another host."""
    if is_local(address):
        assert address[0] == "/"
        assert address[1:2] not in ("/", "\\")
        assert address.isprintable()


@pytest.mark.parametrize(
    ("role", "wanted", "goes_to"),
    [
        ("editor", "/admin/tags/", "/admin/tags/"),
        ("editor", "/pt/", "/pt/"),
        ("editor", "/account/login", "/admin/"),
        ("editor", "/account/logout", "/admin/"),
        ("editor", None, "/admin/"),
        ("editor", "", "/admin/"),
        ("editor", "https://evil.example/", "/admin/"),
        ("member", "/admin/tags/", "/"),
        ("member", "/admin", "/"),
        ("member", "/pt/", "/pt/"),
        ("member", "/account/profile", "/account/profile"),
        ("member", None, "/"),
    ],
)
def test_back_or_home(db_session, role, wanted, goes_to):
    """To what was asked for where it makes sense for the account."""
    assert destination(make_user(role), wanted) == goes_to
