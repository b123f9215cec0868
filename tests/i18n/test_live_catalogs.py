"""Texts that follow their files."""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cms.i18n.live_catalogs import LiveCatalogs
from cms.i18n.locales import describe
from cms.i18n.texts import Texts, read_texts
from tests.i18n.conftest import PORTUGUESE, Catalogs

LOCALES = tuple(describe(code) for code in ("en", "pt"))
Build = Callable[[], LiveCatalogs]


@pytest.fixture
def announced() -> list[str]:
    return []


@pytest.fixture
def process(catalogs: Catalogs, tmp_path: Path, announced: list[str]) -> Build:
    """Begin another process on the same files."""

    def announce(code: str) -> bool:
        announced.append(code)
        return True

    return lambda: LiveCatalogs(LOCALES, catalogs.root, tmp_path / "copies", announce)


def search(live: LiveCatalogs) -> str:
    return live.translations("pt").ugettext("Look it up")


def test_texts_are_read_at_first_need(process: Build) -> None:
    live = process()
    assert search(live) == "Pesquisar"
    assert live.translations("pt").ungettext("%(num)d post", "%(num)d posts", 2) == "%(num)d artigos"
    assert live.translations("en").ugettext("Look it up") == "Look it up"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The languages whose texts are read from here on, in their order."""
    folders: list[str] = []

    def reading(data: bytes, folder: str) -> Texts:
        folders.append(folder)
        return read_texts(data, folder)

    monkeypatch.setattr("cms.i18n.live_catalogs.read_texts", reading)
    return folders


def test_a_process_that_starts_reads_no_language_before_somebody_needs_it(
    process: Build, announced: list[str], read: list[str]
) -> None:
    process().refresh_all()
    assert read == ["en", "pt"]
    assert announced == ["en", "pt"]
    read.clear()
    live = process()
    live.refresh_all()
    assert read == []
    assert [search(live), search(live)] == ["Pesquisar", "Pesquisar"]
    assert read == ["pt"]
    assert announced == ["en", "pt"]


@pytest.mark.parametrize("ending", ["conflict", "cut off between entries"])
def test_texts_that_nobody_has_needed_yet_are_the_last_good_ones_too(
    ending: str, process: Build, catalogs: Catalogs, tmp_path: Path
) -> None:
    process().refresh_all()
    live = process()
    live.refresh_all()
    (tmp_path / "copies" / "pt.po").unlink()
    catalogs.write("pt", BROKEN[ending])
    live.refresh_all()
    assert live.by_folder["pt"].problem is not None
    assert search(live) == "Pesquisar"
    assert live.translations("pt").ugettext("Write") == "Escrever"


def test_an_edit_of_texts_that_nobody_has_needed_yet_is_announced(
    process: Build, catalogs: Catalogs, announced: list[str]
) -> None:
    process().refresh_all()
    live = process()
    live.refresh_all()
    announced.clear()
    catalogs.edit("pt", "Pesquisar", "Procurar")
    live.refresh_all()
    assert announced == ["pt"]
    assert search(live) == "Procurar"


def test_a_copy_that_only_an_earlier_release_took_for_good_is_reported(
    process: Build, catalogs: Catalogs, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for path in (catalogs.path("pt"), tmp_path / "copies" / "pt.po"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BROKEN["conflict"], encoding="utf-8")
    live = process()
    live.refresh_all()
    assert [search(live), search(live)] == ["Look it up", "Look it up"]
    assert live.by_folder["pt"].problem is not None
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_an_edit_shows_in_every_process_and_each_announces_it(
    process: Build, catalogs: Catalogs, announced: list[str]
) -> None:
    one, two = process(), process()
    one.refresh_all()
    two.refresh_all()
    announced.clear()
    catalogs.edit("pt", "Pesquisar", "Procurar")
    for live in (one, two):
        live.refresh_all()
        assert search(live) == "Procurar"
    assert announced == ["pt", "pt"]
    one.refresh_all()
    assert announced == ["pt", "pt"]


def test_the_new_texts_are_in_place_when_the_change_is_announced(catalogs: Catalogs, tmp_path: Path) -> None:
    seen = []

    def announce(code: str) -> bool:
        if code == "pt":
            seen.append(search(live))
        return True

    live = LiveCatalogs(LOCALES, catalogs.root, tmp_path / "copies", announce)
    live.refresh_all()
    catalogs.edit("pt", "Pesquisar", "Procurar")
    live.refresh_all()
    assert seen == ["Pesquisar", "Procurar"]


def test_an_edit_that_leaves_size_and_time_as_they_were_is_seen(process: Build, catalogs: Catalogs) -> None:
    live = process()
    live.refresh_all()
    path = catalogs.path("pt")
    before = path.stat()
    catalogs.edit("pt", "Pesquisar", "Pesquisem")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    live.refresh_all()
    assert search(live) == "Pesquisem"


def test_two_edits_within_one_tick_of_the_clock_are_both_seen(
    process: Build, catalogs: Catalogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = process()
    live.refresh_all()
    stamp = live.by_folder["pt"].stamp
    monkeypatch.setattr("cms.i18n.live_catalogs.stamp_of", lambda path: stamp)
    catalogs.edit("pt", "Pesquisar", "Pesquisem")
    live.refresh_all()
    assert search(live) == "Pesquisem"


def test_a_file_put_in_its_place_by_a_rename_is_seen(process: Build, catalogs: Catalogs, tmp_path: Path) -> None:
    live = process()
    live.refresh_all()
    (tmp_path / "new.po").write_text(PORTUGUESE.replace("Pesquisar", "Procurar"), encoding="utf-8")
    (tmp_path / "new.po").replace(catalogs.path("pt"))
    live.refresh_all()
    assert search(live) == "Procurar"


BROKEN = {
    "conflict": PORTUGUESE.replace('msgid "Write"', '<<<<<<< ours\nmsgid "Write"'),
    "cut off in an entry": PORTUGUESE[: PORTUGUESE.index('msgstr "Escrever"')],
    "cut off between entries": PORTUGUESE[: PORTUGUESE.index('msgid "Write"')].rstrip() + "\n",
    "empty": "",
    "other encoding": PORTUGUESE.replace("charset=utf-8", "charset=latin-1"),
    "huge plural": PORTUGUESE.replace("nplurals=2", "nplurals=9999999"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_keeps_the_last_good_texts_and_is_reported_once(
    name: str, process: Build, catalogs: Catalogs, announced: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    live = process()
    live.refresh_all()
    announced.clear()
    catalogs.write("pt", BROKEN[name])
    for _ in range(3):
        live.refresh_all()
    assert search(live) == "Pesquisar"
    assert live.translations("pt").ugettext("Write") == "Escrever"
    assert live.by_folder["pt"].problem is not None
    assert announced == []
    assert [record.levelno for record in caplog.records] == [logging.ERROR]

    catalogs.write("pt", PORTUGUESE.replace("Pesquisar", "Procurar"))
    live.refresh_all()
    assert search(live) == "Procurar"
    assert live.by_folder["pt"].problem is None
    assert announced == ["pt"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_process_that_starts_while_a_file_is_broken_has_the_last_good_texts(
    name: str, process: Build, catalogs: Catalogs
) -> None:
    process().refresh_all()
    catalogs.write("pt", BROKEN[name])
    live = process()
    assert search(live) == "Pesquisar"
    assert live.by_folder["pt"].problem is not None


def test_a_missing_file_is_reported_and_sources_are_shown(process: Build, catalogs: Catalogs) -> None:
    catalogs.path("pt").unlink()
    live = process()
    assert search(live) == "Look it up"
    assert str(live.by_folder["pt"].problem) == "There is no file for this language yet."


def test_a_file_that_vanishes_keeps_its_texts(process: Build, catalogs: Catalogs) -> None:
    live = process()
    live.refresh_all()
    catalogs.path("pt").unlink()
    live.refresh_all()
    assert search(live) == "Pesquisar"


def test_a_language_that_the_site_does_not_have_shows_sources(process: Build) -> None:
    assert process().translations("it").ugettext("Look it up") == "Look it up"


def test_an_edit_made_while_no_process_ran_is_announced_by_the_first_to_start(
    process: Build, catalogs: Catalogs, announced: list[str]
) -> None:
    process().refresh_all()
    announced.clear()
    process().refresh_all()
    assert announced == []
    catalogs.edit("pt", "Pesquisar", "Procurar")
    process().refresh_all()
    assert announced == ["pt"]
    process().refresh_all()
    assert announced == ["pt"]


def test_an_announcement_that_failed_is_repeated(catalogs: Catalogs, tmp_path: Path) -> None:
    answers = [False, False, True]
    asked = []

    def announce(code: str) -> bool:
        if code == "en":
            return True
        asked.append(code)
        return answers[len(asked) - 1]

    live = LiveCatalogs(LOCALES, catalogs.root, tmp_path / "copies", announce)
    for _ in range(5):
        live.refresh_all()
    assert len(asked) == 3


def test_it_is_repeated_for_a_file_that_is_old_enough_too(
    catalogs: Catalogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, True])
    live = LiveCatalogs(LOCALES[1:], catalogs.root, tmp_path / "copies", lambda code: next(answers))
    live.refresh_all()
    monkeypatch.setattr("cms.i18n.live_catalogs.SETTLED_AFTER", -1)
    live.refresh_all()
    live.refresh_all()
    assert list(answers) == []


def test_a_copy_that_cannot_be_kept_is_no_reason_to_fail(
    process: Build, catalogs: Catalogs, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "copies").write_text("a file where a folder should be")
    live = process()
    live.refresh_all()
    assert search(live) == "Pesquisar"
    assert "no copy" in caplog.text


def test_a_translation_that_would_break_a_page_gives_way_to_its_source(
    process: Build, catalogs: Catalogs, caplog: pytest.LogCaptureFixture
) -> None:
    catalogs.edit("pt", "%(num)d artigos", "%(número)d artigos")
    catalogs.edit("pt", "Escrever", "Escrever <script>alert(1)</script>")
    live = process()
    assert live.translations("pt").ungettext("%(num)d post", "%(num)d posts", 2) == "%(num)d posts"
    assert live.translations("pt").ugettext("Write") == "Write"
    assert search(live) == "Pesquisar"
    assert "is not shown" in caplog.text


def test_a_guess_is_not_shown(process: Build, catalogs: Catalogs) -> None:
    catalogs.edit("pt", 'msgid "Look it up"', '#, fuzzy\nmsgid "Look it up"')
    assert search(process()) == "Look it up"


def test_a_file_that_was_cut_off_within_its_last_translation_is_not_used(process: Build, catalogs: Catalogs) -> None:
    whole = PORTUGUESE.replace('"Escrever"', '""\n"Escrever "\n"a alguém"')
    catalogs.write("pt", whole)
    live = process()
    live.refresh_all()
    catalogs.write("pt", whole.removesuffix('"a alguém"\n'))
    live.refresh_all()
    assert live.translations("pt").ugettext("Write") == "Escrever a alguém"
    assert "cut off" in str(live.by_folder["pt"].problem)


def test_texts_out_of_use_that_a_tool_took_away_from_the_end_are_no_damage(process: Build, catalogs: Catalogs) -> None:
    catalogs.write("pt", PORTUGUESE + '\n#~ msgid "Gone"\n#~ msgstr "Foi-se"\n')
    live = process()
    live.refresh_all()
    catalogs.write("pt", PORTUGUESE)
    live.refresh_all()
    assert live.by_folder["pt"].problem is None


def test_entries_taken_away_from_the_middle_are_no_damage(process: Build, catalogs: Catalogs) -> None:
    live = process()
    live.refresh_all()
    catalogs.edit("pt", 'msgid "Look it up"\nmsgstr "Pesquisar"\n\n', "")
    live.refresh_all()
    assert search(live) == "Look it up"
    assert live.by_folder["pt"].problem is None


def test_threads_that_read_while_a_file_changes_see_old_or_new_texts(process: Build, catalogs: Catalogs) -> None:
    live = process()
    live.refresh_all()
    seen: set[str] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(search(live))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(10):
        catalogs.write("pt", PORTUGUESE.replace("Pesquisar", f"Procurar {number}"))
        live.refresh_all()
    stop.set()
    for reader in readers:
        reader.join()
    assert seen <= {"Pesquisar", *(f"Procurar {number}" for number in range(10))}
