"""The service behind the translators' screen, where the screen does not show it."""

from collections.abc import Callable

import pytest
from flask import Flask

from cms.i18n import catalogs as service
from cms.i18n.errors import CatalogNotWritable, Conflict, InvalidTranslation, UnknownEntry, UnknownLanguage
from cms.i18n.locales import describe
from cms.i18n.po_entry import Key
from cms.security.policy import SYSTEM, Forbidden
from tests.i18n.conftest import Catalogs

Build = Callable[[], Flask]
TOKEN = Key(None, "Write").token


def test_a_language_that_the_site_does_not_have_is_refused(speaking_app: Build) -> None:
    with speaking_app().app_context(), pytest.raises(UnknownLanguage, match="no language “it”"):
        service.save_translation(SYSTEM, "it", TOKEN, ["x"], "")


def test_permission_is_asked_for_before_anything_else(speaking_app: Build, catalogs: Catalogs) -> None:
    class Nobody:
        is_authenticated = False

    before = catalogs.path("pt").read_bytes()
    with speaking_app().app_context(), pytest.raises(Forbidden):
        service.save_translation(Nobody(), "pt", "no such token", [], "")
    assert catalogs.path("pt").read_bytes() == before


@pytest.mark.parametrize(
    ("token", "forms", "seen", "error"),
    [
        ("0" * 24, ["x"], "", UnknownEntry),
        (TOKEN, ["x"], "stale", Conflict),
        (TOKEN, ["x", "y"], None, InvalidTranslation),
    ],
)
def test_what_is_refused_changes_nothing(
    speaking_app: Build, catalogs: Catalogs, token: str, forms: list[str], seen: str | None, error: type[Exception]
) -> None:
    before = catalogs.path("pt").read_bytes()
    with speaking_app().app_context():
        if seen is None:
            seen = service.open_catalog(describe("pt")).po.by_token[TOKEN].fingerprint
        with pytest.raises(error):
            service.save_translation(SYSTEM, "pt", token, forms, seen)
    assert catalogs.path("pt").read_bytes() == before
    assert not catalogs.path("pt").with_suffix(".mo").exists()


def test_progress_of_a_language_without_a_file_is_nothing(speaking_app: Build, catalogs: Catalogs) -> None:
    catalogs.path("pt").unlink()
    with speaking_app().app_context():
        progress = service.progress(describe("pt"))
    assert (progress.total, progress.percent, progress.broken) == (0, 0, "There is no file for this language yet.")


def test_progress_counts_what_is_missing_and_what_is_unsure(speaking_app: Build, catalogs: Catalogs) -> None:
    catalogs.edit("pt", 'msgstr "Escrever"', 'msgstr ""')
    catalogs.edit("pt", 'msgid "Look it up"', '#, fuzzy\nmsgid "Look it up"')
    with speaking_app().app_context():
        progress = service.progress(describe("pt"))
    numbers = (progress.total, progress.translated, progress.missing, progress.unsure, progress.problems)
    assert numbers == (3, 1, 1, 1, 0)
    assert progress.percent == 33
    assert progress.broken is None


def test_a_compiled_file_that_cannot_be_written_is_only_logged(
    speaking_app: Build, catalogs: Catalogs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(path: object, data: bytes) -> None:
        raise CatalogNotWritable

    monkeypatch.setattr(service, "replace_file", refuse)
    with speaking_app().app_context():
        service.compile_beside(catalogs.path("pt"), describe("pt"))
    assert "not compiled" in caplog.text
