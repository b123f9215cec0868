"""The page cache: pages declare what they depend on, changes purge exactly those.

`depends_on(...)`          declare an object or a tag, in functions that read for public pages
`unrecorded()`             for work within a request that the page does not depend on
`purge_after_commit(...)`  purge tags with the present transaction, for what is not a row of the database
`purge_now(...)`           the same, at once
`before_lookup(app, hook)` have something cheap looked at before each request, such as the age of a file
`before_render(app, hook)` have something looked at before a page is rendered
`when_due(app, hook)`      have done what was planned, before a page is rendered, where a planned moment has come
`begin_to_serve(app)`      start what a process that serves does beside its requests

Rows of the database need nothing of that: what they make stale is found at each flush and purged at the commit.
"""

from collections.abc import Callable, Iterable

from flask import Flask, current_app

from cms.cache import purging, tracking
from cms.cache.addresses import Addresses
from cms.cache.dependencies import depends_on, unrecorded
from cms.cache.pages import PageCache
from cms.cache.purging import purge_after_commit
from cms.cache.service import CacheService

__all__ = [
    "before_lookup",
    "before_render",
    "begin_to_serve",
    "depends_on",
    "init_app",
    "purge_after_commit",
    "purge_now",
    "unrecorded",
    "when_due",
]


def init_app(app: Flask) -> None:
    """Put the page cache around an application, and watch what its database sessions change."""
    service = CacheService(app)
    app.extensions["page_cache"] = service
    purging.install()
    if app.testing:
        tracking.install()
    hosts: Iterable[str] = app.config.get("TRUSTED_HOSTS") or ()
    addresses = Addresses(app.config.get("PAGE_CACHE_QUERY", ()), app.config.get("SITE_URL"), hosts)
    app.wsgi_app = PageCache(app.wsgi_app, service, addresses)  # type: ignore[method-assign]  # Flask's own way


def purge_now(*tags: str) -> None:
    """Purge tags in every process, for what is not a row of the database and belongs to no transaction."""
    current_app.extensions["page_cache"].delivery.deliver_now(tags)


def before_lookup(app: Flask, hook: Callable[[], object]) -> None:
    """Call `hook` before each request, outside of any application context. It must be cheap."""
    app.extensions["page_cache"].before_lookup.append(hook)


def before_render(app: Flask, hook: Callable[[], object]) -> None:
    """Call `hook` before a public page is rendered, before its first query, outside of any application context."""
    app.extensions["page_cache"].before_render.append(hook)


def when_due(app: Flask, hook: Callable[[], object]) -> None:
    """Call `hook` within an application context before a public page is rendered, where a planned moment has come.

    It is also called where nobody can tell whether one has, because the cache is off or cannot be reached.
    """
    app.extensions["page_cache"].when_due.append(hook)


def begin_to_serve(app: Flask) -> None:
    """Start what a process that serves does beside its requests; the first request does so as well."""
    app.extensions["page_cache"].begin_to_serve()
