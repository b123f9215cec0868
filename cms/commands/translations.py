"""`flask translations`: the catalogues of the interface, for developers and translators at the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale

from cms.i18n.catalog_files import DOMAIN, catalog_path, replace_file
from cms.i18n.catalogs import Progress, count, open_catalog, path_of
from cms.i18n.compiling import compile_mo
from cms.i18n.completeness import SOURCE_LANGUAGE, check_catalogs
from cms.i18n.errors import CatalogError, InvalidTranslation, UnreadableCatalog
from cms.i18n.extraction import ExtractionError, Message, extract_messages
from cms.i18n.locales import canonical, describe, site_locales
from cms.i18n.po_update import new_catalog, template
from cms.i18n.updating import bring_in_step

translations = AppGroup("translations", help="Extract, update, check and compile the texts of the interface.")


@contextmanager
def clear_errors() -> Iterator[None]:
    """Say in one sentence what went wrong, and end with status 1. The command line speaks the source's language."""
    with force_locale(SOURCE_LANGUAGE):
        try:
            yield
        except (CatalogError, ExtractionError) as error:
            raise click.ClickException(str(error)) from error


def messages_of_the_program() -> list[Message]:
    """The texts found in the source."""
    return extract_messages(Path(current_app.root_path))


@translations.command()
def extract() -> None:
    """Write messages.pot: every text of the program, for tools that start from a template."""
    with clear_errors():
        messages = messages_of_the_program()
        path = current_app.config["TRANSLATIONS_PATH"] / f"{DOMAIN}.pot"
        replace_file(path, template(messages))
    click.echo(f"{len(messages)} texts written to {short(path)}.")


@translations.command()
def update() -> None:
    """Bring every catalogue up to date with the source. Translations are kept; nothing is guessed."""
    with clear_errors():
        messages = messages_of_the_program()
        for locale in site_locales():
            path = path_of(locale)
            is_new = not path.exists()
            try:
                changed = bring_in_step(locale, messages, fill=locale.code == SOURCE_LANGUAGE)
            except CatalogError as error:
                raise click.ClickException(f"{short(path)}: {error}") from error
            if is_new:
                click.echo(f"{locale.code}: made {short(path)}.")
            else:
                click.echo(f"{locale.code}: {'updated' if changed else 'up to date'}.")


@translations.command()
@click.argument("locale")
def init(locale: str) -> None:
    """Begin the catalogue of a new LOCALE, a code such as "it" or "pt-BR"."""
    with clear_errors():
        code = canonical(locale)
        if code is None:
            raise click.ClickException(f"“{locale}” is not a language code such as it or pt-BR.")
        info = describe(code)
        path = catalog_path(current_app.config["TRANSLATIONS_PATH"], info.folder)
        if path.exists():
            raise click.ClickException(
                f"{short(path)} exists already; “flask translations update” keeps it up to date."
            )
        replace_file(path, new_catalog(info, messages_of_the_program(), fill=code == SOURCE_LANGUAGE))
    click.echo(f"Made {short(path)}.")
    if code not in current_app.config["SITE_LOCALES"]:
        click.echo(f"To offer {info.english_name}, add {code} to SITE_LOCALES.")


@translations.command(name="compile")
def compile_catalogs() -> None:
    """Check every catalogue and write its .mo file, for other programs. This one reads the .po files themselves."""
    failed = False
    with clear_errors():
        for locale in site_locales():
            path = path_of(locale)
            try:
                data = compile_mo(open_catalog(locale))
            except (UnreadableCatalog, InvalidTranslation) as error:
                failed = True
                click.echo(f"{short(path)}: not compiled: {explain(error)}", err=True)
                continue
            replace_file(path.with_suffix(".mo"), data)
            click.echo(f"{locale.code}: compiled.")
    if failed:
        raise SystemExit(1)


@translations.command()
def check() -> None:
    """Check that every catalogue is complete, sound, and in step with the source."""
    with clear_errors():
        locales = site_locales()
        findings = check_catalogs(current_app.config["TRANSLATIONS_PATH"], locales, messages_of_the_program())
        for finding in findings:
            place = short(finding.path) if finding.line is None else f"{short(finding.path)}:{finding.line}"
            click.echo(f"{place}: {finding.text}", err=True)
    if findings:
        click.echo(f"{len(findings)} to be mended. “flask translations update” brings files in step.", err=True)
        raise SystemExit(1)
    click.echo(f"{len(locales)} catalogues are complete and in step with the source.")


@translations.command()
def stats() -> None:
    """Show how far each language is translated."""
    rows: list[tuple[str, ...]] = [("language", "texts", "translated", "missing", "unsure", "problems", "")]
    with clear_errors():
        for locale in site_locales():
            try:
                rows.append(row_of(count(locale, open_catalog(locale))))
            except UnreadableCatalog as error:
                rows.append((locale.code, "", "", "", "", "", str(error)))
    for code, *numbers, last in rows:
        click.echo((f"{code:<10}" + "".join(f"{number:>12}" for number in numbers) + f"  {last}").rstrip())


def row_of(progress: Progress) -> tuple[str, ...]:
    """One line of the table."""
    numbers = (progress.total, progress.translated, progress.missing, progress.unsure, progress.problems)
    return (progress.locale.code, *map(str, numbers), f"{progress.percent} %")


def explain(error: UnreadableCatalog | InvalidTranslation) -> str:
    """What is wrong, with the problems of single translations spelled out."""
    if isinstance(error, InvalidTranslation):
        return " ".join(str(problem.text) for problem in error.problems)
    return str(error)


def short(path: Path) -> str:
    """A path as seen from the folder of the project, where it lies within."""
    root = Path(current_app.root_path)
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
