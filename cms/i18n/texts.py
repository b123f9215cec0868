"""From a catalogue to the texts that the program shows: look-ups that cannot fail.

A translation that would break a page (see ``checks``) is left out, so that its source is shown instead, and is
reported. Behind the site's own catalogue stand those that Flask-Admin and WTForms ship for their own strings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path

from babel.support import Translations

from cms.i18n.checks import check_entry
from cms.i18n.locales import find
from cms.i18n.po_entry import Entry, Key
from cms.i18n.po_file import PoFile, parse_po
from cms.i18n.problems import Problem

CONTEXT_SEPARATOR = "\4"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A translation that is not shown to anybody, and why."""

    entry: Entry
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Texts:
    """What one catalogue file holds, ready for look-ups."""

    po: PoFile
    translations: Translations
    problems: Mapping[Key, tuple[Problem, ...]]
    """What is wrong with translations, by the key of their entry; entries without a problem are left out."""

    @cached_property
    def rejected(self) -> tuple[Rejected, ...]:
        """The translations that are not shown to anybody."""
        breaking = ((self.po.by_key[key], tuple(p for p in found if p.breaks)) for key, found in self.problems.items())
        return tuple(Rejected(entry, found) for entry, found in breaking if found and not entry.is_fuzzy)


# Several applications in one process, and the copy of the last good file, share what was read.
@lru_cache(maxsize=24)
def read_texts(data: bytes, folder: str) -> Texts:
    """Read a catalogue for showing it. ``folder`` is the name of its language, as Babel writes it.

    Raises:
        UnreadableCatalog: where the file is damaged.
    """
    po = parse_po(data, folder)
    translations = empty_texts(folder)
    translations.plural = po.plural_forms.index
    problems = {}
    for entry in po.active:
        found = check_entry(entry, po.plural_forms)
        if found:
            problems[entry.key] = tuple(found)
        if any(entry.forms) and not entry.is_fuzzy and not any(problem.breaks for problem in found):
            add_entry(translations, entry)
    return Texts(po, translations, problems)


def add_entry(translations: Translations, entry: Entry) -> None:
    """Make the translation of one entry known to look-ups, in the shape that Python's ``gettext`` expects."""
    source = entry.source if entry.context is None else f"{entry.context}{CONTEXT_SEPARATOR}{entry.source}"
    if entry.is_plural:
        for index, form in enumerate(entry.forms):
            translations._catalog[source, index] = form  # noqa: SLF001 -- where gettext's own reader puts it
    else:
        translations._catalog[source] = entry.forms[0]  # noqa: SLF001 -- where gettext's own reader puts it


def empty_texts(folder: str) -> Translations:
    """Texts without any of our own: everything is answered by the libraries' catalogues, or by its source."""
    translations = Translations()
    translations.add_fallback(library_texts(folder))
    return translations


@lru_cache(maxsize=64)
def texts_of_libraries_alone(folder: str) -> Translations:
    """What is shown in a language for which there is no good catalogue. Never to be added to: it is shared."""
    return empty_texts(folder)


@lru_cache(maxsize=64)
def library_texts(folder: str) -> Translations:
    """The catalogues that Flask-Admin and WTForms ship for a language, one behind the other.

    They are chained here, once: a fallback that is added twice would make the chain a circle.
    """
    chain = Translations()
    for path, domain in library_folders():
        found = load_library(path, domain, folder)
        if found is not None:
            chain.add_fallback(found)
    return chain


@lru_cache(maxsize=1)
def library_folders() -> tuple[tuple[Path, str], ...]:
    """Where the libraries keep their catalogues, and under which name."""
    places = (("flask_admin", "translations", "admin"), ("wtforms", "locale", "wtforms"))
    specs = ((find_spec(package), subfolder, domain) for package, subfolder, domain in places)
    return tuple(
        (Path(location) / subfolder, domain)
        for spec, subfolder, domain in specs
        if spec is not None
        for location in spec.submodule_search_locations or ()
    )


def load_library(root: Path, domain: str, folder: str) -> Translations | None:
    """One library's compiled catalogue for a language, whatever the library calls its folder; None without one."""
    having = {path.name.replace("_", "-"): path for path in sorted(root.iterdir()) if path.is_dir()}
    name = find(folder, list(having))
    if name is None:
        return None
    file = having[name] / "LC_MESSAGES" / f"{domain}.mo"
    if not file.is_file():
        return None
    with file.open("rb") as stream:
        return Translations(stream, domain=domain)
