"""The store of the pages: Flask-Caching backends that hold bytes of our own encoding, never pickles.

Flask-Caching pickles whatever it is given, and so executes whatever somebody managed to plant in the cache server.
These backends take and give bytes only; what the bytes mean is for `cms.cache.entries` to find out, with suspicion.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from cachelib.serializers import BaseSerializer
from flask import Flask
from flask_caching.backends.base import BaseCache
from flask_caching.backends.rediscache import RedisCache

from cms.cache.connection import BOUNDED

MEGABYTE = 1024 * 1024
# No page with all its encodings is as long; what is longer is neither written nor read.
MOST_SHARED = 4 * MEGABYTE


class BytesOnly(BaseSerializer):
    """Bytes as they are; anything else is a mistake."""

    def dumps(self, value: Any, protocol: int = 0) -> bytes:  # noqa: ARG002 -- the signature is cachelib's
        return _bytes(value)

    def loads(self, bvalue: bytes) -> bytes:
        return bvalue


class RedisStore(RedisCache):
    """Bytes in Redis, through a client that the application has made (see `cms.cache.connection`).

    `on_clear` is called when the store is cleared: pages kept elsewhere have to go as well.
    """

    serializer = BytesOnly()  # type: ignore[assignment]  # cachelib's own base is as wide
    on_clear: Callable[[], None] | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._bounded = self._read_client.register_script(BOUNDED)

    def get(self, key: str) -> bytes | None:
        return self.get_many(key)[0]

    def get_many(self, *keys: str) -> list[bytes | None]:
        places = [f"{self._get_prefix()}{key}" for key in keys]
        found: list[bytes | None] = self._bounded(keys=places, args=[MOST_SHARED])
        return found

    def set(self, key: str, value: Any, timeout: Any = None) -> bool:
        return len(_bytes(value)) <= MOST_SHARED and bool(super().set(key, value, timeout))

    @classmethod
    def factory(cls, app: Flask, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]) -> "RedisStore":  # noqa: ARG003 -- the signature is Flask-Caching's
        return cls(host=config["CACHE_REDIS_CLIENT"], key_prefix=config["CACHE_KEY_PREFIX"], **kwargs)

    def clear(self) -> bool:
        # The pages themselves expire; what must happen now is that nobody serves them.
        if self.on_clear is not None:
            self.on_clear()
        return True


class MemoryStore(BaseCache):
    """Bytes in this process, bounded in number and size; what was not used for longest goes first.

    `on_clear` is called when the store is cleared: pages kept elsewhere have to go as well.
    """

    on_clear: Callable[[], None] | None = None

    def __init__(
        self,
        most_entries: int = 20_000,
        most_bytes: int = 64 * MEGABYTE,
        default_timeout: int = 300,
        clock: Callable[[], float] = time.monotonic,
        **kwargs: Any,
    ) -> None:
        super().__init__(default_timeout=default_timeout, **kwargs)
        self._most_entries = most_entries
        self._most_bytes = most_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self.byte_size = 0

    @classmethod
    def factory(cls, app: Flask, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]) -> "MemoryStore":  # noqa: ARG003 -- the signature is Flask-Caching's
        return cls(most_bytes=config["PAGE_CACHE_BYTES"], **kwargs)

    def get(self, key: str) -> bytes | None:
        with self._lock:
            held = self._held.get(key)
            if held is None:
                return None
            if held[0] <= self._clock():
                self._drop(key)
                return None
            self._held.move_to_end(key)
            return held[1]

    def set(self, key: str, value: Any, timeout: Any = None) -> bool:
        data = _bytes(value)
        if len(data) > self._most_bytes:
            return False
        seconds = self._normalize_timeout(timeout)
        with self._lock:
            self._drop(key)
            self._held[key] = (self._clock() + (seconds or float("inf")), data)
            self.byte_size += len(data)
            while len(self._held) > self._most_entries or self.byte_size > self._most_bytes:
                self._drop(next(iter(self._held)))
        return True

    def add(self, key: str, value: Any, timeout: Any = None) -> bool:
        return self.get(key) is None and self.set(key, value, timeout)

    def has(self, key: str) -> bool:
        return self.get(key) is not None

    def delete(self, key: str) -> bool:
        with self._lock:
            return self._drop(key)

    def clear(self) -> bool:
        with self._lock:
            self._held.clear()
            self.byte_size = 0
        if self.on_clear is not None:
            self.on_clear()
        return True

    def _drop(self, key: str) -> bool:
        held = self._held.pop(key, None)
        if held is None:
            return False
        self.byte_size -= len(held[1])
        return True


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"The cache holds bytes, not {type(value).__name__}: encode the value first.")
    return value
