"""Markdown as people publish it: CommonMark, tables, definition lists, and HTML blocks that hold Markdown."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.html_block import html_block
from mdit_py_plugins.deflist import deflist_plugin

_ATTRIBUTES = r"""(?:[^<>"']|"[^"]*"|'[^']*')*"""
# A block element on a line of its own (or with text behind it) whose content is Markdown: `markdown="1"`.
_OPENS = re.compile(
    rf"""^ {{0,3}}<(?P<tag>[a-z][a-z0-9]*)(?P<attributes>(?=\s)(?={_ATTRIBUTES}\smarkdown=["']?(?:1|block|span)\b)"""
    rf"""{_ATTRIBUTES})>(?P<rest>.*)$""",
    re.IGNORECASE,
)
_MARKDOWN_ATTRIBUTE = re.compile(r"""\smarkdown=(?:"[^"]*"|'[^']*'|[^\s>]*)""", re.IGNORECASE)
_CLOSES = re.compile(r"^[ \t]*</(?P<tag>[a-z][a-z0-9]*)\s*>[ \t]*$", re.IGNORECASE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
# Elements whose content is a line of text rather than blocks.
_LINES = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "summary", "dt"})
_CONTAINERS = frozenset({"article", "aside", "blockquote", "details", "div", "figure", "footer", "header", "section"})
_INLINE_START = re.compile(
    r"^</?(?:a|abbr|b|bdi|bdo|br|cite|code|del|em|i|img|ins|kbd|mark|q|s|small|span|strong|sub|sup|u)\b",
    re.IGNORECASE,
)
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_IDENTIFIER = re.compile(r"\{#[^}\s]*\}")
# Between Chinese or Japanese punctuation and a letter there is no space, which CommonMark's rules for emphasis
# count on. An empty comment is punctuation to them, and is gone once the text has been sanitised.
_WIDE = "[\u2014\u2018-\u201d\u2026\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]"
_EMPHASIS_AFTER_WIDE = re.compile(rf"(?<={_WIDE})(\*{{1,2}})(?=\w)")
_EMPHASIS_BEFORE_WIDE = re.compile(rf"(?<=\w)(\*{{1,2}})(?={_WIDE})")


def to_html(text: str) -> str:
    """The HTML of a Markdown text; it must be sanitised before it is stored."""
    return _PARSER.render("\n".join(_isolated(text.split("\n"))))


def _tidied(line: str) -> str:
    """Without an id given to a heading (headings get theirs from their text), and with emphasis that is seen."""
    if _HEADING.match(line):
        line = _without_identifier(line)
    line = _EMPHASIS_AFTER_WIDE.sub(r"\1<!-- -->", line)
    return _EMPHASIS_BEFORE_WIDE.sub(r"<!-- -->\1", line)


def _without_identifier(heading: str) -> str:
    """A heading without the `{#id}` at its end; the last brace is looked for, not every one that might be it."""
    text = heading.rstrip(" \t")
    start = text.rfind("{#")
    return text[:start].rstrip(" \t") if start > 0 and _IDENTIFIER.fullmatch(text, start) else heading


def _html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """HTML blocks as CommonMark has them, but a line that begins with an inline element begins a paragraph."""
    begin = state.bMarks[start] + state.tShift[start]
    if _INLINE_START.match(state.src[begin : state.eMarks[start]]):
        return False
    return html_block(state, start, end, silent)


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).use(deflist_plugin)
    parser.block.ruler.at("html_block", _html_block, {"alt": ["paragraph", "reference", "blockquote"]})
    return parser


_PARSER = _make_parser()


def _isolated(lines: list[str]) -> Iterator[str]:
    """The lines, with blank ones around each element that holds Markdown, so that its content is read as such."""
    fence = ""
    open_tags: list[str] = []
    position = 0
    while position < len(lines):
        line = _dedented(lines[position], len(open_tags))
        position += 1
        fence_here = _FENCE.match(line)
        if fence or fence_here:
            fence = _fence_after(fence, line)
            yield line
            continue
        opens, closes = _OPENS.match(line), _CLOSES.match(line)
        if opens and opens["tag"].lower() in _LINES:
            inner, position = _line_content(lines, position, opens)
            yield from ("", inner, "")
        elif opens and opens["tag"].lower() in _CONTAINERS:
            open_tags.append(opens["tag"].lower())
            yield from ("", f"<{opens['tag']}{_MARKDOWN_ATTRIBUTE.sub('', opens['attributes'])}>", "", opens["rest"])
        elif closes and open_tags and closes["tag"].lower() == open_tags[-1]:
            open_tags.pop()
            yield from ("", line.strip(), "")
        else:
            yield _tidied(line)


def _dedented(line: str, depth: int) -> str:
    """Without the indentation that only shows how deep an element stands: two spaces for each."""
    indentation = len(line) - len(line.lstrip(" "))
    return line[min(indentation, 2 * depth) :]


def _fence_after(fence: str, line: str) -> str:
    """The fence that is open behind a line: what opened it, or empty."""
    match = _FENCE.match(line)
    if not fence:
        return match[1] if match else ""
    closes = match and match[1].startswith(fence) and not line.strip(" \t`~")
    return "" if closes else fence


def _line_content(lines: list[str], position: int, opens: re.Match[str]) -> tuple[str, int]:
    """An element whose content is one line of Markdown, as HTML without blank lines; and where to read on."""
    tag = opens["tag"]
    collected = [opens["rest"]]
    end = re.compile(rf"</{tag}\s*>", re.IGNORECASE)
    while end.search(collected[-1]) is None and position < len(lines):
        collected.append(lines[position])
        position += 1
    content = end.split("\n".join(collected))[0]
    inline = _PARSER.renderInline(" ".join(content.split()))
    return f"<{tag}{_MARKDOWN_ATTRIBUTE.sub('', opens['attributes'])}>{inline}</{tag}>", position
