"""The figures as tables in Markdown, as they stand in docs/performance.md."""

from collections.abc import Sequence
from typing import Any

Figures = dict[str, Any]


def report(figures: Figures) -> str:
    """Every part that was measured."""
    parts = [figures["machine"]]
    if figures.get("rates"):
        parts.append(rates(figures["rates"]))
    if figures.get("uncached"):
        parts.append(rendered(figures["uncached"]))
    if figures.get("backoffice"):
        parts.append(back_office(figures["backoffice"]))
    if figures.get("start"):
        parts.append(start(figures["start"]))
    return "\n\n".join(parts)


def rates(rows: Sequence[Figures]) -> str:
    """Requests a second of each contestant, and its share of its yardstick's."""
    return table(
        ["contestant", "server", "requests/s", "µs each", "of", "by rate", "by processor time"],
        [
            [
                one["contestant"],
                one["server"],
                f"{one['requests a second']:,.0f}",
                f"{one['microseconds']:.1f}",
                one["yardstick"],
                ratio(one["share of rate"]),
                ratio(one["share by processor time"]),
            ]
            for one in rows
        ],
    )


def ratio(value: float | None) -> str:
    """A share; a dash where there was nothing to compare with."""
    return "–" if value is None else f"{value:.2f}"


def rendered(rows: Sequence[Figures]) -> str:
    """Pages that are rendered: a line for each kind, with its milliseconds and statements at each size."""
    sizes = sorted({row["posts"] for row in rows})
    found = {(row["page"], row["posts"]): row for row in rows}
    heads = ["rendered, ms (statements)"]
    heads += [f"{state}, {size:,} posts" for state in ("cold", "warm") for size in sizes]
    lines = []
    for kind in dict.fromkeys(row["page"] for row in rows):
        values = [found[kind, size][state] for state in ("cold", "warm") for size in sizes]
        lines.append([kind, *(f"{ms:.1f} ({count})" for ms, count in values)])
    return table(heads, lines)


def back_office(rows: Sequence[Figures]) -> str:
    """The operations of the back office, at each size and on each database."""
    return table(
        ["back office", "database", "posts", "ms", "of processor", "statements", "MB beyond rest"],
        [
            [
                f"{one['group']}: {one['name']}",
                one["database"],
                f"{one['posts']:,}",
                f"{one['wall_ms']:.1f}",
                f"{one['processor_ms']:.1f}",
                str(one["statements"]),
                f"{one['memory_mb']:.1f}",
            ]
            for one in rows
        ],
    )


def start(rows: Sequence[Figures]) -> str:
    """The first reply, and memory."""
    names = [name for name in rows[0] if name != "what"]
    return table(
        ["`flask serve`", *names],
        [
            [one["what"], *(f"{one[name]:.2f}" if name.endswith(", s") else f"{one[name]:.0f}" for name in names)]
            for one in rows
        ],
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown: the first column to the left, the others to the right."""
    lines = [heads, ["---", *(["---:"] * (len(heads) - 1))], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
