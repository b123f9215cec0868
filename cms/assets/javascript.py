"""Scripts for the browser: joining ES modules without a build tool, and jsmin behind a guard.

jsmin dates from before template literals and loses the rest of a file in some cases, silently. So its output is
only used where it has the same tokens as its input and no line break was dropped that the language needs.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from jsmin import jsmin


class UnsupportedScriptError(ValueError):
    """A script uses a form of `import` or `export` that cannot be joined, or cannot be read at all."""


_IMPORT = re.compile(
    r"""^import\s+(?:\{(?P<names>[^}]*)\}\s+from\s+)?["'](?P<path>\.{1,2}/[^"']+)["'];?[ \t]*\n?""", re.MULTILINE
)
_EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?function\b|const\b|let\b|class\b)", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import\b(?!\s*[.(])|export\b).*$", re.MULTILINE)
_TOP_LEVEL = re.compile(
    r"^(?:export\s+)?(?:async\s+)?(?:function\*?|const|let|class)\s+([A-Za-z_$][\w$]*)", re.MULTILINE
)


def imported_paths(source: str) -> list[str]:
    """Give the relative paths that a module imports, in order."""
    return [match["path"] for match in _IMPORT.finditer(source)]


def module_order(entry: Path) -> list[Path]:
    """Give the entry module's imports, depth first and each once, and the entry module last."""
    found: dict[Path, None] = {}

    def visit(path: Path) -> None:
        if path in found or path in underway:
            return
        underway.add(path)
        # A file that is missing is named by the build; the application starts without it.
        for relative in imported_paths(path.read_text("utf-8") if path.is_file() else ""):
            visit((path.parent / relative).resolve())
        found[path] = None

    underway: set[Path] = set()
    visit(entry.resolve())
    return list(found)


def as_part(source: str) -> str:
    """Turn a module into a part of a joined one: its imports and the word `export` fall away.

    Joined parts share one scope, so imports are by name only, without renaming.

    Raises:
        UnsupportedScriptError: for a default, renamed or namespace import, or a re-export.
    """
    for match in _IMPORT.finditer(source):
        if re.search(r"\bas\b", match["names"] or ""):
            raise UnsupportedScriptError(f"Import under the name that was exported: {match[0].strip()}")
    part = _EXPORT.sub("", _IMPORT.sub("", source))
    if left := _LEFT_OVER.search(part):
        raise UnsupportedScriptError(f"Only named imports and exports can be joined: {left[0].strip()}")
    return part


def names_declared_twice(sources: list[str]) -> list[str]:
    """Give the top-level names that more than one of the modules declares; joined, they would collide."""
    seen: set[str] = set()
    twice: list[str] = []
    for source in sources:
        names = set(_TOP_LEVEL.findall(source))
        twice += sorted(seen & names)
        seen |= names
    return twice


def minify(source: str) -> str:
    """Give the script without comments and needless space, or as it was where jsmin changed its meaning."""
    try:
        small = jsmin(source, quote_chars="'\"`").strip() + "\n"
        if _same_program(source, small):
            return small
    except (UnsupportedScriptError, IndexError, TypeError, AssertionError):
        # jsmin reads past the end of what it misunderstands; the script is served as it was written.
        pass
    return source


# -- comparing two texts of one program ---------------------------------------------------------------------

_TOKEN = re.compile(
    r"""
      (?P<space>[^\S\n]+|\\\n)
    | (?P<newline>\n)
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<number>0[xXbBoO][0-9a-fA-F_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?)
    | (?P<name>\#?[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)
    | (?P<mark>=>|\.\.\.|\?\?=|\*\*=|===|!==|>>>=?|<<=|>>=|&&=|\|\|=|\?\?|\?\.(?!\d)|\*\*|==|!=|<=|>=|&&|\|\||\+\+
        |--|<<|>>|[-+*/%&|^]=|[-+*/%&|^!~<>=?:;,.(){}\[\]])
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?![*/])(?:[^\\/\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_BEFORE_REGEX = frozenset("( , = : [ ! & | ? { } ; => && || ?? + - * % < > ~ ^ += -= == === != !==".split())
_WORDS_BEFORE_REGEX = frozenset("return typeof case in of delete void throw new else do yield await".split())
# A line break between two tokens may be dropped where one of them cannot end or begin a statement there.
_CANNOT_END = frozenset("{ ( [ , ; : ? . ?. = => + - * / % & | ^ ! ~ < > && || ?? == === != !== <= >= += -= **".split())
_CANNOT_BEGIN = frozenset("} ) ] , ; : ? . ?. = => * % & | ^ < > && || ?? == === != !== <= >= += -= **".split())


def _tokens(source: str) -> Iterator[tuple[str, bool]]:
    """Give each token with whether a line break stands before it."""
    at, broken, previous = 0, False, ";"
    while at < len(source):
        if source[at] == "`":
            end = _template_end(source, at)
        elif (
            source[at] == "/"
            and (previous in _BEFORE_REGEX or previous in _WORDS_BEFORE_REGEX)
            and (regex := _REGEX.match(source, at))
        ):
            end = regex.end()
        else:
            match = _TOKEN.match(source, at)
            if match is None:
                raise UnsupportedScriptError(f"Not readable at character {at}")
            end = match.end()
            if match.lastgroup in {"space", "newline", "comment"}:
                broken = broken or "\n" in match[0]
                at = end
                continue
        previous = source[at:end]
        yield previous, broken
        at, broken = end, False


def _template_end(source: str, start: int) -> int:
    """Give the position behind the template literal that begins at `start`, nested ones included."""
    at = start + 1
    while at < len(source):
        if source[at] == "\\":
            at += 2
        elif source[at] == "`":
            return at + 1
        elif source.startswith("${", at):
            at = _placeholder_end(source, at + 2)
        else:
            at += 1
    raise UnsupportedScriptError("A template literal is not closed")


def _placeholder_end(source: str, at: int) -> int:
    """Give the position behind the brace that closes the `${` before `at`."""
    depth = 1
    while at < len(source):
        if source[at] == "`":
            at = _template_end(source, at)
            continue
        if source[at] in "\"'" and (string := _TOKEN.match(source, at)):
            at = string.end()
            continue
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        at += 1
        if depth == 0:
            return at
    raise UnsupportedScriptError("A placeholder in a template literal is not closed")


def _same_program(source: str, small: str) -> bool:
    before, after = list(_tokens(source)), list(_tokens(small))
    if [token for token, _ in before] != [token for token, _ in after]:
        return False
    previous = ";"
    for (token, was_broken), (_, is_broken) in zip(before, after, strict=True):
        needed = previous not in _CANNOT_END and token not in _CANNOT_BEGIN
        if was_broken and not is_broken and needed:
            return False
        previous = token
    return True
