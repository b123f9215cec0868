"""A real Chromium in front of the real application.

`page`         a page of a visitor
`page_as`      `page_as("editor")` or `page_as(user)`: a page of somebody who is signed in
`open_page`    `open_page(locale="ar", dark=True, width=375)`: any other page
`site`         the address of the running application; its database is that of the test, like everywhere else

A page that writes an error to the console, breaks the content security policy, asks another host, or misses one of its
files fails its test. What a failed test saw is kept under `tests/browser/failures/`.
"""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)
from werkzeug.serving import WSGIRequestHandler, make_server

from cms.models import User
from tests.chromium import HOW_TO_GET_IT, chromium
from tests.databases import TestDatabase
from tests.site_client import signed_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FAILURES = Path(__file__).parent / "failures"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PHONE_HEIGHT = 740
# Milliseconds that a test waits for something to happen: machines may be busy with other things.
PATIENCE = 30_000


class PageProblems:
    """What a page did that no page may do."""

    def __init__(self, site: str) -> None:
        self.found: list[str] = []
        # Tests of failures say which messages they provoke: regular expressions.
        self.expected: list[str] = []
        self._host = urlsplit(site).netloc

    def watch(self, page: Page) -> None:
        """Note what happens on a page from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # What the server answers is judged by `_response`, which knows what was asked for.
        if message.type == "error" and not message.text.startswith("Failed to load resource: the server responded"):
            self.found.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self._host:
            self.found.append(f"asked another host: {request.url}")

    def _response(self, response: Response) -> None:
        by_page = response.request.resource_type not in ("document", "fetch", "xhr")
        if response.status >= 500 or (response.status >= 400 and by_page):
            self.found.append(f"{response.status}: {response.url}")

    def unexpected(self) -> list[str]:
        """The problems that the test did not announce."""
        return [text for text in self.found if not any(re.search(pattern, text) for pattern in self.expected)]


class QuietRequestHandler(WSGIRequestHandler):
    """Serves without a line per request."""

    def log_request(self, *args: object) -> None:
        """Keep the test's output free of it."""


def read_at_once(app: Flask) -> "WSGIApplication":
    """The application, each answer read to its end before it is sent.

    A page that is closed while a file is on its way to it would leave that file open, which is a warning, which is an
    error in a test that has nothing to do with it.
    """

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = app(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()

    return application


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests. Without one, they are left out before (see `tests/conftest.py`), or fail here."""
    path = chromium()
    if path is None:
        pytest.fail(HOW_TO_GET_IT, pytrace=False)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield instance
        instance.close()


@pytest.fixture(scope="session")
def running_site(applications: Callable[[str], TestDatabase], browser: Browser) -> Iterator[str]:
    """The address of a threaded server in front of the application that the fixture `app` gives to each test."""
    wsgi_app = read_at_once(applications("sqlite").app)
    server = make_server("127.0.0.1", 0, wsgi_app, threaded=True, request_handler=QuietRequestHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(app: Flask, running_site: str) -> str:
    """The address of the running site, its database empty but for the roles."""
    return running_site


@pytest.fixture
def problems(site: str) -> PageProblems:
    """What pages of this test did wrong; `problems.expected.append("422")` announces what is meant to happen."""
    return PageProblems(site)


@pytest.fixture
def open_page(
    browser: Browser, site: str, problems: PageProblems, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open pages with options of their own, each in a browser that knows nothing of the others."""
    contexts: list[BrowserContext] = []

    def open_one(
        *, locale: str = "en", dark: bool = False, width: int = 1280, height: int | None = None, script: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=site,
            locale=locale,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": height or (PHONE_HEIGHT if width < 600 else 900)},
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        context.on("page", problems.watch)
        return context.new_page()

    yield open_one
    failed = getattr(request.node, "failed_call", False) or bool(problems.unexpected())
    for number, context in enumerate(contexts):
        if failed:
            keep_screenshots(context, f"{request.node.name}-{number}")
        context.close()
    assert problems.unexpected() == []


def keep_screenshots(context: BrowserContext, name: str) -> None:
    """Write what the pages of a browser show under `failures/`."""
    FAILURES.mkdir(exist_ok=True)
    plain = re.sub(r"[^\w.-]+", "-", name)
    for number, page in enumerate(context.pages):
        page.screenshot(path=FAILURES / f"{plain}-{number}.png", full_page=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Tell the fixtures of a test whether it failed."""
    report = yield
    if report.when == "call":
        item.failed_call = report.failed
    return report


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A visitor's page: English, light, 1280 pixels wide."""
    return open_page()


@pytest.fixture
def page_as(open_page: Callable[..., Page], app: Flask, site: str) -> Callable[..., Page]:
    """A page of somebody signed in: `page_as("author")`, `page_as(user, locale="ar", width=375)`.

    `account` holds values for the account that is made for a role: `page_as("translator", {"languages": ["fr"]})`.
    """

    def open_signed_in(who: str | User, account: dict[str, Any] | None = None, **options: object) -> Page:
        opened = open_page(**options)
        sign_in_page(opened, app, site, who, **(account or {}))
        return opened

    return open_signed_in


def sign_in_page(page: Page, app: Flask, site: str, who: str | User, **values: Any) -> None:
    """Give a page the session that signing in would have given it."""
    client = signed_in(app, who, **values)
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie is not None
    page.context.add_cookies([{"name": name, "value": cookie.value, "url": site}])
