"""The site with its pages rendered for every request: put together from parts that are at hand, and not kept."""

from collections.abc import Callable
from typing import Any

from app import create_app
from cms.cache.addresses import Addresses

site = create_app()
layer: Any = site.wsgi_app
service = site.extensions["page_cache"]
addresses = Addresses(("page",), None, ())


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Render the page as after a purge of it, and of nothing that it is made from."""
    for hook in service.before_lookup:
        hook()
    service.delivery.settle()
    reply = layer.render(addresses.of(environ), environ).reply
    start_response(reply.status, [*reply.headers])
    return [reply.body]
