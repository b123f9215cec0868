"""What changed in a long text is looked for among what did not: the lines around a change are shown, others counted."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from cms.content.comparing import SAME, Line

LINES_AROUND = 2


def with_few_unchanged(lines: Sequence[Line]) -> Iterator[Line | int]:
    """The lines; in the place of a long run of those that stayed the same stands how many of them are not shown."""
    runs = [(is_same, list(run)) for is_same, run in groupby(lines, key=lambda line: line.kind == SAME)]
    for at, (is_same, run) in enumerate(runs):
        before = LINES_AROUND if at > 0 else 0
        after = LINES_AROUND if at < len(runs) - 1 else 0
        hidden = len(run) - before - after
        # One line says as much as the words that it was left out.
        if not is_same or hidden < 2:
            yield from run
            continue
        yield from run[:before]
        yield hidden
        yield from run[len(run) - after :]
