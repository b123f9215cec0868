"""Numbers of very many rows, which take long to count: they are remembered for a minute, by each process."""

import time
from collections.abc import Hashable
from typing import Any

from flask import current_app

SECONDS = 60.0
EXTENSION = "cms.large_numbers"


def remembered(what: Hashable) -> Any:
    """What was said of something within the last minute; None where nothing was."""
    until, said = _kept().get(what, (0.0, None))
    return said if until > time.monotonic() else None


def remember(what: Hashable, said: Any) -> None:
    """Say something that may be a minute old for whoever asks. What is asked of must be of a limited number."""
    _kept()[what] = (time.monotonic() + SECONDS, said)


def _kept() -> dict[Hashable, tuple[float, Any]]:
    kept: dict[Hashable, tuple[float, Any]] = current_app.extensions.setdefault(EXTENSION, {})
    return kept
