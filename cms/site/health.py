"""`/healthz`: whether pages can be served, for whatever watches over the site."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from cms.content.health import database_answers

health = Blueprint("health", __name__)

NEVER_KEPT = {"Cache-Control": "no-store", "Content-Type": "text/plain; charset=utf-8"}


@health.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Answer 200 as soon as pages can be served, else 503; no session, no page, no reason given to strangers."""
    if database_answers():
        return "ok\n", 200, NEVER_KEPT
    return "unavailable\n", 503, NEVER_KEPT
