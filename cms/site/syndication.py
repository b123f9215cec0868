"""For programs: the feed of each language, the map of the site, and what robots may look at."""

from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from cms.cache import depends_on
from cms.cache.tags import settings_tag
from cms.content import post_lists, presenting, site_map
from cms.site.addresses import base_url, settle_language

syndication = Blueprint("syndication", __name__)

FEED_LENGTH = 20
NEVER = datetime.fromtimestamp(0, UTC)


@syndication.get("/<language:locale>/feed.xml")
def feed(locale: str) -> ResponseReturnValue:
    """The newest posts of a language as Atom (RFC 4287)."""
    if answer := settle_language():
        return answer
    path = url_for("syndication.feed", locale=locale)
    posts = post_lists.newest_posts(locale, FEED_LENGTH)
    moments = (moment for post in posts if (moment := post.last_published_at or post.published_at))
    context = {
        "frame": presenting.frame(locale, path, base_url(), {}),
        "posts": posts,
        "updated": max(moments, default=NEVER),
        "home": url_for("site.home", locale=locale),
    }
    return Response(render_template("site/feed.xml", **context), content_type="application/atom+xml; charset=utf-8")


@syndication.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """Every public address; on a large site, where the parts of the map are (sitemaps.org)."""
    parts = site_map.parts()
    if all(part.number == 0 for part in parts):
        return _map(_homes(), [entry for part in parts for entry in site_map.entries(part)])
    addresses = [url_for("syndication.sitemap_part", **part._asdict()) for part in parts]
    addresses.insert(0, url_for("syndication.sitemap_of_homes"))
    return _xml(render_template("site/sitemap_index.xml", base_url=base_url(), addresses=addresses))


@syndication.get("/sitemap/homes.xml")
def sitemap_of_homes() -> ResponseReturnValue:
    """The home page of each language."""
    depends_on(settings_tag())
    return _map(_homes(), [])


@syndication.get("/sitemap/<table>-<int:number>.xml")
def sitemap_part(table: str, number: int) -> ResponseReturnValue:
    """A part of the map of a large site."""
    part = site_map.Part(table, number)
    if part not in site_map.parts():
        raise NotFound
    return _map([], site_map.entries(part))


def _homes() -> list[str]:
    return [url_for("site.home", locale=code) for code in presenting.site_codes()]


def _map(homes: list[str], entries: list[site_map.Entry]) -> Response:
    return _xml(render_template("site/sitemap.xml", base_url=base_url(), homes=homes, entries=entries))


def _xml(text: str) -> Response:
    return Response(text, content_type="application/xml; charset=utf-8")


@syndication.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """What robots need not look at, and where the map is."""
    # Of the settings nothing is shown; but what depends on nothing is taken for a mistake, and not kept.
    depends_on(settings_tag())
    text = render_template("site/robots.txt", sitemap=base_url() + url_for("syndication.sitemap"))
    return Response(text, content_type="text/plain; charset=utf-8")
