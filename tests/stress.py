"""How long the tests are that get more certain the longer they run: short in `make test`, long in `make stress`."""

import os
from typing import TypeVar

LONG = os.environ.get("STRESS") == "1"

T = TypeVar("T")


def amount(short: T, long: T) -> T:
    """One of two sizes of the same test."""
    return long if LONG else short
