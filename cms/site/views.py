"""The public pages. Each view reads what was asked for and hands it to a template; nothing else happens here."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from cms.cache import depends_on
from cms.cache.tags import settings_tag
from cms.content import post_lists, presenting, queries
from cms.content.post_lists import Listing
from cms.site.addresses import asked_page, base_url, is_month, settle_language, with_query

site = Blueprint("site", __name__)

site.before_request(settle_language)


@site.get("/<language:locale>/")
def home(locale: str) -> ResponseReturnValue:
    """The newest posts: one leading, the others as cards."""
    number = asked_page()
    versions = {code: presenting.home_path(code) for code in presenting.site_codes()}
    frame = presenting.frame(locale, versions[locale], base_url(), versions)
    listing = post_lists.published_posts(locale, number, frame.per_page)
    return _list_page("site/home.html", listing, leading=number == 1, frame=frame)


@site.get("/<language:locale>/posts/<text:slug>")
def post(locale: str, slug: str) -> ResponseReturnValue:
    """One post."""
    found = queries.post_by_slug(locale, slug)
    if found is None:
        return page(locale, f"posts/{slug}")
    return render_template("site/post.html", **presenting.post_page(found, base_url()))


@site.get("/<language:locale>/tags/<text:slug>")
def tag(locale: str, slug: str) -> ResponseReturnValue:
    """The posts with a tag."""
    found = queries.tag_by_slug(locale, slug)
    if found is None:
        return page(locale, f"tags/{slug}")
    context = presenting.topic_page(found, base_url())
    listing = post_lists.posts_with_tag(found, asked_page(), context["frame"].per_page)
    return _list_page("site/list.html", listing, **context, kind=_("Topic"), icon_name="tag", title=found.name)


@site.get("/<language:locale>/categories/<text:slug>")
def category(locale: str, slug: str) -> ResponseReturnValue:
    """The posts of a category."""
    found = queries.category_by_slug(locale, slug)
    if found is None:
        return page(locale, f"categories/{slug}")
    context = presenting.topic_page(found, base_url())
    listing = post_lists.posts_in_category(found, asked_page(), context["frame"].per_page)
    context |= {"kind": _("Section"), "icon_name": "category", "title": found.name, "intro": found.description}
    return _list_page("site/list.html", listing, **context)


@site.get("/<language:locale>/authors/<text:username>")
def author(locale: str, username: str) -> ResponseReturnValue:
    """The posts of an author. Whoever has published nothing in this language has no page: accounts are private."""
    found = queries.author_by_username(username)
    locales = post_lists.locales_of_author(found) if found is not None else []
    if found is None or locale not in locales:
        return page(locale, f"authors/{username}")
    versions = {code: url_for("site.author", locale=code, username=username) for code in locales}
    frame = presenting.frame(locale, versions[locale], base_url(), versions)
    listing = post_lists.posts_by_author(found, locale, asked_page(), frame.per_page)
    return _list_page("site/author.html", listing, frame=frame, author=found, title=str(found), intro=found.bio)


@site.get("/<language:locale>/archive/<int:year>/<int:month>")
def archive(locale: str, year: int, month: int) -> ResponseReturnValue:
    """The posts of one month."""
    if not is_month(year, month):
        raise NotFound
    locales = post_lists.locales_of_month(year, month)
    if locale not in locales:
        raise NotFound
    versions = {code: url_for("site.archive", locale=code, year=year, month=month) for code in locales}
    frame = presenting.frame(locale, versions[locale], base_url(), versions)
    listing = post_lists.posts_in_month(locale, year, month, asked_page(), frame.per_page)
    title = presenting.month_name(year, month)
    return _list_page("site/list.html", listing, frame=frame, kind=_("Archive"), icon_name="calendar", title=title)


@site.get("/<language:locale>/<path:path>")
def page(locale: str, path: str) -> ResponseReturnValue:
    """A page at its place in the tree, or a document of a type that has no view of its own.

    The views above come here where nothing of theirs has the address: a page called "Posts" has pages below it, too.
    A slash too many at the end is forgiven.
    """
    if path.endswith("/"):
        depends_on(settings_tag())
        return redirect(with_query(request.script_root + quote(request.path.rstrip("/"))), 301)
    found = presenting.document_page(queries.page_or_document(locale, path), base_url())
    if found is None:
        raise NotFound
    template, context = found
    return render_template(template, **context)


def _list_page(template: str, listing: Listing, *, leading: bool = False, **context: Any) -> str:
    """A page of a list; 404 beyond its end. `leading`: its first post is shown larger."""
    if listing.number > 1 and not listing.ids:
        raise NotFound
    frame: presenting.Frame = context["frame"]
    return render_template(
        template,
        cards=presenting.cards(listing.ids, leading=leading),
        side=presenting.side_column(frame.language.code),
        number=listing.number,
        newer_url=_numbered(frame.path, listing.number - 1) if listing.has_previous else None,
        older_url=_numbered(frame.path, listing.number + 1) if listing.has_next else None,
        **_plain(context),
    )


def _numbered(path: str, number: int) -> str:
    return path if number == 1 else f"{path}?page={number}"


def _plain(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context with every optional part present, so that templates need not ask what is defined."""
    return {"kind": "", "icon_name": "", "title": "", "intro": "", **context}
