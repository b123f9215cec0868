"""How gunicorn serves Babelpress, for those who know it better than granian, which `make run` starts:
`gunicorn -c deploy/gunicorn.conf.py "app:create_app()"`, behind a proxy that takes slow clients off it.

Everything that differs from site to site is a setting of Babelpress (see config.py), read from the environment.
"""

import os
from typing import Any

from config import read_settings

_settings = read_settings()

_name = f"[{_settings['HOST']}]" if ":" in _settings["HOST"] else _settings["HOST"]
bind = f"{_name}:{_settings['PORT']}"
workers = _settings["WEB_PROCESSES"]
worker_class = "gthread"
# Requests wait for the database or for Redis, not for a processor, so a few more threads than processors.
threads = 8
# A thread that hangs must not hold its process for ever; exports of large tables take seconds.
timeout = 60
graceful_timeout = 20
# Longer than a reader takes from one page to the next; a proxy in front may set more.
keepalive = 15
# Pages are rendered by processes that have been up for long; a leak anywhere stays small.
max_requests = 100_000
max_requests_jitter = 10_000
# Whose X-Forwarded headers count is decided by TRUSTED_PROXIES alone.
forwarded_allow_ips = ""
errorlog = "-"
loglevel = "warning"
# The socket for `gunicornc` would lie in the home folder, which a service need not have.
control_socket_disable = True
# A worker's heartbeat is a file: in memory where there is such a place, so that a busy disk does not end workers.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def when_ready(server: Any) -> None:
    """Say where the site is, once it can be asked."""
    host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(_name, _name)
    print(f"Babelpress is at http://{host}:{_settings['PORT']}/ (stop it with Ctrl+C)", flush=True)
