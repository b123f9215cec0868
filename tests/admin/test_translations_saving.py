"""Saving a translation: what is refused, who else writes at the same time, what fails."""

import fcntl
import re
from pathlib import Path

import pytest
from flask import Flask, g
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from cms.extensions import db
from cms.i18n import catalogs
from cms.i18n.errors import UnknownEntry
from cms.models import AuditEntry
from tests.admin.translating import ROOT, address, rows, save, seen
from tests.site_client import SiteClient


def test_saving_what_was_saved_already_leaves_no_trace(site: Flask, translator: SiteClient, catalog: Path) -> None:
    stamp = catalog.stat()
    assert save(translator, catalog, "Hello %(name)s", "Olá %(name)s").status_code == 302
    assert catalog.stat().st_ino == stamp.st_ino
    with site.app_context():
        assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "translate")).all() == []


def test_saving_changes_only_the_lines_of_the_text(site: Flask, translator: SiteClient, catalog: Path) -> None:
    before = catalog.read_text(encoding="utf-8")
    catalog.chmod(0o640)
    response = save(translator, catalog, "Entrance", "Entrada")
    assert response.status_code == 302
    assert response.location == address("Entrance")
    assert catalog.read_text(encoding="utf-8") == before.replace(
        'msgid "Entrance"\nmsgstr ""', 'msgid "Entrance"\nmsgstr "Entrada"'
    )
    assert catalog.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in catalog.parent.iterdir() if path.suffix == ".tmp"] == []
    with site.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "translate")).one()
        assert (entry.actor_id, entry.label, entry.locale) == (translator.user_id, "Entrance", "pt")
        assert entry.details == {"before": [""], "after": ["Entrada"]}
    assert "was saved" in translator.get(response.location).text


def test_saving_shows_at_once(site: Flask, translator: SiteClient, catalog: Path) -> None:
    def entrance() -> str:
        with site.test_request_context("/pt/"):
            g.locale = "pt"
            return gettext("Entrance")

    assert entrance() == "Entrance"
    save(translator, catalog, "Entrance", "Entrada")
    assert entrance() == "Entrada"


@pytest.mark.parametrize(
    ("source", "forms", "sentence"),
    [
        ("Hello %(name)s", ["Olá %(nome)s"], "The placeholder “%(nome)s” does not exist in the source text."),
        ("Hello %(name)s", ["Olá"], "The placeholder “%(name)s” is missing."),
        ("Entrance", ["<b onclick=x>Entrada</b>"], "must be the same as in the source text"),
        ("Entrance", ["100 %"], "A percent sign stands alone."),
        ("Entrance", ["x" * 2000], "much longer"),
        ("%(num)d door", ["%(num)d porta", ""], "This form is empty while others are not."),
    ],
)
def test_a_translation_with_a_problem_is_refused_and_kept_in_the_form(
    translator: SiteClient, catalog: Path, source: str, forms: list[str], sentence: str
) -> None:
    before = catalog.read_bytes()
    response = save(translator, catalog, source, *forms)
    assert response.status_code == 422
    assert sentence in response.text
    typed = re.findall(r"<textarea[^>]*>\n([^<]*)</textarea>", response.text)
    assert [text.replace("&lt;", "<").replace("&gt;", ">") for text in typed] == forms
    assert catalog.read_bytes() == before


def test_a_change_by_somebody_else_is_not_overwritten_unseen(translator: SiteClient, catalog: Path) -> None:
    old = seen(catalog, "Entrance")
    catalog.write_text(
        catalog.read_text(encoding="utf-8").replace('"Entrance"\nmsgstr ""', '"Entrance"\nmsgstr "Acesso"'),
        encoding="utf-8",
    )
    response = translator.submit(address("Entrance"), {"form-0": "Entrada", "seen": old})
    assert response.status_code == 409
    assert "Somebody else changed" in response.text
    assert "Acesso" in response.text
    assert re.search(r"<textarea[^>]*>\nEntrada</textarea>", response.text)
    # Having seen the other's text, one may save after all.
    again = re.search(r'name="seen" value="([^"]+)"', response.text)
    assert again is not None
    assert translator.submit(address("Entrance"), {"form-0": "Entrada", "seen": again[1]}).status_code == 302


