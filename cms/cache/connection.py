"""How we talk to Redis: short time-outs, one fresh connection after a broken one, and a look at whose data it holds.

A Redis that restarts may come back with an old snapshot, and a replica that takes over may lack the last purges. So
the first thing on every connection is a script that compares the server's run id with the one noted beside our
data. Where they differ, everything cached earlier is purged before any other command of ours is executed, and the
mirrors have to say anew that they are there.

The library is loaded where it is used: a site without Redis starts sooner, and needs less memory.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cms.cache.breaker import Breaker, Unavailable

if TYPE_CHECKING:
    import redis

# Seconds. A hung server costs a request at most one of them; the breaker then keeps others from waiting at all.
TIMEOUT = 0.2

# The braces keep all of these on one slot of a Redis cluster, so that one script may touch them together.
LIFE, SEQUENCE, STAMP = "{%s}:life", "{%s}:sequence", "{%s}:stamp:%s"
# See `cms.cache.mirrors`.
MIRRORS, PURGES = "{%s}:mirrors", "{%s}:purges"

# The purge sequence is the time of the server in microseconds, raised by one where two purges share a microsecond:
# it keeps rising even when the server lost it. A value more than a day ahead is nobody's sequence but garbage.
# What Lua takes for a number, such as "0x10" or "1e3", need not be one to us.
RISE = """
local function whole(key)
  local held = redis.pcall('GET', key)
  return type(held) == 'string' and #held <= 18 and string.match(held, '^%d+$') and tonumber(held) or nil
end
local function rise(key)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local number = whole(key)
  if number and number >= now and number < now + 86400000000 then now = math.floor(number) + 1 end
  local text = string.format('%.0f', now)
  redis.call('SET', key, text)
  return text
end
"""

# The values of some keys, but none that is longer than ARGV[1] bytes or no string: what somebody planted is not even
# sent to us. Python would take half a second for thirty megabytes.
BOUNDED = """
local found = {}
for place, key in ipairs(KEYS) do
  local size = redis.pcall('STRLEN', key)
  found[place] = type(size) == 'number' and size <= tonumber(ARGV[1]) and redis.call('GET', key) or false
end
return found
"""

ENTER = (
    RISE
    + """
local life = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
if not life then return redis.error_reply('ERR the server does not tell its run id') end
if redis.pcall('GET', KEYS[1]) == life then return 0 end
local risen = rise(KEYS[2])
redis.call('SET', KEYS[3], risen)
redis.call('DEL', KEYS[4])
redis.call('SET', KEYS[1], life)
return 1
"""
)


def connect(url: str, namespace: str, everything: str, timeout: float = TIMEOUT) -> "redis.Redis":
    """A client for the server at `url`, which connects when it is first used.

    `everything` is the tag that stands for all pages, `timeout` the seconds that an answer may take.
    """
    import redis  # noqa: PLC0415 -- see above
    from redis.backoff import NoBackoff  # noqa: PLC0415 -- likewise
    from redis.retry import Retry  # noqa: PLC0415 -- likewise

    def enter(connection: Any) -> None:
        connection.on_connect()
        keys = (LIFE % namespace, SEQUENCE % namespace, STAMP % (namespace, everything), MIRRORS % namespace)
        connection.send_command("EVAL", ENTER, len(keys), *keys)
        connection.read_response()

    return redis.Redis.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        # Connections that a restart has broken are replaced at once; a time-out is never repeated.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        redis_connect_func=enter,
        protocol=2,
    )


class Refused(Unavailable):
    """The server is there and answers, but will not do this: it is full, read-only, or does not permit it."""


def ask(breaker: Breaker | None, action: Callable[[], Any], *, tolerant: bool = False, healing: bool = False) -> Any:
    """Do one thing with the server, behind the breaker where there is one.

    Raises Unavailable, having opened the breaker; or Refused, leaving it closed, where the server answered with an
    error and the caller is `tolerant` of that. With `healing`, a key of the wrong type counts as missing.
    """
    from redis import RedisError, ResponseError  # noqa: PLC0415 -- see above

    if breaker is not None:
        breaker.check()
    try:
        return action()
    except ResponseError as error:
        if healing and str(error).startswith("WRONGTYPE"):
            return None
        if tolerant:
            raise Refused(str(error)) from error
        raise _opened(breaker, error) from error
    except (RedisError, OSError) as error:
        raise _opened(breaker, error) from error


def _opened(breaker: Breaker | None, error: Exception) -> Unavailable:
    if breaker is not None:
        breaker.trip(error)
    return Unavailable(str(error))
