"""A site whose catalogues a test may write."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from cms.i18n.domain import new_watch
from cms.i18n.watch import EXTENSION
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
