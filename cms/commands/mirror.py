"""`flask mirror`: the process that keeps cached pages as files for the web server in front."""

import os
import signal
import sys
from collections.abc import Callable, Sequence

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import escape

from cms.cache.mirror import process
from cms.cache.mirror.folder import Occupied
from cms.cache.mirror.names import headers_mark
from cms.cache.store import MEGABYTE
from cms.i18n.locales import LocaleInfo, default_locale, site_locales
from cms.security.headers import HSTS, public_headers


@click.command("mirror")
@click.option("--megabytes", type=click.IntRange(1, 1_000_000), default=256, show_default=True, help="Room for pages.")
@click.option("--print-marks", is_flag=True, help="Print what nginx finds pages by, and end.")
@click.option("--print-away", is_flag=True, help="Print what nginx says while the program is away, and end.")
@with_appcontext
def mirror(megabytes: int, print_marks: bool, print_away: bool) -> None:
    """Keep cached pages as files that nginx serves by itself, until stopped."""
    if print_marks or print_away:
        click.echo(nginx_marks() if print_marks else nginx_away(), nl=False)
        return
    place = current_app.config["PAGE_MIRROR"]
    if place is None:
        raise click.ClickException("PAGE_MIRROR: name the folder for the pages, such as /run/babelpress.")
    try:
        keeper = process.build(current_app.extensions["page_cache"], place, megabytes * MEGABYTE)
    except Occupied:
        raise click.ClickException(f"PAGE_MIRROR: {place} has a mirror already; one is enough.") from None
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: keeper.stop())
    click.echo(f"Pages are kept as files in {place} (stop it with Ctrl+C)")
    keeper.run(place)
    if keeper.superseded:
        # The program on the disk is a newer one by now: go on as that one.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 -- the command that we are


def nginx_marks() -> str:
    """The marks by which nginx finds only pages that have just the headers that it sends (with `add_header`)."""
    headers = {"Content-Type": "text/html; charset=utf-8", **public_headers()}
    plain = headers_mark(list(headers.items()))
    strict = headers_mark([*headers.items(), ("Strict-Transport-Security", HSTS)])
    return f"""# Written by `flask mirror --print-marks`.
# The headers that babelpress-pages.conf adds to pages, as a mark: pages with any others are not found. In production
# the program sends one header more over HTTPS.

map $babelpress_scheme $babelpress_mark {{
    default "{plain}";
    https   "{strict}";
}}

map $babelpress_scheme $babelpress_strict {{
    default "";
    https   "{HSTS}";
}}
"""


def nginx_away() -> str:
    """What nginx says while the program is away, in every language of the site, by the address that was asked for."""
    languages = site_locales()
    by_address = "|".join(language.code for language in languages)
    # Not within the text below, where extraction does not look.
    title = _lines(languages, lambda _language: _("Back in a moment"))
    text = _lines(languages, lambda _language: _("The site is busy or being looked after. Please try again soon."))
    return f"""# Written by `flask mirror --print-away`.
# What babelpress-pages.conf says while the program is away, in the language of the address; made from the catalogues.

map $request_uri $babelpress_language {{
    default "{default_locale().code}";
    "~^/(?<babelpress_of_address>{by_address})(?:[/?]|$)" $babelpress_of_address;
}}

map $babelpress_language $babelpress_direction {{
{_lines(languages, lambda language: language.direction)}
}}

map $babelpress_language $babelpress_away_title {{
{title}
}}

map $babelpress_language $babelpress_away_text {{
{text}
}}
"""


def _lines(languages: Sequence[LocaleInfo], say: Callable[[LocaleInfo], str]) -> str:
    """The lines of a map by language. A text loses what HTML takes for marks, and nginx for its variables."""
    lines = []
    for language in languages:
        with force_locale(language.folder):
            text = str(escape(say(language))).replace("$", "&#36;").replace("\\", "&#92;")
        lines.append(f'    {language.code} "{text}";')
    return "\n".join(lines)
