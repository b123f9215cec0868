"""An edited catalogue shows on pages that are kept in the page cache, and a purge by hand is never needed."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from cms.i18n.domain import new_watch
from cms.i18n.watch import EXTENSION
from tests.factories import make_post
from tests.site_client import SiteClient

ROOT = Path(__file__).parents[2]


@pytest.fixture
def catalogs(tmp_path: Path) -> Path:
    """A copy of the shipped catalogues."""
    return Path(shutil.copytree(ROOT / "translations", tmp_path / "translations"))


@pytest.fixture
def site(app: Flask, catalogs: Path) -> Iterator[Flask]:
    """The site, on that copy."""
    watch = app.extensions[EXTENSION]
    usual = watch.catalogs
    app.config["TRANSLATIONS_PATH"] = catalogs
    watch.catalogs = new_watch(app).catalogs
    yield app
    watch.catalogs = usual


def edit(catalogs: Path, folder: str, old: str, new: str) -> None:
    path = catalogs / folder / "LC_MESSAGES" / "messages.po"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.database
def test_an_edit_shows_on_a_cached_page_within_two_seconds(site: Flask, catalogs: Path) -> None:
    with site.app_context():
        make_post(locale="pt", title="Olá")
        make_post(locale="fr", title="Salut")
    visitor = SiteClient.of(site)
    for path in ("/pt/", "/fr/"):
        visitor.get(path)
        assert visitor.get(path).headers["X-Cache"] == "hit"
    assert "Publicações recentes" in visitor.get("/pt/").text

    edit(catalogs, "pt", 'msgstr "Publicações recentes"', 'msgstr "O mais novo"')
    edited = time.monotonic()
    while "O mais novo" not in visitor.get("/pt/").text:
        assert time.monotonic() - edited < 2
        time.sleep(0.02)
    assert visitor.get("/pt/").headers["X-Cache"] == "hit"
    # Other languages keep their pages.
    assert visitor.get("/fr/").headers["X-Cache"] == "hit"


def test_a_damaged_catalogue_changes_no_page(site: Flask, catalogs: Path) -> None:
    with site.app_context():
        make_post(locale="pt", title="Olá")
    visitor = SiteClient.of(site)
    before = visitor.get("/pt/").text
    edit(catalogs, "pt", 'msgstr "Publicações recentes"', '<<<<<<< ours\nmsgstr "Recentes"')
    site.extensions[EXTENSION].next_look = 0
    assert visitor.get("/pt/").headers["X-Cache"] == "hit"
    site.extensions["page_cache"].delivery.deliver_now(["ui@pt"])
    assert visitor.get("/pt/").text == before
