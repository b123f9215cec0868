"""`flask import`: bringing in content that was written elsewhere."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from cms.content.errors import ContentError
from cms.content.importing.bringing_in import KINDS, MarkdownImport, Options
from cms.content.importing.report import Outcome, Report
from cms.content.user_accounts import get_account
from cms.i18n.locales import lookup

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group("import")
def import_group() -> None:
    """Bring in content that was written elsewhere."""


@import_group.command("markdown")
@click.argument("folder", type=FOLDER)
@click.option("--images", type=FOLDER, help="Folder of the pictures; images/ in FOLDER if not given.")
@click.option("--author", help="User name of the author, where a file names none.")
@click.option("--publish/--draft", default=True, show_default=True, help="Whether visitors see it at once.")
@click.option("--as", "kind", type=click.Choice(sorted(KINDS)), default="posts", help="What to make.")
@with_appcontext
def markdown(folder: Path, images: Path | None, author: str | None, publish: bool, kind: str) -> None:
    """Bring in a FOLDER of Markdown files.

    Folders below it that are named like languages (pt, zh-hans) hold translations: files of one name are one
    document. Run again, it changes nothing but what has changed in the files.
    """
    try:
        options = Options(
            folder=folder,
            default_locale=current_app.config["DEFAULT_LOCALE"],
            locale_of=_locale_of,
            model=KINDS[kind],
            images=images,
            author=get_account(author) if author else None,
            publish=publish,
        )
    except ContentError as error:
        raise click.ClickException(str(error)) from None
    run = MarkdownImport(options)
    with click.progressbar(run.documents, label="Importing", item_show_func=_place) as documents:
        for document in documents:
            run.bring_in(document)
    _tell(run.report, len(run.documents))


def _locale_of(code: str) -> str | None:
    language = lookup(code)
    return language.code if language is not None else None


def _place(document: object) -> str:
    return str(getattr(document, "place", ""))


def _tell(report: Report, files: int) -> None:
    if not files:
        click.echo("There are no Markdown files in this folder.")
    counts = report.outcomes
    click.echo(
        f"{counts[Outcome.CREATED]} created, {counts[Outcome.UPDATED]} updated, "
        f"{counts[Outcome.UNCHANGED]} unchanged, {counts[Outcome.LEFT]} left as they are; "
        f"{report.pictures} pictures."
    )
    if not report.problems:
        return
    click.echo(f"\nNot taken ({len(report.problems)}):")
    for (subject, reason), places in report.problems.items():
        where = f" (in {places[0]}{f' and {len(places) - 1} more' if len(places) > 1 else ''})" if places else ""
        click.echo(f"  {subject}{where}: {reason}")
