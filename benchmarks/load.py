"""Asking a server as fast as it answers: with wrk where there is one, else with a few lines of Python."""

import re
import shutil
import socket
import subprocess
import threading
import time
from urllib.parse import urlsplit

from benchmarks.servers import Running, pinned

CONNECTIONS = 16
LONGEST = 60.0


def generator() -> str:
    """What the load comes from."""
    return "wrk" if shutil.which("wrk") else "python"


def measure(server: Running, path: str, seconds: float) -> tuple[float, float]:
    """Requests a second over 16 kept connections that take gzip; and processor time for each, in microseconds.

    The second figure hardly depends on what else the machine does meanwhile. Where nothing was answered in that time,
    it is given more. Raises RuntimeError where a reply was anything but 200, or none comes in a minute.
    """
    used, begun = server.processor_seconds(), time.monotonic()
    answered = (_wrk if generator() == "wrk" else _python)(server.url + path, seconds)
    if not answered and seconds > LONGEST:
        raise RuntimeError(f"{server.url}{path} does not answer")
    if not answered:
        return measure(server, path, 2 * max(1.0, seconds))
    each = (server.processor_seconds() - used) / answered
    return answered / (time.monotonic() - begun), each * 1e6


def _wrk(url: str, seconds: float) -> int:
    command = [
        *pinned(1),
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{max(1, round(seconds))}s",
        "-H",
        "Accept-Encoding: gzip",
        url,
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"(\d+) requests in", output)
    if found is None or "Non-2xx" in output:
        raise RuntimeError(output)
    return int(found[1])


def _python(url: str, seconds: float) -> int:
    """Far slower than wrk, so that fast servers look alike; the ratios of slow ones hold."""
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    counts = [0] * CONNECTIONS
    until = time.monotonic() + seconds

    def ask(number: int) -> None:
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            while time.monotonic() < until:
                connection.sendall(request)
                _read_reply(connection)
                counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def _read_reply(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    if b" 200 " not in head[:16]:
        raise RuntimeError(head.decode("latin-1"))
    found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    left = int(found[1]) - len(body) if found else 0
    while left > 0:
        left -= len(connection.recv(65536))
