"""The yardstick: a WSGI function that does nothing but give one reply, the bytes and headers of a cached page."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

_folder = Path(os.environ["BENCHMARK_PAGE"])
_headers = [(name, value) for name, value in json.loads((_folder / "headers.json").read_text())]
_body = (_folder / "body").read_bytes()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Give the reply, whatever was asked."""
    start_response("200 OK", _headers)
    return [_body]
