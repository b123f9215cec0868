"""The stamps in Redis, for any number of processes on any number of machines.

Asking for the sequence at every request would cost more than all the rest of a hit. A process may therefore go by
the sequence that it asked for up to LEASE_SECONDS ago, and whoever purges lets a little more than that pass before
the reply to the save is sent (see `cms.cache.delivery`): by then every process has asked anew.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from cms.cache.breaker import Breaker, Unavailable
from cms.cache.connection import BOUNDED, MIRRORS, PURGES, RISE, SEQUENCE, STAMP, Refused, ask
from cms.cache.mirrors import KNOWN_FOR, MOST_PURGES, SILENCE

if TYPE_CHECKING:
    import redis

LEASE_SECONDS = 0.02
# The share of the lease after which one thread asks anew.
RENEWAL = 0.7
# Stamps outlive the pages that need them; they are renewed whenever such a page is rendered.
STAMP_SECONDS = 14 * 24 * 3600
# Digits of a stamp: microseconds since 1970, with room for tens of thousands of years.
LONGEST_NUMBER = 18
# Tags per script: each runs alone on the server, so none should take long.
PER_SCRIPT = 1000

# A full server refuses to note the sequence; the time does for one look, and the next look gets another.
_CURRENT = (
    RISE
    + """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local number = whole(KEYS[1])
if number and number > 0 and number < now + 86400000000 then return string.format('%.0f', number) end
local fine, risen = pcall(rise, KEYS[1])
return fine and risen or string.format('%.0f', now)
"""
)
_ARM = (
    RISE
    + """
local sequence = whole(KEYS[1]) or tonumber(rise(KEYS[1]))
local answer = {}
for place = 2, #KEYS do
  local stamp = whole(KEYS[place])
  if stamp and stamp <= sequence then
    redis.call('EXPIRE', KEYS[place], ARGV[1])
  else
    stamp = sequence
    redis.call('SET', KEYS[place], string.format('%.0f', stamp), 'EX', ARGV[1])
  end
  answer[place - 1] = string.format('%.0f', stamp)
end
return answer
"""
)
# Mirrors are told what was purged (see `cms.cache.mirrors`), each time with the sequence that came before, so that they
# notice when something is missing. With none there, and none expected, nothing is written for them. Gives the
# sequence, whether there are mirrors, and for how many microseconds it has been known which there are (-1: no matter).
_PURGE = (
    RISE
    + KNOWN_FOR
    + f"""
local before = redis.pcall('GET', KEYS[1])
local risen = rise(KEYS[1])
for place = 4, #KEYS do redis.call('SET', KEYS[place], risen, 'EX', ARGV[1]) end
if redis.pcall('EXISTS', KEYS[2]) == 0 and ARGV[3] == '0' then return {{risen, 0, -1}} end
local since = known_for(KEYS[2])
local others = redis.call('HLEN', KEYS[2]) - 1
if others > 0 then
  if type(before) ~= 'string' then before = '' end
  local told = {{'MAXLEN', '~', {MOST_PURGES}, risen .. '-0', 'after', before, 'tags', ARGV[2]}}
  if redis.pcall('XADD', KEYS[3], unpack(told)).err then
    redis.call('DEL', KEYS[3])
    redis.pcall('XADD', KEYS[3], unpack(told))
  end
