"""From a stored text to what the public page shows: headings with addresses, pictures in fitting sizes, tables that
scroll in their own box, videos behind a still block.

Nothing here asks the database: `picture_names()` tells which pictures a text shows, `cms.content.media_library`
finds them all with one query, and `render_body()` takes them.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from flask_babel import gettext as _
from markupsafe import Markup

from cms.content.embeds import still
from cms.content.markup_tree import Element, parse, serialise

ANCHOR_PREFIX = "section-"
"""Ids made of what people write start with this, so that none can be mistaken for an id of the page around it."""

TEXT_WIDTH_SIZES = "(min-width: 48rem) 44rem, 100vw"
WORDS_PER_MINUTE = 220
CHARACTERS_PER_MINUTE = 450

_MEDIA_PREFIX = "/media/"
_WORD = re.compile(r"\w+(?:['’]\w+)*")
# Scripts written without spaces: their characters are counted, not their words.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True)
class Rendition:
    """One size of a picture: pixels and the name under `/media/`."""

    name: str
    width: int
    height: int


@dataclass(frozen=True)
class Picture:
    """What a page needs to know of a picture of the media library; `alt` is in the page's language."""

    name: str
    width: int
    height: int
    alt: str = ""
    renditions: tuple[Rendition, ...] = ()

    @property
    def srcset(self) -> str:
        """The value of `srcset`: every size, the smallest first; empty where there is but one."""
        sizes = sorted(self.renditions, key=lambda size: size.width)
        return ", ".join(f"{_MEDIA_PREFIX}{size.name} {size.width}w" for size in sizes) if len(sizes) > 1 else ""

    def url(self, width: int | None = None) -> str:
        """The address of the smallest size of at least `width` pixels; of the original without one."""
        if width is not None:
            for size in sorted(self.renditions, key=lambda size: size.width):
                if size.width >= width:
                    return _MEDIA_PREFIX + size.name
        return _MEDIA_PREFIX + self.name


@dataclass
class ContentsEntry:
    """A heading in the table of contents; `anchor` is its id without `#`."""

    anchor: str
    text: str
    children: list["ContentsEntry"] = field(default_factory=list)


@dataclass(frozen=True)
class RenderedBody:
    """A text as the page shows it: `html` goes out as it is, `contents` is empty where there are no headings."""

    html: Markup
    contents: tuple[ContentsEntry, ...]
    reading_minutes: int


def picture_names(*texts: str) -> set[str]:
    """The names under `/media/` of all pictures in sanitised texts."""
    addresses = (
        element.attributes.get("src", "")
        for text in texts
        if _MEDIA_PREFIX in text
        for element in parse(text).elements()
        if element.tag == "img"
    )
    return {unquote(address.removeprefix(_MEDIA_PREFIX)) for address in addresses if address.startswith(_MEDIA_PREFIX)}


def render_body(html: str, pictures: Mapping[str, Picture] | None = None) -> RenderedBody:
    """A sanitised text as the page shows it.

    `pictures` holds the pictures named in the text by name (of any of their sizes); one that is missing there is
    shown without other sizes. Labels are in the current language, which is the page's.
    """
    tree = parse(html)
    minutes = reading_minutes(tree.text())
    contents = _give_headings_addresses(tree)
    _point_to_headings(tree)
    _present(tree, pictures or {})
    return RenderedBody(Markup(serialise(tree)), tuple(contents), minutes)  # noqa: S704 - sanitised, then escaped by serialise()


def reading_minutes(text: str) -> int:
    """How many minutes a text takes to read, at least one."""
    characters = len(_UNSPACED.findall(text))
    words = len(_WORD.findall(_UNSPACED.sub(" ", text)))
    return max(1, math.ceil(words / WORDS_PER_MINUTE + characters / CHARACTERS_PER_MINUTE - 0.25))


def heading_anchor(text: str) -> str:
    """The id of a heading with this text, in the spelling that Markdown files link to, behind our prefix.

    Letters, digits, hyphens and underscores stay, lower-case; spaces turn to hyphens; everything else goes.
    """
    kept = "".join(
        letter
        for letter in unicodedata.normalize("NFC", text).strip().lower()
        if letter in "-_ " or unicodedata.category(letter)[0] in "LMN"
    )
    return ANCHOR_PREFIX + (kept.replace(" ", "-") or "part")


def _give_headings_addresses(tree: Element) -> list[ContentsEntry]:
    contents: list[ContentsEntry] = []
    seen: set[str] = set()
    for heading in tree.elements():
        if heading.tag not in {"h2", "h3", "h4"}:
            continue
        text = " ".join(heading.text().split())
        base = anchor = heading_anchor(text)
        number = 0
        while anchor in seen:
            number += 1
            anchor = f"{base}-{number}"
        seen.add(anchor)
        heading.attributes = {"id": anchor, **heading.attributes}
        if not text or heading.tag == "h4":
            continue
        if heading.tag == "h3" and contents:
            contents[-1].children.append(ContentsEntry(anchor, text))
        else:
            contents.append(ContentsEntry(anchor, text))
    return contents


def _point_to_headings(tree: Element) -> None:
    """Links within the text follow the headings to the ids that they got."""
    anchors = {heading.attributes["id"] for heading in tree.elements() if "id" in heading.attributes}
    for link in tree.elements():
        address = link.attributes.get("href", "")
        if link.tag == "a" and address.startswith("#") and address[1:] not in anchors:
            anchor = heading_anchor(unquote(address[1:]))
            if anchor in anchors:
                link.attributes["href"] = f"#{anchor}"


def _present(parent: Element, pictures: Mapping[str, Picture]) -> None:
    """Replaces what a page shows otherwise than it is stored."""
    for place, child in enumerate(parent.children):
        if isinstance(child, str):
            continue
        if child.tag == "img":
            _fit_picture(child, pictures)
        elif child.tag == "iframe":
            parent.children[place] = still(child)
        elif child.tag == "pre":
            # It scrolls where a line is long, and not every browser lets the keyboard reach what scrolls.
            child.attributes["tabindex"] = "0"
            _present(child, pictures)
        elif child.tag == "table":
            _present(child, pictures)
            parent.children[place] = _scroll_box(child)
        else:
            _present(child, pictures)


def _fit_picture(image: Element, pictures: Mapping[str, Picture]) -> None:
    attributes = image.attributes
    name = unquote(attributes.get("src", "").removeprefix(_MEDIA_PREFIX))
    picture = pictures.get(name)
    if picture is not None:
        attributes["src"] = picture.url(960)
        if picture.srcset:
            attributes["srcset"] = picture.srcset
            attributes["sizes"] = TEXT_WIDTH_SIZES
        attributes["width"] = str(picture.width)
        attributes["height"] = str(picture.height)
        attributes["alt"] = attributes.get("alt") or picture.alt
    attributes["loading"] = "lazy"
    attributes["decoding"] = "async"


def _scroll_box(table: Element) -> Element:
    """A wide table scrolls in its own box, which the keyboard can reach."""
    caption = table.find("caption")
    label = " ".join(caption.text().split()) if caption is not None else ""
    box = {"class": "table-scroll", "role": "region", "tabindex": "0", "aria-label": label or _("Table")}
    return Element("div", box, [table])
