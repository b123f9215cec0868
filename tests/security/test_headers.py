"""What browsers are told about every answer."""

import pytest
from flask import Response, g, render_template_string

from cms.security import headers
from cms.security.headers import NonceNotAllowed, add_headers, allow_framing, csp_nonce, policy


def rules(text):
    """A policy as a mapping from directive to its sources."""
    return {name: sources for name, _blank, sources in (part.partition(" ") for part in text.split("; "))}


def test_every_answer_has_them(client):
    """A page that is found, one that is not, and one that is refused."""
    for path, method in [("/account/login", "GET"), ("/nowhere-at-all", "GET"), ("/account/logout", "GET")]:
        answer = client.open(path, method=method)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_public_policy_is_the_same_for_everybody(app):
    """Cached pages cannot have a nonce; nothing inline runs, nothing comes from elsewhere but the video player."""
    with app.test_request_context("/en/"):
        first = add_headers(Response()).headers["Content-Security-Policy"]
    with app.test_request_context("/pt/"):
        assert add_headers(Response()).headers["Content-Security-Policy"] == first
    told = rules(first)
    assert told["script-src"] == told["style-src"] == "'self'"
    assert told["frame-src"] == "https://www.youtube-nocookie.com"
    assert told["frame-ancestors"] == "'none'"
    assert "unsafe" not in first
    assert first.count("http") == 1


def test_a_nonce_is_new_for_each_request_and_the_same_within_one(app):
    """The header names what the template was given."""
    seen = set()
    for _request in range(2):
        with app.test_request_context("/admin/"):
            given = csp_nonce()
            assert render_template_string("{{ csp_nonce() }}") == given
            told = rules(add_headers(Response()).headers["Content-Security-Policy"])
            assert told["script-src"] == told["style-src"] == f"'self' 'nonce-{given}'"
            seen.add(given)
    assert len(seen) == 2


def test_no_nonce_where_no_template_asked(app):
    """Nothing is allowed that is not needed."""
    with app.test_request_context("/admin/"):
        assert "nonce" not in add_headers(Response()).headers["Content-Security-Policy"]


def test_a_public_page_cannot_ask_for_a_nonce(app):
    """It would be kept in the cache."""
    with app.test_request_context("/en/"), pytest.raises(NonceNotAllowed, match="cached"):
        csp_nonce()


def test_only_the_preview_may_be_framed_and_by_this_site_alone(app):
    """Both headers that say so."""
    with app.test_request_context("/admin/posts/preview/"):
        allow_framing()
        answer = add_headers(Response())
        assert g.may_be_framed
    assert rules(answer.headers["Content-Security-Policy"])["frame-ancestors"] == "'self'"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_editor_may_show_what_is_not_uploaded_yet():
    """Personal pages may use blobs as pictures and frames of this site; public ones may not."""
    personal = rules(policy(personal=True, framed=False, nonce=None))
    public = rules(policy(personal=False, framed=False, nonce=None))
    assert "blob:" in personal["img-src"]
    assert "'self'" in personal["frame-src"].split()
    assert "blob:" not in public["img-src"]
    assert "'self'" not in public["frame-src"].split()


def test_a_view_may_be_stricter(app):
    """What a view has set stays."""
    with app.test_request_context("/files/a.html"):
        answer = add_headers(Response(headers={"Content-Security-Policy": "sandbox", "Cache-Control": "max-age=60"}))
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["Cache-Control"] == "max-age=60"


@pytest.mark.parametrize(("path", "kept"), [("/admin/", "private, no-cache"), ("/en/", None)])
def test_personal_pages_stay_in_the_browser(app, path, kept):
    """Public pages are the cache's own affair."""
    with app.test_request_context(path):
        assert add_headers(Response()).headers.get("Cache-Control") == kept


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_https_from_now_on_where_the_site_has_it(app, secure, scheme):
    """Told by the same setting as cookies, and never over plain HTTP."""
    app.config["SESSION_COOKIE_SECURE"] = secure
    with app.test_request_context("/en/", base_url=f"{scheme}://localhost"):
        answer = add_headers(Response())
    told = headers.HSTS if secure and scheme == "https" else None
    assert answer.headers.get("Strict-Transport-Security") == told
