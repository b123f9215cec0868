"""Whether the catalogues are complete, sound, and in step with the source: what ``flask translations check`` asks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cms.i18n.catalog_files import catalog_path, read_bytes
from cms.i18n.checks import placeholders_of
from cms.i18n.errors import UnreadableCatalog
from cms.i18n.extraction import Message
from cms.i18n.locales import LocaleInfo
from cms.i18n.plural_forms import is_usual, plural_forms_of
from cms.i18n.po_file import PoFile
from cms.i18n.po_update import updated
from cms.i18n.texts import Texts, read_texts

# The language that the program's own texts are written in.
SOURCE_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that keeps a catalogue from being complete."""

    path: Path
    text: LazyString | str
    line: int | None = None
    """Where in the file, counted from 1; None where it is about the file as a whole."""


def check_catalogs(root: Path, locales: Sequence[LocaleInfo], messages: Sequence[Message]) -> list[Finding]:
    """Everything that is wrong with the catalogues under ``root`` for a program that shows ``messages``."""
    findings = list(check_sources(messages))
    for locale in locales:
        findings.extend(check_catalog(catalog_path(root, locale.folder), locale, messages))
    return findings


def check_sources(messages: Sequence[Message]) -> Iterator[Finding]:
    """Source texts that no translator could get right."""
    for message in messages:
        where = Path(message.references[0])
        found = [placeholders_of(text) for text in (message.key.source, message.source_plural) if text]
        if any(placeholders.malformed for placeholders in found):
            yield Finding(where, _l("“%(text)s”: a percent sign stands alone.", text=message.key.source))
        if any(placeholders.positional for placeholders in found):
            yield Finding(where, _l("“%(text)s”: a placeholder has no name.", text=message.key.source))


def check_catalog(path: Path, locale: LocaleInfo, messages: Sequence[Message]) -> list[Finding]:
    """Everything that is wrong with one catalogue."""
    try:
        texts = read_texts(read_bytes(path), locale.folder)
    except UnreadableCatalog as error:
        return [Finding(path, error.reason, error.line)]
    return [
        *check_head(path, locale, texts.po),
        *check_drift(path, texts.po, messages),
        *check_translations(path, texts),
    ]


def check_head(path: Path, locale: LocaleInfo, po: PoFile) -> Iterator[Finding]:
    """The facts at the head of the file, which other tools go by."""
    if po.headers.get("language", "").replace("-", "_").lower() != locale.folder.lower():
        yield Finding(path, _l("The head of the file does not say “Language: %(folder)s”.", folder=locale.folder), 1)
    if "charset" not in po.headers.get("content-type", "").lower():
        yield Finding(path, _l("The head of the file does not say that it is written in UTF-8."), 1)
    if "plural-forms" not in po.headers or not is_usual(po.plural_forms, locale.folder):
        rule = plural_forms_of(locale.folder).header
        yield Finding(path, _l("The head of the file does not say “Plural-Forms: %(rule)s”.", rule=rule), 1)


def check_drift(path: Path, po: PoFile, messages: Sequence[Message]) -> Iterator[Finding]:
    """Differences between the texts of the program and those of the file."""
    wanted = {message.key for message in messages}
    for key in [message.key for message in messages if message.key not in po.by_key][:20]:
        yield Finding(path, _l("“%(text)s” is shown by the program and is not in the file.", text=key.source))
    for entry in [entry for entry in po.active if entry.key not in wanted][:20]:
        reason = _l("“%(text)s” is no longer shown by the program.", text=entry.source)
        yield Finding(path, reason, entry.span.start + 1)
    if wanted == set(po.by_key) and updated(po, messages) != po.to_bytes():
        yield Finding(path, _l("The comments of the file are not up to date."))


def check_translations(path: Path, texts: Texts) -> Iterator[Finding]:
    """Texts that are missing, unconfirmed or wrong."""
    for entry in texts.po.active:
        line = entry.span.start + 1
        if entry.is_fuzzy:
            yield Finding(path, _l("“%(text)s”: the translation is a guess.", text=entry.source), line)
        elif not any(entry.forms):
            yield Finding(path, _l("“%(text)s”: there is no translation.", text=entry.source), line)
        for problem in texts.problems.get(entry.key, ()):
            text = _l("“%(text)s”: %(problem)s", text=entry.source, problem=problem.text)
            yield Finding(path, text, line)
