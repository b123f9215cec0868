"""What a translation must have in common with its source.

One set of rules, used in three places: before a translation is saved, in ``flask translations check``, and as a guard
when a catalogue is loaded, where an entry that would fail at render time, or smuggle markup into a page, gives way to
its source. Templates format every text and trust its tags, so both are compared strictly.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from cms.i18n.plural_forms import PluralForms
from cms.i18n.po_entry import Entry
from cms.i18n.problems import Problem

# The conversion specifiers of Python's % operator; one that is not complete is caught by its lonely sign.
PERCENT = re.compile(
    r"%(?:\((?P<name>[^()]*)\))?(?P<flags>[#0\- +]*)(?:\*|[0-9]+)?(?:\.(?:\*|[0-9]+))?(?P<type>[diouxXeEfFgGcrsa%])?"
)
BRACES = re.compile(r"\{[a-zA-Z0-9_.]*\}")
TAG = re.compile(r"<[a-zA-Z/!?][^>]*>?")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
INTEGERS = frozenset("diu")
# No language needs more room than this many times the English, and some for short words.
MOST_TIMES, MOST_MORE = 5, 500


@dataclass(frozen=True, slots=True)
class Placeholders:
    """The placeholders of a text that is formatted with ``%``."""

    named: dict[str, str]
    """Name to conversion type."""
    positional: tuple[str, ...]
    """Conversion types, in order."""
    malformed: bool
    """Whether a percent sign stands alone, or doubles up with a name."""

    @property
    def has_any(self) -> bool:
        """Whether the text has placeholders at all."""
        return bool(self.named or self.positional)


NO_PLACEHOLDERS = Placeholders({}, (), malformed=False)


def placeholders_of(text: str) -> Placeholders:
    """Read the placeholders of ``text``; ``%%`` stands for the sign itself and is none."""
    if "%" not in text:
        return NO_PLACEHOLDERS
    named: dict[str, str] = {}
    positional: list[str] = []
    malformed = False
    for match in PERCENT.finditer(text):
        kind, name = match["type"], match["name"]
        if kind == "%":
            malformed = malformed or match[0] != "%%"
        elif kind is None or match["flags"].startswith(" ") or "*" in match[0]:
            malformed = True
        elif name is not None:
            named[name] = kind
        else:
            positional.append(kind)
    return Placeholders(named, tuple(positional), malformed)


def check_entry(entry: Entry, plural_forms: PluralForms) -> list[Problem]:
    """All problems of the translation that ``entry`` holds; none where it is not translated."""
    return check_forms(entry, entry.forms, plural_forms)


def check_forms(entry: Entry, forms: Sequence[str], plural_forms: PluralForms) -> list[Problem]:
    """All problems of ``forms`` as a translation of ``entry``.

    An entry without any translation has none: it is missing, not wrong.
    """
    if not any(forms):
        return []
    expected = plural_forms.count if entry.is_plural else 1
    if len(forms) != expected:
        text = _l("There must be %(expected)d forms, not %(found)d.", expected=expected, found=len(forms))
        return [Problem("forms-count", text, breaks=True)]
    problems = []
    for number, form in enumerate(forms):
        if not form:
            text = _l("This form is empty while others are not.")
            problems.append(Problem("form-empty", text, breaks=True, form=number))
            continue
        problems.extend(check_text(entry, form, plural_forms, number))
    return problems


def check_text(entry: Entry, form: str, plural_forms: PluralForms, number: int) -> list[Problem]:
    """All problems of one form, which is not empty."""
    several = entry.is_plural and not plural_forms.stands_for_one_number(number)
    source = entry.source_plural if entry.source_plural is not None and number > 0 else entry.source
    # A form that serves many numbers must be able to name them, whatever the English singular leaves out.
    model = entry.source_plural if several and entry.source_plural is not None else entry.source
    optional = set() if several or not entry.is_plural else names_of(entry)
    return [
        *check_length(source, form, number),
        *check_characters(form, number),
        *check_percent(entry, form, model, optional, number),
        *check_braces(source, form, number),
        *check_tags(source, form, number),
        *check_edges(source, form, number),
    ]


def names_of(entry: Entry) -> set[str]:
    """The named placeholders of an entry, from both of its source texts."""
    names = set(placeholders_of(entry.source).named)
    return names | set(placeholders_of(entry.source_plural or "").named)


def check_length(source: str, form: str, number: int) -> list[Problem]:
    """A text of another kind altogether: something pasted by mistake, which would burst the page it stands on."""
    if len(form) <= len(source) * MOST_TIMES + MOST_MORE:
        return []
    return [Problem("length", _l("This is much longer than the source text."), breaks=False, form=number)]


def check_characters(form: str, number: int) -> list[Problem]:
    """Characters that no text may hold: control characters and halves of characters."""
    if CONTROL.search(form) is None:
        return []
    return [Problem("control-character", _l("There is a character that cannot be shown."), breaks=True, form=number)]


def check_percent(entry: Entry, form: str, model: str, optional: set[str], number: int) -> list[Problem]:
    """Placeholders for the % operator: none unknown, none broken, none forgotten (but ``optional`` ones)."""
    expected, found = placeholders_of(model), placeholders_of(form)
    known = {**placeholders_of(entry.source_plural or "").named, **placeholders_of(entry.source).named}
    problems = []
    if found.malformed and not (expected.malformed and not expected.has_any):
        text = _l("A percent sign stands alone. Write “%%” for the sign itself.")
        problems.append(Problem("percent", text, breaks=True, form=number))
    for name, kind in found.named.items():
        if name not in known:
            text = _l("The placeholder “%(name)s” does not exist in the source text.", name=f"%({name}){kind}")
            problems.append(Problem("placeholder-unknown", text, breaks=True, form=number))
        elif not compatible(known[name], kind):
            text = _l("The placeholder “%(name)s” must stay as it is.", name=f"%({name}){known[name]}")
            problems.append(Problem("placeholder-type", text, breaks=True, form=number))
    for name in sorted(expected.named.keys() - found.named.keys() - optional):
        text = _l("The placeholder “%(name)s” is missing.", name=f"%({name}){expected.named[name]}")
        problems.append(Problem("placeholder-missing", text, breaks=False, form=number))
    if not same_positions(expected.positional, found.positional):
        text = _l("The placeholders must be the same, in the same order, as in the source text.")
        problems.append(Problem("placeholder-order", text, breaks=True, form=number))
    return problems


def compatible(expected: str, found: str) -> bool:
    """Whether the conversion ``found`` takes every value that ``expected`` takes: ``s`` shows anything."""
    return found in {expected, "s"} or (expected in INTEGERS and found in INTEGERS)


def same_positions(expected: Sequence[str], found: Sequence[str]) -> bool:
    """Whether two rows of positional placeholders take the same values."""
    return len(expected) == len(found) and all(map(compatible, expected, found))


def check_braces(source: str, form: str, number: int) -> list[Problem]:
    """Placeholders for ``str.format``, where the source has them."""
    if "{" not in source:
        return []
    expected, found = Counter(BRACES.findall(source)), Counter(BRACES.findall(form))
    if not expected or expected.keys() == found.keys():
        return []
    text = _l("The placeholders in braces must be the same as in the source text.")
    return [Problem("braces", text, breaks=True, form=number)]


def check_tags(source: str, form: str, number: int) -> list[Problem]:
    """Markup: exactly the tags of the source, in any order. Templates trust them."""
    if "<" not in source and "<" not in form:
        return []
    if Counter(TAG.findall(source)) == Counter(TAG.findall(form)):
        return []
    text = _l("The tags between “<” and “>” must be the same as in the source text.")
    return [Problem("tags", text, breaks=True, form=number)]


def check_edges(source: str, form: str, number: int) -> list[Problem]:
    """White space at the beginning and at the end: what joins a text to its neighbours."""
    if edges_of(source) == edges_of(form):
        return []
    text = _l("The text must begin and end with the same spaces and line breaks as the source text.")
    return [Problem("edges", text, breaks=False, form=number)]


def edges_of(text: str) -> tuple[str, str]:
    """The white space before and after ``text``."""
    body = text.strip(" \t\n")
    return (text[: text.find(body)], text[text.find(body) + len(body) :]) if body else (text, "")
