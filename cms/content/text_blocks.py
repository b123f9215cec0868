"""A text as people read it: paragraphs, headings, items, pictures, each with its words and how they look.

It is made from what the sanitiser has let through, or from plain lines, so that two versions of a text can be compared
without a word of markup.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cms.content.markup_tree import Element, parse

# What words or blocks have beside their text: a tag or the name of an attribute, and a value where there is one.
Look = frozenset[tuple[str, str]]
PLAIN: Look = frozenset()
LINK = "a"
PICTURE, VIDEO, RULE = "picture", "video", "rule"
# A mark that stands for attributes which have no name of their own here.
OTHER = "other"

_HEADINGS = {"h2": "heading", "h3": "subheading", "h4": "small-heading"}
_KINDS = _HEADINGS | {
    "blockquote": "quote", "pre": "code", "figcaption": "caption", "caption": "caption", "tr": "row",
    "summary": "fold", "dt": "term", "dd": "explanation",
}  # fmt: skip
# What the editor offers as a style of its own is a kind of its own.
_STYLES = frozenset({"lead", "note", "tip", "warning", "pull-quote", "credit"})
_LISTS = {"ul": "item", "ol": "numbered-item"}
_BLOCKS = frozenset(
    {
        *_KINDS,
        *_LISTS,
        "p",
        "li",
        "div",
        "aside",
        "figure",
        "footer",
        "details",
        "dl",
        "table",
        "thead",
        "tbody",
        "tfoot",
    }
)
_CELLS = frozenset({"td", "th"})

_SPACE = re.compile(r"[ \t\r\n\f\u2028\u2029]+")
# Scripts whose characters are words: the two of Japan, and the characters of China.
_CHARACTERS = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SIGNS = (
    "!-/:-@\\[-`{-~\u00a1-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u066a-\u066d\u06d4"
    "\u2010-\u205e\u3000-\u3004\u3008-\u303f\uff00-\uff20"
)
# Everything else belongs to the letter before it, such as accents and vowel signs that are characters of their own.
_WORD = re.compile(rf"[{_CHARACTERS}] ?|[^\s{_SIGNS}{_CHARACTERS}]+ ?|\S ?| ")
_WORD_OF_CODE = re.compile(rf"[{_CHARACTERS}]|[^\s{_SIGNS}{_CHARACTERS}]+|\s+|\S")


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sign with the space behind it; `marks` are how it is set, and where it leads."""

    text: str
    marks: Look = PLAIN

    @property
    def key(self) -> str:
        """What makes two words the same."""
        return self.text.rstrip(" ") or self.text


@dataclass(frozen=True)
class Block:
    """One thing that stands for itself; `kind` names it, `address` is the file of a picture or video."""

    kind: str
    words: tuple[Word, ...]
    look: Look = PLAIN
    address: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The words without what they look like."""
        return tuple(word.key for word in self.words)

    def looks_like(self, other: "Block") -> bool:
        """Whether both are the same beside their words."""
        return (self.kind, self.look, self.address) == (other.kind, other.look, other.address)


def blocks_of_markup(html: str) -> list[Block]:
    """The blocks of sanitised markup, in order; what holds nothing is left out."""
    reader = _Reader()
    reader.read(parse(html), _Place())
    return reader.blocks


def blocks_of_lines(text: str, whole: bool = False) -> list[Block]:
    """The lines of a plain text, without a kind; `whole` ones have a single word, so that they differ as a whole."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [Block("", (Word(line),) if whole else tuple(words_of(line, PLAIN))) for line in lines]


def words_of(text: str, marks: Look, code: bool = False) -> Iterator[Word]:
    """The words of a text; each but those of code takes the space behind it with it, which counts as one."""
    if code:
        return (Word(part, marks) for part in _WORD_OF_CODE.findall(text))
    return (Word(part, marks) for part in _WORD.findall(_SPACE.sub(" ", text)))


