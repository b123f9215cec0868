"""Two versions of a document: what stayed, went, came and changed, in words."""

from typing import Any

import pytest

from cms.content import comparing, publishing, revisions
from cms.content.comparing import Line, Piece, compare_blocks
from cms.content.text_blocks import blocks_of_lines, blocks_of_markup
from tests import factories as make

pytestmark = pytest.mark.usefixtures("db_session")


def compared(old: str, new: str) -> list[Line]:
    return compare_blocks(blocks_of_markup(old), blocks_of_markup(new))


def told(lines: list[Line]) -> list[str]:
    """Lines in one alphabet: -gone-, +come+, ~set otherwise~."""
    signs = {"same": "", "removed": "-", "added": "+", "formatted": "~"}
    return ["".join(f"{signs[one.kind]}{one.text}{signs[one.kind]}" for one in line.pieces) for line in lines]


def test_words_that_changed_are_shown_in_the_paragraph_that_stayed() -> None:
    lines = compared(
        "<p>One small boat left the quay at dawn.</p><p>Two.</p>",
        "<p>One boat left the old quay at noon.</p><p>Two.</p>",
    )
    assert [line.kind for line in lines] == ["changed", "same"]
    assert told(lines) == ["One -small -boat left the +old +quay at -dawn-+noon+.", "Two."]


def test_paragraphs_come_and_go() -> None:
    lines = compared(
        "<p>One is here.</p><p>The second was about nets.</p><p>Three stays.</p>",
        "<p>One is here.</p><p>Three stays.</p><h2>Storms</h2>",
    )
    assert [(line.kind, line.block.kind) for line in lines] == [
        ("same", "paragraph"), ("removed", "paragraph"), ("same", "paragraph"), ("added", "heading"),
    ]  # fmt: skip


def test_a_paragraph_is_found_again_among_others() -> None:
    lines = compared(
        "<p>Ropes lie on the quay.</p><p>Gulls cry over the old harbour wall.</p>",
        "<p>Nobody was awake.</p><p>Gulls cried over the old harbour wall.</p>",
    )
    assert told(lines) == [
        "-Ropes lie on the quay.-", "+Nobody was awake.+", "Gulls -cry -+cried +over the old harbour wall.",
    ]  # fmt: skip


def test_what_looks_different_is_told() -> None:
    (line,) = compared(
        '<p>The <em>old</em> quay, <a href="/x">here</a>.</p>',
        '<p>The old <strong>quay</strong>, <a href="/y">here</a>.</p>',
    )
    assert line.kind == "changed"
    assert line.pieces == (
        Piece("same", "The "),
        Piece("formatted", "old ", lost=frozenset({("em", "")})),
        Piece("formatted", "quay", gained=frozenset({("strong", "")})),
        Piece("same", ", "),
        Piece("formatted", "here", gained=frozenset({("a", "/y")}), lost=frozenset({("a", "/x")})),
        Piece("same", "."),
    )


def test_where_new_words_lead_and_old_ones_led() -> None:
    (line,) = compared(
        '<p>All about it <a href="/x">below</a></p>', '<p>All about it <a href="/y"><em>above</em></a></p>'
    )
    removed, added = line.pieces[1:]
    assert (removed.kind, removed.lost, removed.gained) == ("removed", {("a", "/x")}, frozenset())
    assert (added.kind, added.lost, added.gained) == ("added", frozenset(), {("a", "/y")})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>Quay</p>", "<h2>Quay</h2>"),
        ("<p>Quay</p>", '<p class="text-center">Quay</p>'),
        ('<img src="/media/a.jpg" alt="Quay">', '<img src="/media/b.jpg" alt="Quay">'),
        ('<img src="/media/a.jpg" alt="Quay">', '<img src="/media/a.jpg" alt="Harbour">'),
        ('<img src="/media/a.jpg" alt="">', '<img src="/media/b.jpg" alt="">'),
        ("<ul><li>Quay</li></ul>", "<ol><li>Quay</li></ol>"),
    ],
)
def test_a_block_that_became_something_else_is_one_line(old: str, new: str) -> None:
    (line,) = compared(old, new)
    assert line.kind == "changed"
    assert line.before is not None
    assert not line.before.looks_like(line.block) or line.block.keys == ("Harbour",)


def test_a_picture_is_no_line_and_no_other_picture() -> None:
    lines = compared(
        '<hr><img src="/media/a.jpg" alt="Quay">', '<img src="/media/b.jpg" alt="A boat at sea"><p>Quay</p>'
    )
    assert [(line.kind, line.block.kind) for line in lines] == [
        ("removed", "rule"), ("removed", "picture"), ("added", "picture"), ("added", "paragraph"),
    ]  # fmt: skip


def test_spaces_change_nothing() -> None:
    (line,) = compared("<p>One , two</p>", "<p>One, two</p>")
    assert line.kind == "same"


def test_no_word_is_lost_however_little_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limits, blocks differ as a whole."""
    old, new = "<p>One two three.</p><p>Four five six.</p>", "<p>One 2 three.</p><p>Four 5 six.</p>"
    assert told(compared(old, new)) == ["One -two -+2 +three.", "Four -five -+5 +six."]
    monkeypatch.setattr(comparing, "PAIRS_IN_TEXT", 1)
    assert told(compared(old, new)) == ["One -two -+2 +three.", "-Four five six.-+Four 5 six.+"]
    monkeypatch.setattr(comparing, "PAIRS_TO_ALIGN", 1)
    assert told(compared(old, new)) == ["-One two three.-", "-Four five six.-", "+One 2 three.+", "+Four 5 six.+"]


def test_lines_of_plain_text() -> None:
    lines = compare_blocks(blocks_of_lines("A\nB", whole=True), blocks_of_lines("B\nC", whole=True))
    assert told(lines) == ["-A-", "B", "+C+"]


def changes_of(post: Any) -> dict[str, comparing.Change]:
    newer, older, *_others = revisions.history(post)
    return {str(change.label): change for change in comparing.compare(post, older, newer)}


def test_differences_name_fields_and_words() -> None:
    editor = make.make_user("editor")
    tag, category = make.make_tag(name="Old harbour"), make.make_category(name="Sea")
    values = {"title": "A walk", "locale": "en", "slug": "a-walk", "body": "<p>One.</p><p>Two.</p>"}
    post: Any = publishing.create_draft(make.Post, values, editor)
    changed = {"title": "A long walk", "slug": "a-long-walk", "body": "<p>One.</p><p>Three.</p>", "tags": [tag]}
    publishing.save_draft(post, changed | {"category": category}, editor)
    changes = changes_of(post)
    assert told(changes["Title"].lines) == ["A +long +walk"]
    assert told(changes["Text"].lines) == ["One.", "-Two-+Three+."]
    assert told(changes["Tags"].lines) == ["+Old harbour+"]
    assert told(changes["Category"].lines) == ["+Sea+"]
    assert told(changes["Address"].lines) == ["-a-walk-", "+a-long-walk+"]
    in_language = {name for name, change in changes.items() if change.in_language}
    assert in_language == {"Title", "Text"}
    assert not any(change.is_unseen for change in changes.values())


def test_what_no_reader_could_name_is_told_to_be_just_that() -> None:
    editor = make.make_user("editor")
    values = {"title": "A walk", "locale": "en", "body": "<p>One , two.</p>"}
    post: Any = publishing.create_draft(make.Post, values, editor)
    publishing.save_draft(post, {"body": "<p>One, two.</p>"}, editor)
    assert changes_of(post)["Text"].is_unseen