def test_after_a_conflict_only_the_forms_that_differ_are_compared(translator: SiteClient, catalog: Path) -> None:
    old = seen(catalog, "%(num)d door")
    assert save(translator, catalog, "%(num)d door", "%(num)d porta", "%(num)d portas").status_code == 302
    typed = {"form-0": "%(num)d entrada", "form-1": "%(num)d portas", "seen": old}
    response = translator.submit(address("%(num)d door"), typed)
    assert response.status_code == 409
    theirs = re.findall(r"Saved by somebody else in the meantime: (.*)</p>", response.text)
    assert theirs == ['<bdi lang="pt"><bdi dir="ltr">%(num)d</bdi> porta</bdi>']


def test_the_same_translation_twice_is_no_conflict(translator: SiteClient, catalog: Path) -> None:
    old = seen(catalog, "Entrance")
    for _ in range(2):
        assert translator.submit(address("Entrance"), {"form-0": "Entrada", "seen": old}).status_code == 302


def test_a_folder_that_cannot_be_written_keeps_what_was_typed(
    site: Flask, translator: SiteClient, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **keywords: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("cms.i18n.catalog_files.tempfile.mkstemp", refuse)
    response = save(translator, catalog, "Entrance", "Entrada")
    assert response.status_code == 503
    assert "cannot be written" in response.text
    assert "Entrada" in response.text
    with site.app_context():
        assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "translate")).all() == []


