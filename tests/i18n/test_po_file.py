"""Reading catalogue files strictly."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings

from cms.i18n.errors import UnreadableCatalog
from cms.i18n.po_entry import Key
from cms.i18n.po_file import parse_po
from tests.i18n.po_samples import HEADER, SAMPLE, catalogs, read_with_polib


def read(text: str) -> dict[Key, tuple[str, ...]]:
    po = parse_po(text.encode(), "pt")
    return {entry.key: entry.forms for entry in po.active}


def test_every_part_of_an_entry_is_found() -> None:
    po = parse_po(SAMPLE.encode(), "pt")
    search, posts, hello, post, lines, gone = po.entries
    assert search.source == "Search"
    assert search.forms == ("Pesquisar",)
    assert search.comments == ("a translator's comment",)
    assert search.notes == ("a developer's note",)
    assert search.references == ("cms/site/views.py", "templates/base.html")
    assert search.is_translated
    assert posts.source_plural == "%(num)d posts"
    assert posts.forms == ("%(num)d artigo", "%(num)d artigos")
    assert hello.is_fuzzy
    assert not hello.is_translated
    assert post.context == "verb"
    assert not post.is_translated
    assert lines.source == "First line\nsecond line\n"
    assert lines.forms == ("Primeira linha\nsegunda linha\n",)
    assert gone.obsolete
    assert gone not in po.active
    assert po.headers["language"] == "pt"
    assert po.plural_forms.count == 2
    assert po.by_token[search.key.token] is search


def test_lines_of_an_entry_begin_with_its_comments_and_end_with_its_translation() -> None:
    po = parse_po(SAMPLE.encode(), "pt")
    search = po.by_key[Key(None, "Search")]
    own = po.lines[search.span.start : search.span.end]
    assert own[0] == "# a translator's comment\n"
    assert own[-1] == 'msgstr "Pesquisar"\n'
    assert po.lines[slice(*search.form_spans[0])] == ('msgstr "Pesquisar"\n',)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("tail", ["", "\n\n", "\n# the end"])
def test_a_file_is_given_back_byte_for_byte(ending: str, mark: bytes, tail: str) -> None:
    data = mark + (SAMPLE.rstrip("\n") + tail).replace("\n", ending).encode()
    po = parse_po(data, "pt")
    assert po.to_bytes() == data
    assert po.by_key[Key(None, "Search")].forms == ("Pesquisar",)


@settings(max_examples=60, deadline=None)
@given(catalogs())
def test_the_same_is_read_as_by_polib_and_by_babel(catalog: tuple[str, list[dict[str, object]]]) -> None:
    text, _ = catalog
    ours = read(text)
    assert {tuple(key): forms for key, forms in ours.items()} == read_with_polib(text)
    babels = {}
    for message in read_po(BytesIO(text.encode()), locale="pt", abort_invalid=True):
        if message.id:
            source = message.id[0] if isinstance(message.id, tuple) else message.id
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            babels[message.context, source] = forms
    assert babels == {tuple(key): forms for key, forms in ours.items()}


@settings(max_examples=40, deadline=None)
@given(catalogs())
def test_what_was_written_is_read(catalog: tuple[str, list[dict[str, object]]]) -> None:
    text, rows = catalog
    expected = {
        (row["context"], row["source"]): row["forms"] if row["plural"] is not None else row["forms"][:1] for row in rows
    }
    assert {tuple(key): forms for key, forms in read(text).items()} == expected


def test_all_escapes_of_gettext_are_understood() -> None:
    entry = (
        HEADER
        + r"""
msgid "escapes"
msgstr "\a\b\f\v\t\r\\\"\x41\101\q" "joined"
"""
    )
    assert read(entry)[Key(None, "escapes")] == ('\a\b\f\v\t\r\\"AAqjoined',)


def test_escaped_bytes_of_one_character_are_read_together() -> None:
    # As `msgcat --escape` writes a file in UTF-8.
    text = (
        HEADER
        + r"""
