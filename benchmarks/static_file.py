"""The page as a file that nginx serves: as fast as a machine sends bytes without asking a program."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks.contestants import Contestant, Setup
from benchmarks.servers import Running, free_port, pinned, wait_for

SERVER = "nginx"
NAME = "static file"
ANEW = "static file, opened for each request"
PATH = "/page"
# One process with nothing outside of its folder; what follows stands in the `http` block, which it leaves open.
ALONE = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body-temp;
    proxy_temp_path {folder}/proxy-temp;
    fastcgi_temp_path {folder}/fastcgi-temp;
    uwsgi_temp_path {folder}/uwsgi-temp;
    scgi_temp_path {folder}/scgi-temp;
"""
_CONFIGURATION = (
    ALONE
    + """
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    {kept_open}
    types {{ }}
    default_type "text/html; charset=utf-8";
    server {{
        listen 127.0.0.1:{port};
        root {folder}/root;
        {headers}
    }}
}}
"""
)
# nginx says these by itself.
_OWN = ("content-type", "content-length", "etag", "accept-ranges")


def contestants(setup: Setup) -> Iterator[Contestant]:
    """nginx, where it is installed."""
    if program() is None:
        print("nginx is not installed: no static file to compare with.", flush=True)
        return
    yield Contestant(NAME, SERVER, lambda: serving_file(setup.folder), PATH, yardstick=NAME)
    # As nginx does unless it is told otherwise, and must where a file can be removed at any moment.
    yield Contestant(ANEW, SERVER, lambda: serving_file(setup.folder, kept_open=""), PATH, yardstick=NAME)


def program() -> str | None:
    """Where nginx is, or None."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextlib.contextmanager
def serving_file(folder: Path, kept_open: str = "open_file_cache max=10;") -> Iterator[Running]:
    """nginx with the page as a file, on the first processor only, until the block ends."""
    place = folder / "nginx"
    (place / "root").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / "body", place / "root" / "page")
    headers = [(name, value) for name, value in json.loads((folder / "headers.json").read_text())]
    text = "\n".join(f"add_header {name} {json.dumps(value)};" for name, value in headers if name.lower() not in _OWN)
    port = free_port()
    user = "user root;" if os.getuid() == 0 else ""
    (place / "nginx.conf").write_text(
        _CONFIGURATION.format(folder=place, port=port, headers=text, user=user, kept_open=kept_open)
    )
    command = [program() or "nginx", "-e", "stderr", "-p", str(place), "-c", str(place / "nginx.conf")]
    process = subprocess.Popen([*pinned(0), *command], start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url + PATH, process)
        yield Running(url, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
