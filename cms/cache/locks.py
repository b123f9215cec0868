"""One rendering for each missing page over all processes.

A lock is a key with a random token and a time-out: where its holder dies, the others lose that time and nothing else.
"""

import secrets
from collections.abc import Callable
from typing import Any, Protocol

import redis

from cms.cache.breaker import Breaker
from cms.cache.connection import ask

# Milliseconds for which a rendering may keep other processes waiting.
HOLD = 10_000

# A lock without an end, or with one far off, is none of ours: it would hold up everybody for good.
_ACQUIRE = """
local left = redis.call('PTTL', KEYS[1])
if left == -1 or left > tonumber(ARGV[2]) then redis.call('DEL', KEYS[1]) end
return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
"""
_RELEASE = """
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Locks(Protocol):
    """Locks between processes. Every method may raise Unavailable."""

    def acquire(self, place: str) -> str | None:
        """Take the lock of a place: a token to release it with, or None where another process holds it."""

    def release(self, place: str, token: str) -> None:
        """Let the others have a place."""

    def ask(self, action: Callable[[], Any]) -> Any:
        """Do something with the server that the locks are on."""


class LocalLocks:
    """For one process, whose own threads are held together by `cms.cache.flights`: there is nobody else."""

    def acquire(self, place: str) -> str | None:  # noqa: ARG002 -- always free
        return ""

    def release(self, place: str, token: str) -> None:
        """There is nobody to let in."""

    def ask(self, action: Callable[[], Any]) -> Any:
        return action()


class RedisLocks:
    """Locks in Redis."""

    def __init__(self, client: redis.Redis, namespace: str, breaker: Breaker, hold: int = HOLD) -> None:
        self._namespace = namespace
        self._breaker = breaker
        self._hold = hold
        self._acquire = client.register_script(_ACQUIRE)
        self._release = client.register_script(_RELEASE)

    def acquire(self, place: str) -> str | None:
        token = secrets.token_hex(8)
        held = self.ask(lambda: self._acquire(keys=[self._key(place)], args=[token, self._hold]))
        return token if held else None

    def release(self, place: str, token: str) -> None:
        self.ask(lambda: self._release(keys=[self._key(place)], args=[token]))

    def ask(self, action: Callable[[], Any]) -> Any:
        return ask(self._breaker, action, tolerant=True)

    def _key(self, place: str) -> str:
        return f"{self._namespace}:lock:{place}"