msgid "caf\303\251 \xe2\x82\xac"
msgstr "\344\270\255\"\346\226\207\n" "\351"
"""
    )
    assert read(text) == {Key(None, "café €"): ('中"文\né',)}


def test_only_line_feeds_end_a_line() -> None:
    text = HEADER + '\nmsgid "a"\nmsgstr "one\u2028two\x85three\x0cfour"\n'
    assert read(text)[Key(None, "a")] == ("one\u2028two\x85three\x0cfour",)


BROKEN = {
    "conflict": (HEADER + '\n<<<<<<< ours\nmsgid "a"\nmsgstr "b"\n', "merge conflict", 7),
    "conflict-middle": (HEADER + '\nmsgid "a"\n=======\nmsgstr "b"\n', "merge conflict", 8),
    "not-utf-8": (HEADER + '\nmsgid "a"\nmsgstr "caf\udce9"\n', "UTF-8", 8),
    "no-keyword": (HEADER + "\nhello\n", "not a line of a catalogue", 7),
    "open-quote": (HEADER + '\nmsgid "a"\nmsgstr "b\n', "not a line of a catalogue", 8),
    "quote-inside": (HEADER + '\nmsgid "a"\nmsgstr "b"c"\n', "not a line of a catalogue", 8),
    "string-first": ('"hello"\n', "not a line of a catalogue", 1),
    "cut-after-source": (HEADER + '\nmsgid "a"\n', "cut off", 7),
    "cut-after-context": (HEADER + '\nmsgctxt "a"\n', "cut off", 7),
    "comment-inside": (HEADER + '\nmsgid "a"\n# hm\nmsgstr "b"\n', "no place for its translation", 8),
    "twice": (HEADER + '\nmsgid "a"\nmsgstr ""\n\nmsgid "a"\nmsgstr ""\n', "line 7 already", 10),
    "two-sources": (HEADER + '\nmsgid "a"\nmsgid "b"\nmsgstr ""\n', "missing or given twice", 8),
    "late-context": (HEADER + '\nmsgid "a"\nmsgctxt "b"\nmsgstr ""\n', "missing or given twice", 8),
    "late-plural": (HEADER + '\nmsgid "a"\nmsgstr ""\nmsgid_plural "b"\n', "missing or given twice", 9),
    "no-source": (HEADER + '\nmsgctxt "a"\nmsgstr ""\n', "missing or given twice", 8),
    "lonely-translation": ('msgstr ""\n', "missing or given twice", 1),
    "index-without-plural": (HEADER + '\nmsgid "a"\nmsgstr[0] ""\n', "missing or given twice", 8),
    "plural-without-index": (HEADER + '\nmsgid "a"\nmsgid_plural "b"\nmsgstr ""\n', "missing or given twice", 9),
    "index-skipped": (HEADER + '\nmsgid "a"\nmsgid_plural "b"\nmsgstr[1] ""\n', "missing or given twice", 9),
    "half-obsolete": (HEADER + '\n#~ msgid "a"\nmsgstr "b"\n', "not a line of a catalogue", 8),
    "obsolete-tail": (HEADER + '\n#~ msgid "a"\n"b"\n', "not a line of a catalogue", 8),
    "too-many-forms": (
        HEADER + '\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n',
        "more plural forms",
        7,
    ),
    "other-encoding": (HEADER.replace("utf-8", "iso-8859-1"), "UTF-8", 1),
    "huge-plural": (HEADER.replace("nplurals=2", "nplurals=9999999"), "make no sense", 1),
    "bad-rule": (HEADER.replace("(n != 1)", "n!"), "make no sense", 1),
    "empty": ("", "empty", None),
    "comments-alone": ("# nothing here\n", "empty", None),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_damaged_file_is_refused_with_the_number_of_the_line(name: str) -> None:
    text, reason, line = BROKEN[name]
    with pytest.raises(UnreadableCatalog, match=reason) as caught:
        parse_po(text.encode("utf-8", "surrogateescape"), "pt")
    assert caught.value.line == line


def test_a_file_that_is_cut_off_within_an_entry_never_reads() -> None:
    good = parse_po(SAMPLE.encode(), "pt")
    boundaries = {entry.span.end for entry in good.entries} | {
        span.end for entry in good.entries for span in entry.form_spans
    }
    for entry in good.active:
        inside = "".join(good.lines[: entry.form_spans[0].start])
        assert entry.form_spans[0].start not in boundaries
        with pytest.raises(UnreadableCatalog, match="cut off"):
            parse_po(inside.encode(), "pt")


def test_a_missing_plural_rule_is_the_usual_one_of_the_language() -> None:
    text = 'msgid "a"\nmsgstr "b"\n'
    assert parse_po(text.encode(), "ar").plural_forms.count == 6
    assert parse_po(text.encode(), "zh_Hans").plural_forms.count == 1


def test_the_shipped_catalogues_read(request: pytest.FixtureRequest) -> None:
    files = sorted((Path(request.config.rootpath) / "translations").glob("*/LC_MESSAGES/messages.po"))
    assert len(files) >= 7
    for file in files:
        assert parse_po(file.read_bytes(), file.parts[-3]).to_bytes() == file.read_bytes()
