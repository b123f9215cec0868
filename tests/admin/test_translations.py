"""The translators' screens."""

import fcntl
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, g
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from admin.views.translations import placeholders_apart
from cms.extensions import db
from cms.i18n import catalogs
from cms.i18n.domain import new_watch
from cms.i18n.po_entry import Key
from cms.i18n.po_file import parse_po
from cms.i18n.watch import EXTENSION
from cms.models import AuditEntry
from tests.site_client import SiteClient, signed_in

ROOT = "/admin/translations/"
HEAD = (
    'msgid ""\nmsgstr ""\n"Language: {code}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
)
TEXTS = """
# take care
#. Shown at the door.
#: templates/site/home.html
msgid "Hello %(name)s"
msgstr "Olá %(name)s"

msgid "Entrance"
msgstr ""

msgctxt "verb"
msgid "Exit"
msgstr ""

#, python-format
msgid "%(num)d door"
msgid_plural "%(num)d doors"
msgstr[0] ""
msgstr[1] ""

#, fuzzy
msgid "Window"
msgstr "Janela?"

msgid "Roof %(colour)s"
msgstr "Telhado %(cor)s"
"""


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


def address(source: str, context: str | None = None) -> str:
    return f"{ROOT}pt/{Key(context, source).token}/"


def seen(catalog: Path, source: str, context: str | None = None) -> str:
    return parse_po(catalog.read_bytes(), "pt").by_key[Key(context, source)].fingerprint


def save(client: SiteClient, catalog: Path, source: str, *forms: str, context: str | None = None, **data: str):
    fields = {f"form-{number}": form for number, form in enumerate(forms)}
    return client.submit(address(source, context), {"seen": seen(catalog, source, context), **fields, **data})


def rows(page: str) -> list[str]:
    return re.findall(r'class="texts__source"[^>]*>([^<]*)<', page)


def test_the_overview_shows_how_far_each_language_is(translator: SiteClient) -> None:
    page = translator.get(ROOT).text
    assert "1 of 6 texts" not in page
    assert "2 of 6 texts" in page
    assert "3 missing" in page
    assert "1 to confirm" in page
    assert "1 with a problem" in page
    assert f'href="{ROOT}pt/"' in page
    assert f'href="{ROOT}ar/"' not in page


def test_the_texts_of_a_language_are_listed_searched_and_filtered(translator: SiteClient) -> None:
    assert rows(translator.get(f"{ROOT}pt/").text) == [
        "Hello %(name)s", "Entrance", "Exit", "%(num)d door", "Window", "Roof %(colour)s",
    ]  # fmt: skip
    assert rows(translator.get(f"{ROOT}pt/?show=missing").text) == ["Entrance", "Exit", "%(num)d door"]
    assert rows(translator.get(f"{ROOT}pt/?show=unsure").text) == ["Window"]
    assert rows(translator.get(f"{ROOT}pt/?show=problems").text) == ["Roof %(colour)s"]
    assert rows(translator.get(f"{ROOT}pt/?search=OLÁ").text) == ["Hello %(name)s"]
    assert rows(translator.get(f"{ROOT}pt/?search=the+door").text) == ["Hello %(name)s"]
    assert rows(translator.get(f"{ROOT}pt/?search=doors&show=missing").text) == ["%(num)d door"]
    assert "Nothing matches" in translator.get(f"{ROOT}pt/?search=zebra").text


@pytest.mark.parametrize(
    "query", ["page=99999999999999999999", "page=-1", "page=²", "show=x", "page=&search=%25%28", "page=0"]
)
def test_addresses_that_make_no_sense_show_the_list(translator: SiteClient, query: str) -> None:
    assert translator.get(f"{ROOT}pt/?{query}").status_code == 200


def test_a_placeholder_stays_in_one_piece_in_a_listed_translation(translator: SiteClient) -> None:
    page = translator.get(f"{ROOT}pt/?search=Hello").text
    assert '<bdi>Olá <bdi dir="ltr">%(name)s</bdi></bdi>' in page
    assert str(placeholders_apart("100 % of {count} <b>")) == '100 % of <bdi dir="ltr">{count}</bdi> &lt;b&gt;'


