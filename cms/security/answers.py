"""Which form an answer takes: a page for people, JSON for scripts."""

from flask import Request


def wants_json(request: Request) -> bool:
    """Return whether a request comes from a script of a page rather than from a person's click."""
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]
