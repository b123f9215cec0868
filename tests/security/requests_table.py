"""Requests that make sense: for every address of the site, what is sent to it to find out who may.

Each request that is about an object gets a new one, so that no request depends on an earlier one.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from cms.extensions import db
from cms.models import AuditEntry, Grant, Role, User
from cms.models.column_types import utc_now
from tests import factories as make

# Whose an object is: one's own, somebody else's, somebody else's in the translator's language.
OWN, OTHER, PORTUGUESE = KINDS = ("own", "other", "portuguese")

# Kinds of requests beside the plain ones, by method and the end of the address.
VARIANTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("POST", "posts/edit/"): ("", "publish", "unpublish"),
    ("POST", "pages/edit/"): ("", "publish", "unpublish"),
    ("POST", "posts/action/"): ("delete", "publish"),
    ("POST", "pages/action/"): ("delete", "publish"),
    ("GET", "posts/all/"): ("delete", "publish"),
    ("POST", "posts/all/"): ("delete", "publish"),
    ("GET", "pages/all/"): ("delete", "publish"),
    ("POST", "pages/all/"): ("delete", "publish"),
    ("GET", "posts/new/"): ("", "into"),
    ("GET", "pages/new/"): ("", "into"),
    ("GET", "categories/new/"): ("", "into"),
    ("GET", "tags/new/"): ("", "into"),
    ("GET", "menus/new/"): ("", "into"),
}
# The last part of addresses that are about one object.
ABOUT_ONE = ("details", "edit", "delete", "action", "preview", "history", "return", "current", "restore")

_numbers = itertools.count(1)


@dataclass
class Sent:
    """One request; `kind` is whose the object is, or "" where there is none."""

    path: str
    query: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    kind: str = ""


def kinds_of_requests(address: str, method: str) -> Iterator[str]:
    """`GET`, `POST`, `POST[publish]`: the kinds of requests to an address."""
    for (its_method, end), variants in VARIANTS.items():
        if its_method == method and address.endswith(end):
            for variant in variants:
                yield f"{method}[{variant}]" if variant else method
            return
    yield method


def requests_to(app: Flask, address: str, request_kind: str, actor: User) -> Iterator[Sent]:
    """The requests of one kind to an address, each ready to be sent by `actor`."""
    method, _bracket, variant = request_kind.rstrip("]").partition("[")
    parts = address.strip("/").split("/")
    table, last = (parts[1], parts[-1]) if parts[0] == "admin" and len(parts) > 1 else ("", "")
    if variant == "into":
        for kind in (OWN, OTHER):
            target = NEW[table](kind, actor)
            yield Sent(address, {"source": target.id, "locale": "pt"}, kind=kind)
    elif table in NEW and last in ABOUT_ONE:
        for kind in KINDS:
            yield about_one(address, last, method, variant, NEW[table](kind, actor), kind)
    elif last == "all":
        yield Sent(address, {"action": variant or "delete"})
    elif "<code>" in address:
        for kind, code in ((OTHER, "de"), (PORTUGUESE, "pt")):
            yield Sent(filled(address.replace("<code>", code)), kind=kind)
    else:
        yield Sent(filled(address), QUERIES.get(last, {}) if method == "GET" else {})


def about_one(address: str, last: str, method: str, variant: str, target: Any, kind: str) -> Sent:
    """A request that is about one object."""
    sent = Sent(address, kind=kind)
    if last == "restore":
        target.trashed_at = utc_now()
    db.session.commit()
    if last == "action":
        sent.data = {"action": variant or "delete", "rowid": target.id}
    elif method == "GET" or last == "edit":
        sent.query = {"id": target.id}
        sent.data = {"title": "A title", "slug": f"slug-{next(_numbers)}", "body": "<p>Text.</p>"} | (
            {"_action": variant} if variant else {}
        )
    else:
        sent.data = {"id": target.id, "revision": 1}
    return sent


def filled(address: str) -> str:
    """An address with a value for each of its variables."""
    for variable, value in VALUES.items():
        address = address.replace(variable, value)
    assert "<" not in address, f"No value is known for a variable of {address}"
    return address


VALUES = {
    "<table>-<int:number>": "posts-0",
    "<language:locale>": "en",
    "posts/<text:slug>": "posts/known",
    "tags/<text:slug>": "tags/known",
    "categories/<text:slug>": "categories/known",
    "<text:username>": "known",
    "<int:year>": "2026",
    "<int:job_id>": "1",
    "<int:month>": "11",
    "files/<path:path>": "files/known.txt",
    "thumbnail/<path:path>": "thumbnail/known.png",
    "download/<path:path>": "download/known.txt",
    "b/<path:path>": "b/folder",
    "upload/<path:path>": "upload/folder",
    "mkdir/<path:path>": "mkdir/folder",
    "en/<path:path>": "en/known",
    "static/<path:filename>": "static/known",
    "<path:filename>": "known",
    "<name>": "known.webp",
    "<code>": "pt",
    "<token>": "known",
    "<export_type>": "csv",
}
QUERIES: dict[str, dict[str, Any]] = {
    "link-search": {"q": "title", "locale": "en"},
    "slug": {"title": "A title", "locale": "en"},
    "rename": {"path": "known.txt"},
    "move": {"path": "known.txt"},
}


def _document(factory: Callable[..., Any]) -> Callable[[str, User], Any]:
    def new(kind: str, actor: User) -> Any:
        # One's own is a draft: what is live, only those who may unpublish take away.
        mine = {"author_id": actor.id, "status": "draft"} if kind == OWN else {}
        return factory(locale="pt" if kind == PORTUGUESE else "en", **mine)

    return new


def _in_language(factory: Callable[..., Any]) -> Callable[[str, User], Any]:
    return lambda kind, actor: factory(locale="pt" if kind == PORTUGUESE else "en")


def _account(kind: str, actor: User) -> User:
    return actor if kind == OWN and actor.id is not None else make.make_user("member")


def _saved(item: Any) -> Any:
    db.session.add(item)
    db.session.commit()
    return item


def _role(kind: str, actor: User) -> Role:
    number = next(_numbers)
    return _saved(Role(name=f"role{number}", title=f"Role {number}"))


def _setting(kind: str, actor: User) -> Any:
    return make.make_setting("footer_text", f"Text {next(_numbers)}", locale=f"x{next(_numbers)}")


def _menu_item(kind: str, actor: User) -> Any:
    return make.make_menu_item(_menu(kind, actor))


def _menu(kind: str, actor: User) -> Any:
    return make.make_menu(locale="pt" if kind == PORTUGUESE else "en", location=f"place-{next(_numbers)}")


# A new object of each kind, by the name of its screen.
NEW: dict[str, Callable[[str, User], Any]] = {
    "posts": _document(make.make_post),
    "pages": _document(make.make_page),
    "categories": _in_language(make.make_category),
    "tags": _in_language(make.make_tag),
    "menus": _menu,
    "menu_items": _menu_item,
    "media": lambda kind, actor: make.make_media(created_by_id=actor.id if kind == OWN else None),
    "redirects": lambda kind, actor: make.make_redirect(f"/en/old-{next(_numbers)}", "/en/"),
    "settings": _setting,
    "users": _account,
    "roles": _role,
    "grants": lambda kind, actor: _saved(Grant(role=_role(kind, actor), permission="posts:read")),
    "audit": lambda kind, actor: _saved(AuditEntry(action="create", label="Something")),
}
