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
BRACES = re.compile(r"\{[a-zA-Z0-9_.]*(?:![a-z])?(?::[^{}]*)?\}")
TAG = re.compile(r"<[a-zA-Z/!?][^>]*>?")
TAG_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
# A sign that becomes a tag with what follows it on the page: a value that is filled in, or the text behind this one.
TAG_TO_BE = re.compile(r"<(?=%(?!%)|\{|\Z)")
# The elements of HTML that are never closed.
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
INTEGERS = frozenset("diu")
# No language needs more room than this many times the English, and some for short words.
MOST_TIMES, MOST_MORE = 5, 500


@dataclass(frozen=True, slots=True)
class Placeholders:
    """The placeholders of a text that is formatted with ``%``."""

    named: dict[str, list[str]]
    """Name to the conversions that it is used with: ``d``, ``.2f``."""
    positional: tuple[str, ...]
    """Conversions, in order."""
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
    named: dict[str, list[str]] = {}
    positional: list[str] = []
    malformed = False
    for match in PERCENT.finditer(text):
        kind, name = match["type"], match["name"]
        if kind == "%":
            malformed = malformed or match[0] != "%%"
        elif kind is None or match["flags"].startswith(" ") or "*" in match[0]:
            malformed = True
        elif name is not None:
            named.setdefault(name, []).append(match[0].removeprefix(f"%({name})"))
        else:
            positional.append(match[0].removeprefix("%"))
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
    both = (entry.source,) if entry.source_plural is None else (entry.source, entry.source_plural)
    # A form that serves many numbers must be able to name them, whatever the English singular leaves out. One that
    # serves a single number may follow either, and leave the number out.
    models = both[-1:] if several else both
    optional = entry.is_plural and not several
    return [
        *check_length(models, form, number),
        *check_characters(form, number),
        *check_percent(models, both, form, number, optional=optional),
        *check_braces(models, form, number, optional=optional),
        *check_tags(models, form, number),
        *check_edges(models, form, number),
    ]


def check_length(models: Sequence[str], form: str, number: int) -> list[Problem]:
    """A text of another kind altogether: something pasted by mistake, which would burst the page it stands on."""
    if len(form) <= max(map(len, models)) * MOST_TIMES + MOST_MORE:
        return []
    return [Problem("length", _l("This is much longer than the source text."), breaks=False, form=number)]


def check_characters(form: str, number: int) -> list[Problem]:
    """Characters that no text may hold: control characters and halves of characters."""
    if CONTROL.search(form) is None:
        return []
    return [Problem("control-character", _l("There is a character that cannot be shown."), breaks=True, form=number)]


def check_percent(
    models: Sequence[str], both: Sequence[str], form: str, number: int, *, optional: bool
) -> list[Problem]:
    """Placeholders for the % operator: none unknown, none broken, none forgotten (unless ``optional``).

    ``models`` are the source texts that the form has to be like; ``both`` are all that the entry has.
    """
    expected, found = placeholders_of(models[0]), placeholders_of(form)
    known: dict[str, list[str]] = {}
    for text in both:
        for name, conversions in placeholders_of(text).named.items():
            known.setdefault(name, []).extend(conversions)
    problems = []
    if found.malformed and not (expected.malformed and not expected.has_any):
        text = _l("A percent sign stands alone. Write “%%” for the sign itself.")
        problems.append(Problem("percent", text, breaks=True, form=number))
    for name, conversions in found.named.items():
        if name not in known:
            text = _l(
                "The placeholder “%(name)s” does not exist in the source text.", name=f"%({name}){conversions[0]}"
            )
            problems.append(Problem("placeholder-unknown", text, breaks=True, form=number))
        elif not all(any(compatible(usual, used) for usual in known[name]) for used in conversions):
            text = _l("The placeholder “%(name)s” must stay as it is.", name=f"%({name}){known[name][0]}")
            problems.append(Problem("placeholder-type", text, breaks=True, form=number))
    for name in () if optional else sorted(expected.named.keys() - found.named.keys()):
        text = _l("The placeholder “%(name)s” is missing.", name=f"%({name}){expected.named[name][0]}")
        problems.append(Problem("placeholder-missing", text, breaks=False, form=number))
    if not same_positions(expected.positional, found.positional):
        text = _l("The placeholders must be the same, in the same order, as in the source text.")
        problems.append(Problem("placeholder-order", text, breaks=True, form=number))
    return problems


def compatible(expected: str, found: str) -> bool:
    """Whether the conversion ``found`` takes every value that ``expected`` takes: ``s`` shows anything.

    A width or precision must be that of the source: any other cuts a value short, or fills the memory with spaces.
    """
    kind = expected[-1]
    return found in {expected, kind, "s"} or (kind in INTEGERS and found in INTEGERS)


def same_positions(expected: Sequence[str], found: Sequence[str]) -> bool:
    """Whether two rows of positional placeholders take the same values."""
    return len(expected) == len(found) and all(map(compatible, expected, found))


def check_braces(models: Sequence[str], form: str, number: int, *, optional: bool) -> list[Problem]:
    """Placeholders for ``str.format``, where the source has them."""
    if not any("{" in model for model in models):
        return []
    found, choices = set(BRACES.findall(form)), [set(BRACES.findall(model)) for model in models]
    if not any(choices) or found in choices or (optional and found <= set().union(*choices)):
        return []
    text = _l("The placeholders in braces must be the same as in the source text.")
    return [Problem("braces", text, breaks=True, form=number)]


def check_tags(models: Sequence[str], form: str, number: int) -> list[Problem]:
    """Markup: exactly the tags of the source, in any order that closes them well. Templates trust them."""
    if "<" not in form and not any("<" in model for model in models):
        return []
    alike = [model for model in models if tags_of(model) == tags_of(form)]
    if not alike:
        text = _l("The tags between “<” and “>” must be the same as in the source text.")
        return [Problem("tags", text, breaks=True, form=number)]
    if not is_nested(form) and all(map(is_nested, alike)):
        text = _l("A tag is closed before it is opened, or two tags overlap.")
        return [Problem("tags-nesting", text, breaks=True, form=number)]
    return []


def tags_of(text: str) -> Counter[str]:
    """The tags of a text, and the signs that will become tags, with how often each of them occurs."""
    return Counter([*TAG.findall(text), *TAG_TO_BE.findall(text)])


def is_nested(text: str) -> bool:
    """Whether every tag is closed, and none across another."""
    is_open: list[str] = []
    for tag in TAG.findall(text):
        name = TAG_NAME.match(tag)
        if name is None or name[1].lower() in VOID or tag.endswith("/>"):
            continue
        if not tag.startswith("</"):
            is_open.append(name[1])
        elif not is_open or is_open.pop() != name[1]:
            return False
    return not is_open


def check_edges(models: Sequence[str], form: str, number: int) -> list[Problem]:
    """White space at the beginning and at the end: what joins a text to its neighbours."""
    if edges_of(form) in map(edges_of, models):
        return []
    text = _l("The text must begin and end with the same spaces and line breaks as the source text.")
    return [Problem("edges", text, breaks=False, form=number)]


def edges_of(text: str) -> tuple[str, str]:
    """The white space before and after ``text``."""
    body = text.strip(" \t\n")
    return (text[: text.find(body)], text[text.find(body) + len(body) :]) if body else (text, "")
