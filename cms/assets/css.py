"""Style sheets: cssmin behind a guard.

cssmin dates from 2013 and damages much of what came after (spaces in `calc()`, colours with an alpha, custom
properties, media queries, `0%` in key frames). So whatever it must not touch is taken out before and put back after,
and its output is only used where it says the same as its input.
"""

import re
from pathlib import Path

from cssmin import cssmin

_IMPORT = re.compile(r"""^@import\s+url\(\s*["']?(?P<path>[^"')]+)["']?\s*\);[ \t]*\n?""", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRING = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_COMMENT_OR_STRING = re.compile(rf"(?P<comment>/\*.*?\*/)|{_STRING}", re.DOTALL)
_PIECE = re.compile(
    rf"""
      (?P<at_rule>@[\w-]+[^;{{}}]*)               # up to the brace or the semicolon
    | (?P<custom>(?<![\w-])--[\w-]+\s*:)          # a custom property: its value is taken up to its end
    | (?P<function>(?<![\w-])-?[A-Za-z_][\w-]*\()  # any function: its arguments are taken up to the closing one
    | (?P<string>{_STRING})
    | (?P<hash>\#[\w-]+)
    | (?P<descendant>(?<=\S)\s+:(?=[\w:-]))        # `.a :hover` is not `.a:hover`
    | (?P<zeros>(?<![\w.%-])0(?:\s+0)+(?![\w.%]))
    | (?P<zero_unit>(?<![\w.])0(?:%|[a-z]+))
    """,
    re.VERBOSE | re.DOTALL,
)
_MARK = re.compile(r"___B(\d+)___")


class UnsupportedStyleError(ValueError):
    """A style sheet is not well-formed as far as the guard reads it."""


def imported_paths(source: str) -> list[str]:
    """Give the relative paths that a style sheet imports, in order."""
    return [match["path"] for match in _IMPORT.finditer(source)]


def sheet_order(entry: Path) -> list[Path]:
    """Give the sheets that the entry imports, in order, and the entry itself last."""
    imported = [(entry.parent / path).resolve() for path in imported_paths(entry.read_text("utf-8"))]
    return [*dict.fromkeys(imported), entry.resolve()]


def without_imports(source: str) -> str:
    """Give a sheet without its imports, which stand before it in the bundle."""
    return _IMPORT.sub("", source)


def minify(source: str) -> str:
    """Give the sheet without comments and needless space, or as it was where that would change its meaning."""
    try:
        bare = _without_comments(source)
        kept: list[str] = []
        small = cssmin(_take_out(bare, kept)) + "\n"
        small = _MARK.sub(lambda match: kept[int(match[1])], small)
        if _normal_form(bare) == _normal_form(small):
            return small
    except (UnsupportedStyleError, ValueError, TypeError, IndexError):
        # cssmin raises on what it does not know; the sheet is served as it was written.
        pass
    return source


def _without_comments(source: str) -> str:
    return _COMMENT_OR_STRING.sub(lambda match: "" if match["comment"] else match[0], source)


def _take_out(source: str, kept: list[str]) -> str:
    """Replace what cssmin must not see by marks, and append each piece to `kept`."""
    parts: list[str] = []
    at = 0
    while match := _PIECE.search(source, at):
        end = match.end()
        if match.lastgroup == "function":
            end = _closing(source, end)
        elif match.lastgroup == "custom":
            end = _value_end(source, end)
        parts.append(source[at : match.start()])
        kept.append(_tightened(source[match.start() : end]))
        parts.append(f"___B{len(kept) - 1}___")
        at = end
    parts.append(source[at:])
    return "".join(parts)


def _closing(source: str, at: int) -> int:
    """Give the position behind the parenthesis that closes the one before `at`."""
    depth = 1
    for match in re.compile(rf"{_STRING}|[()]", re.DOTALL).finditer(source, at):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    raise UnsupportedStyleError("A parenthesis is not closed")


def _value_end(source: str, at: int) -> int:
    """Give the position of the semicolon or brace that ends the custom property whose value begins at `at`."""
    depth = 0
    for match in re.compile(rf"{_STRING}|[(){{}};]", re.DOTALL).finditer(source, at):
        if depth == 0 and match[0] in ";}":
            return match.start()
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(match[0], 0)
    raise UnsupportedStyleError("A custom property does not end")


def _tightened(piece: str) -> str:
    """Give a piece with each run of white space as one space, strings left alone."""
    outside = re.compile(rf"({_STRING})|\s+", re.DOTALL)
    tight = outside.sub(lambda match: match[1] or " ", piece)
    return re.sub(rf"({_STRING})|(?<=\() | (?=\))|(?<=,) ", lambda match: match[1] or "", tight).rstrip()


def _normal_form(source: str) -> list[str]:
    """Give the sheet as tokens, without the space and the semicolons that carry no meaning."""
    marks = r"[{};,]"
    pieces = re.findall(
        rf"{_STRING}|[^\S]+|[{{}}();:,>+~\[\]!]|[^\s{{}}();:,>+~\[\]!\"']+", _tightened(source), re.DOTALL
    )
    tokens: list[str] = []
    depth = 0
    for piece in pieces:
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece.isspace():
            tokens.append(" ")
            continue
        loose = re.fullmatch(marks, piece) or (depth == 0 and piece in {">", "+", "!"})
        if (loose or piece == ")") and tokens and tokens[-1] == " ":
            tokens.pop()
        if piece == "}" and tokens and tokens[-1] == ";":
            tokens.pop()
        tokens.append(re.sub(r"^0+(?=\.\d)", "", piece))
    return _without_space_after(tokens)


def _without_space_after(tokens: list[str]) -> list[str]:
    """Drop the spaces that follow a mark, where they never carry meaning, and those at either end."""
    kept: list[str] = []
    depth = 0
    for piece in tokens:
        depth += {"(": 1, ")": -1}.get(piece, 0)
        before = kept[-1] if kept else ";"
        after_mark = before in {"{", "}", ";", ",", ":", "("} or (depth == 0 and before in {">", "+", "!"})
        if piece == " " and after_mark:
            continue
        kept.append(piece)
    while kept and kept[-1] == " ":
        kept.pop()
    return kept