end
return {{risen, others, since}}
"""
)


class Purged(NamedTuple):
    """The sequence of a purge; whether mirrors have to take it in; seconds for which there may be unknown ones."""

    sequence: int
    mirrored: bool
    unsure: float


def _number(value: object) -> int | None:
    """A stamp or sequence as Redis holds it; None for anything that is not a plain number."""
    if isinstance(value, bytes) and 0 < len(value) <= LONGEST_NUMBER and value.isdigit():
        return int(value)
    return None


class Trips(Protocol):
    """How often trust in the server was lost."""

    trips: int


class _Never:
    """Where there is no breaker."""

    trips = 0


class RedisStamps:
    """Stamps shared through Redis.

    Without a breaker, every call goes to the server: that is for the probe, which runs while the breaker is open.
    `mirrored` says that there may be mirrors, also where none has told of itself yet.
    """

    def __init__(
        self,
        client: "redis.Redis",
        namespace: str,
        breaker: Breaker | None,
        *,
        lease: float = LEASE_SECONDS,
        mirrored: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client: Any = client
        self._namespace = namespace
        self._breaker = breaker
        self._lease = lease
        self._mirrored = mirrored
        self._clock = clock
        self._mirror_keys = [MIRRORS % namespace, PURGES % namespace]
        self._sequence_key = SEQUENCE % namespace
        # The sequence, until when it need not be asked for, until when it holds, and how often the breaker had tripped
        # before it was.
        self._known: tuple[int, float, float, int] = (0, float("-inf"), float("-inf"), -1)
        self._trips: Trips = breaker if breaker is not None else _Never()
        self._renewing = threading.Lock()
        self._bounded = client.register_script(BOUNDED)
        self._current = client.register_script(_CURRENT)
        self._arm = client.register_script(_ARM)
        self._purge = client.register_script(_PURGE)

    def sequence(self, *, fresh: bool = False) -> int:
        value, renewed_at, ends_at, trips = self._known
        now = self._clock()
        # Nearly every hit ends here.
        if now < renewed_at and trips == self._trips.trips and not fresh:
            return value
        if fresh or now >= ends_at or trips != self._trips.trips:
            return self._ask_sequence()
        # One thread asks anew before the lease is over, so that the others need not all ask when it is.
        if not self._renewing.acquire(blocking=False):
            return value
        try:
            return self._ask_sequence()
        finally:
            self._renewing.release()

    def _ask_sequence(self) -> int:
        now, trips = self._clock(), self._trips.trips
        # One digit more than a number may have: what is longer is none.
        asked = self._ask(lambda: self._client.getrange(self._sequence_key, 0, LONGEST_NUMBER), healing=True)
        held = _number(asked)
        if held is None:
            held = self._certain(self._ask(lambda: self._current(keys=[self._sequence_key])))
        self._remember(held, now, trips)
        return held

    def read(self, tags: Sequence[str]) -> list[int | None]:
        keys = [STAMP % (self._namespace, tag) for tag in tags]
        found = self._ask(lambda: self._bounded(keys=keys, args=[LONGEST_NUMBER])) if keys else []
        return [_number(value) for value in found]

    def arm(self, tags: Sequence[str]) -> list[int | None]:
        keys = [STAMP % (self._namespace, tag) for tag in tags]
        answer = self._ask(lambda: self._arm(keys=[self._sequence_key, *keys], args=[STAMP_SECONDS]), tolerant=True)
        return [_number(value) for value in answer]

    def purge(self, tags: Iterable[str]) -> int:
        return self.purge_told(tags).sequence

    def purge_told(self, tags: Iterable[str]) -> Purged:
        """As `purge`; says also who has to be waited for."""
        wanted = sorted(set(tags))
        told = Purged(0, mirrored=False, unsure=0.0)
        now, trips = self._clock(), self._trips.trips
        for start in range(0, len(wanted), PER_SCRIPT):
            told = self._purge_some(wanted[start : start + PER_SCRIPT])
        self._remember(told.sequence, now, trips)
        return told

    def _purge_some(self, tags: list[str]) -> Purged:
        stamps = [STAMP % (self._namespace, tag) for tag in tags]
        keys = [self._sequence_key, *self._mirror_keys, *stamps]
        arguments: list[str | int] = [STAMP_SECONDS, json.dumps(tags), int(self._mirrored)]
        try:
            risen, others, since = self._ask(lambda: self._purge(keys=keys, args=arguments), tolerant=True)
        except Refused:
            # A full server still deletes, and a lost stamp is a miss. Mirrors notice that the sequence is gone.
            self._ask(lambda: self._client.delete(self._sequence_key, *stamps))
            risen = self._ask(lambda: self._current(keys=[self._sequence_key]))
            others, since = 1, int(self._mirrored) - 1
        return Purged(self._certain(risen), others > 0, max(0.0, SILENCE - since / 1e6) if since >= 0 else 0.0)

    def _certain(self, value: object) -> int:
        number = _number(value)
        if number is None:
            raise Unavailable("the cache server gave no number for its sequence")
        return number

    def _remember(self, value: int, asked_at: float, trips: int) -> None:
        ends_at = asked_at + self._lease
        if trips == self._trips.trips and (ends_at >= self._known[2] or self._known[3] != trips):
            self._known = (value, asked_at + self._lease * RENEWAL, ends_at, trips)

    def _ask(self, action: Callable[[], Any], *, tolerant: bool = False, healing: bool = False) -> Any:
        return ask(self._breaker, action, tolerant=tolerant, healing=healing)
