"""The look at the catalogue files that every request begins with.

The page cache calls `Watch.poll` before it answers with a page that it has: one comparison of numbers, and once in
``INTERVAL`` seconds one ``stat`` for each language. Whatever is rendered begins with `Watch.look`, which looks at once:
a translation that was saved in another process, and purged its pages, must not be missing from the next of them.
"""

import threading
import time
from dataclasses import dataclass, field

from flask import Flask

from cms.i18n.live_catalogs import LiveCatalogs

# Seconds. An edit is promised to show within two.
INTERVAL = 0.5
EXTENSION = "babelpress-catalogs"


@dataclass
class Watch:
    """When this process looks at the files next."""

    catalogs: LiveCatalogs
    interval: float = INTERVAL
    next_look: float = 0.0
    looking: threading.Lock = field(default_factory=threading.Lock)

    def poll(self) -> None:
        """Look at the files if it is time. While one thread looks, others go on with what there is."""
        now = time.monotonic()
        if now < self.next_look or not self.looking.acquire(blocking=False):
            return
        try:
            self.next_look = now + self.interval
            self.catalogs.refresh_all()
        finally:
            self.looking.release()

    def look(self) -> None:
        """Look at the files now. A thread that comes while another one looks waits for what is found."""
        self.next_look = time.monotonic() + self.interval
        self.catalogs.refresh_all()


def watch_of(app: Flask) -> Watch:
    """The watch of an application."""
    watch: Watch = app.extensions[EXTENSION]
    return watch
