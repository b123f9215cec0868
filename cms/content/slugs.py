"""Addresses made of titles, in any script.

A slug holds lower-case Latin letters, digits and hyphens only, so that it reads the same in every address bar,
log and mail.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence

from anyascii import anyascii

MAX_LENGTH = 80
FALLBACK = "untitled"
# Numbers that are tried with one question: few suffice for nearly every title, and a database takes so many values.
TRIED_AT_FIRST, TRIED_AT_ONCE = 50, 10_000

# What a language writes for letters that anyascii, which knows no language, would write otherwise.
_BY_LANGUAGE: dict[str, dict[str, str]] = {
    "de": {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"},
    "da": {"æ": "ae", "ø": "oe", "å": "aa"},
    "nb": {"æ": "ae", "ø": "oe", "å": "aa"},
    "sv": {"ä": "a", "ö": "o", "å": "a"},
    "fi": {"ä": "a", "ö": "o"},
    "tr": {"ı": "i", "ğ": "g"},
    "uk": {"г": "h", "и": "y", "ї": "i", "й": "i", "х": "kh", "щ": "shch"},
    "bg": {"щ": "sht", "ъ": "a", "ь": "y"},
}
_CASED_SYLLABLE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = re.compile(r"['’ʼ‘`]")


def slugify(text: str, locale: str = "", *, max_length: int = MAX_LENGTH) -> str:
    """The slug of a title.

    `locale` is the language of the title: it decides how its letters are written in Latin ones. The result is
    never empty, has at most `max_length` characters, and is cut between words where that is possible.
    """
    words = [_latin_word(word, locale) for word in unicodedata.normalize("NFC", text[:1000]).split()]
    slug = _NOT_IN_A_SLUG.sub("-", "-".join(words)).strip("-")
    slug = _shorten(slug, max_length)
    return slug or FALLBACK


def unique_slug(base: str, taken: Callable[[Sequence[str]], Collection[str]], *, max_length: int = MAX_LENGTH) -> str:
    """`base`, or `base` with the first number that is free; `taken` says which of several slugs are not.

    It is asked about more and more of them at a time, so a title that thousands share costs a few questions.
    """
    first, count = 1, TRIED_AT_FIRST
    while True:
        candidates = [_numbered(base, number, max_length) for number in range(first, first + count)]
        there = set(taken(candidates))
        free = next((slug for slug in candidates if slug not in there), None)
        if free is not None:
            return free
        first, count = first + count, min(count * 2, TRIED_AT_ONCE)


def _numbered(base: str, number: int, max_length: int) -> str:
    """The slug of the first of its kind is `base` itself."""
    if number == 1:
        return base
    suffix = f"-{number}"
    return _shorten(base, max_length - len(suffix)) + suffix


def _latin_word(word: str, locale: str) -> str:
    table = _BY_LANGUAGE.get(locale.partition("-")[0].lower(), {})
    lowered = word.lower()
    for letter, written in table.items():
        lowered = lowered.replace(letter, written)
    if lowered.isascii():
        return _APOSTROPHES.sub("", lowered)
    # anyascii writes each Chinese character as a capitalised syllable: a hyphen between them keeps it readable.
    latin = _CASED_SYLLABLE.sub("-", anyascii(lowered))
    return _APOSTROPHES.sub("", latin).lower()


def _shorten(slug: str, max_length: int) -> str:
    if len(slug) <= max_length:
        return slug
    cut = slug[:max_length]
    if slug[max_length] != "-":
        whole_words = cut.rpartition("-")[0]
        # One very long word is cut; the loss of a last short one is not noticed.
        cut = whole_words if len(whole_words) >= max_length // 2 else cut
    return cut.strip("-")
