"""Objects for tests: each function makes one, with sensible values where none are given, and commits.

They go through the models, as every other writer does, so that whatever follows a commit follows these too.
"""

import itertools
from typing import Any, TypeVar

from argon2 import PasswordHasher
from sqlalchemy import select

from cms.extensions import db
from cms.models import Category, Media, MediaText, Menu, MenuItem, Page, Post, Redirect, Role, Setting, Tag, User
from cms.models.base import Model
from cms.models.column_types import utc_now

PASSWORD = "seven-otters-wade"

M = TypeVar("M", bound=Model)

_numbers = itertools.count(1)
_hashes: dict[str, str] = {}


def _saved(item: M) -> M:
    db.session.add(item)
    db.session.commit()
    return item


def _hash(password: str) -> str:
    """Hashing is slow on purpose: here it is as quick as it can be, and done once for each password."""
    if password not in _hashes:
        _hashes[password] = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)
    return _hashes[password]


def role_named(name: str) -> Role:
    """The role with this name; the foundation of a site has laid it."""
    return db.session.scalars(select(Role).where(Role.name == name)).one()


def make_user(role: str | None = "member", *, password: str = PASSWORD, **values: Any) -> User:
    """An account with one role (None for no role at all); a translator gets `languages=["pt"]`."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "username": f"{role or 'nobody'}{number}",
        "email": f"person{number}@example.org",
        "display_name": f"Person {number}",
        "languages": ["pt"] if role == "translator" else [],
        "roles": [role_named(role)] if role is not None else [],
        "session_version": 1,
    }
    return _saved(User(password_hash=_hash(password), **defaults | values))


def _published(values: dict[str, Any]) -> dict[str, Any]:
    if values["status"] == "review":
        values.setdefault("submitted_at", utc_now())
    if values["status"] == "published":
        now = utc_now()
        values.setdefault("published_at", now)
        values.setdefault("last_published_at", now)
    return values


def make_post(**values: Any) -> Post:
    """A published English post; `status="draft"` for one that no visitor sees."""
    number = next(_numbers)
    defaults = {
        "title": f"Post {number}",
        "slug": f"post-{number}",
        "locale": "en",
        "summary": f"Summary of post {number}.",
        "body": f"<p>Text of post {number}.</p>",
        "status": "published",
    }
    return _saved(Post(**_published(defaults | values)))


def make_page(**values: Any) -> Page:
    """A published English page; its path follows its slug and its parent unless given."""
    number = next(_numbers)
    defaults = {
        "title": f"Page {number}",
        "slug": f"page-{number}",
        "locale": "en",
        "body": f"<p>Text of page {number}.</p>",
        "status": "published",
    }
    merged = _published(defaults | values)
    parent = merged.get("parent")
    merged.setdefault("path", f"{parent.path}/{merged['slug']}" if parent else merged["slug"])
    return _saved(Page(**merged))


def make_tag(**values: Any) -> Tag:
    """An English tag."""
    number = next(_numbers)
    return _saved(Tag(**{"name": f"Tag {number}", "slug": f"tag-{number}", "locale": "en"} | values))


def make_category(**values: Any) -> Category:
    """An English category."""
    number = next(_numbers)
    return _saved(Category(**{"name": f"Category {number}", "slug": f"category-{number}", "locale": "en"} | values))


def make_menu(**values: Any) -> Menu:
    """An English menu in the header; `items` are MenuItem objects."""
    return _saved(Menu(**{"title": "Menu", "location": "header", "locale": "en"} | values))


def make_menu_item(menu: Menu, **values: Any) -> MenuItem:
    """A link of a menu, to an address unless a page or a category is given."""
    number = next(_numbers)
    defaults = {"menu": menu, "label": f"Link {number}", "position": number, "url": f"/en/link-{number}"}
    return _saved(MenuItem(**defaults | values))


def make_media(alt: str | None = None, locale: str = "en", **values: Any) -> Media:
    """The row of a picture, without its files; `alt` is its text in `locale`."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "title": f"Picture {number}",
        "filename": f"{number:064x}.webp",
        "digest": f"{number:064x}",
        "mime": "image/webp",
        "width": 1600,
        "height": 900,
        "byte_size": 4096,
        "renditions": [{"width": 1600, "height": 900, "name": f"{number:064x}-1600.webp", "bytes": 4096}],
        "texts": [MediaText(locale=locale, alt=alt)] if alt is not None else [],
    }
    return _saved(Media(**defaults | values))


def make_redirect(source: str, target: str, **values: Any) -> Redirect:
    """A permanent redirect."""
    return _saved(Redirect(source=source, target=target, **values))


def make_setting(key: str, value: str, locale: str = "") -> Setting:
    """A setting of the site, for every language unless `locale` is given."""
    return _saved(Setting(key=key, value=value, locale=locale))


def translate(source: Post | Page, locale: str, **values: Any) -> Post | Page:
    """The same document in another language, published; `values` are those of `make_post` or `make_page`."""
    make = make_post if isinstance(source, Post) else make_page
    return make(translation_key=source.translation_key, locale=locale, **values)
