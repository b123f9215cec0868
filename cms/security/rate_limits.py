"""How often somebody may try: wrong passwords are counted for each account and for each address.

Counted in Redis where there is one, so that several processes count together, and in the process where there is none
or while it does not answer. `RATELIMIT_ENABLED = False` lets everything pass: the code that is limited has no `if`.
"""

import hashlib
import ipaddress
import re
import threading
import unicodedata
from collections.abc import Callable
from functools import partial, wraps
from math import ceil
from time import time
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from cms.extensions import limiter

View = Callable[..., ResponseReturnValue]

# Shared by accounts, so that names that are made up need no more memory.
_turns = tuple(threading.Lock() for _one in range(64))

# Generous to people who mistype, hopeless for somebody who tries a list. An address may stand for a whole office.
PER_ACCOUNT = "10 per 10 minutes"
PER_ADDRESS = "50 per 10 minutes"
# Nobody reads faster than this.
SEARCHES = "60 per minute"

# A cache server that hangs may cost a sign-in this many seconds, once; then the process counts by itself.
REDIS_PATIENCE = 0.4

# Seconds that an attempt waits for another one at the same account: that one may wait for a mail server.
TURN_PATIENCE = 5.0

# Some proxies name the port, which is another one for each connection.
_WITH_PORT = re.compile(r"([0-9.]+):[0-9]+|\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?", re.ASCII)


def init_app(app: Flask) -> None:
    """Set up counting for an application: in Redis if `REDIS_URL` is set, else in this process."""
    redis_url = app.config.get("REDIS_URL")
    app.config.setdefault("RATELIMIT_ENABLED", not app.testing)
    app.config.update(
        RATELIMIT_STORAGE_URI=redis_url or "memory://",
        RATELIMIT_STORAGE_OPTIONS=(
            {"socket_timeout": REDIS_PATIENCE, "socket_connect_timeout": REDIS_PATIENCE} if redis_url else {}
        ),
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_KEY_PREFIX="babelpress",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    limiter.init_app(app)
    app.teardown_request(_end_turn)


def limit_password_attempts(account_key: Callable[[], str]) -> Callable[[View], View]:
    """Return a decorator that refuses a view's POST (429) after too many wrong passwords.

    `account_key` returns, within the request, what names the account that is tried. The view says with
    `count_wrong_password()` that an attempt failed; attempts that succeed are not counted.
    """
    count_by = partial(limiter.limit, methods=["POST"], deduct_when=_was_wrong, exempt_when=_is_off)

    def decorate(view: View) -> View:
        by_account = count_by(PER_ACCOUNT, key_func=lambda: g.tried_account, scope="password-account")(view)
        limited = count_by(PER_ADDRESS, key_func=address_key, scope="password-address")(by_account)

        @wraps(view)
        def one_after_the_other(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if request.method == "POST" and not _is_off():
                g.tried_account = account_key()
                _wait_for_turn(g.tried_account)
            return limited(*args, **kwargs)

        return one_after_the_other

    return decorate


def _wait_for_turn(key: str) -> None:
    """Let attempts at one account go one after the other, until each is counted, which is after its answer is made.

    Else as many are let through as there are threads, all of which find that there were not too many yet.
    """
    turn = _turns[hash(key) % len(_turns)]
    if turn.acquire(timeout=TURN_PATIENCE):
        g.turn = turn


def _end_turn(_error: BaseException | None) -> None:
    turn = g.pop("turn", None)
    if turn is not None:
        turn.release()


def limit_searches(view: View) -> View:
    """Decorate a view of the public site whose every answer costs the database something."""
    return limiter.limit(SEARCHES, key_func=address_key, scope="search", exempt_when=_is_off)(view)


def count_wrong_password() -> None:
    """Note that the present request brought a wrong password."""
    g.wrong_password = True


def name_key(identifier: str) -> str:
    """Return the key under which attempts at a name are counted; what was typed is not kept in the store."""
    folded = unicodedata.normalize("NFKC", identifier).strip().casefold()
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def address_key() -> str:
    """Return the network that counts as one visitor: an IPv4 address, or the /64 that one IPv6 customer gets."""
    text = get_remote_address()
    with_port = _WITH_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((with_port[1] or with_port[2]) if with_port else text)
    except ValueError:
        return text
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        # Where a server listens for both; all of them are in one /64.
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def seconds_to_wait() -> int:
    """Return after how many seconds the limit that refused the present request lets through again; at least 1."""
    limit = limiter.current_limit
    if limit is None:
        return 1
    return max(1, ceil(limit.reset_at - time()))


def _was_wrong(_response: Response) -> bool:
    return bool(g.get("wrong_password"))


def _is_off() -> bool:
    # The extension is one for the process, and applications in it may differ: a test's and the next one's.
    return not current_app.config["RATELIMIT_ENABLED"]
