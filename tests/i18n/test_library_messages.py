"""The libraries' own strings appear in every language that we ship."""

from functools import cache
from pathlib import Path

import pytest

from cms.i18n.checks import check_forms
from cms.i18n.extraction import extract_messages
from cms.i18n.library_messages import LIBRARY_MESSAGES
from cms.i18n.locales import describe
from cms.i18n.plural_forms import plural_forms_of
from cms.i18n.po_file import parse_po
from cms.i18n.po_syntax import quote
from cms.i18n.texts import library_texts, texts_of_libraries_alone
from tests.i18n.pseudo_language import library_sources

ROOT = Path(__file__).parents[2]
LANGUAGES = ("pt", "es", "fr", "de", "ar", "zh-Hans")


@cache
def shown_by_libraries() -> frozenset[tuple[str, str | None]]:
    """Every text that Flask-Admin and WTForms ask a catalogue for."""
    return frozenset((singular, plural) for _context, singular, plural in library_sources())


@cache
def named_by_us() -> frozenset[str]:
    """The texts of our own catalogues."""
    return frozenset(message.key.source for message in extract_messages(ROOT))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_text_of_the_libraries_is_in_their_catalogue_or_in_ours(code: str) -> None:
    texts = texts_of_libraries_alone(describe(code).folder)
    missing = []
    for singular, plural in sorted(shown_by_libraries(), key=str):
        translated = texts.ungettext(singular, plural, 2) if plural else texts.ugettext(singular)
        chain, known = library_texts(describe(code).folder), False
        while chain is not None:
            known = known or singular in chain._catalog or (singular, 0) in chain._catalog
            chain = chain._fallback
        if not known and singular not in named_by_us():
            missing.append((singular, translated))
    assert missing == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_the_libraries_say_can_be_filled_in(code: str) -> None:
    folder = describe(code).folder
    texts = texts_of_libraries_alone(folder)
    broken = []
    for singular, plural in shown_by_libraries():
        if plural is None:
            entry = parse_po(f'msgid {quote(singular)}\nmsgstr ""\n'.encode(), folder).active[0]
            problems = check_forms(entry, [texts.ugettext(singular)], plural_forms_of(folder))
            broken += [
                (singular, problem.kind) for problem in problems if problem.breaks and singular not in named_by_us()
            ]
    assert broken == []


def test_a_language_that_no_library_knows_shows_sources() -> None:
    assert texts_of_libraries_alone("eo").ugettext("This field is required.") == "This field is required."


def test_reading_catalogues_again_and_again_does_not_chain_them_up() -> None:
    for _ in range(3):
        assert texts_of_libraries_alone("pt").ugettext("no such text") == "no such text"
    depth, chain = 0, library_texts("pt")
    while chain is not None:
        depth, chain = depth + 1, chain._fallback
    assert depth == 3


def test_nothing_is_named_that_no_library_shows_any_more() -> None:
    assert {text._args[0] for text in LIBRARY_MESSAGES} <= {singular for singular, _ in shown_by_libraries()}
