"""A language that is the English of the sources between brackets: what stands outside of them was never translated.

Placeholders and tags stay outside: `Add %(thing)s` becomes `⟦Add⟧ %(thing)s`, so that also what is filled in has to
come from a catalogue, or be content.
"""

import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import polib
from babel.messages.extract import extract_from_dir

from cms.i18n.catalog_files import catalog_path
from cms.i18n.checks import BRACES, PERCENT, TAG
from cms.i18n.extraction import KEYWORDS, extract_messages
from cms.i18n.plural_forms import plural_forms_of

ROOT = Path(__file__).parents[2]
BEGIN, END = "⟦", "⟧"
# What a translation has in common with its source. Two percent signs stand for one, which is text.
KEPT = re.compile(f"({TAG.pattern}|{BRACES.pattern}|%%|{re.sub('[?]P<[a-z]+>', '?:', PERCENT.pattern)})")

Source = tuple[str | None, str, str | None]
"""Context, singular, plural."""


def wrapped(text: str) -> str:
    """`text` in the language of brackets, with the same white space at its ends."""
    return "".join(part if KEPT.fullmatch(part) else _in_brackets(part) for part in KEPT.split(text))


def _in_brackets(part: str) -> str:
    core = part.strip()
    return part.replace(core, f"{BEGIN}{core}{END}", 1) if re.search(r"\w", core) else part


def own_sources() -> Iterable[Source]:
    """Every text of the program."""
    for message in extract_messages(ROOT):
        yield message.key.context, message.key.source, message.source_plural


def library_sources() -> Iterable[Source]:
    """Every text that Flask-Admin and WTForms ask our catalogues for."""
    methods = [("tests/**", "ignore"), ("**.py", "python"), ("templates/**.html", "jinja2")]
    for package in ("flask_admin", "wtforms"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.submodule_search_locations is not None
        for found in extract_from_dir(spec.submodule_search_locations[0], methods, {}, KEYWORDS):
            source, context = found[2], found[4]
            singular, plural = source if isinstance(source, tuple) else (source, None)
            yield context, singular, plural


def write_catalogs(root: Path, folders: Iterable[str]) -> None:
    """Write a catalogue in the language of brackets for each of `folders` (languages, as Babel names them)."""
    sources = list(dict.fromkeys([*own_sources(), *library_sources()]))
    for folder in folders:
        rule = plural_forms_of(folder)
        catalog = polib.POFile()
        catalog.metadata = {"Content-Type": "text/plain; charset=utf-8", "Plural-Forms": rule.header}
        for context, singular, plural in sources:
            entry = polib.POEntry(msgctxt=context, msgid=singular, msgid_plural=plural or "")
            if plural is None:
                entry.msgstr = wrapped(singular)
            else:
                entry.msgstr_plural = {
                    form: wrapped(singular if rule.stands_for_one_number(form) else plural)
                    for form in range(rule.count)
                }
            catalog.append(entry)
        path = catalog_path(root, folder)
        path.parent.mkdir(parents=True)
        catalog.save(str(path))
