"""The debug toolbar: for developers, on every page, and nowhere else."""

import sys

import pytest

from tests.site_client import SiteClient, signed_in


@pytest.fixture
def developing(make_app):
    """An application as `make dev` runs it."""
    return make_app(migrated=True, APP_ENV="development", DEBUG=True, PAGE_CACHE=False)


def test_the_toolbar_is_on_public_pages(developing):
    """With the queries of the page; there is no session to open."""
    page = SiteClient.of(developing).get("/en/")
    assert b'id="flDebug"' in page.data
    assert b"SQLAlchemy" in page.data
    assert "Content-Security-Policy" not in page.headers
    assert "default-src" in page.headers["Content-Security-Policy-Report-Only"]


def test_the_toolbar_is_in_the_back_office(developing):
    """Redirects are followed as usual."""
    assert b'id="flDebug"' in signed_in(developing, "editor").get("/admin/posts/").data
    assert SiteClient.of(developing).get("/").status_code == 302


def test_visitors_have_no_toolbar(client):
    """And a policy that refuses."""
    page = client.get("/en/")
    assert b"flDebug" not in page.data
    assert "Content-Security-Policy-Report-Only" not in page.headers


def test_development_works_without_the_toolbar(make_app, monkeypatch):
    """Where only the requirements of a running site are installed."""
    monkeypatch.setitem(sys.modules, "flask_debugtoolbar", None)
    app = make_app(migrated=True, APP_ENV="development", DEBUG=True)
    assert b"flDebug" not in SiteClient.of(app).get("/en/").data
