"""A small tree of HTML elements, for markup that has been through the sanitiser.

nh3 is the parser of whatever comes from outside; what it hands back is well-formed, and this module reads and
writes exactly that. It is no parser for HTML in the wild.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

# https://html.spec.whatwg.org/multipage/syntax.html#void-elements
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
MAX_DEPTH = 60
"""Elements that stand deeper are left out, their text stays. Hand-written documents rarely pass 20."""

# Kept out of every text: they show nothing, and PostgreSQL stores no NUL.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass
class Element:
    """An element, or (where `tag` is empty) a fragment."""

    tag: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    def elements(self) -> Iterator["Element"]:
        """Every element below this one, in document order; the tree may not change meanwhile."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.elements()

    def find(self, *tags: str) -> "Element | None":
        """The first element below with one of these tags."""
        return next((element for element in self.elements() if element.tag in tags), None)

    def text(self) -> str:
        """All text below, as it reads."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()


def parse(html: str) -> Element:
    """The tree of sanitised markup."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def serialise(node: Element | str) -> str:
    """The markup of a tree, escaped the way that HTML's own serialisation escapes."""
    if isinstance(node, str):
        return _escape_text(node)
    inner = "".join(serialise(child) for child in node.children)
    if not node.tag:
        return inner
    attributes = "".join(f' {name}="{_escape_value(value)}"' for name, value in node.attributes.items())
    if node.tag in VOID:
        return f"<{node.tag}{attributes}>"
    return f"<{node.tag}{attributes}>{inner}</{node.tag}>"


def _escape_text(text: str) -> str:
    return escape(_CONTROL.sub("", text), quote=False).replace("\xa0", "&nbsp;")


def _escape_value(value: str) -> str:
    value = _CONTROL.sub("", value)
    return escape(value, quote=False).replace('"', "&quot;").replace("\xa0", "&nbsp;")


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element()
        # The tags that are open, each with the element that takes what stands in it.
        self._open: list[tuple[str, Element]] = [("", self.root)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self._open[-1][1]
        element = Element(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            parent.children.append(element)
        elif len(self._open) <= MAX_DEPTH:
            parent.children.append(element)
            self._open.append((tag, element))
        else:
            self._open.append((tag, parent))

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        siblings = self._open[-1][1].children
        if siblings and isinstance(siblings[-1], str):
            siblings[-1] += data
        else:
            siblings.append(data)
