"""What changed between two versions of a document: words and what they look like, block by block."""

import difflib
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm.interfaces import MANYTOMANY

from cms.content.text_blocks import (
    LINK,
    PICTURE,
    PLAIN,
    RULE,
    VIDEO,
    Block,
    Look,
    Word,
    blocks_of_lines,
    blocks_of_markup,
)
from cms.extensions import db
from cms.models import Revision
from cms.models.translatable import Translatable

T = TypeVar("T")

SAME, ADDED, REMOVED, CHANGED, FORMATTED = "same", "added", "removed", "changed", "formatted"

# Blocks with less in common are not one that changed: the one went, the other came.
ALIKE = 0.4
# How many pairs of words are compared in a block, in a whole text, and to find out which block became which; beyond
# that, blocks differ as a whole. The first is a paragraph of 500 words of which each has changed. Texts that repeat
# two words cost the most: as many of them as there may be took 1.3 s of processor time.
PAIRS_IN_BLOCK = 250_000
PAIRS_IN_TEXT = 1_000_000
PAIRS_TO_ALIGN = 1_000_000
# Columns whose words are compared; others differ as a whole.
WORDED = frozenset({"title", "summary", "markup"})


@dataclass(frozen=True)
class Piece:
    """A part of a line: SAME, ADDED, REMOVED, or FORMATTED, which says the same and looks different.

    `gained` and `lost` are marks of `text_blocks`; of what was added or removed, they are its links only.
    """

    kind: str
    text: str
    gained: Look = PLAIN
    lost: Look = PLAIN


@dataclass(frozen=True)
class Line:
    """A block of two versions: SAME, ADDED, REMOVED or CHANGED; `before` is what a CHANGED one was."""

    kind: str
    block: Block
    pieces: tuple[Piece, ...]
    before: Block | None = None


@dataclass(frozen=True)
class Change:
    """One field that differs. `in_language` tells texts in the document's language from names of other things."""

    label: Any
    lines: list[Line]
    in_language: bool = False

    @property
    def is_unseen(self) -> bool:
        """Whether nothing that a reader could name has changed."""
        return all(line.kind == SAME for line in self.lines)


def compare(document: Any, older: Revision, newer: Revision) -> list[Change]:
    """What changed between two revisions, field by field, as blocks that stayed, went, came and changed.

    Names stand in place of ids; a few queries, however many fields there are.
    """
    changes = []
    for name, label in _labels(document).items():
        before, after = (_in_order(document, name, one.data.get(name)) for one in (older, newer))
        if before != after:
            kind = _kind(document, name)
            blocks = [_blocks(document, name, kind, value) for value in (before, after)]
            is_text = kind in WORDED and isinstance(document, Translatable)
            changes.append(Change(label, compare_blocks(*blocks), is_text))
    return changes


def _in_order(document: Any, name: str, value: Any) -> Any:
    """A value of a revision; older ones kept ids in the order in which they were typed."""
    is_list = value and any(relation.key == name for relation in document.revised_relations())
    return sorted(value) if is_list else value


def _labels(document: Any) -> dict[str, Any]:
    found = {column.key: column.info.get("label") for column in document.revised_columns()}
    for relation in inspect(type(document)).relationships:
        name = _name_of(relation)
        if name in found or relation.direction is MANYTOMANY:
            found[name] = relation.info.get("label")
    return {name: label or name for name, label in found.items()}


def _name_of(relation: Any) -> str:
    """The name under which a revision keeps what a relation names."""
    return str(relation.key if relation.direction is MANYTOMANY else next(iter(relation.local_columns)).key)


def _kind(document: Any, name: str) -> str:
    kinds = {column.key: column.info.get("kind") for column in document.revised_columns()}
    return kinds.get(name) or ""


def _blocks(document: Any, name: str, kind: str, value: Any) -> list[Block]:
    """A value of a revision for people: names of what it points to, a text in its blocks."""
    if value in (None, "", []):
        return []
    for relation in inspect(type(document)).relationships:
        if _name_of(relation) == name:
            ids = value if isinstance(value, list) else [value]
            target = relation.mapper.class_
            names = sorted(str(row) for row in db.session.scalars(select(target).where(target.id.in_(ids))))
            return [block for called in names for block in blocks_of_lines(called, whole=True)]
    if kind == "markup":
        return blocks_of_markup(str(value))
    return blocks_of_lines(str(value), whole=kind not in WORDED)


def compare_blocks(old: Sequence[Block], new: Sequence[Block]) -> list[Line]:
    """The lines of both versions, in the order of the newer one, what went before what came in its place."""
    return list(_Comparison().lines(old, new))


