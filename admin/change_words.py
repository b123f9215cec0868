"""What changed, in words: what a block is, how its words are set, where they lead."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from cms.content.comparing import ADDED, REMOVED, Line, Piece
from cms.content.text_blocks import LINK, Look

# The kinds of blocks of `cms.content.text_blocks`, called as the editor calls them.
KINDS: Mapping[str, Any] = {
    "paragraph": _l("Paragraph"),
    "lead": _l("Introduction"),
    "note": _l("Note"),
    "tip": _l("Tip"),
    "warning": _l("Warning"),
    "pull-quote": _l("Pull quote"),
    "credit": _l("Credit"),
    "heading": _l("Heading"),
    "subheading": _l("Subheading"),
    "small-heading": _l("Small heading"),
    "item": _l("List item"),
    "numbered-item": _l("Numbered item"),
    "quote": _l("Quote"),
    "code": _l("Code"),
    "caption": _l("Caption"),
    "row": _l("Table row"),
    "fold": _l("Heading of what unfolds"),
    "term": _l("Term"),
    "explanation": _l("Explanation"),
    "picture": _l("Picture"),
    "video": _l("Video"),
    "rule": _l("Horizontal line"),
}
# What most of a text is made of needs no name.
UNNAMED = frozenset({"", "paragraph"})
# These come in rows, of which the first says what all of them are.
REPEATED = frozenset({"item", "numbered-item", "row", "code", "quote", "pull-quote"})
MARKS: Mapping[str, Any] = {
    "strong": _l("Bold"),
    "em": _l("Italic"),
    "u": _l("Underline"),
    "s": _l("Strikethrough"),
    "del": _l("Strikethrough"),
    "mark": _l("Highlighted"),
    "small": _l("Small print"),
    "sub": _l("Subscript"),
    "sup": _l("Superscript"),
    "code": _l("Code"),
    "kbd": _l("Code"),
    "samp": _l("Code"),
    "var": _l("Code"),
    "q": _l("Quote"),
    "cite": _l("Quote"),
    "th": _l("Heading"),
    "img": _l("Picture"),
}


def kind_of(line: Line, above: Line | None) -> str:
    """What a line is, or "" where it is what most lines are, or of one kind with the line above it."""
    kind = line.block.kind
    if line.before is not None and line.before.kind != kind:
        return str(KINDS[kind])
    is_plain = kind in UNNAMED or (kind in REPEATED and above is not None and above.block.kind == kind)
    return "" if is_plain else str(KINDS[kind])


def notes_of_line(line: Line) -> list[str]:
    """What is different about a line as a whole, beside its words."""
    if line.before is None:
        return []
    notes = []
    if line.before.kind != line.block.kind:
        notes.append(_("was: %(what)s", what=KINDS[line.before.kind]))
    if line.before.look != line.block.look:
        notes.append(_("Formatting changed"))
    return notes


def notes_of_piece(piece: Piece) -> list[str]:
    """What is different about the look of words that stayed; of others, where they lead or led."""
    if piece.kind in (ADDED, REMOVED):
        return list(_names(piece.gained | piece.lost))
    return [
        *(_("now: %(what)s", what=name) for name in _names(piece.gained)),
        *(_("no longer: %(what)s", what=name) for name in _names(piece.lost)),
    ]


def _names(look: Look) -> Iterator[str]:
    names = [
        _("Link to %(address)s", address=value) if mark == LINK else str(MARKS.get(mark, _l("Other formatting")))
        for mark, value in sorted(look)
    ]
    yield from dict.fromkeys(names)


def file_name(address: str, other: str = "") -> str:
    """The last part of the address of a picture or video; the whole of it where another's is the same."""
    name, other_name = (urlsplit(one).path.rsplit("/", 1)[-1] for one in (address, other))
    return address if not name or (name == other_name and address != other) else name
