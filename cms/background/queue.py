"""How a waiting job is handed to the workers: a Celery message that names it.

The truth about a job is its row: a message that is lost is sent anew (see `cms.background.worker`), one that comes
twice is refused by the number of its turn.
"""

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from celery import Celery

logger = logging.getLogger(__name__)

TASK = "babelpress.run_turn"
QUEUE = "babelpress-jobs"
# Seconds after which the cache server is given up, and between two looks into the folder of messages.
REDIS_SECONDS = 1.0
POLLED_EVERY = 0.3


def celery_for(app: Flask) -> "Celery":
    """Celery, with the broker of an application: Redis where there is one, else a folder of the instance.

    It is imported where it is needed: most processes never hand a job over.
    """
    from celery import Celery  # noqa: PLC0415 -- see above

    celery = Celery("babelpress", set_as_current=False)
    celery.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        # A turn that a dying worker took with it is found by the silence of its job, not by the broker.
        task_acks_late=False,
        accept_content=["json"],
        task_serializer="json",
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        **broker_of(app),
    )
    return celery


def broker_of(app: Flask) -> dict[str, Any]:
    """Celery's settings of the broker."""
    redis_url = app.config["REDIS_URL"]
    if redis_url:
        timeouts = {"socket_timeout": REDIS_SECONDS * 5, "socket_connect_timeout": REDIS_SECONDS}
        url = redis_url.replace("unix://", "redis+socket://", 1)
        return {"broker_url": url, "broker_transport_options": {**timeouts, "global_keyprefix": "babelpress:jobs:"}}
    messages, control = make_folders(app)
    options = {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(control),
        "polling_interval": POLLED_EVERY,
    }
    return {"broker_url": "filesystem://localhost", "broker_transport_options": options}


def make_folders(app: Flask) -> tuple[Path, Path]:
    """Where messages stand, and what the broker notes of itself; nobody else may read or write there."""
    folder: Path = app.config["INSTANCE_PATH"] / "jobs"
    messages, control = folder / "messages", folder / "control"
    for path in (folder, messages, control):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return messages, control


class Queue:
    """The way to the workers."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._celery: Celery | None = None

    def send(self, job_id: int, turn: int) -> None:
        """Tell the workers that a job waits. A broker that is away is told of in the log: workers look themselves."""
        from kombu.exceptions import OperationalError  # noqa: PLC0415 -- comes with Celery

        with self._lock:
            self._celery = self._celery or celery_for(self._app)
        try:
            if not self._app.config["REDIS_URL"]:
                make_folders(self._app)
            self._celery.send_task(TASK, args=(job_id, turn), retry=False)
        except (OperationalError, OSError):
            logger.warning("The broker could not be told of job %s; workers find it themselves.", job_id)
