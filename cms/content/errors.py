"""What a service raises; adapters turn it into 404, 409 or 422."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _


class ContentError(Exception):
    """The base: `str(error)` is a sentence for the person who asked, in their language."""


class InvalidInput(ContentError):
    """What was typed cannot be taken; `errors` says why, by field (the empty name for the whole)."""

    def __init__(self, errors: Mapping[str, Any]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(str(message) for message in self.errors.values()))


class NotFound(ContentError):
    """There is no such object, or the actor may not know of it."""


class Conflict(ContentError):
    """Somebody else changed it meanwhile."""


def changed_meanwhile() -> Conflict:
    """What is said to whoever works on something that is no longer as they saw it."""
    return Conflict(_("Somebody else has changed this meanwhile. What you typed is still here."))