def test_long_lists_are_paged(site: Flask, translator: SiteClient, catalog: Path) -> None:
    many = "".join(f'\nmsgid "text {number}"\nmsgstr ""\n' for number in range(120))
    catalog.write_text(HEAD.format(code="pt") + many, encoding="utf-8")
    first, last = translator.get(f"{ROOT}pt/").text, translator.get(f"{ROOT}pt/?page=3").text
    assert len(rows(first)) == 50
    assert "Page 1 of 3" in first
    assert rows(last) == [f"text {number}" for number in range(100, 120)]
    assert rows(translator.get(f"{ROOT}pt/?page=999").text) == rows(last)


def test_from_a_text_the_way_back_leads_to_its_page_of_the_list(
    site: Flask, translator: SiteClient, catalog: Path
) -> None:
    many = "".join(f'\nmsgid "text {number}"\nmsgstr ""\n' for number in range(120))
    catalog.write_text(HEAD.format(code="pt") + many, encoding="utf-8")
    way_back = f'href="{ROOT}pt/?search=text&amp;page=2"'
    assert f'href="{address("text 60")}?search=text"' in translator.get(f"{ROOT}pt/?search=text&page=2").text
    # However one came there: from the list, or from text to text.
    assert way_back in translator.get(f"{address('text 60')}?search=text").text
    assert way_back not in translator.get(f"{address('text 49')}?search=text").text
    fields = {"form-0": "texto 49", "seen": seen(catalog, "text 49"), "_action": "next"}
    after = translator.submit(f"{address('text 49')}?search=text", fields).location
    assert after == f"{address('text 50')}?search=text"
    assert way_back in translator.get(after).text
    # And where it is part of the list no more.
    assert f'href="{ROOT}pt/?show=missing"' in translator.get(f"{address('text 49')}?show=missing").text


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


def test_going_on_leads_to_the_next_text_of_the_selection(translator: SiteClient, catalog: Path) -> None:
    data = {"form-0": "Entrada", "seen": seen(catalog, "Entrance"), "_action": "next"}
    response = translator.submit(address("Entrance") + "?show=missing", data)
    assert response.location == address("Exit", "verb") + "?show=missing"
    data = {"form-0": "Telhado %(colour)s", "seen": seen(catalog, "Roof %(colour)s"), "_action": "next"}
    response = translator.submit(address("Roof %(colour)s") + "?show=problems", data)
    assert response.location == f"{ROOT}pt/?show=problems"
    assert "Nothing left to do here" in translator.get(response.location).text


def test_there_is_a_field_for_each_form_of_the_language(translator: SiteClient, catalog: Path) -> None:
    page = translator.get(address("%(num)d door")).text
    assert "For the number 1" in page
    assert "For the numbers 0, 2, 3, 4 …" in page
    assert save(translator, catalog, "%(num)d door", "%(num)d porta", "%(num)d portas").status_code == 302
    assert 'msgstr[0] "%(num)d porta"\nmsgstr[1] "%(num)d portas"\n' in catalog.read_text(encoding="utf-8")


def test_a_form_that_no_whole_number_takes_has_a_name_too(translator: SiteClient, catalog: Path) -> None:
    # As CLDR counts in Polish and Russian, where the last form is for fractions.
    text = catalog.read_text(encoding="utf-8")
    catalog.write_text(text.replace("nplurals=2;", "nplurals=3;"), encoding="utf-8")
    assert "For any other number" in translator.get(address("%(num)d door")).text


def test_a_text_is_shown_with_all_that_helps(translator: SiteClient) -> None:
    page = translator.get(address("Hello %(name)s")).text
    for part in ("Hello %(name)s", "Olá %(name)s", "take care", "Shown at the door.", "templates/site/home.html"):
        assert part in page
    assert "verb" in translator.get(address("Exit", "verb")).text
    assert "does not exist in the source text" in translator.get(address("Roof %(colour)s")).text


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


