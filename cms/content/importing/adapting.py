"""From the HTML of a Markdown file to the markup that this site stores: its own classes, figures, videos and lists.

Two callbacks say where links lead and which pictures there are; see `cms.content.importing.references`.
"""

import re
import unicodedata
from collections.abc import Callable

import nh3

from cms.content.embeds import embed_address
from cms.content.markup_tree import Element, parse, serialise
from cms.content.sanitising import bounded, sanitise

# What the steps below look at, beyond what is stored in the end.
_CLASSES = {"pquote": "pull-quote", "pquote-credit": "credit", "pullquote": "pull-quote"}
_PORTRAIT = "pquote-avatar"
_READABLE = nh3.Cleaner(
    tags=set(nh3.ALLOWED_TAGS) | {"input", "label", "section", "iframe", "video", "mark"},
    attributes={
        **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
        "*": {"class", "dir", "lang", "title"},
        "input": {"type"},
        "iframe": {"src"},
        "details": {"open"},
        "th": {"scope", "colspan", "rowspan", "style"},
        "td": {"colspan", "rowspan", "style"},
        "ol": {"start"},
    },
    filter_style_properties={"text-align"},
    link_rel=None,
)
_ALIGNMENTS = {"left": "text-start", "center": "text-center", "right": "text-end"}
_BARE_ADDRESS = re.compile(r"https?://\S+")

ResolveLink = Callable[[str], str | None]
"""Takes an address as it stands in the file; gives the one to store, or None where it leads nowhere here."""
ResolvePicture = Callable[[str, str], str | None]
"""Takes the address of a picture and its alternative text; gives the address to store, or None."""


def adapt(html: str, *, link: ResolveLink, picture: ResolvePicture) -> str:
    """Sanitised markup made of rendered Markdown.

    `link` is asked for every link that is not to another site, `picture` for every picture. A link that leads
    nowhere stays as its text; a picture that cannot be taken stays as its alternative text. Raises `InvalidInput`
    where there is more markup than can be handled.
    """
    tree = parse(_READABLE.clean(bounded(html)))
    _unwrap_whole(tree)
    _adapt_children(tree, link, picture)
    if _runs_leftwards(tree.text()):
        _isolate_credits(tree)
    _gather_checklists(tree)
    return sanitise(serialise(tree)).strip()


def _unwrap_whole(tree: Element) -> None:
    """A direction set around the whole text says what the language of the document says already."""
    content = [child for child in tree.children if not (isinstance(child, str) and not child.strip())]
    if len(content) == 1 and isinstance(content[0], Element) and content[0].tag in {"div", "section"}:
        tree.children = content[0].children


def _adapt_children(parent: Element, link: ResolveLink, picture: ResolvePicture) -> None:
    adapted: list[Element | str] = []
    for child in parent.children:
        if isinstance(child, str):
            adapted.append(child)
            continue
        _adapt_children(child, link, picture)
        if child.classes:
            child.attributes["class"] = " ".join(_CLASSES.get(name, name) for name in child.classes)
        adapted.extend(_adapted(child, link, picture))
    parent.children = adapted


def _adapted(element: Element, link: ResolveLink, picture: ResolvePicture) -> list[Element | str]:
    if element.tag == "a":
        return _adapted_link(element, link)
    if element.tag == "img":
        return _adapted_picture(element, picture)
    if element.tag == "p":
        if element.children and isinstance(element.children[0], str):
            element.children[0] = element.children[0].lstrip()
        return [_figure_or_video(element)]
    if element.tag in {"td", "th"}:
        alignment = element.attributes.pop("style", "").partition(":")[2].strip(" ;")
        if alignment in _ALIGNMENTS:
            element.attributes["class"] = _ALIGNMENTS[alignment]
    if element.tag == "section":
        return list(element.children)
    return [element]


def _adapted_link(element: Element, link: ResolveLink) -> list[Element | str]:
    target = link(element.attributes.get("href", ""))
    if target is None:
        return list(element.children)
    element.attributes["href"] = target
    return [element]


def _adapted_picture(element: Element, picture: ResolvePicture) -> list[Element | str]:
    portrait = _PORTRAIT in element.classes
    # A portrait beside a quotation says nothing that the words do not.
    alternative = "" if portrait else element.attributes.get("alt", "").strip()
    target = picture(element.attributes.get("src", ""), alternative)
    if target is None:
        return [alternative] if alternative else []
    element.attributes["src"] = target
    if portrait:
        element.attributes.update({"class": "portrait", "alt": ""})
    return [element]


def _figure_or_video(paragraph: Element) -> Element:
    """A paragraph that holds nothing but a picture or a video's address becomes that."""
    content = [child for child in paragraph.children if not (isinstance(child, str) and not child.strip())]
    if len(content) != 1:
        return paragraph
    only = content[0]
    if isinstance(only, str):
        address, title = only.strip(), ""
        if not _BARE_ADDRESS.fullmatch(address):
            return paragraph
    elif only.tag == "img" and "portrait" not in only.classes:
        return _figure(only)
    elif only.tag == "a":
        address, title = only.attributes.get("href", ""), only.text().strip()
    else:
        return paragraph
    embedded = embed_address(address)
    if embedded is None:
        return paragraph
    named = {"title": title} if title and not _BARE_ADDRESS.fullmatch(title) else {}
    return Element("iframe", {"src": embedded, **named})


def _figure(image: Element) -> Element:
    caption = image.attributes.pop("title", "").strip()
    return Element("figure", {}, [image, Element("figcaption", {}, [caption])] if caption else [image])


def _runs_leftwards(text: str) -> bool:
    """Whether the first letter with a direction is of a script that runs from right to left."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((direction for direction in directions if direction in {"L", "R", "AL"}), "L") != "L"


def _isolate_credits(tree: Element) -> None:
    """A name and a title in Latin letters keep their order among themselves in a text that runs leftwards."""
    for element in list(tree.elements()):
        if "credit" in element.classes and not _runs_leftwards(element.text()):
            element.children = [Element("bdi", {}, element.children)]


def _gather_checklists(parent: Element) -> None:
    """Neighbouring blocks of a tick box and its label become one list: nobody could tick them here."""
    gathered: list[Element | str] = []
    items: Element | None = None
    for child in parent.children:
        if isinstance(child, Element) and child.tag == "div" and _is_tick_box(child):
            if items is None:
                items = Element("ul")
                gathered.append(items)
            items.children.append(Element("li", {}, _label_of(child)))
            continue
        if not isinstance(child, str) or child.strip():
            items = None
        if isinstance(child, Element):
            _gather_checklists(child)
        gathered.append(child)
    parent.children = gathered


def _is_tick_box(element: Element) -> bool:
    box = element.find("input")
    return box is not None and box.attributes.get("type") == "checkbox"


def _label_of(element: Element) -> list[Element | str]:
    label = element.find("label") or element
    content = [child for child in label.children if not (isinstance(child, Element) and child.tag == "input")]
    if content and isinstance(content[0], str):
        content[0] = content[0].lstrip()
    if content and isinstance(content[-1], str):
        content[-1] = content[-1].rstrip()
    return content
