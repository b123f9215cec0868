"""Where the browser of the browser tests is, and what is said where there is none."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_IT = "No Chromium found; the browser tests need it: apt-get install chromium"


def chromium() -> str | None:
    """The path of the machine's Chromium, or None."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def is_required() -> bool:
    """Whether a missing Chromium is a failure: in continuous integration, where nobody would notice a skip."""
    return os.environ.get("CI") == "true"
