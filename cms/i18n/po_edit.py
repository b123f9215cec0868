"""Changes to a catalogue that leave every byte alone which is not part of the change."""

import re
from collections.abc import Sequence

from cms.i18n.po_entry import Entry, Span
from cms.i18n.po_file import PoFile, join_lines
from cms.i18n.po_syntax import WRAP_AT, quoted_lines

FLAG_LINE = re.compile(r"(\s*#,)(.*?)(\s*)", re.DOTALL)
PREVIOUS_SOURCE = re.compile(r"\s*#\|")


def with_translation(po: PoFile, entry: Entry, forms: Sequence[str]) -> bytes:
    """The file with the translation of one entry changed to ``forms``.

    ``entry`` is one of ``po.active``; ``forms`` holds one text, or as many as ``po.plural_forms`` states. Lines of
    forms that stay equal are kept as they are. A mark that the old translation was a guess is taken away, together
    with the older source text that belonged to it.
    """
    lines = list(po.lines)
    first, last = entry.form_spans[0].start, entry.form_spans[-1].end
    ending = line_end(po.lines[first]) or usual_line_end(po.lines)
    wrap = wraps(po)
    new: list[str] = []
    for index, text in enumerate(forms):
        kept = index < len(entry.forms) and entry.forms[index] == text
        if kept:
            span = entry.form_spans[index]
            new.extend(line if line_end(line) else line + ending for line in po.lines[span.start : span.end])
        else:
            keyword = f"msgstr[{index}]" if entry.is_plural else "msgstr"
            new.extend(line + ending for line in quoted_lines(keyword, text, wrap=wrap))
    if not line_end(po.lines[last - 1]):
        new[-1] = new[-1].removesuffix(ending)
    lines[first:last] = new
    if entry.is_fuzzy:
        head = lines[entry.span.start : first]
        lines[entry.span.start : first] = [line for line in map(without_fuzzy, head) if line]
    return join_lines(lines, byte_order_mark=po.has_byte_order_mark)


def without_fuzzy(line: str) -> str:
    """A comment line without the mark of a guess; empty where nothing else remains of it."""
    if PREVIOUS_SOURCE.match(line):
        return ""
    match = FLAG_LINE.fullmatch(line)
    if match is None:
        return line
    flags = [flag.strip() for flag in match[2].split(",")]
    remaining = [flag for flag in flags if flag and flag != "fuzzy"]
    if len(remaining) == len(flags):
        return line
    return f"{match[1]} {', '.join(remaining)}{match[3]}" if remaining else ""


def line_end(line: str) -> str:
    """The end of one line: ``\\n``, ``\\r\\n``, or nothing at the end of a file."""
    if line.endswith("\r\n"):
        return "\r\n"
    return "\n" if line.endswith("\n") else ""


def usual_line_end(lines: Sequence[str]) -> str:
    """The end that the lines of a file have; a bare line feed where it has only one line."""
    return line_end(lines[0]) or "\n" if lines else "\n"


def wraps(po: PoFile) -> bool:
    """Whether the tools that wrote the file broke long strings: no text with a space in it runs on and on."""
    head = po.header_entry.span if po.header_entry else Span(0, 0)
    return not any(
        len(line) > WRAP_AT + 8 and not line.startswith("#") and " " in line[WRAP_AT:].rstrip()
        for line in (*po.lines[: head.start], *po.lines[head.end :])
    )
