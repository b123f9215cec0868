"""A real nginx for the tests, with the configuration of deploy/nginx and nothing changed in it but places."""

import contextlib
import grp
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.servers import stop, wait_until

HOW_TO_GET_IT = "No nginx found; the tests of pages from files need it: apt-get install nginx-light"
CONFIGURATION = Path(__file__).parent.parent / "deploy" / "nginx"

_MAIN = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 2;
pcre_jit on;
daemon off;
events {{ worker_connections 256; }}
http {{
    access_log off;
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include babelpress-http.conf;
    server {{
        listen 127.0.0.1:{port};
        sendfile on;
        tcp_nopush on;
        server_tokens off;
        keepalive_requests 1000000;
        set $babelpress_host $host;
        set $babelpress_scheme $scheme;
        include babelpress-pages.conf;
    }}
}}
"""


def nginx() -> str | None:
    """The path of the machine's nginx, or None."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def is_required() -> bool:
    """Whether a missing nginx is a failure: in continuous integration, where nobody would notice a skip."""
    return os.environ.get("CI") == "true"


def copy_configuration(folder: Path, places: dict[str, str]) -> None:
    """Write the files of deploy/nginx into `folder`; `places` replaces those that they name."""
    for source in CONFIGURATION.glob("babelpress-*.conf"):
        text = source.read_text()
        for old, new in places.items():
            text = text.replace(old, new)
        (folder / source.name).write_text(text)


def places(pages: Path, program: Path, instance: Path, application: int) -> dict[str, str]:
    """Where things are instead of where deploy/nginx has them: files of pages, the program, its instance, its port."""
    return {
        "/run/babelpress": str(pages),
        "/srv/babelpress": str(program),
        "/var/lib/babelpress": str(instance),
        "127.0.0.1:5000": f"127.0.0.1:{application}",
    }


def configure(folder: Path, port: int, places: dict[str, str]) -> Path:
    """Write the whole configuration into `folder`, with `places` as for `copy_configuration`."""
    copy_configuration(folder, places)
    user = ""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        user = f"user {nobody.pw_name} {grp.getgrgid(nobody.pw_gid).gr_name};"
    path = folder / "nginx.conf"
    path.write_text(_MAIN.format(folder=folder, port=port, user=user))
    return path


@contextlib.contextmanager
def running_nginx(configuration: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """nginx with a configuration, for the length of the block."""
    program = nginx()
    if program is None:
        raise RuntimeError(HOW_TO_GET_IT)
    log = configuration.with_name("start.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, "-p", configuration.parent, "-c", configuration, "-e", configuration.with_name("error.log")],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: socket.create_connection(("127.0.0.1", port), timeout=1).close(), process, log)
        yield process
    finally:
        stop(process)
