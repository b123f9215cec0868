"""A folder of Markdown files that is brought in, and what came of it."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from cms.content.importing.bringing_in import MarkdownImport, Options
from cms.content.importing.report import Report
from cms.extensions import db
from cms.models import Post

Write = Callable[..., Path]


def locale_of(code: str) -> str | None:
    return {"en": "en", "pt": "pt", "ar": "ar", "zh-hans": "zh-Hans"}.get(code.lower())


def started(folder: Path, **options: Any) -> MarkdownImport:
    return MarkdownImport(Options(folder=folder, default_locale="en", locale_of=locale_of, **options))


def elsewhere(app: Flask, act: Callable[[], Any]) -> None:
    """Has another process act, with a database session of its own."""

    def act_in_context() -> None:
        with app.app_context():
            act()

    thread = threading.Thread(target=act_in_context)
    thread.start()
    thread.join()


def bring_in(folder: Path, **options: Any) -> Report:
    run = started(folder, **options)
    for document in run.documents:
        run.bring_in(document)
    return run.report


def post(locale: str = "en", slug: str = "legal") -> Post:
    return db.session.query(Post).filter_by(locale=locale, slug=slug).one()


def reasons(report: Report) -> dict[str, str]:
    return dict(list(report.problems))
