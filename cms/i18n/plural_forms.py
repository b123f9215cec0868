"""Plural rules, as the header ``Plural-Forms`` of a catalogue states them.

The header comes from a file that anybody may have edited, so nothing in it is trusted: the number of forms is
capped, the expression is read by the parser of Python's own ``gettext`` (which knows C's operators and nothing
else, with limits on length and depth), and its results are tried out before it is used.
"""

import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from gettext import c2py

from babel import localedata
from babel.core import Locale
from babel.messages.plurals import PLURALS, get_plural
from babel.plural import to_gettext

# Arabic has six forms, and no language more.
MAX_FORMS = 6
# No two parts may take the same spaces: trying every way to share out many of them would take hours.
HEADER = re.compile(r"\s*nplurals\s*=\s*([0-9]{1,9})\s*;\s*plural\s*=([^;]+)(?:;\s*)?", re.ASCII)

# Babel's table puts the last two forms of Arabic in an order of its own. This is that of CLDR (few, many, other), which
# every other tool of translators expects.
ARABIC = "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"

# Numbers that rules are tried out on: every residue that a rule may look at, and some large ones.
SAMPLES = (*range(201), 1000, 1001, 1002, 1011, 100_000, 1_000_000, 1_000_001, 2_000_000, 3_000_000)


class InvalidPluralForms(ValueError):
    """The header states no usable rule."""


@dataclass(frozen=True, slots=True)
class PluralForms:
    """How many plural forms a language has, and which one a number takes."""

    count: int
    expression: str
    index: Callable[[float | Decimal], int]
    """From a number of things to the form they take, 0 up to ``count`` - 1."""
    single: frozenset[int] = frozenset()
    """The forms that a single number takes at most."""
    used: int = 0
    """How many of the forms whole numbers take; some rules keep one for fractions."""

    @property
    def header(self) -> str:
        """As the header of a catalogue writes it."""
        return f"nplurals={self.count}; plural={self.expression};"

    def examples(self, form: int, limit: int = 4) -> tuple[int, ...]:
        """The first numbers that take ``form``, at most ``limit``: what a translator wants to know about it."""
        return tuple(n for n in SAMPLES if self.index(n) == form)[:limit]

    def stands_for_one_number(self, form: int) -> bool:
        """Whether a single number takes ``form``, so that the text may name it in words ("one post")."""
        return form in self.single


@lru_cache(maxsize=128)
def parse_plural_forms(header: str) -> PluralForms:
    """Read the value of a ``Plural-Forms`` header.

    Raises:
        InvalidPluralForms: where it does not parse, or does not give every number one of the stated forms.
    """
    match = HEADER.fullmatch(header)
    if match is None:
        raise InvalidPluralForms("does not have the shape “nplurals=…; plural=…;”")
    count, expression = int(match[1]), match[2].strip()
    if not 1 <= count <= MAX_FORMS:
        raise InvalidPluralForms(f"states {count} forms; there can be 1 to {MAX_FORMS}")
    try:
        index = c2py(expression)
        results = Counter(index(number) for number in SAMPLES)
    except (ValueError, ArithmeticError, RecursionError, SyntaxError, MemoryError) as error:
        raise InvalidPluralForms("has a rule that cannot be computed") from error
    if not results.keys() <= set(range(count)):
        raise InvalidPluralForms("has a rule that leads to a form which does not exist")
    single = frozenset(form for form in range(count) if results[form] < 2)
    return PluralForms(count, expression, bounded(index, count), single, len(results))


def bounded(index: Callable[[int], int], count: int) -> Callable[[float | Decimal], int]:
    """``index`` made safe for every number: a fraction counts by its whole part, a result never leaves the forms."""

    def bounded_index(number: float | Decimal) -> int:
        try:
            form = index(abs(int(number)))
        except (ArithmeticError, ValueError):
            return count - 1
        return min(max(form, 0), count - 1)

    return bounded_index


def plural_forms_of(folder: str) -> PluralForms:
    """The usual rule of a language, for a catalogue that states none. ``folder`` is a name known to Babel.

    It is that of Babel's table for gettext, else that of CLDR, else that of English.
    """
    language = folder.partition("_")[0]
    if language == "ar":
        return parse_plural_forms(ARABIC)
    if language not in PLURALS and localedata.exists(language):
        # Not what is inherited: that is no rule at all, which CLDR has for languages without plural forms as well.
        rule = localedata.load(language, merge_inherited=False).get("plural_form")
        if rule is not None:
            # A few rules look at the notation of millions, which gettext does not know.
            with suppress(InvalidPluralForms):
                return parse_plural_forms(to_gettext(rule))
    count, expression = get_plural(folder)
    return parse_plural_forms(f"nplurals={count}; plural={expression};")


def is_usual(rule: PluralForms, folder: str) -> bool:
    """Whether a language is counted so: in as many forms as by its usual rule, or in those of CLDR.

    Tools of translators follow the one or the other.
    """
    if rule.count == plural_forms_of(folder).count:
        return True
    of_cldr = Locale.parse(folder).plural_form
    return (rule.count, rule.used) == (len(of_cldr.tags) + 1, len({of_cldr(number) for number in SAMPLES}))
