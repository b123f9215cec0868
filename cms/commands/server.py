"""The web server behind `flask serve`. Why it is granian: docs/decisions/0004-server.md."""

import gc
import logging
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

# Requests wait for the database, for Redis, or for a body that comes slowly; idle threads are given back.
THREADS = 64
# Seconds that requests under way get when the server is stopped.
GRACE = 20
# Seconds after which nobody waits any more for the server to answer.
START_SECONDS = 60

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


def serve(
    config: Mapping[str, Any], load: Callable[[], Application], then: Callable[[Any], object] | None = None
) -> None:
    """Serve until stopped, with HOST, PORT and WEB_PROCESSES of `config`.

    `load` makes the application, in each process that serves it: these are copies of this one, so that everything
    imported so far is there already. In one of them, `then` is called with it once the site answers.
    """
    multiprocessing.set_start_method("fork", force=True)
    # Granian warns of more threads than processors compute with; most of ours only ever wait.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    told = multiprocessing.Value("b", 0)

    def loaded() -> Application:
        application = load()
        with told.get_lock():
            first, told.value = not told.value, 1
        if first:
            # Not before the processes have been copied: a thread would not survive that in one piece.
            threading.Thread(target=begin, args=(config, application, then), daemon=True).start()
        return application

    # What is there by now stays: the copies need not look at it for garbage, and so go on sharing its memory. To look
    # through it once here would take a tenth of the start, and find next to nothing.
    gc.freeze()
    build(config).serve(target_loader=loaded, wrap_loader=False)


def build(config: Mapping[str, Any]) -> Any:
    """The server, ready to be started."""
    return Granian(
        "app:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        # Browsers speak HTTP/2 over TLS only, which ends at the proxy.
        http=HTTPModes.http1,
        address=address_of(config["HOST"]),
        port=config["PORT"],
        workers=config["WEB_PROCESSES"],
        blocking_threads=THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        log_level=LogLevels.warning,
    )


def begin(config: Mapping[str, Any], application: Application, then: Callable[[Any], object] | None) -> None:
    """What is done once the site answers: say so, and go on with what waited for it."""
    tell(config["HOST"], config["PORT"])
    if then is not None:
        then(application)


def address_of(host: str) -> str:
    """What the server binds to: it takes numbers only, and `localhost` is the one name that everybody uses."""
    return "127.0.0.1" if host == "localhost" else host


def tell(host: str, port: int) -> None:
    """Say where the site is, once whoever asks is answered."""
    seen = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared, not bound to
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection((seen, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            name = f"[{seen}]" if ":" in seen else seen
            print(f"Babelpress is at http://{name}:{port}/ (stop it with Ctrl+C)", flush=True)  # noqa: T201 -- for whoever started it
            return
