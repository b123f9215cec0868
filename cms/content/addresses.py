"""Addresses that stay good: paths of pages in their tree, slugs that are free, redirects from where things were."""

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select

from cms.content.errors import InvalidInput
from cms.content.slugs import slugify, unique_slug
from cms.extensions import db
from cms.models import Page, Redirect


def path_of(address: str) -> str:
    """The path of an address of this site as requests name it: decoded, without query, fragment and last slash."""
    return unquote(urlsplit(address).path).rstrip("/") or "/"


def is_same_place(address: str, path: str) -> bool:
    """Whether a redirect from `path` to `address` would end where it began."""
    return address.startswith("/") and path_of(address) == (path.rstrip("/") or "/")


def slug_condition(model: Any, slug: str, scope: dict[str, Any]) -> list[ColumnElement[bool]]:
    """Conditions that find the row which has a slug within its scope."""
    return [model.slug == slug, *_conditions_of_scope(model, scope)]


def _conditions_of_scope(model: Any, scope: dict[str, Any]) -> list[ColumnElement[bool]]:
    return [getattr(model, name) == value for name, value in scope.items()]


def slug_is_taken(model: Any, slug: str, scope: dict[str, Any], but: int | None) -> bool:
    """Whether another row than `but` has the slug."""
    query = select(model.id).where(*slug_condition(model, slug, scope))
    if but is not None:
        query = query.where(model.id != but)
    return db.session.scalar(query.limit(1)) is not None


def free_slug(
    model: Any, title: str, scope: dict[str, Any], but: int | None = None, promised: Collection[str] = ()
) -> str:
    """A slug made from a title that no other row of the scope has, nor is `promised` to one."""
    base = slugify(title, str(scope.get("locale") or "en"))
    return unique_slug(base, lambda slugs: {*_taken_slugs(model, slugs, scope, but), *promised})


def _taken_slugs(model: Any, slugs: Sequence[str], scope: dict[str, Any], but: int | None) -> Sequence[str]:
    """Those of several slugs that other rows than `but` have; one query."""
    query = select(model.slug).where(model.slug.in_(slugs), *_conditions_of_scope(model, scope))
    if but is not None:
        query = query.where(model.id != but)
    return db.session.scalars(query).all()


def place_page(page: Page) -> list[tuple[str, Page]]:
    """Give a page the path of its place, and those below it theirs.

    Returns (old path, page) for each whose path changed. One query for the whole branch, and one for each page above.
    Raises InvalidInput where the page would be below itself: two drafts may each have been fine alone.
    """
    # As it is by now: others may have moved what the session has read before.
    above = select(Page.path).where(Page.id == page.parent_id)
    parent_path = db.session.scalar(above) if page.parent_id is not None else None
    new = f"{parent_path}/{page.slug}" if parent_path else page.slug
    old = page.path
    if old == new:
        return []
    if page.id is not None and page.id in line_above(page.parent_id):
        raise InvalidInput({"parent": _("A page cannot be below itself.")})
    moved = [(old, page)] if old else []
    if old:
        below = select(Page).where(Page.locale == page.locale, Page.path.startswith(f"{old}/", autoescape=True))
        for descendant in db.session.scalars(below.execution_options(populate_existing=True)).all():
            moved.append((descendant.path, descendant))
            descendant.path = new + descendant.path[len(old) :]
    page.path = new
    return moved


def line_above(parent_id: int | None) -> set[int]:
    """The ids of the pages above a place in the tree."""
    line: set[int] = set()
    while parent_id is not None and parent_id not in line:
        line.add(parent_id)
        parent_id = db.session.scalar(select(Page.parent_id).where(Page.id == parent_id))
    return line


def remember_address(old_path: str, new_path: str) -> None:
    """Leave a redirect from where a published object was, in the caller's transaction.

    Redirects that led to the old address lead to the new one, and one away from the new address is dropped: so
    that no chain and no loop comes to be.
    """
    if old_path == new_path:
        return
    for redirect in db.session.scalars(
        select(Redirect).where(or_(Redirect.source.in_([old_path, new_path]), Redirect.target == old_path))
    ).all():
        if redirect.source == new_path:
            db.session.delete(redirect)
        elif redirect.source != old_path:
            redirect.target = new_path
        else:
            db.session.delete(redirect)
    db.session.flush()
    db.session.add(Redirect(source=old_path, target=new_path, status_code=301))