@dataclass
class _Comparison:
    """One text against another; `left` is how many pairs of words it may still compare."""

    left: int = field(default_factory=lambda: PAIRS_IN_TEXT)

    def lines(self, old: Sequence[Block], new: Sequence[Block]) -> Iterator[Line]:
        # What says the same is the same, however it looks now.
        for kind, before, after in _runs(old, new, _sayings(old), _sayings(new)):
            for one, other in zip(before, after, strict=True) if kind == SAME else ():
                yield self._pair(one, other)
            for went, came in _aligned(before, after) if kind == CHANGED else ():
                if went and came:
                    yield self._pair(went[0], came[0])
                else:
                    yield from (Line(REMOVED, one, _all(REMOVED, one.words)) for one in went)
                    yield from (Line(ADDED, one, _all(ADDED, one.words)) for one in came)

    def _pair(self, one: Block, other: Block) -> Line:
        if one == other:
            return Line(SAME, other, _all(SAME, other.words))
        pieces = tuple(self._pieces(one.words, other.words))
        # Spaces may be all that changed.
        is_same = one.looks_like(other) and all(piece.kind == SAME for piece in pieces)
        return Line(SAME if is_same else CHANGED, other, pieces, one)

    def _pieces(self, old: Sequence[Word], new: Sequence[Word]) -> Iterator[Piece]:
        start, end = _common_ends(old, new)
        pairs = (len(old) - start - end) * (len(new) - start - end)
        if pairs > min(PAIRS_IN_BLOCK, self.left):
            yield from _all(REMOVED, old)
            yield from _all(ADDED, new)
            return
        self.left -= pairs
        for kind, before, after in _runs(old, new, [one.key for one in old], [one.key for one in new]):
            if kind == SAME:
                yield from _formatted(before, after)
            else:
                yield from _all(REMOVED, before)
                yield from _all(ADDED, after)


def _sayings(blocks: Sequence[Block]) -> list[tuple[str, ...]]:
    """What makes blocks the same; a picture that says nothing is no line."""
    return [(one.kind if one.kind in (PICTURE, VIDEO, RULE) else "", *one.keys) for one in blocks]


def _runs(
    old: Sequence[T], new: Sequence[T], old_keys: Sequence[Hashable], new_keys: Sequence[Hashable]
) -> Iterator[tuple[str, Sequence[T], Sequence[T]]]:
    """Runs of what has the same keys, and of what has not: (SAME or CHANGED, of the old, of the new)."""
    start, end = _common_ends(old_keys, new_keys)
    old_end, new_end = len(old) - end, len(new) - end
    if start:
        yield SAME, old[:start], new[:start]
    middle = old_keys[start:old_end], new_keys[start:new_end]
    # In very long texts, what is repeated again and again says little about what became which.
    repeated = len(middle[0]) * len(middle[1]) > PAIRS_IN_BLOCK
    for kind, a, b, c, d in difflib.SequenceMatcher(None, *middle, autojunk=repeated).get_opcodes():
        yield (
            SAME if kind == "equal" else CHANGED,
            old[start + a : start + b],
            new[start + c : start + d],
        )
    if end:
        yield SAME, old[old_end:], new[new_end:]


def _common_ends(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int]:
    """How many of both are equal at the start, and of the others at the end."""
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    rest = shorter - start
    end = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    return start, end


def _aligned(old: Sequence[Block], new: Sequence[Block]) -> Iterator[tuple[Sequence[Block], Sequence[Block]]]:
    """What went and what came: one of each where one became the other, in their order, else of one side only."""
    bags = [[Counter(one.keys) for one in blocks] for blocks in (old, new)]
    effort = len(old) * sum(map(len, bags[1])) + len(new) * sum(map(len, bags[0])) + len(old) * len(new)
    paired = _best_pairs(old, new, *bags) if effort <= PAIRS_TO_ALIGN else []
    at, to = 0, 0
    for one, other in paired:
        yield old[at:one], ()
        yield (), new[to:other]
        yield old[one : one + 1], new[other : other + 1]
        at, to = one + 1, other + 1
    yield old[at:], ()
    yield (), new[to:]


def _best_pairs(
    old: Sequence[Block], new: Sequence[Block], old_bags: Sequence[Counter[str]], new_bags: Sequence[Counter[str]]
) -> list[tuple[int, int]]:
    likeness = [
        [_likeness(one, other, bag, other_bag) for other, other_bag in zip(new, new_bags, strict=True)]
        for one, bag in zip(old, old_bags, strict=True)
    ]
    # best[i][j]: the most that blocks from i and from j on can have in common.
    best = [[0.0] * (len(new) + 1) for _one in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            pair = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] >= ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], pair)
    pairs = []
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] >= ALIKE and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _likeness(one: Block, other: Block, bag: Counter[str], other_bag: Counter[str]) -> float:
    """How much of both is in the other, from 0 to 1."""
    if one.address or other.address:
        return float(one.kind == other.kind and (one.address == other.address or one.keys == other.keys))
    both = bag.total() + other_bag.total()
    return 2 * (bag & other_bag).total() / both if both else float(one.kind == other.kind)


def _formatted(old: Sequence[Word], new: Sequence[Word]) -> Iterator[Piece]:
    """Words that stayed, by what has become of their look."""
    pairs = zip(old, new, strict=True)
    for (gained, lost), run in groupby(
        pairs, key=lambda pair: (pair[1].marks - pair[0].marks, pair[0].marks - pair[1].marks)
    ):
        text = "".join(word.text for _before, word in run)
        yield Piece(FORMATTED if gained or lost else SAME, text, gained, lost)


def _all(kind: str, words: Sequence[Word]) -> tuple[Piece, ...]:
    """Words that all went, came or stayed, by where they lead."""
    if kind == SAME:
        return (Piece(SAME, "".join(word.text for word in words)),)
    runs = groupby(words, key=lambda word: frozenset(mark for mark in word.marks if mark[0] == LINK))
    return tuple(
        Piece(
            kind,
            "".join(word.text for word in run),
            links if kind == ADDED else PLAIN,
            links if kind == REMOVED else PLAIN,
        )
        for links, run in runs
    )
