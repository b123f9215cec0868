"""`flask translations`: from the source to catalogues, and back to complaints about them."""

import fcntl
import gettext
from collections.abc import Callable
from pathlib import Path

import polib
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from cms.commands.translations import translations
from cms.i18n import updating
from cms.i18n.catalog_files import catalog_path
from cms.i18n.locales import describe
from cms.i18n.po_file import PoFile
from tests.i18n.conftest import Catalogs

CONFIGURATION = (
    "[python: cms/**.py]\n[jinja2: templates/**.html]\ntrimmed = true\nsilent = false\nnewstyle_gettext = true\n"
)
PYTHON = """
def texts():
    # NOTE: The thing over one's head.
    _("Roof")
    _l("Door")
    ngettext("%(num)d door", "%(num)d doors", 2)
    lazy_pgettext("verb", "Exit")
    lazy_ngettext("%(num)d cat", "%(num)d cats", 1)
"""
TEMPLATE = """
<h1>{{ _("Roof") }}</h1>
{# NOTE: Warm or not. #}
<p>{% trans %}
   Warm
   inside
{% endtrans %} {{ _("100%% sure") }} {{ pgettext("noun", "Exit") }}</p>
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The source of a small program."""
    root = tmp_path / "program"
    (root / "cms").mkdir(parents=True)
    (root / "templates").mkdir()
    (root / "static").mkdir()
    (root / "babel.cfg").write_text(CONFIGURATION)
    (root / "cms" / "views.py").write_text(PYTHON)
    (root / "templates" / "home.html").write_text(TEMPLATE)
    (root / "static" / "ignored.py").write_text('_("Not ours")')
    return root


@pytest.fixture
def runner(speaking_app: Callable[[], Flask], source: Path, tmp_path: Path) -> FlaskCliRunner:
    """Runs the commands on that program, in English and Portuguese, without catalogues to begin with."""
    app = speaking_app()
    app.root_path = str(source)
    app.config["TRANSLATIONS_PATH"] = source / "translations"
    app.cli.add_command(translations)
    return app.test_cli_runner()


def catalog(source: Path, folder: str) -> Path:
    return catalog_path(source / "translations", folder)


def complete(source: Path) -> None:
    """Translate everything into Portuguese."""
    path = catalog(source, "pt")
    po = polib.pofile(str(path), wrapwidth=78)
    for entry in po:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural}
        else:
            entry.msgstr = entry.msgid
    path.write_text("\n".join(str(po).splitlines()) + "\n", encoding="utf-8")


def test_every_text_is_found_once_in_the_order_of_the_source(runner: FlaskCliRunner, source: Path) -> None:
    result = runner.invoke(args=["translations", "extract"])
    assert result.exit_code == 0
    assert result.output == "8 texts written to translations/messages.pot.\n"
    path = source / "translations" / "messages.pot"
    entries = polib.pofile(path.read_text())
    assert [(entry.msgctxt, entry.msgid) for entry in entries] == [
        (None, "Roof"), (None, "Door"), (None, "%(num)d door"), ("verb", "Exit"), (None, "%(num)d cat"),
        (None, "Warm inside"), (None, "100%% sure"), ("noun", "Exit"),
    ]  # fmt: skip
    assert entries[0].comment == "The thing over one's head."
    assert [place for place, _ in entries[0].occurrences] == ["cms/views.py", "templates/home.html"]
    assert entries[2].flags == ["python-format"]
    before = path.read_bytes()
    runner.invoke(args=["translations", "extract"])
    assert path.read_bytes() == before
    assert b"Date" not in before


def test_updating_makes_catalogues_and_changes_nothing_the_second_time(runner: FlaskCliRunner, source: Path) -> None:
    result = runner.invoke(args=["translations", "update"])
    assert result.exit_code == 0
    assert "pt: made translations/pt/LC_MESSAGES/messages.po." in result.output
    english = polib.pofile(str(catalog(source, "en")))
    assert english.percent_translated() == 100
    assert english.find("Roof").msgstr == "Roof"
    before = catalog(source, "pt").read_bytes()
    result = runner.invoke(args=["translations", "update"])
    assert result.output == "en: up to date.\npt: up to date.\n"
    assert catalog(source, "pt").read_bytes() == before


