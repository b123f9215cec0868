"""Markup that people write, reduced to what this site shows.

One allow-list for everything that comes in: the editor, the importer, the command line. `sanitise()` gives back
markup that it would not change again.
"""

import re
from html import escape
from urllib.parse import unquote, urlsplit

import nh3
from flask_babel import lazy_gettext as _l

from cms.content.embeds import EMBED_ADDRESS, embed_address
from cms.content.errors import InvalidInput
from cms.content.markup_tree import Element, parse, serialise

MAX_CHARACTERS = 1_000_000
MAX_TAGS = 20_000
MAX_REPEATED = 4_000_000

_RENAMED = {
    "h1": "h2", "h5": "h4", "h6": "h4", "b": "strong", "i": "em", "strike": "s", "tt": "code", "center": "p",
}  # fmt: skip
_EVERYWHERE = frozenset({"dir", "lang", "title"})
_ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "hreflang", "rel"}),
    "abbr": frozenset(),
    "aside": frozenset({"class"}),
    "bdi": frozenset(),
    "bdo": frozenset(),
    "blockquote": frozenset({"class"}),
    "br": frozenset(),
    "caption": frozenset(),
    "cite": frozenset(),
    "code": frozenset({"class"}),
    "dd": frozenset(),
    "del": frozenset(),
    "details": frozenset({"open"}),
    "dfn": frozenset(),
    "div": frozenset({"class"}),
    "dl": frozenset(),
    "dt": frozenset(),
    "em": frozenset(),
    "figcaption": frozenset(),
    "figure": frozenset({"class"}),
    "footer": frozenset(),
    "h2": frozenset({"class"}),
    "h3": frozenset({"class"}),
    "h4": frozenset({"class"}),
    "hr": frozenset(),
    "iframe": frozenset({"src"}),
    "img": frozenset({"src", "alt", "width", "height", "class"}),
    "ins": frozenset(),
    "kbd": frozenset(),
    "li": frozenset({"value"}),
    "mark": frozenset(),
    "ol": frozenset({"start", "reversed"}),
    "p": frozenset({"class"}),
    "pre": frozenset({"class"}),
    "q": frozenset(),
    "rp": frozenset(),
    "rt": frozenset(),
    "ruby": frozenset(),
    "s": frozenset(),
    "samp": frozenset(),
    "small": frozenset(),
    "span": frozenset({"class"}),
    "strong": frozenset(),
    "sub": frozenset(),
    "summary": frozenset(),
    "sup": frozenset(),
    "table": frozenset({"class"}),
    "tbody": frozenset(),
    "td": frozenset({"colspan", "rowspan", "headers", "class"}),
    "tfoot": frozenset(),
    "th": frozenset({"colspan", "rowspan", "scope", "class"}),
    "thead": frozenset(),
    "time": frozenset({"datetime"}),
    "tr": frozenset(),
    "u": frozenset(),
    "ul": frozenset(),
    "var": frozenset(),
    "wbr": frozenset(),
}
ALLOWED_CLASSES = frozenset(
    {
        "pull-quote", "credit", "portrait", "note", "tip", "warning", "lead",
        "align-start", "align-center", "align-end", "wide",
        "text-start", "text-center", "text-end", "numeric",
    }
)  # fmt: skip
"""What the public theme styles inside a text; the editor offers the same. `language-…` is allowed on code."""

_PATTERNS: dict[str, re.Pattern[str]] = {
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}"),
    "hreflang": re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}"),
    "width": re.compile(r"[1-9][0-9]{0,4}"),
    "height": re.compile(r"[1-9][0-9]{0,4}"),
    "colspan": re.compile(r"[1-9][0-9]{0,2}"),
    "rowspan": re.compile(r"[1-9][0-9]{0,2}"),
    "start": re.compile(r"-?[0-9]{1,6}"),
    "value": re.compile(r"-?[0-9]{1,6}"),
    "scope": re.compile(r"col|row|colgroup|rowgroup"),
    "datetime": re.compile(r"[0-9TZ:+. -]{4,40}"),
}
_BOOLEAN = frozenset({"open", "reversed"})
_LANGUAGE_CLASS = re.compile(r"language-[a-z0-9+#-]{1,30}")
_OWN_PICTURE = re.compile(r"/(media|files)/[^\s\\?#\"'<>]+")
_URL_SCHEMES = {"http", "https", "mailto", "tel"}

_START_TAG = re.compile(r"<[A-Za-z]")
# Elements that HTML opens again after each block they run across, and their attributes.
_FORMATTING_WITH_ATTRIBUTES = re.compile(
    r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/]", re.IGNORECASE
)
_REMOVABLE_ATTRIBUTES = re.compile(r"<(b|big|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/][^<>]*>", re.IGNORECASE)

_CLEANER = nh3.Cleaner(
    tags={*_ATTRIBUTES, *_RENAMED},
    # What stands in these is no text for readers.
    clean_content_tags={
        "math",
        "noscript",
        "object",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
    },
    attributes={"*": set(_EVERYWHERE), **{tag: set(names) for tag, names in _ATTRIBUTES.items()}},
    url_schemes=_URL_SCHEMES,
    link_rel=None,
)
_ROUNDS = 8


