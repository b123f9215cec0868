"""Which mirrors there are, how far each has come, and what was purged since: told through Redis.

A mirror (see `cms.cache.mirror`) keeps pages as files that a web server in front serves without asking anybody. It is
in the hash of the mirrors with the purge sequence up to which it has taken everything in. The web server may serve
its files for HORIZON seconds from its last look, and it looks again many times within them. So whoever purges waits
until every mirror in the hash has come as far, or until what a silent one knew has run out; then it is struck off.

Where the hash is lost, there may be mirrors that nobody knows of until their next look. It says of itself since when
it has been there, and a purge within the first moments waits as for a silent one.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from cms.cache.breaker import Breaker
from cms.cache.connection import MIRRORS, PURGES, SEQUENCE, ask

if TYPE_CHECKING:
    import redis

# Seconds for which files may be served after the look at Redis that found them fresh.
HORIZON = 0.5
# Seconds after a purge in which a mirror that says nothing has stopped being served from, with a margin for clocks.
SILENCE = 0.6
# The field of the hash that is no mirror: since when there has been a hash (microseconds, by the clock of Redis).
SINCE = "since"
# Purges kept for mirrors that look late; one that is later still drops all its files.
MOST_PURGES = 256

# Sees to it that the hash is one and says since when. Gives the microseconds for which it has been there.
KNOWN_FOR = f"""
local function known_for(key)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local since = redis.pcall('HGET', key, '{SINCE}')
  local number = type(since) == 'string' and tonumber(since) or nil
  if number and number <= now then return now - number end
  if type(since) == 'table' then redis.call('DEL', key) end
  redis.call('HSET', key, '{SINCE}', string.format('%.0f', now))
  return 0
end
"""
_LOOK = (
    KNOWN_FOR
    + f"""
known_for(KEYS[2])
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then redis.call('HSET', KEYS[2], ARGV[1], ARGV[2]) end
local held = redis.pcall('GET', KEYS[1])
if type(held) ~= 'string' then held = '' end
if held == ARGV[2] then return {{held}} end
local purges = redis.pcall('XRANGE', KEYS[3], ARGV[3], '+', 'COUNT', {MOST_PURGES})
if purges.err then purges = {{}} end
return {{held, purges}}
"""
)
_STRIKE_OFF = """
for place = 1, #ARGV, 2 do
  if redis.pcall('HGET', KEYS[1], ARGV[place]) == ARGV[place + 1] then redis.call('HDEL', KEYS[1], ARGV[place]) end
end
return 0
"""


class Purge(NamedTuple):
    """Tags that were purged at a value of the sequence."""

    sequence: int
    tags: frozenset[str]


class Look(NamedTuple):
    """What a mirror finds: the sequence (None where it is lost), and the purges up to it that the mirror lacks.

    `purges` is None where they are not all known any more.
    """

    sequence: int | None
    purges: list[Purge] | None


class Mirrors:
    """The mirrors of an installation. Every method raises Unavailable where Redis cannot be asked."""

    def __init__(self, client: "redis.Redis", namespace: str, breaker: Breaker | None) -> None:
        self._client: Any = client
        self._breaker = breaker
        self._keys = [name % namespace for name in (SEQUENCE, MIRRORS, PURGES)]
        self._look = client.register_script(_LOOK)
        self._strike_off = client.register_script(_STRIKE_OFF)

    def look(self, name: str, known: int) -> Look:
        """For a mirror: say that it has taken in everything up to the sequence `known`; see what came after."""
        answer = self._ask(lambda: self._look(keys=self._keys, args=[name, known, f"{known + 1}-0"]))
        sequence = int(answer[0]) if answer[0].isdigit() else None
        if len(answer) == 1:
            return Look(sequence, [])
        return Look(sequence, _chain(answer[1], known, sequence))

    def leave(self, name: str) -> None:
        """For a mirror that is not served from any more."""
        self._ask(lambda: self._client.hdel(self._keys[1], name))

    def have_come_to(self, sequence: int) -> bool:
        """Whether every mirror has taken in the purges up to `sequence`."""
        return not self._behind(sequence)

    def strike_off(self, sequence: int) -> None:
        """Forget the mirrors that have not come to `sequence`, once what they know has run out.

        One that is there after all says so with its next look, before anything is served from it.
        """
        pairs = [part for pair in self._behind(sequence) for part in pair]
        if pairs:
            self._ask(lambda: self._strike_off(keys=[self._keys[1]], args=pairs))

    def _behind(self, sequence: int) -> list[tuple[bytes, bytes]]:
        held = self._ask(lambda: self._client.hgetall(self._keys[1]), healing=True) or {}
        return [
            (name, value)
            for name, value in held.items()
            if name != SINCE.encode() and not (len(value) <= 18 and value.isdigit() and int(value) >= sequence)
        ]

    def _ask(self, action: Callable[[], Any], *, healing: bool = False) -> Any:
        return ask(self._breaker, action, tolerant=True, healing=healing)


def _chain(entries: Any, known: int, sequence: int | None) -> list[Purge] | None:
    """The purges that lead from `known` to `sequence` without a gap; None where one is missing or is no purge."""
    purges: list[Purge] = []
    at = known
    try:
        for identifier, fields in entries:
            facts = dict(zip(fields[::2], fields[1::2], strict=True))
            if int(facts[b"after"]) != at:
                return None
            at = int(identifier.partition(b"-")[0])
            purges.append(Purge(at, frozenset(map(str, json.loads(facts[b"tags"])))))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return purges if at == sequence else None
