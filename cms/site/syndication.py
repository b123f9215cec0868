"""For programs: the feed of each language, the map of the site, and what robots may look at."""

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from cms.cache import depends_on
from cms.cache.tags import settings_tag
from cms.content import post_lists, presenting, queries
from cms.site.addresses import base_url, settle_language

syndication = Blueprint("syndication", __name__)

FEED_LENGTH = 20


@syndication.get("/<language:locale>/feed.xml")
def feed(locale: str) -> ResponseReturnValue:
    """The newest posts of a language as Atom (RFC 4287)."""
    if answer := settle_language():
        return answer
    path = url_for("syndication.feed", locale=locale)
    context = {
        "frame": presenting.frame(locale, path, base_url(), {}),
        "posts": post_lists.newest_posts(locale, FEED_LENGTH),
        "home": url_for("site.home", locale=locale),
    }
    return Response(render_template("site/feed.xml", **context), content_type="application/atom+xml; charset=utf-8")


@syndication.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """Every public address, newest first, as far as the format allows (sitemaps.org: 50,000)."""
    homes = [url_for("site.home", locale=code) for code in presenting.site_codes()]
    entries = queries.sitemap_entries()
    text = render_template("site/sitemap.xml", base_url=base_url(), homes=homes, entries=entries)
    return Response(text, content_type="application/xml; charset=utf-8")


@syndication.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """What robots need not look at, and where the map is."""
    # Of the settings nothing is shown; but what depends on nothing is taken for a mistake, and not kept.
    depends_on(settings_tag())
    text = render_template("site/robots.txt", sitemap=base_url() + url_for("syndication.sitemap"))
    return Response(text, content_type="text/plain; charset=utf-8")