def sanitise(html: str) -> str:
    """The markup, reduced to the allow-list; sanitising the result changes nothing more.

    Headings become h2 to h4, YouTube's addresses those of its host without cookies, a picture from elsewhere a
    link to it. Raises `InvalidInput` where the text is too large to be handled.
    """
    text = html.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")
    for _round in range(_ROUNDS):
        cleaned = _CLEANER.clean(serialise(_settled(parse(_CLEANER.clean(bounded(text))))))
        if cleaned == text:
            return cleaned
        text = cleaned
    # No markup is known to get here. What does is shown as the text that it is: that is always settled.
    return f"<p>{escape(parse(text).text(), quote=False)}</p>"


def is_own_picture(address: str) -> bool:
    """Whether an address is one of this site's pictures or files."""
    return bool(_OWN_PICTURE.fullmatch(address)) and ".." not in unquote(address).split("/")


def bounded(html: str) -> str:
    """The markup, if it can be parsed in reasonable time; raises `InvalidInput` where the parser would need minutes.

    Its time grows with the square of the depth, which the number of tags bounds; and HTML repeats unclosed
    formatting in every later block, unless each is equal to three others, which leaving out attributes makes it.
    """
    if len(html) > MAX_CHARACTERS:
        raise InvalidInput({"body": _l("The text is too long. Split it into several.")})
    tags = len(_START_TAG.findall(html))
    if tags * len(_FORMATTING_WITH_ATTRIBUTES.findall(html)) > MAX_REPEATED:
        html = _REMOVABLE_ATTRIBUTES.sub(r"<\1>", html)
    if tags > MAX_TAGS or tags * len(_FORMATTING_WITH_ATTRIBUTES.findall(html)) > MAX_REPEATED:
        raise InvalidInput({"body": _l("The text has too much markup. Split it into several.")})
    return html


def _settled(parent: Element, *, inside_link: bool = False) -> Element:
    """Applies the house rules that an allow-list cannot say, from the leaves up."""
    children: list[Element | str] = []
    for child in parent.children:
        if isinstance(child, str):
            children.append(child)
            continue
        child.tag = _RENAMED.get(child.tag, child.tag)
        _settled(child, inside_link=inside_link or child.tag == "a")
        _keep_valid_attributes(child)
        children.extend(_replacement(child, inside_link=inside_link))
    parent.children = children
    return parent


def _keep_valid_attributes(element: Element) -> None:
    kept = {}
    allowed = _ATTRIBUTES.get(element.tag, frozenset()) | _EVERYWHERE
    for name, value in element.attributes.items():
        if name == "class":
            value = " ".join(_allowed_classes(element))  # noqa: PLW2901 - the value is what is being cleaned
        if name in _BOOLEAN:
            value = ""  # noqa: PLW2901 - written in one way
        pattern = _PATTERNS.get(name)
        if name in allowed and (pattern.fullmatch(value) if pattern else value or name in {"alt", *_BOOLEAN}):
            kept[name] = value
    element.attributes = kept


def _allowed_classes(element: Element) -> list[str]:
    code = element.tag in {"pre", "code"}
    names = dict.fromkeys(element.classes)
    return [name for name in names if name in ALLOWED_CLASSES or (code and _LANGUAGE_CLASS.fullmatch(name))]


def _replacement(element: Element, *, inside_link: bool) -> list[Element | str]:
    """What stands in the place of an element: mostly itself, sometimes its content, sometimes nothing."""
    match element.tag:
        case "a":
            return _link(element)
        case "img":
            return _picture(element, inside_link=inside_link)
        case "iframe":
            return _video(element)
        case "pre" if element.children and isinstance(element.children[0], str):
            # A parser drops one line break at the start; dropping all at once is settled.
            element.children[0] = element.children[0].lstrip("\r\n")
        case "p" | "h2" | "h3" | "h4" if not element.text().strip() and element.find("img", "iframe") is None:
            return []
        case "div" | "span" if not element.attributes:
            return list(element.children)
    return [element]


def _link(element: Element) -> list[Element | str]:
    address = element.attributes.get("href", "")
    if not address or element.find("iframe") is not None:
        # A page shows a video as a link, and links cannot stand in links.
        return list(element.children)
    if address.startswith("//"):
        address = f"https:{address}"
    attributes = {"href": address, **{name: value for name, value in element.attributes.items() if name != "href"}}
    attributes.pop("rel", None)
    if address.lower().startswith(("http:", "https:")):
        attributes["rel"] = "noopener"
    element.attributes = attributes
    return [element]


def _picture(element: Element, *, inside_link: bool) -> list[Element | str]:
    address = element.attributes.get("src", "")
    alternative = element.attributes.get("alt", "")
    if is_own_picture(address):
        element.attributes.setdefault("alt", "")
        return [element]
    if not inside_link and address.lower().startswith(("http://", "https://")):
        return [Element("a", {"href": address, "rel": "noopener"}, [alternative.strip() or _file_name(address)])]
    return [alternative] if alternative else []


def _file_name(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return unquote(parts.path).rpartition("/")[2] or parts.netloc


def _video(element: Element) -> list[Element | str]:
    address = element.attributes.get("src", "")
    stored = address if EMBED_ADDRESS.fullmatch(address) else embed_address(address)
    if stored is None:
        return []
    element.attributes = {"src": stored, **{k: v for k, v in element.attributes.items() if k == "title"}}
    element.children = []
    return [element]
