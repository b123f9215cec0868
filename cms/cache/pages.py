"""The page layer: answers requests for public pages before the application is entered."""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from cms.cache.addresses import Address, Addresses, bare_request
from cms.cache.breaker import Unavailable
from cms.cache.cdn.answering import answering
from cms.cache.entries import BROWSERS, Entry
from cms.cache.flights import Flights
from cms.cache.locks import new_token
from cms.cache.rendering import Reply, WsgiApplication, render
from cms.cache.service import CacheService
from cms.cache.tags import EVERYTHING

logger = logging.getLogger(__name__)

StartResponse = Callable[..., Any]

# Seconds for which a request waits for a page that somebody else is rendering, and between two looks for it.
PATIENCE = 10.0
GLANCE = 0.02
# Seconds for which a page is kept that lacks what is due already and could not be done.
OVERDUE_LIFETIME = 2.0


class Rendered(NamedTuple):
    """A reply of the application.

    `sequence` is that from before its first query, None where it could not be read, or nobody knows for how long the
    page is good; `since` is the moment (seconds since 1970) at which the rendering began; `overdue` says that the page
    may lack what was planned for a moment before.
    """

    reply: Reply
    sequence: int | None
    since: float
    overdue: bool


class PageCache:
    """WSGI middleware around the application.

    `X-Cache` tells where a reply came from: `hit`, `miss` (rendered, and kept if possible), or `bypass`.
    """

    def __init__(self, application: WsgiApplication, service: CacheService, addresses: Addresses) -> None:
        self._application = application
        self._service = service
        self._addresses = addresses
        self._flights: Flights[Entry] = Flights()
        self._answer = answering(service.cdn_keys, service.is_fresh, service.clock)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        service = self._service
        for hook in service.before_lookup:
            hook()
        address = self._addresses.of(environ)
        if address is None:
            with service.patience.before_reply():
                return self._application(environ, _marked(start_response, "bypass"))
        if not service.on:
            return self._rendered_only(address, environ, start_response)
        try:
            entry = service.look_up(address)
        except Unavailable:
            return self._rendered_only(address, environ, start_response)
        if entry is not None:
            service.offer(address, entry)
            return self._answer(entry, environ, start_response)
        return self._missed(address, environ, start_response)

    def _rendered_only(self, address: Address, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        """Answer with a page that is not kept."""
        self._look()
        self._service.due.do()
        reply = render(self._application, bare_request(environ, address), strict=self._service.strict)
        return self._plain(reply, environ, start_response)

    def _missed(self, address: Address, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Render the page, or wait for the one who does."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            flight, leading = self._flights.join(address)
            if leading:
                return self._lead(address, environ, start_response, flight)
            flight.landed.wait(max(0.0, until - time.monotonic()))
            if flight.result is None:
                break
            try:
                # It may have been rendered from what was there before a save that this request must see.
                if self._service.is_fresh(flight.result):
                    return self._answer(flight.result, environ, start_response)
            except Unavailable:
                break
        return self._rendered_only(address, environ, start_response)

    def _lead(
        self, address: Address, environ: dict[str, Any], start_response: StartResponse, flight: Any
    ) -> Iterable[bytes]:
        """Render the page for this process."""
        entry: Entry | None = None
        place, token = address.place(self._service.release), new_token()
        # Also where the server did not answer: it may have taken the lock all the same.
        holding = True
        try:
            with suppress(Unavailable):
                holding, entry = self._await_turn(address, place, token)
            if entry is not None:
                return self._answer(entry, environ, start_response)
            outcome = self._render_and_keep(address, environ)
            if isinstance(outcome, Reply):
                return self._plain(outcome, environ, start_response)
            entry = outcome
            self._service.offer(address, entry)
            return self._answer(entry, environ, start_response, hit=False)
        finally:
            self._flights.land(address, flight, entry)
            if holding:
                self._service.locks.release(place, token)

    def _await_turn(self, address: Address, place: str, token: str) -> tuple[bool, Entry | None]:
        """Wait until no other process renders the page: whether the lock is ours, and the page if it has come."""
        service = self._service
        until = time.monotonic() + PATIENCE
        while True:
            holding = service.locks.acquire(place, token)
            entry = service.look_up(address)
            if holding or entry is not None or time.monotonic() > until:
                return holding, entry
            time.sleep(GLANCE)

    def render(self, address: Address, environ: dict[str, Any]) -> Rendered:
        """Have the page rendered, with parts that are at hand."""
        service = self._service
        since = service.clock()
        self._look()
        sequence, rendering, overdue = self._sequence(), None, False
        try:
            if sequence is None or service.next_planned(sequence) <= since:
                overdue = not service.due.do()
                sequence = self._sequence()
            if sequence is not None:
                rendering = service.rendering(address, sequence, since)
        except SQLAlchemyError as error:
            # The application may do without the database; where it cannot, it has a page that says so.
            logger.warning("A page is not kept, since nobody knows what is planned: %s", error)
            sequence = None
        request = bare_request(environ, address)
        reply = render(self._application, request, strict=service.strict, rendering=rendering)
        return Rendered(reply, sequence, since, overdue)

    def _render_and_keep(self, address: Address, environ: dict[str, Any]) -> Entry | Reply:
        service = self._service
        reply, sequence, since, overdue = self.render(address, environ)
        if sequence is None or not reply.may_be_kept():
            return reply
        tags = [*reply.tags, EVERYTHING]
        try:
            expires = service.expiry(tags, sequence, since, brief=not reply.lasting)
        except SQLAlchemyError as error:
            logger.warning("A page is not kept, since nobody knows for how long it is good: %s", error)
            return reply
        if overdue:
            expires = min(expires, service.clock() + OVERDUE_LIFETIME)
        entry = Entry.of_reply(
            key=address.text,
            status=reply.status,
            headers=reply.headers,
            body=reply.body,
            tags=tags,
            sequence=sequence,
            expires=expires,
        )
        service.keep(address, entry)
        return entry

    def _sequence(self) -> int | None:
        """The purge sequence before the first query: whatever is purged from then on makes the page stale."""
        try:
            return self._service.stamps.sequence()
        except Unavailable:
            return None

    def _look(self) -> None:
        for hook in self._service.before_render:
            hook()

    def _plain(self, reply: Reply, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        """Answer with what the application said, for this request only."""
        headers = [(name, value) for name, value in reply.headers if name.lower() not in ("content-length", "x-cache")]
        if not reply.header("cache-control"):
            headers.append(BROWSERS)
        if self._service.cdn_keys is not None:
            headers.append(self._service.cdn_keys.not_to_be_kept)
        headers += [("Content-Length", str(len(reply.body))), ("X-Cache", "bypass")]
        start_response(reply.status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [reply.body]


def _marked(start_response: StartResponse, mark: str) -> StartResponse:
    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        return start_response(status, [*headers, ("X-Cache", mark)], *rest)

    return start
