"""The languages of the site: their codes, names and directions.

A code is written as BCP 47 says (`RFC 5646 <https://www.rfc-editor.org/rfc/rfc5646>`_): ``pt``, ``zh-Hans``,
``pt-BR``. Babel and gettext name folders with underscores (``zh_Hans``); ``LocaleInfo.folder`` holds that form.
Nothing that came from outside reaches Babel before it matched ``TAG`` and stands in Babel's own list of locales.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from babel.core import Locale, get_global
from babel.localedata import locale_identifiers
from flask import current_app

Direction = Literal["ltr", "rtl"]

TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|[0-9]{3}))?", re.IGNORECASE | re.ASCII)

# The scripts of ISO 15924 that run from right to left and are in use today.
RIGHT_TO_LEFT = frozenset({"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"})

LANGUAGE_ALIASES: Mapping[str, str] = get_global("language_aliases")
LIKELY_SUBTAGS: Mapping[str, str] = get_global("likely_subtags")
KNOWN_TO_BABEL = frozenset(locale_identifiers())


@dataclass(frozen=True, slots=True)
class Subtags:
    """A language tag taken apart, in canonical case. ``script`` and ``region`` may be empty."""

    language: str
    script: str = ""
    region: str = ""

    @property
    def code(self) -> str:
        """As BCP 47 writes it: ``zh-Hans``."""
        return "-".join(filter(None, (self.language, self.script, self.region)))

    @property
    def folder(self) -> str:
        """As Babel and gettext write it: ``zh_Hans``."""
        return self.code.replace("-", "_")


@dataclass(frozen=True, slots=True)
class LocaleInfo:
    """One language of the site."""

    code: str
    """Canonical BCP 47, as in addresses: ``zh-Hans``."""
    name: str
    """In the language itself: ``Português``."""
    english_name: str
    """In English: ``Portuguese``."""
    direction: Direction
    """The way its script runs, for the ``dir`` attribute."""
    folder: str
    """What Babel and gettext call it: ``zh_Hans``."""


def parse_tag(code: object) -> Subtags | None:
    """Take a language tag apart, whatever its case and separators; None where it is not one.

    Only language, script and region are understood: variants and extensions never name a language of a site.
    A name that ISO 639 has retired is replaced (``iw`` by ``he``).
    """
    match = TAG.fullmatch(code) if isinstance(code, str) else None
    if match is None:
        return None
    language, script, region = (part or "" for part in match.groups())
    language = LANGUAGE_ALIASES.get(language.lower(), language.lower())
    if "_" in language:  # An alias that names a script too, such as `sh` for `sr_Latn`, says more than the tag.
        return parse_tag(language)
    return Subtags(language, script.title(), region.upper())


def maximize(tag: Subtags) -> Subtags:
    """Add the likely script and region, as `UTS #35 <https://unicode.org/reports/tr35/#Likely_Subtags>`_ says.

    ``zh-TW`` becomes ``zh-Hant-TW``, ``sr`` becomes ``sr-Cyrl-RS``. A tag that CLDR does not know stays as it is.
    """
    for known in (
        (tag.language, tag.script, tag.region),
        (tag.language, tag.region),
        (tag.language, tag.script),
        (tag.language,),
    ):
        likely = LIKELY_SUBTAGS.get("_".join(filter(None, known)))
        if likely:
            parts = likely.split("_")
            return Subtags(tag.language, tag.script or parts[1], tag.region or parts[2])
    return tag


def find(code: object, available: Sequence[str]) -> str | None:
    """The one of ``available`` that ``code`` is a spelling of, or None.

    ``available`` are canonical codes. Case and separators do not matter, and two codes with the same likely
    subtags are one language: ``zh``, ``zh-CN`` and ``zh_Hans`` are ``zh-Hans``; ``zh-TW`` is not.
    """
    wanted = parse_tag(code)
    if wanted is None:
        return None
    if wanted.code in available:
        return wanted.code
    full = maximize(wanted)
    for candidate in available:
        tag = parse_tag(candidate)
        if tag is not None and maximize(tag) == full:
            return candidate
    return None


def canonical(code: object) -> str | None:
    """``code`` in canonical BCP 47 (``zh_hans`` gives ``zh-Hans``), or None where Babel has no such language."""
    tag = parse_tag(code)
    if tag is None or tag.folder not in KNOWN_TO_BABEL:
        return None
    return tag.code


@lru_cache(maxsize=256)
def describe(code: str) -> LocaleInfo:
    """Names and direction of the language ``code``.

    Raises:
        ValueError: where Babel does not know the language. The text says so and names it.
    """
    known = canonical(code)
    tag = parse_tag(known)
    if known is None or tag is None:
        raise ValueError(f"“{code[:40]}” is not a language that this software knows.")
    locale = Locale.parse(tag.folder)
    # Where a language has a name of its own for the variant ("简体中文"), that is how people write it.
    own_name = str(locale.languages.get(tag.folder) or locale.get_display_name() or known)
    return LocaleInfo(
        code=known,
        name=own_name[:1].upper() + own_name[1:],
        english_name=str(locale.english_name or known),
        direction="rtl" if maximize(tag).script in RIGHT_TO_LEFT else "ltr",
        folder=tag.folder,
    )


def parse_codes(text: str) -> tuple[str, ...]:
    """Read a comma-separated setting such as ``en, pt, zh-Hans`` into canonical codes, each one once.

    Raises:
        ValueError: where one is unknown or none is given.
    """
    codes = tuple(dict.fromkeys(describe(part.strip()).code for part in text.split(",") if part.strip()))
    if not codes:
        raise ValueError("At least one language is needed.")
    return codes


def site_locales() -> tuple[LocaleInfo, ...]:
    """The languages of the running site, in the order of the setting ``SITE_LOCALES``."""
    return tuple(describe(code) for code in current_app.config["SITE_LOCALES"])


def default_locale() -> LocaleInfo:
    """The language of the running site that stands in where nothing else decides."""
    return describe(current_app.config["DEFAULT_LOCALE"])


def lookup(code: object) -> LocaleInfo | None:
    """The site's language that ``code`` spells (see :func:`find`), or None where it names none."""
    found = find(code, current_app.config["SITE_LOCALES"])
    return describe(found) if found else None


def direction(code: str) -> Direction:
    """The way the script of ``code`` runs; left to right where the language is unknown."""
    known = canonical(code)
    return describe(known).direction if known else "ltr"
