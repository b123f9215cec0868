"""The browser's own test tools: a page in front of the running application, and what it may not do."""

import pytest


def test_a_page_reaches_the_site(page, site):
    """The server answers the browser."""
    response = page.goto("/healthz")
    assert response.status in (200, 404)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("console.error('something broke')", "something broke"),
        ("setTimeout(() => { throw new Error('thrown') })", "thrown"),
        ("fetch('https://example.org/').catch(() => {})", "https://example.org/"),
        ("document.body.append(Object.assign(new Image(), { src: 'https://example.org/a.png' }))", "example.org/a.png"),
    ],
)
def test_what_a_page_may_not_do_is_noted(page, problems, script, message):
    """Errors and requests to elsewhere fail a test that does not announce them."""
    page.goto("/healthz")
    page.evaluate(script)
    page.wait_for_timeout(100)
    assert any(message in found for found in problems.unexpected())
    problems.expected.append(".*")