def test_the_compiled_file_is_written_before_the_next_one_may_save(
    site: Flask, translator: SiteClient, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever compiled later, and had read earlier, would write an older state."""
    locked = []

    def look_at_the_lock(path: Path, locale: object) -> None:
        with (site.config["INSTANCE_PATH"] / "catalogs" / "pt.lock").open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                locked.append(path)

    monkeypatch.setattr(catalogs, "compile_beside", look_at_the_lock)
    assert save(translator, catalog, "Entrance", "Entrada").status_code == 302
    assert locked == [catalog]


@pytest.mark.parametrize("step", ["flush", "commit"])
def test_what_cannot_go_on_record_is_not_saved_and_stays_in_the_form(
    site: Flask, translator: SiteClient, catalog: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def refuse() -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    fields = {"form-0": "Entrada", "seen": seen(catalog, "Entrance")}
    before = catalog.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(db.session, step, refuse)
        response = translator.submit(address("Entrance"), fields)
    assert response.status_code == 503
    assert "cannot be put on record" in response.text
    assert re.search(r"<textarea[^>]*>\nEntrada</textarea>", response.text)
    assert catalog.read_bytes() == before
    assert translator.submit(address("Entrance"), fields).status_code == 302


def written_meanwhile(monkeypatch: pytest.MonkeyPatch, catalog: Path, old: str, new: str) -> None:
    """Have a tool outside change the file while a translation is on its way into it."""
    edit = catalogs.with_translation
    changes = [(old, new)]

    def edit_slowly(*arguments: object) -> bytes:
        data = edit(*arguments)
        for before, after in changes:
            catalog.write_text(catalog.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
        changes.clear()
        return data

    monkeypatch.setattr(catalogs, "with_translation", edit_slowly)


def test_what_a_tool_writes_at_that_moment_is_kept(
    site: Flask, translator: SiteClient, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"form-0": "Entrada", "seen": seen(catalog, "Entrance")}
    written_meanwhile(monkeypatch, catalog, '"Exit"\nmsgstr ""', '"Exit"\nmsgstr "Sair"')
    assert translator.submit(address("Entrance"), fields).status_code == 302
    text = catalog.read_text(encoding="utf-8")
    assert 'msgstr "Sair"' in text
    assert 'msgstr "Entrada"' in text
    with site.app_context():
        assert len(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "translate")).all()) == 1


def test_the_same_text_from_a_tool_at_that_moment_is_shown_before_it_is_overwritten(
    site: Flask, translator: SiteClient, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {"form-0": "Entrada", "seen": seen(catalog, "Entrance")}
    written_meanwhile(monkeypatch, catalog, '"Entrance"\nmsgstr ""', '"Entrance"\nmsgstr "Acesso"')
    response = translator.submit(address("Entrance"), fields)
    assert response.status_code == 409
    assert re.search(r"Saved by somebody else in the meantime: <bdi[^>]*>Acesso<", response.text)
    assert 'msgstr "Acesso"' in catalog.read_text(encoding="utf-8")
    with site.app_context():
        assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "translate")).all() == []


def test_a_file_that_a_tool_writes_again_and_again_is_not_overwritten(
    translator: SiteClient, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogs, "replace_unless_changed", lambda path, stamp, data: False)
    before = catalog.read_bytes()
    assert save(translator, catalog, "Entrance", "Entrada").status_code == 409
    assert catalog.read_bytes() == before


def test_a_file_that_was_cut_off_takes_nothing(site: Flask, translator: SiteClient, catalog: Path) -> None:
    assert translator.get(f"{ROOT}pt/").status_code == 200
    whole = catalog.read_bytes()
    old = seen(catalog, "Entrance")
    cut = whole[: whole.index(b'\n#, fuzzy\nmsgid "Window"')]
    catalog.write_bytes(cut)
    page = translator.get(f"{ROOT}pt/").text
    assert "cut off" in page
    assert "Window" in rows(page)
    assert "2 of 6 texts" in translator.get(ROOT).text
    response = translator.submit(address("Entrance"), {"form-0": "Entrada", "seen": old})
    assert response.status_code == 409
    assert "cut off" in response.text
    assert re.search(r"<textarea[^>]*>\nEntrada</textarea>", response.text)
    assert catalog.read_bytes() == cut


def test_a_translation_may_be_taken_back(translator: SiteClient, catalog: Path) -> None:
    assert save(translator, catalog, "Hello %(name)s", "").status_code == 302
    assert 'msgid "Hello %(name)s"\nmsgstr ""\n' in catalog.read_text(encoding="utf-8")


def test_confirming_a_guess_takes_its_mark_away(translator: SiteClient, catalog: Path) -> None:
    assert save(translator, catalog, "Window", "Janela").status_code == 302
    assert '\nmsgid "Window"\nmsgstr "Janela"\n' in catalog.read_text(encoding="utf-8")
    assert "fuzzy" not in catalog.read_text(encoding="utf-8")


def test_a_text_that_was_dropped_meanwhile_leaves_what_was_typed_to_be_copied(
    translator: SiteClient, catalog: Path
) -> None:
    typed = {"form-0": "\nUma porta & <mais>", "form-1": "Portas", "seen": seen(catalog, "Entrance")}
    answer = translator.submit(address("Nowhere"), typed)
    assert answer.status_code == 404
    assert "This text is no longer part of the site." in answer.text
    assert "What you typed is not saved." in answer.text
    assert "readonly" in answer.text
    assert ">\n\nUma porta &amp; &lt;mais&gt;</textarea>" in answer.text
    assert ">\nPortas</textarea>" in answer.text
    assert "What you typed" not in translator.submit(address("Nowhere"), {"form-0": ""}).text
    assert translator.get(address("Nowhere")).status_code == 404


def test_a_text_that_is_dropped_at_that_moment_stays_in_the_form(
    translator: SiteClient, catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dropped(*arguments: object) -> None:
        raise UnknownEntry

    monkeypatch.setattr(catalogs, "save_translation", dropped)
    answer = save(translator, catalog, "Entrance", "Entrada nova")
    assert answer.status_code == 404
    assert "This text is no longer part of the site." in answer.text
    assert ">\nEntrada nova</textarea>" in answer.text
