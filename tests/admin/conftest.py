"""A site whose catalogues a test may write; lists with more rows than a page shows."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from admin import list_marks, listing, title_search
from cms.i18n.domain import new_watch
from cms.i18n.watch import EXTENSION
from cms.models import Post
from cms.models.column_types import utc_now
from tests import factories as make
from tests.admin.translating import HEAD, TEXTS
from tests.site_client import SiteClient, signed_in


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """The Portuguese catalogue; the others have none of these texts."""
    for code in ("en", "pt", "ar"):
        path = tmp_path / "translations" / code / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True)
        path.write_text(HEAD.format(code=code) + (TEXTS if code == "pt" else ""), encoding="utf-8")
    return tmp_path / "translations" / "pt" / "LC_MESSAGES" / "messages.po"


@pytest.fixture
def site(app: Flask, catalog: Path) -> Iterator[Flask]:
    """A site in three languages whose catalogues a test may write."""
    usual = app.extensions[EXTENSION]
    app.config.update(TRANSLATIONS_PATH=catalog.parents[2], SITE_LOCALES=("en", "pt", "ar"))
    app.extensions[EXTENSION] = new_watch(app)
    yield app
    app.extensions[EXTENSION] = usual


@pytest.fixture
def translator(site: Flask) -> SiteClient:
    """A translator of Portuguese, whose back office is English."""
    return signed_in(site, "translator", locale="en")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limits that a handful of rows reaches; how it is with marks, `test_list_marks.py` shows."""
    monkeypatch.setattr(listing, "COUNTED", 6)
    monkeypatch.setattr(list_marks.MarkedLists, "of", lambda *_: list_marks.NONE)
    monkeypatch.setattr(listing, "LOOKED_THROUGH", 5)
    monkeypatch.setattr(title_search, "FEW", 4)
    return


@pytest.fixture
def posts(db_session: Any) -> list[Post]:
    """Thirty posts, the first of them the newest."""
    now = utc_now()
    return [
        make.make_post(
            title=f"Stone {number:02}",
            slug=f"stone-{number:02}",
            summary="",
            body="",
            updated_at=now - timedelta(hours=number),
        )
        for number in range(30)
    ]