def test_updating_follows_the_source(runner: FlaskCliRunner, source: Path) -> None:
    runner.invoke(args=["translations", "update"])
    complete(source)
    (source / "cms" / "views.py").write_text(PYTHON.replace('_l("Door")', '_l("Gate")'))
    assert "pt: updated." in runner.invoke(args=["translations", "update"]).output
    po = polib.pofile(str(catalog(source, "pt")))
    assert po.find("Gate").msgstr == ""
    assert [entry.msgid for entry in po.obsolete_entries()] == ["Door"]
    assert not any(entry.fuzzy for entry in po)


def test_a_note_of_several_lines_stays_a_note(runner: FlaskCliRunner, source: Path) -> None:
    template = TEMPLATE.replace("{# NOTE: Warm or not. #}", "{# NOTE: Warm or not,\r\n   as of the air. #}")
    (source / "templates" / "home.html").write_text(template, newline="")
    assert runner.invoke(args=["translations", "update"]).exit_code == 0
    warm = polib.pofile(str(catalog(source, "pt"))).find("Warm inside")
    assert warm.comment == "Warm or not,\nas of the air."
    assert runner.invoke(args=["translations", "update"]).output == "en: up to date.\npt: up to date.\n"


def test_a_translation_that_is_saved_during_an_update_is_kept(
    runner: FlaskCliRunner, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.invoke(args=["translations", "update"])
    path = catalog(source, "pt")
    (source / "templates" / "home.html").write_text(TEMPLATE + '{{ _("New") }}')
    update = updating.updated
    locked = []

    def update_slowly(po: PoFile, *arguments: object, **keywords: object) -> bytes:
        data = update(po, *arguments, **keywords)
        text = path.read_text(encoding="utf-8")
        if not locked:
            path.write_text(text.replace('msgid "Roof"\nmsgstr ""', 'msgid "Roof"\nmsgstr "Telhado"'), encoding="utf-8")
        with (tmp_path / "instance" / "catalogs" / "pt.lock").open("rb") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        locked.append(data)
        return data

    monkeypatch.setattr(updating, "updated", update_slowly)
    monkeypatch.setattr("cms.commands.translations.site_locales", lambda: (describe("pt"),))
    assert runner.invoke(args=["translations", "update"]).output == "pt: updated.\n"
    text = path.read_text(encoding="utf-8")
    assert 'msgstr "Telhado"' in text
    assert 'msgid "New"' in text
    assert len(locked) == 2


def test_a_file_that_is_written_all_the_time_is_not_updated(
    runner: FlaskCliRunner, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.invoke(args=["translations", "update"])
    (source / "templates" / "home.html").write_text(TEMPLATE + '{{ _("New") }}')
    monkeypatch.setattr(updating, "replace_unless_changed", lambda path, stamp, data: False)
    result = runner.invoke(args=["translations", "update"])
    assert result.exit_code == 1
    assert "cannot be written" in result.output


def test_a_file_that_was_cut_off_is_not_filled_up_with_empty_texts(
    runner: FlaskCliRunner, source: Path, tmp_path: Path
) -> None:
    runner.invoke(args=["translations", "update"])
    complete(source)
    path = catalog(source, "pt")
    whole = path.read_bytes()
    copy = tmp_path / "instance" / "catalogs" / "pt.po"
    copy.write_bytes(whole)
    cut = whole[: whole.rindex(b"\n\n")]
    path.write_bytes(cut)
    result = runner.invoke(args=["translations", "update"])
    assert result.exit_code == 1
    assert "cut off" in result.output
    assert path.read_bytes() == cut


def test_a_complete_set_passes_the_check(runner: FlaskCliRunner, source: Path) -> None:
    runner.invoke(args=["translations", "update"])
    complete(source)
    result = runner.invoke(args=["translations", "check"])
    assert result.output == "2 catalogues are complete and in step with the source.\n"
    assert result.exit_code == 0


def spoil(source: Path, old: str, new: str) -> None:
    path = catalog(source, "pt")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


FAULTS = {
    "missing": ('msgid "Door"\nmsgstr "Door"', 'msgid "Door"\nmsgstr ""', "“Door”: there is no translation."),
    "guess": ('msgid "Door"', '#, fuzzy\nmsgid "Door"', "“Door”: the translation is a guess."),
    "problem": ('msgstr "Door"', 'msgstr "Porta "', "must begin and end with the same spaces"),
    "too few": ('#: cms/views.py\nmsgid "Door"\nmsgstr "Door"\n\n', "", "“Door” is shown by the program and is not in"),
    "too many": ('msgid "Door"', 'msgid "Window"\nmsgstr "x"\n\nmsgid "Door"', "“Window” is no longer shown by the"),
    "comments": ("#. The thing over one's head.\n", "", "The comments of the file are not up to date."),
    "language": ("Language: pt", "Language: fr", "does not say “Language: pt”."),
    "charset": ("text/plain; charset=UTF-8", "text/plain", "does not say that it is written in UTF-8."),
    "plural": ("nplurals=2; plural=(n != 1)", "nplurals=3; plural=(n != 1)", "does not say “Plural-Forms: nplurals=2"),
    "conflict": ('msgid "Door"', '<<<<<<< ours\nmsgid "Door"', "merge conflict"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_fails_the_check_with_its_place(runner: FlaskCliRunner, source: Path, name: str) -> None:
    runner.invoke(args=["translations", "update"])
    complete(source)
    old, new, sentence = FAULTS[name]
    spoil(source, old, new)
    result = runner.invoke(args=["translations", "check"])
    assert result.exit_code == 1
    assert sentence in result.output
    assert "translations/pt/LC_MESSAGES/messages.po" in result.output
    assert "to be mended" in result.output


@pytest.mark.parametrize(
    ("text", "sentence"), [("50% off", "a percent sign stands alone"), ("Hello %s", "a placeholder has no name")]
)
def test_sources_that_cannot_be_translated_fail_the_check(
    runner: FlaskCliRunner, source: Path, text: str, sentence: str
) -> None:
    (source / "cms" / "more.py").write_text(f'_("{text}")')
    runner.invoke(args=["translations", "update"])
    result = runner.invoke(args=["translations", "check"])
    assert result.exit_code == 1
    assert f"cms/more.py: “{text}”: {sentence}" in result.output


def test_compiled_catalogues_are_read_by_gettext(runner: FlaskCliRunner, source: Path) -> None:
    runner.invoke(args=["translations", "update"])
    complete(source)
    spoil(source, 'msgid "Roof"\nmsgstr "Roof"', 'msgid "Roof"\nmsgstr "Telhado"')
    spoil(source, 'msgstr[1] "%(num)d doors"', 'msgstr[1] "%(num)d portas"')
    result = runner.invoke(args=["translations", "compile"])
    assert result.output == "en: compiled.\npt: compiled.\n"
    with catalog(source, "pt").with_suffix(".mo").open("rb") as file:
        texts = gettext.GNUTranslations(file)
    assert texts.gettext("Roof") == "Telhado"
    assert texts.ngettext("%(num)d door", "%(num)d doors", 2) == "%(num)d portas"
    assert texts.pgettext("verb", "Exit") == "Exit"
    assert texts.info()["language"] == "pt"


@pytest.mark.parametrize("name", ["conflict", "breaking"])
def test_a_faulty_catalogue_is_not_compiled(runner: FlaskCliRunner, source: Path, name: str) -> None:
    runner.invoke(args=["translations", "update"])
    complete(source)
    fault = {"conflict": FAULTS["conflict"], "breaking": ('msgstr "Door"', 'msgstr "%(x)s"', "does not exist")}[name]
    spoil(source, *fault[:2])
    result = runner.invoke(args=["translations", "compile"])
    assert result.exit_code == 1
    assert f"not compiled: {'' if name == 'breaking' else 'Line'}" in result.output
    assert fault[2] in result.output
    assert "en: compiled." in result.output
    assert not catalog(source, "pt").with_suffix(".mo").exists()


def test_a_new_language_begins_with_all_texts(runner: FlaskCliRunner, source: Path) -> None:
    result = runner.invoke(args=["translations", "init", "zh_hans"])
    assert result.output == (
        "Made translations/zh_Hans/LC_MESSAGES/messages.po.\n"
        "To offer Chinese (Simplified), add zh-Hans to SITE_LOCALES.\n"
    )
    assert len(polib.pofile(str(catalog(source, "zh_Hans")))) == 8
    again = runner.invoke(args=["translations", "init", "zh-Hans"])
    assert again.exit_code == 1
    assert "exists already" in again.output
    assert (
        runner.invoke(args=["translations", "init", "pt"]).output == "Made translations/pt/LC_MESSAGES/messages.po.\n"
    )


@pytest.mark.parametrize("code", ["klingon", "../../etc", "", "x" * 200])
def test_only_languages_can_be_begun(runner: FlaskCliRunner, source: Path, code: str) -> None:
    result = runner.invoke(args=["translations", "init", code])
    assert result.exit_code == 1
    assert "is not a language code" in result.output
    assert not (source / "translations").exists()


def test_numbers_for_every_language(runner: FlaskCliRunner, source: Path) -> None:
    runner.invoke(args=["translations", "update"])
    lines = runner.invoke(args=["translations", "stats"]).output.splitlines()
    assert lines[1].split() == ["en", "8", "8", "0", "0", "0", "100", "%"]
    assert lines[2].split() == ["pt", "8", "0", "8", "0", "0", "0", "%"]
    catalog(source, "pt").write_text("oops")
    assert "not a line of a catalogue" in runner.invoke(args=["translations", "stats"]).output


def test_a_damaged_catalogue_is_not_updated(runner: FlaskCliRunner, source: Path) -> None:
    runner.invoke(args=["translations", "update"])
    catalog(source, "pt").write_text("oops")
    result = runner.invoke(args=["translations", "update"])
    assert result.exit_code == 1
    assert "translations/pt/LC_MESSAGES/messages.po: Line 1: " in result.output
    assert catalog(source, "pt").read_text() == "oops"


BROKEN_SOURCES = {
    "python": ("cms/broken.py", '_("unfinished'),
    "template": ("templates/broken.html", "{{ _('x' }}"),
    "encoding": ("cms/broken.py", "# coding: no-such-thing\n"),
    "configuration": ("babel.cfg", "no section\n"),
}


@pytest.mark.parametrize("name", BROKEN_SOURCES)
def test_source_that_does_not_parse_is_named(runner: FlaskCliRunner, source: Path, name: str) -> None:
    path, text = BROKEN_SOURCES[name]
    (source / path).write_text(text)
    result = runner.invoke(args=["translations", "extract"])
    assert result.exit_code == 1, result.output
    assert result.output.startswith("Error: ")
    assert path in result.output


def test_without_a_configuration_nothing_is_extracted(runner: FlaskCliRunner, source: Path) -> None:
    (source / "babel.cfg").unlink()
    result = runner.invoke(args=["translations", "update"])
    assert result.exit_code == 1
    assert "babel.cfg: No such file" in result.output


def test_paths_outside_the_project_are_shown_in_full(
    speaking_app: Callable[[], Flask], source: Path, catalogs: Catalogs
) -> None:
    app = speaking_app()
    app.root_path = str(source)
    app.cli.add_command(translations)
    result = app.test_cli_runner().invoke(args=["translations", "extract"])
    assert f"written to {catalogs.root}/messages.pot." in result.output
