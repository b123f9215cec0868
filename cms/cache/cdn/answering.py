"""Replies that say to the network how long it may keep them, and by which keys it is told to drop them."""

from collections.abc import Callable
from typing import Any

from cms.cache.breaker import Unavailable
from cms.cache.cdn.keys import Keys
from cms.cache.entries import Entry
from cms.cache.replies import answer

Answer = Callable[..., list[bytes]]


def answering(keys: Keys | None, is_fresh: Callable[[Entry], bool], clock: Callable[[], float]) -> Answer:
    """The function that answers from an entry: the plain one where there is no network.

    `is_fresh` tells whether an entry that was just rendered was purged meanwhile, `clock` gives seconds since 1970.
    """
    if keys is None:
        return answer
    given = keys

    def still_fresh(entry: Entry) -> bool:
        try:
            return is_fresh(entry)
        except Unavailable:
            return False

    def answer_and_tell(
        entry: Entry, environ: dict[str, Any], start_response: Callable[..., Any], *, hit: bool = True
    ) -> list[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            told = given.headers(entry, status, clock(), fresh=hit or still_fresh(entry))
            return start_response(status, [*headers, *told], *rest)

        return answer(entry, environ, start, hit=hit)

    return answer_and_tell
