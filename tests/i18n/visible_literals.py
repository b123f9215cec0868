"""Words that a script shows and that stand in the script itself, where no translator finds them."""

import re
from collections.abc import Iterator

# A string with letters in it; what a template literal takes from elsewhere does not count.
LITERAL = r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)"""
SHOWN = r"(?:aria-?label|aria-?description|aria-?valuetext|title|placeholder|alt|text|label|tooltip|message)"
PLACES = (
    re.compile(rf"\.(?:textContent|innerText|innerHTML|outerHTML|{SHOWN})\s*\+?=\s*{LITERAL}", re.IGNORECASE),
    re.compile(rf"""setAttribute(?:NS)?\(\s*["']{SHOWN}["'],\s*{LITERAL}""", re.IGNORECASE),
    re.compile(rf"""[{{,]\s*["']?{SHOWN}["']?\s*:\s*{LITERAL}""", re.IGNORECASE),
    re.compile(rf"\b(?:alert|confirm|prompt|showToast|showMessage|createTextNode)\(\s*{LITERAL}"),
    # The content of an element that is made: `make("p", {…}, "text")`.
    re.compile(rf"""\bmake\(\s*["'][\w-]+["'],\s*(?:\{{[^{{}}]*\}}|null),\s*{LITERAL}"""),
)
# A sentence, wherever it stands: a capital, then words.
SENTENCE = re.compile(r"""["'`]([A-Z][a-z]+(?: [\w’',-]+)+[.!?…]?)["'`]""")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\w\"'`])//[^\n]*", re.DOTALL)
FILLED_IN = re.compile(r"\$\{[^{}]*\}")


def visible_literals(source: str) -> Iterator[str]:
    """The strings in the source of a script that its readers would see."""
    code = COMMENT.sub("", source)
    for place in PLACES:
        for match in place.finditer(code):
            if re.search(r"[^\W\d_]{2}", FILLED_IN.sub("", match[1])):
                yield match[1]
    yield from (match[1] for match in SENTENCE.finditer(code))
