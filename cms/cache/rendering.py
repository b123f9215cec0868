"""Asking the application for a page: whole, and with what it depends on."""

import io
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cms.cache.dependencies import recording
from cms.cache.entries import Headers
from cms.cache.fragments import Rendering

logger = logging.getLogger(__name__)

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# What may be kept: pages, redirects, and that there is nothing.
_STATUSES = ("200", "301", "302", "303", "307", "308", "404", "410")
# Bytes. Nothing that a person reads is longer.
LARGEST_BODY = 4 * 1024 * 1024


class PersonalReply(Exception):
    """A reply for one visitor came from an address whose replies are for everybody."""


@dataclass
class Reply:
    """What the application answered, and the tags it declared."""

    status: str
    headers: Headers
    body: bytes
    tags: list[str]

    @property
    def lasting(self) -> bool:
        """Whether it is a page, and not one of any number of redirects and missing ones."""
        return self.status.startswith("200")

    def header(self, name: str) -> str:
        """The values of a header, joined by commas; empty where there is none."""
        return ", ".join(value for held, value in self.headers if held.lower() == name)

    def personal(self) -> str:
        """Why the reply is for one visitor only; empty where it is for everybody."""
        if self.header("set-cookie"):
            return "it sets a cookie"
        if "cookie" in self.header("vary").lower():
            return "it varies by cookie: something read the session"
        return ""

    def may_be_kept(self) -> bool:
        """Whether others may be given this reply."""
        control = self.header("cache-control").lower()
        return (
            self.status.startswith(_STATUSES)
            and bool(self.tags)
            and not self.personal()
            and "no-store" not in control
            and "private" not in control
            and len(self.body) <= LARGEST_BODY
        )


def render(
    application: WsgiApplication, request: dict[str, Any], *, strict: bool, rendering: Rendering | None = None
) -> Reply:
    """The application's reply to a request that tells nothing of the visitor.

    With `rendering`, parts that other pages show as well are taken from there and kept there. With `strict`, raises
    UndeclaredDependency or PersonalReply where the reply may not be kept for a reason that somebody has to mend.
    """
    begun: list[Any] = []
    written = io.BytesIO()

    def start_response(status: str, headers: Headers, _exc_info: Any = None) -> Callable[[bytes], object]:
        begun[:] = [status, headers]
        return written.write

    with recording(strict=strict, rendering=rendering) as record:
        body = application(request, start_response)
        try:
            for part in body:
                written.write(part)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()
    reply = Reply(begun[0], begun[1], written.getvalue(), sorted(record.tags))
    if strict and reply.may_be_kept():
        record.verify()
    personal = reply.personal()
    if personal:
        if strict:
            raise PersonalReply(f"{request['PATH_INFO']} is kept for everybody, but {personal}.")
        logger.error("%s is not kept: %s", request["PATH_INFO"], personal)
    return reply
