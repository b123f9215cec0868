"""Addresses made of titles, in any script.

A slug holds lower-case Latin letters, digits and hyphens only, so that it reads the same in every address bar,
log and mail.
"""

import re
import unicodedata
from collections.abc import Callable

from anyascii import anyascii

MAX_LENGTH = 80
FALLBACK = "untitled"

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


def unique_slug(base: str, taken: Callable[[str], bool], *, max_length: int = MAX_LENGTH) -> str:
    """`base`, or `base` with the first number for which `taken` answers False."""
    if not taken(base):
        return base
    number = 2
    while True:
        suffix = f"-{number}"
        candidate = _shorten(base, max_length - len(suffix)) + suffix
        if not taken(candidate):
            return candidate
        number += 1


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
