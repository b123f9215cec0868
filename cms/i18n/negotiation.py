"""Which of the site's languages suits a browser best.

The header ``Accept-Language`` is read as RFC 9110, section 12.5.4 says, and matched by the look-up scheme of
RFC 4647, section 3.4, with one addition: scripts are made explicit by CLDR's likely subtags. So ``pt-PT`` finds
``pt``, while ``zh-TW`` never finds ``zh-Hans``, nor ``sr-Latn`` a Serbian in Cyrillic: who reads one script is not
served by the other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cms.i18n.locales import Subtags, find, maximize, parse_tag

# Browsers send well under 200 characters. What is longer was not written for us, and costs nothing this way.
MAX_HEADER = 1000
MAX_RANGES = 50

WEIGHT = re.compile(r"q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE | re.ASCII)
RANGE = re.compile(r"\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*", re.IGNORECASE | re.ASCII)
ANY = "*"


@dataclass(frozen=True, slots=True)
class LanguageRange:
    """One wish of the header: a language tag or ``*``, and how much it is wished for (0 means: never)."""

    text: str
    quality: float


def parse_accept_language(header: str | None) -> list[LanguageRange]:
    """The wishes of the header, strongest first, and in their written order where equal.

    Parts that do not follow the grammar are left out; the rest is still honoured.
    """
    if not header:
        return []
    if len(header) > MAX_HEADER:
        header = header[:MAX_HEADER].rpartition(",")[0]
    ranges = []
    for part in header.split(",")[:MAX_RANGES]:
        text, separator, weight = (piece.strip(" \t") for piece in part.partition(";"))
        match = WEIGHT.fullmatch(weight)
        if RANGE.fullmatch(text) and (match or not separator):
            ranges.append(LanguageRange(text, float(match[1]) if match else 1.0))
    return sorted(ranges, key=lambda item: -item.quality)


def negotiate(header: str | None, available: Sequence[str], default: str) -> str:
    """Choose among ``available`` (canonical codes) for a browser that sent ``header``.

    Returns ``default`` where nothing is wished for or nothing fits, unless the header rules that one out and
    leaves another.
    """
    ranges = parse_accept_language(header)
    refused = [item.text for item in ranges if item.quality == 0]
    accepted = [item.text for item in ranges if item.quality > 0]
    allowed = [code for code in available if not is_refused(code, refused, accepted)]
    scripts: dict[str, str] = {}
    for text in accepted:
        found = best_for_any(allowed, default) if text == ANY else look_up(text, allowed, scripts)
        if found:
            return found
    return best_for_any(allowed, default) or default


def best_for_any(allowed: Sequence[str], default: str) -> str | None:
    """``default`` where it is allowed, else the first that is; None where none is."""
    if default in allowed:
        return default
    return allowed[0] if allowed else None


def is_refused(code: str, refused: Sequence[str], accepted: Sequence[str]) -> bool:
    """Whether a wish of weight 0 rules ``code`` out: the most specific wish that covers it decides."""
    against = max((covering_length(text, code) for text in refused), default=-1)
    in_favour = max((covering_length(text, code) for text in accepted), default=-1)
    return against > in_favour


def covering_length(text: str, code: str) -> int:
    """How many subtags of ``code`` the range names, -1 where it does not cover it (RFC 4647, section 3.3.1)."""
    if text == ANY:
        return 0
    wanted, having = text.lower().split("-"), code.lower().split("-")
    covers = having[: len(wanted)] == wanted or find(text, [code]) is not None
    return len(wanted) if covers else -1


def look_up(text: str, available: Sequence[str], scripts: dict[str, str] | None = None) -> str | None:
    """The one of ``available`` that suits the language range ``text``, or None.

    The range itself comes first, then what remains of it when subtags are taken from its end, and at last a
    language that differs in the region alone; all of them in the script that the range asks for.

    ``scripts`` remembers for each language which script the ranges before this one asked for: browsers add a bare
    ``zh`` to ``zh-TW`` of their own accord, and mean the same Chinese by it.
    """
    tag = readable_tag(text)
    if tag is None:
        return None
    wanted = maximize(tag)
    if scripts is not None:
        bare = not tag.script and not tag.region
        script = scripts.setdefault(wanted.language, wanted.script)
        wanted = Subtags(wanted.language, script if bare else wanted.script, wanted.region)
    same_script = [code for code in available if writes_like(code, wanted)]
    for candidate in (tag, Subtags(tag.language, tag.script), Subtags(tag.language)):
        if candidate.code in same_script:
            return candidate.code
    same_region = [code for code in same_script if region_of(code) == wanted.region]
    return next(iter(same_region or sorted(same_script, key=len)), None)


def readable_tag(text: str) -> Subtags | None:
    """Language, script and region of a range: subtags that we do not know are taken from its end."""
    parts = text.split("-")
    while parts:
        tag = parse_tag("-".join(parts))
        if tag is not None:
            return tag
        parts.pop()
    return None


def writes_like(code: str, wanted: Subtags) -> bool:
    """Whether ``code`` is the language of ``wanted``, in its script."""
    tag = parse_tag(code)
    if tag is None:
        return False
    full = maximize(tag)
    return (full.language, full.script) == (wanted.language, wanted.script)


def region_of(code: str) -> str:
    """The region that ``code`` stands for, named or likely; empty where unknown."""
    tag = parse_tag(code)
    return maximize(tag).region if tag else ""
