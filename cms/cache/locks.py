"""One rendering for each missing page over all processes.

A lock is a key with a random token and a time-out: where its holder dies, the others lose that time and nothing else.
"""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from cms.cache.breaker import Breaker, Unavailable, in_background
from cms.cache.connection import Refused, ask

if TYPE_CHECKING:
    import redis

# Milliseconds for which a rendering may keep other processes waiting. One that takes longer may be done twice; a lock
# that belongs to nobody holds up its page for as long.
HOLD = 3_000
# Seconds between two attempts to release a lock while the server does not answer.
RETRY = 0.25

# A lock without an end, or with one far off, is none of ours: it would hold up everybody for good. One that bears our
# token is ours: where a connection breaks, the same is asked once more, and the first time may have come through.
_ACQUIRE = """
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return 1 end
local left = redis.call('PTTL', KEYS[1])
if left == -1 or left > tonumber(ARGV[2]) then redis.call('DEL', KEYS[1]) end
return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
"""
_RELEASE = """
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


def new_token() -> str:
    """What tells one holder of a lock from all others."""
    return secrets.token_hex(8)


class Locks(Protocol):
    """Locks between processes."""

    def acquire(self, place: str, token: str) -> bool:
        """Take the lock of a place with a token of one's own; False where another process holds it.

        Raises Unavailable; then nobody knows whether it is taken, and it should be released.
        """

    def release(self, place: str, token: str) -> None:
        """Let the others have a place, if this token holds it. Never fails: what cannot be released runs out."""

    def ask(self, action: Callable[[], Any]) -> Any:
        """Do something with the server that the locks are on. Raises Unavailable."""


class LocalLocks:
    """For one process, whose own threads are held together by `cms.cache.flights`: there is nobody else."""

    def acquire(self, place: str, token: str) -> bool:  # noqa: ARG002 -- always free
        return True

    def release(self, place: str, token: str) -> None:
        """There is nobody to let in."""

    def ask(self, action: Callable[[], Any]) -> Any:
        return action()


class RedisLocks:
    """Locks in Redis. `spawn` runs beside the request what the server does not take at once."""

    def __init__(
        self,
        client: "redis.Redis",
        namespace: str,
        breaker: Breaker,
        hold: int = HOLD,
        spawn: Callable[[Callable[[], None]], None] = in_background,
    ) -> None:
        self._namespace = namespace
        self._breaker = breaker
        self._hold = hold
        self._spawn = spawn
        self._acquire = client.register_script(_ACQUIRE)
        self._release = client.register_script(_RELEASE)

    def acquire(self, place: str, token: str) -> bool:
        return bool(self.ask(lambda: self._acquire(keys=[self._key(place)], args=[token, self._hold])))

    def release(self, place: str, token: str) -> None:
        try:
            self.ask(lambda: self._release(keys=[self._key(place)], args=[token]))
        except Refused:
            return
        except Unavailable:
            self._spawn(lambda: self._release_late(place, token))

    def _release_late(self, place: str, token: str) -> None:
        """Release a lock past the breaker, while it may still be there: other processes wait for it."""
        from redis import RedisError  # noqa: PLC0415 -- see `cms.cache.connection`

        until = time.monotonic() + self._hold / 1000
        while time.monotonic() < until:
            with suppress(RedisError, OSError):
                self._release(keys=[self._key(place)], args=[token])
                return
            time.sleep(RETRY)

    def ask(self, action: Callable[[], Any]) -> Any:
        return ask(self._breaker, action, tolerant=True)

    def _key(self, place: str) -> str:
        return f"{self._namespace}:lock:{place}"
