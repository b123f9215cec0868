"""Where the words stand that were asked for: the part of a text around them, and marks about them."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from cms.content.searching.words import Word, folded, is_unspaced

_folded = lru_cache(maxsize=4096)(folded)
BEFORE, AROUND = 70, 220


def excerpt(text: str, words: Sequence[Word]) -> str:
    """The part of a text where the first of the words stands; its beginning where none does."""
    place = next((start for start, _end in _places(text, words)), 0)
    start = max(0, place - BEFORE)
    if start:
        start = text.find(" ", start) + 1 or start
    end = start + AROUND
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + AROUND // 2)
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"


def marked(text: str, words: Sequence[Word]) -> Markup:
    """A text, escaped, with each of the words in `<mark>`."""
    pieces: list[Markup] = []
    at = 0
    for start, end in _places(text, words):
        pieces += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        at = end
    return Markup("").join([*pieces, escape(text[at:])])


def _places(text: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Where in a text the words stand, from the first to the last, each once: start and end."""
    letters: Sequence[str] = text.lower() if text.isascii() else [_folded(letter) for letter in text]
    # For each character of the folded text, the one that it comes from.
    origins = [place for place, letter in enumerate(letters) for _ in letter]
    whole = "".join(letters)
    found: list[tuple[int, int]] = []
    for word in words:
        at = whole.find(word.text)
        while at >= 0:
            end = at + len(word.text)
            if _stands(whole, at, end, word):
                found.append((origins[at], origins[end - 1] + 1))
            at = whole.find(word.text, end)
    last = 0
    for start, end in sorted(found):
        # Pairs of characters overlap: what they share is marked once.
        begin = max(start, last)
        if begin < end:
            last = _with_accents(letters, end)
            yield begin, last


def _stands(text: str, start: int, end: int, word: Word) -> bool:
    """Whether a word begins here, and ends here where only the whole counts; without spaces it does anywhere."""
    if is_unspaced(word.text):
        return True
    begins = start == 0 or not text[start - 1].isalnum()
    return begins and (not word.whole or end == len(text) or not text[end].isalnum())


def _with_accents(letters: Sequence[str], end: int) -> int:
    """The end of a letter with the marks that follow it, which folding leaves out."""
    while end < len(letters) and not letters[end]:
        end += 1
    return end
