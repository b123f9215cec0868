"""The page from nginx as deploy/nginx has it served: from a file that a mirror keeps fresh, the site behind it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks import static_file
from benchmarks.contestants import PAGE, Contestant, Setup
from benchmarks.servers import ROOT, Running, free_port, pinned, serving, wait_for
from tests.nginx import copy_configuration

NAME = "cached page, from a file that is never stale"
_CONFIGURATION = (
    "pcre_jit on;"
    + static_file.ALONE
    + """
    include babelpress-http.conf;
    server {{
        listen 127.0.0.1:{port};
        sendfile on;
        tcp_nopush on;
        keepalive_requests 1000000000;
        server_tokens off;
        set $babelpress_host $host;
        set $babelpress_scheme $scheme;
        include babelpress-pages.conf;
    }}
}}
"""
)


def contestants(setup: Setup) -> Iterator[Contestant]:
    """Ours behind nginx, where that is installed; measured by nginx with a file that it opens for each request."""
    if static_file.program() is not None:
        yield Contestant(NAME, static_file.SERVER, lambda: serving_pages(setup), PAGE, yardstick=static_file.ANEW)


@contextlib.contextmanager
def serving_pages(setup: Setup) -> Iterator[Running]:
    """The site, its mirror and nginx, all on the first processor, until the block ends."""
    folder = setup.folder / "front"
    folder.mkdir(exist_ok=True)
    pages = folder / "pages"
    more = {"REDIS_URL": setup.redis_url, "PAGE_MIRROR": str(pages), "TRUSTED_PROXIES": "1"}
    settings = setup.settings | more
    with serving("granian", "benchmarks.babelpress_site:application", settings, PAGE) as site, mirroring(settings):
        places = {"/run/babelpress": str(pages), "127.0.0.1:5000": urlsplit(site.url).netloc}
        with nginx(folder, places) as running:
            await_file(running.url + PAGE)
            yield running


@contextlib.contextmanager
def mirroring(settings: dict[str, str]) -> Iterator[None]:
    """`flask mirror` with these settings."""
    command = [*pinned(0), sys.executable, "-m", "flask", "--app", "app", "mirror"]
    variables = {**os.environ, "PYTHONWARNINGS": "ignore", **settings}
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


@contextlib.contextmanager
def nginx(folder: Path, places: dict[str, str]) -> Iterator[Running]:
    """nginx with the configuration of deploy/nginx, and one process that serves."""
    port = free_port()
    user = "user root;" if os.getuid() == 0 else ""
    copy_configuration(folder, places)
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, port=port, user=user))
    command = [static_file.program() or "nginx", "-e", "stderr", "-p", str(folder), "-c", str(configuration)]
    process = subprocess.Popen([*pinned(0), *command], start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url + PAGE, process)
        yield Running(url, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def await_file(url: str) -> None:
    """Ask until the page is a file. Raises RuntimeError where it has not become one within a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with urllib.request.urlopen(url, timeout=10) as reply:
            if reply.headers["X-Cache"] == "file":
                return
        time.sleep(0.05)
    raise RuntimeError(f"{url} did not become a file")
