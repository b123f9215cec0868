"""Long runs of unchanged lines are counted, not shown."""

from admin.unchanged_lines import with_few_unchanged
from cms.content.comparing import Line
from cms.content.text_blocks import Block


def line(kind: str, text: str) -> Line:
    return Line(kind, Block(text, ()), ())


def same(*texts: str) -> list[Line]:
    return [line("same", text) for text in texts]


def test_the_lines_around_a_change_are_shown_and_the_others_counted() -> None:
    removed, changed, added = line("removed", "x"), line("changed", "y"), line("added", "z")
    lines = [*same(*"abcde"), removed, changed, *same(*"fghijkl"), added, *same(*"mnop")]
    assert list(with_few_unchanged(lines)) == [
        3, *same("d", "e"), removed, changed, *same("f", "g"), 3, *same("k", "l"), added, *same("m", "n"), 2,
    ]  # fmt: skip


def test_short_runs_are_shown() -> None:
    lines = [*same("a", "b", "c"), line("added", "x"), *same("d", "e", "f", "g", "h"), line("removed", "y")]
    assert list(with_few_unchanged(lines)) == lines
    assert list(with_few_unchanged([])) == []
