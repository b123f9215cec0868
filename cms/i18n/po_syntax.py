"""The strings of a `.po` file: from their quoted lines to text, and back.

The escapes are those of C that GNU gettext writes and reads
(`The Format of PO Files <https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html>`_).
"""

import re

NUMBER = r"\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2})"
ESCAPE = re.compile(rf"((?:{NUMBER})+)|\\(.)", re.DOTALL)
ESCAPED_BYTE = re.compile(NUMBER)
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
QUOTED_LINE = re.compile(r'(?:"(?:[^"\\]|\\.)*"\s*)+', re.DOTALL)
LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
TO_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\a": "\\a"})

# Lines that are wrapped end before this column, like those of gettext's own tools and of Babel.
WRAP_AT = 76
# Where a break may fall: after white space.
BREAKABLE = re.compile(r"\S*\s+|\S+")


def is_quoted(text: str) -> bool:
    """Whether ``text`` is one or more complete strings in quotation marks."""
    return QUOTED_LINE.fullmatch(text) is not None


def unquote(text: str) -> str:
    """The text of a line's quoted strings, without quotation marks and escapes."""
    return "".join(ESCAPE.sub(unescape, part) for part in QUOTED.findall(text))


def unescape(match: re.Match[str]) -> str:
    """The characters that an escape stands for; an unknown letter stands for itself, as in C."""
    numbers, letter = match.groups()
    return LETTERS.get(letter, letter) if numbers is None else characters_of(numbers)


def characters_of(numbers: str) -> str:
    """What escapes in numbers stand for: each is a byte, and several may be one character in UTF-8."""
    found = [number[1:] for number in ESCAPED_BYTE.findall(numbers)]
    data = bytes(int(number[1:], 16) if number[0] == "x" else int(number, 8) & 0xFF for number in found)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def quote(text: str) -> str:
    """One quoted string that holds ``text``."""
    return f'"{text.translate(TO_ESCAPED)}"'


def quoted_lines(keyword: str, text: str, *, wrap: bool = True) -> list[str]:
    """The lines, without their ends, that state ``text`` under ``keyword`` (``msgstr``, ``msgstr[2]``).

    Each line of a text with several lines stands on its own. With ``wrap``, long ones are broken after a space.
    """
    single = f"{keyword} {quote(text)}"
    if "\n" not in text[:-1] and (not wrap or len(single) <= WRAP_AT):
        return [single]
    pieces: list[str] = []
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        pieces.extend(wrapped(line) if wrap else [line])
    if len(pieces) < 2:
        return [single]
    return [f'{keyword} ""', *map(quote, pieces)]


def wrapped(line: str) -> list[str]:
    """Cut ``line`` so that each piece fits a quoted line; a word that is longer stays whole."""
    pieces = [""]
    for word in BREAKABLE.findall(line):
        if pieces[-1] and len(quote(pieces[-1] + word)) > WRAP_AT:
            pieces.append(word)
        else:
            pieces[-1] += word
    return pieces
