"""The same bytes from a Flask view: as they are, and through Flask-Caching's decorator."""

import json
import os
from pathlib import Path

from flask import Flask, Response
from flask_caching import Cache

_folder = Path(os.environ["BENCHMARK_PAGE"])
_headers = [(name, value) for name, value in json.loads((_folder / "headers.json").read_text())]
_body = (_folder / "body").read_bytes()

application = Flask(__name__)
_redis = os.environ.get("REDIS_URL")
cache = Cache(
    application,
    config={"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": _redis} if _redis else {"CACHE_TYPE": "SimpleCache"},
)


@application.get("/constant")
def constant() -> Response:
    """The reply, made anew."""
    return Response(_body, headers=_headers)


@application.get("/decorated")
@cache.cached()
def decorated() -> Response:
    """The reply, kept by the decorator."""
    return Response(_body, headers=_headers)
