"""Text as words: folded alike in every language and on every database, so that neither has to know about letters."""

import html
import re
import unicodedata
from dataclasses import dataclass

# Longer ones are cut, where they are written as where they are asked for.
LONGEST_WORD = 60
MOST_WORDS = 8
# Shorter words stand for themselves, unless more may be coming; longer ones for all that begin with them.
SHORTEST_BEGINNING = 3
# The columns of the index, by weight: titles, summaries, texts, and what only the back office looks at.
TITLE, SUMMARY, TEXT, OTHER = "A", "B", "C", "D"
EVERYWHERE = TITLE + SUMMARY + TEXT + OTHER

_TAG = re.compile(r"<[^>]*>")
# Tags within a line: the letters on their two sides belong together.
_INLINE = re.compile(r"</?(?:a|abbr|b|bdi|cite|code|em|i|kbd|mark|q|s|small|span|strong|sub|sup|u)(?:\s[^>]*)?>")
_SPACE = re.compile(r"\s+")
# Marks that readers leave out: accents, the points of Hebrew, the vowels of Arabic, and its lengthening stroke.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
# Letters that are no letter with an accent to Unicode.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i"})
# Letters and digits, with the vowel signs of India and the marks of South-East Asia, which are neither to Python.
_SIGNS = "\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e"
_WORD = re.compile(f"(?:[^\\W_]|[{_SIGNS}\u17b4-\u17d3])+")
_PLAIN_WORD = re.compile("[a-z0-9]+")
# Scripts without spaces: Thai, Lao, Burmese, Khmer, the two of Japan, and the characters of China.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]+"
)


@dataclass(frozen=True)
class Word:
    """A word that is asked for: as it stands, or as the beginning of words; in some of the columns of the index."""

    text: str
    whole: bool
    columns: str = EVERYWHERE


def plain(text: str) -> str:
    """A text without its markup."""
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", _INLINE.sub("", text)))).strip()


def folded(text: str) -> str:
    """A text in small letters without accents; ligatures and wide letters as the usual ones."""
    if text.isascii():
        return text.lower()
    apart = _ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", apart))).translate(_LETTERS)


def is_unspaced(text: str) -> bool:
    """Whether a text is all in scripts without spaces."""
    return _UNSPACED.fullmatch(text) is not None


def words_of(text: str) -> list[str]:
    """The words of a text, each once, as the index keeps them."""
    found: dict[str, None] = {}
    for run, unspaced in dict.fromkeys(_runs(text)):
        if unspaced:
            found.update(dict.fromkeys(run[at : at + 2] for at in range(len(run))))
        else:
            found[run[:LONGEST_WORD]] = None
    return list(found)


def wanted(text: str, columns: str = EVERYWHERE) -> tuple[Word, ...]:
    """The words that somebody asks for, each once, as far as they are taken; none for a text without words."""
    runs = list(_runs(text))
    found: dict[Word, None] = {}
    for place, (run, unspaced) in enumerate(runs):
        if unspaced:
            pairs = [run[at : at + 2] for at in range(max(len(run) - 1, 1))]
            found.update(dict.fromkeys(Word(pair, len(pair) > 1, columns) for pair in pairs))
        else:
            whole = len(run) < SHORTEST_BEGINNING and place < len(runs) - 1
            found[Word(run[:LONGEST_WORD], whole, columns)] = None
    return tuple(found)[:MOST_WORDS]


def _runs(text: str) -> list[tuple[str, bool]]:
    """The words of a text, and the stretches of scripts without spaces, which the second value tells."""
    small = folded(text)
    if small.isascii():
        return [(word, False) for word in _PLAIN_WORD.findall(small)]
    found = []
    for match in _WORD.finditer(small):
        at = 0
        for stretch in _UNSPACED.finditer(match[0]):
            found += [(match[0][at : stretch.start()], False), (stretch[0], True)]
            at = stretch.end()
        found.append((match[0][at:], False))
    return [(run, unspaced) for run, unspaced in found if run]
