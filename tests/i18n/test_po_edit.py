"""Edits that leave every other byte alone."""

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.i18n.po_edit import with_translation
from cms.i18n.po_entry import Key
from cms.i18n.po_file import parse_po
from tests.i18n.po_samples import HEADER, SAMPLE, catalogs, read_with_polib, texts


def edit(text: str, source: str, *forms: str) -> str:
    po = parse_po(text.encode(), "pt")
    entry = next(entry for entry in po.active if entry.source == source)
    return with_translation(po, entry, forms).decode()


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_one_line_changes_for_one_text() -> None:
    assert changed_lines(SAMPLE, edit(SAMPLE, "Search", "Procurar")) == [
        '- msgstr "Pesquisar"',
        '+ msgstr "Procurar"',
    ]


def test_of_two_plural_forms_only_the_changed_one_is_written() -> None:
    after = edit(SAMPLE, "%(num)d post", "%(num)d artigo", "%(num)d textos")
    assert changed_lines(SAMPLE, after) == ['- msgstr[1] "%(num)d artigos"', '+ msgstr[1] "%(num)d textos"']


def test_nothing_changes_where_the_text_is_the_same() -> None:
    assert edit(SAMPLE, "Search", "Pesquisar") == SAMPLE


def test_saving_a_guess_takes_its_mark_away() -> None:
    after = edit(SAMPLE, "Hello %(name)s", "Olá %(name)s")
    assert changed_lines(SAMPLE, after) == [
        "- #, fuzzy, python-format",
        "+ #, python-format",
        '- #| msgid "Hello %(who)s"',
    ]


def test_a_line_of_flags_that_held_nothing_else_goes() -> None:
    text = HEADER + '\n#, fuzzy\nmsgid "a"\nmsgstr "b"\n'
    assert edit(text, "a", "b") == HEADER + '\nmsgid "a"\nmsgstr "b"\n'


def test_missing_plural_forms_are_added() -> None:
    text = HEADER + '\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] "um"\n'
    assert edit(text, "a", "um", "dois") == text + 'msgstr[1] "dois"\n'


def test_line_ends_and_their_absence_are_kept() -> None:
    text = (HEADER + '\nmsgid "a"\nmsgstr "b"').replace("\n", "\r\n")
    assert edit(text, "a", "c") == text[:-3] + '"c"'
    assert edit(text, "a", "x\ny").endswith('msgstr ""\r\n"x\\n"\r\n"y"')


def test_a_file_of_one_line_ends_as_it_did() -> None:
    text = 'msgid "a" \nmsgstr "b"'
    assert edit(text, "a", "x\ny") == 'msgid "a" \nmsgstr ""\n"x\\n"\n"y"'


LONG = "word " * 30 + "end"


def test_long_texts_are_wrapped_as_the_rest_of_the_file_is() -> None:
    wrapped = edit(SAMPLE, "Search", LONG)
    assert all(len(line) <= 76 for line in wrapped.splitlines())
    assert parse_po(wrapped.encode(), "pt").by_key[Key(None, "Search")].forms == (LONG,)
    unwrapped = SAMPLE.replace("Pesquisar", LONG)
    assert f'msgstr "{LONG} x"' in edit(unwrapped, "Search", f"{LONG} x")


def test_a_long_line_in_the_head_says_nothing_about_the_texts() -> None:
    # Some tools wrap the texts and leave the rule of the plural forms on one line.
    rule = "nplurals=2; plural=(n==1 ? 0 : n==0 || n%100>1 && n%100<11 ? 1 : n%100>10 && n%100<20 ? 1 : 1);"
    head = SAMPLE.replace("nplurals=2; plural=(n != 1);", rule)
    assert all(len(line) <= 76 for line in edit(head, "Search", LONG).splitlines() if rule not in line)


@settings(max_examples=120, deadline=None)
@given(
    catalog=catalogs(),
    new=st.tuples(texts, texts),
    pick=st.integers(0, 5),
    crlf=st.booleans(),
    mark=st.booleans(),
    cut=st.booleans(),
)
def test_no_other_byte_changes(
    catalog: tuple[str, list[dict[str, object]]],
    new: tuple[str, str],
    pick: int,
    crlf: bool,
    mark: bool,
    cut: bool,
) -> None:
    text, rows = catalog
    text = text.rstrip("\n") if cut else text + '\n#~ msgid "gone"\n#~ msgstr "foi"\n'
    text = text.replace("\n", "\r\n") if crlf else text
    data = (b"\xef\xbb\xbf" if mark else b"") + text.encode()
    before = parse_po(data, "pt")
    entry = before.active[pick % len(rows)]
    forms = new if entry.is_plural else new[:1]
    after_data = with_translation(before, entry, forms)
    after = parse_po(after_data, "pt")

    changed = after.by_key[entry.key]
    assert changed.forms == forms
    assert not changed.is_fuzzy
    # Before and after the lines of the entry, the bytes are the same ones.
    head = "".join(before.lines[: entry.span.start]).encode()
    tail = "".join(before.lines[entry.span.end :]).encode()
    start = len(data) - len(before.to_bytes().removeprefix(b"\xef\xbb\xbf"))
    assert after_data[: start + len(head)] == data[: start + len(head)]
    assert after_data.endswith(tail)
    assert len(after_data) - start == len(head) + len(tail) + len(
        "".join(after.lines[changed.span.start : changed.span.end]).encode()
    )
    # Inside it, all but the translation (and the mark of a guess) stay.
    if not entry.is_fuzzy:
        kept = before.lines[entry.span.start : entry.form_spans[0].start]
        assert after.lines[changed.span.start : changed.form_spans[0].start] == kept
    assert read_with_polib(after_data.decode("utf-8-sig").replace("\r\n", "\n"))[entry.key] == forms


@pytest.mark.parametrize("text", ["x" * 200, "a\n", "\n", "\n\n", " " * 90, "é" * 90, "a\n" * 3 + "b", '"' * 80])
def test_awkward_texts_come_back(text: str) -> None:
    after = edit(SAMPLE, "Search", text)
    assert parse_po(after.encode(), "pt").by_key[Key(None, "Search")].forms == (text,)
    assert read_with_polib(after)[None, "Search"] == (text,)
