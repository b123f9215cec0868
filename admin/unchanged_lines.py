"""What changed in a long text is looked for among what did not: the lines around a change are shown, others counted."""

from collections.abc import Iterator, Sequence
from itertools import groupby

SAME = "same"
# The kind of an entry that stands for lines that are not shown; its text is their number.
SKIPPED = "skipped"
LINES_AROUND = 2


def with_few_unchanged(lines: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Lines as (kind, text), where long runs that stayed the same are one entry of the kind `SKIPPED`."""
    runs = [(kind, list(run)) for kind, run in groupby(lines, key=lambda line: line[0])]
    for at, (kind, run) in enumerate(runs):
        before = LINES_AROUND if at > 0 else 0
        after = LINES_AROUND if at < len(runs) - 1 else 0
        hidden = len(run) - before - after
        # One line says as much as the words that it was left out.
        if kind != SAME or hidden < 2:
            yield from run
            continue
        yield from run[:before]
        yield SKIPPED, str(hidden)
        yield from run[len(run) - after :]