def test_a_damaged_file_is_shown_with_the_last_good_texts_and_takes_nothing(
    site: Flask, translator: SiteClient, catalog: Path
) -> None:
    assert translator.get(f"{ROOT}pt/").status_code == 200
    old = seen(catalog, "Entrance")
    damaged = catalog.read_bytes().replace(b'msgid "Entrance"', b'<<<<<<< ours\nmsgid "Entrance"')
    catalog.write_bytes(damaged)
    for path in (ROOT, f"{ROOT}pt/", address("Entrance")):
        response = translator.get(path)
        assert response.status_code == 200
        assert "merge conflict" in response.text
    assert "Entrance" in rows(translator.get(f"{ROOT}pt/").text)
    response = translator.submit(address("Entrance"), {"form-0": "Entrada", "seen": old})
    assert response.status_code == 409
    assert "merge conflict" in response.text
    assert "Entrada" in response.text
    assert catalog.read_bytes() == damaged


def test_a_language_without_a_file_says_so(translator: SiteClient, catalog: Path) -> None:
    catalog.unlink()
    page = translator.get(f"{ROOT}pt/").text
    assert "There is no file for this language yet." in page


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


@pytest.mark.parametrize("path", [f"{ROOT}xx/", f"{ROOT}..%2Fpt/", f"{ROOT}de/", f"{ROOT}pt/0123/", f"{ROOT}xx/0123/"])
def test_what_does_not_exist_is_not_found(translator: SiteClient, path: str) -> None:
    assert translator.get(path).status_code == 404
    assert translator.submit(path, {}).status_code in {404, 405}


def test_each_translator_has_their_languages(site: Flask, catalog: Path) -> None:
    arabic = signed_in(site, "translator", languages=["ar"], locale="en")
    assert arabic.get(ROOT).status_code == 200
    assert arabic.get(f"{ROOT}ar/").status_code == 200
    assert arabic.get(f"{ROOT}pt/").status_code == 403
    assert arabic.get(address("Entrance")).status_code == 403
    before = catalog.read_bytes()
    assert save(arabic, catalog, "Entrance", "Entrada").status_code == 403
    assert catalog.read_bytes() == before


@pytest.mark.parametrize("role", ["member", "author", "editor"])
def test_other_roles_are_refused(site: Flask, catalog: Path, role: str) -> None:
    client = signed_in(site, role, locale="en")
    for path in (ROOT, f"{ROOT}pt/", address("Entrance")):
        assert client.get(path).status_code == 403
    assert save(client, catalog, "Entrance", "Entrada").status_code == 403


def test_strangers_are_led_to_the_sign_in_and_forged_forms_refused(
    site: Flask, translator: SiteClient, catalog: Path
) -> None:
    assert "/account/login" in SiteClient.of(site).get(f"{ROOT}pt/").location
    before = catalog.read_bytes()
    assert translator.post(address("Entrance"), data={"form-0": "Entrada"}).status_code == 400
    assert catalog.read_bytes() == before


def test_administrators_may_translate_everything(site: Flask, catalog: Path) -> None:
    client = signed_in(site, "administrator", locale="en")
    assert client.get(f"{ROOT}ar/").status_code == 200
    assert save(client, catalog, "Entrance", "Entrada").status_code == 302


def test_a_translation_may_be_taken_back(translator: SiteClient, catalog: Path) -> None:
    assert save(translator, catalog, "Hello %(name)s", "").status_code == 302
    assert 'msgid "Hello %(name)s"\nmsgstr ""\n' in catalog.read_text(encoding="utf-8")


def test_confirming_a_guess_takes_its_mark_away(translator: SiteClient, catalog: Path) -> None:
    assert save(translator, catalog, "Window", "Janela").status_code == 302
    assert '\nmsgid "Window"\nmsgstr "Janela"\n' in catalog.read_text(encoding="utf-8")
    assert "fuzzy" not in catalog.read_text(encoding="utf-8")