@dataclass(frozen=True)
class _Place:
    """Where in the tree a text stands, as far as it makes a difference to readers."""

    kind: str = "paragraph"
    look: Look = PLAIN
    marks: Look = PLAIN
    list_kind: str = "item"
    depth: int = 0

    def within(self, element: Element) -> "_Place":
        """The place inside of a block."""
        styles = [name for name in element.classes if name in _STYLES]
        attributes = {name: value for name, value in element.attributes.items() if name != "class"}
        others = " ".join(name for name in element.classes if name not in _STYLES)
        look = self.look | set(attributes.items()) | ({("class", others)} if others else set())
        place = replace(self, look=look)
        if element.tag in _LISTS:
            return replace(place, list_kind=_LISTS[element.tag], depth=self.depth + 1)
        kind = self.list_kind if element.tag == "li" else _KINDS.get(element.tag, self.kind)
        return replace(place, kind=styles[0] if styles else kind)

    def marked(self, element: Element) -> "_Place":
        """The place inside of what stands within a line."""
        attributes = dict(element.attributes)
        own = {(element.tag, attributes.pop("href", "") if element.tag == LINK else "")} - {("span", "")}
        others = {(OTHER, f"{name}={value}") for name, value in attributes.items()}
        return replace(self, marks=self.marks | own | others)


class _Reader:
    """Walks through a tree and collects its blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._words: list[Word] = []

    def read(self, element: Element, place: _Place) -> None:
        """Everything in an element, which ends with it."""
        for child in element.children:
            if isinstance(child, str):
                self._say(child, place)
            else:
                self._meet(child, place)
        if not element.tag or (element.tag in _BLOCKS and not (place.kind == "row" and element.tag != "tr")):
            self._end(place)

    def _meet(self, element: Element, place: _Place) -> None:
        if element.tag == "br":
            self._words.append(Word("\n", place.marks))
        elif element.tag in ("img", "iframe"):
            self._show(element, place)
        elif element.tag == "hr":
            self._end(place)
            self.blocks.append(Block(RULE, (), place.look))
        elif element.tag in _CELLS:
            if self._words:
                self._say(" | ", place)
            self.read(element, replace(place, marks=place.marks | {(element.tag, "")} - {("td", "")}))
        elif place.kind == "row" and element.tag in _BLOCKS:
            # What stands in a cell does not tear its row apart.
            self._say(" ", place)
            self.read(element, place)
        elif element.tag in _BLOCKS:
            self._end(place)
            self.read(element, place.within(element))
        else:
            self.read(element, place.marked(element))

    def _show(self, element: Element, place: _Place) -> None:
        """A picture or a video, called by what is said in its place."""
        attributes = dict(element.attributes)
        address = attributes.pop("src", "")
        said = attributes.pop("alt", "") if element.tag == "img" else attributes.pop("title", "")
        if place.kind == "row":
            self._words.extend(words_of(said or address, place.marks | {(element.tag, address)}))
            return
        self._end(place)
        kind = PICTURE if element.tag == "img" else VIDEO
        look = place.look | place.marks | set(attributes.items())
        self.blocks.append(Block(kind, tuple(words_of(said, PLAIN)), look, address))

    def _say(self, text: str, place: _Place) -> None:
        if place.kind == "code":
            for at, line in enumerate(text.split("\n")):
                if at:
                    self._end(place)
                self._words.extend(words_of(line, place.marks, code=True))
            return
        words = list(words_of(text, place.marks))
        if words and words[0].text == " ":
            # The space belongs to the word before it.
            words.pop(0)
            if self._words and self._words[-1].text[-1:] not in (" ", "\n"):
                self._words[-1] = replace(self._words[-1], text=f"{self._words[-1].text} ")
        self._words.extend(words)

    def _end(self, place: _Place) -> None:
        if any(word.text.strip() for word in self._words):
            look = place.look | {("depth", str(place.depth))} if place.depth > 1 else place.look
            self.blocks.append(Block(place.kind, tuple(self._words), look))
        self._words = []
