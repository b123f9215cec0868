"""Long runs of unchanged lines are counted, not shown."""

from admin.unchanged_lines import with_few_unchanged


def same(*texts: str) -> list[tuple[str, str]]:
    return [("same", text) for text in texts]


def test_the_lines_around_a_change_are_shown_and_the_others_counted() -> None:
    lines = [*same(*"abcde"), ("removed", "x"), ("added", "y"), *same(*"fghijkl"), ("added", "z"), *same(*"mnop")]
    assert list(with_few_unchanged(lines)) == [
        ("skipped", "3"), *same("d", "e"), ("removed", "x"), ("added", "y"),
        *same("f", "g"), ("skipped", "3"), *same("k", "l"), ("added", "z"),
        *same("m", "n"), ("skipped", "2"),
    ]  # fmt: skip


def test_short_runs_are_shown() -> None:
    lines = [*same("a", "b", "c"), ("added", "x"), *same("d", "e", "f", "g", "h"), ("removed", "y")]
    assert list(with_few_unchanged(lines)) == lines
    assert list(with_few_unchanged([])) == []
