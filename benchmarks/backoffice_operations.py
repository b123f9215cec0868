"""What people do in the back office: every screen, sort and filter that is offered, and what is saved."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from html import unescape
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from admin import list_marks
from cms.content import media_library, publishing
from cms.extensions import db
from cms.models import Post, Tag, User
from cms.security.policy import SYSTEM
from tests.content.picture_samples import picture
from tests.site_client import SiteClient

SORTED = ("posts", "tags", "users")
# Posts that are saved and published again and again: the number of those is not what is measured.
WRITTEN = 5
# Versions of each post that is made only to be deleted for good, and how many of those are deleted together.
VERSIONS, TRASHED = 20, 5
BODY = "<p>{}</p>".format("A harbour with two clocks keeps its own time. " * 40)
_turns = count(1)


@dataclass(frozen=True)
class Operation:
    """Something that is done in the back office, at an address; with `form`, it is posted there.

    `prepare` is done before each time, which is not measured.
    """

    group: str
    name: str
    path: str
    form: Callable[[SiteClient], dict[str, Any]] | None = None
    prepare: Callable[[], None] | None = None


def operations(app: Flask) -> list[Operation]:
    """All of them. The site must hold posts in English."""
    with app.app_context():
        last = db.session.scalar(select(func.max(Post.id))) or 1
        live = _some_posts(Post.status == "published")
        drafts = _some_posts(Post.status == "draft")
        tags = list(db.session.scalars(select(Tag.id).where(Tag.locale == "en").limit(2)))
        author = db.session.scalar(select(User.id).order_by(User.id)) or 1
        _give_a_history(live[0])
        media = _a_picture(drafts[-1])
    found = [Operation(group, name, path) for group, name, path in _addresses(last, live[0], media)]
    for name, prepare in (("middle page", _let_walk), ("middle page, not walked to yet", _forget_marks)):
        found.append(Operation("list", name, _middle(last), prepare=partial(prepare, app)))
    found += [Operation("sort", name, path) for name, path in _sorts(app)]
    found += [Operation("filter", name, path) for name, path in _filters(app)]
    written = {"category": "1", "tags": ",".join(map(str, tags)), "author": str(author), "body": BODY}
    for action, name, posts in (
        ("save", "save a draft beside a published post", live),
        ("save", "save a draft", drafts),
        ("publish", "publish a post", live),
        ("submit", "submit a draft for review", drafts),
    ):
        path = f"/admin/posts/edit/?id={posts[0]}"
        found.append(Operation("write", name, path, _form_of(path, written | {"_action": action})))
    found.append(Operation("write", "save a tag", f"/admin/tags/edit/?id={tags[0]}", _form_of_tag(tags[0])))
    found.append(Operation("delete", "a post with versions, for good", "/admin/posts/delete/", _one_to_delete(app)))
    path = "/admin/posts/action/"
    found.append(Operation("delete", f"{TRASHED} posts with versions, for good", path, _some_to_delete(app)))
    found.append(Operation("delete", "a picture", "/admin/media/delete/", _picture_to_delete(app)))
    return found


def _middle(last: int) -> str:
    """A page in the middle of the list, just before a mark, so that it is as far from one as can be."""
    return f"/admin/posts/?page={max(last // 2 // list_marks.SPACING * list_marks.SPACING // 20 - 1, 1)}"


def _let_walk(app: Flask) -> None:
    """As in a process that has shown the list before: the page is found from the mark before it."""
    with app.app_context():
        list_marks.marked_lists().wait()


def _forget_marks(app: Flask) -> None:
    """As in a process that has not shown the list yet: the page is counted to."""
    _let_walk(app)
    del app.extensions[list_marks.EXTENSION]


def _some_posts(*conditions: Any) -> list[int]:
    query = select(Post.id).where(Post.locale == "en", Post.trashed_at.is_(None), Post.scheduled_at.is_(None))
    return list(db.session.scalars(query.where(*conditions).order_by(Post.id).limit(WRITTEN)))


def _give_a_history(identifier: int) -> None:
    """Two versions at least, for the screen that compares them."""
    post = db.session.get_one(Post, identifier)
    editor = db.session.scalars(select(User).where(User.username == "measurer")).one()
    for title in ("An earlier title", "A later title"):
        publishing.save_draft(post, {"title": title}, editor)


def _a_picture(shown_by: int) -> int:
    """A picture that the draft of one post shows."""
    media = media_library.add_picture(io.BytesIO(picture()), "lighthouse.png", SYSTEM)
    post = db.session.get_one(Post, shown_by)
    publishing.save_draft(post, {"body": f'{BODY}<p><img src="/media/{media.filename}" alt=""></p>'}, SYSTEM)
    return media.id


def _addresses(last: int, written: int, media: int) -> Iterator[tuple[str, str, str]]:
    yield "list", "first page", "/admin/posts/"
    yield "list", "first page, 50 rows", "/admin/posts/?page_size=50"
    yield "list", "second page", "/admin/posts/?page=1"
    yield "list", "last page", "/admin/posts/?page=-1"
    yield "list", "drafts", "/admin/posts/?show=draft"
    yield "list", "in review", "/admin/posts/?show=review"
    yield "list", "scheduled", "/admin/posts/?show=scheduled"
    yield "list", "trash", "/admin/posts/?show=trash"
    yield "list", "tags", "/admin/tags/"
    yield "list", "people", "/admin/users/"
    yield "search", "a common word", "/admin/posts/?search=harbour"
    yield "search", "a common word, second page", "/admin/posts/?search=harbour&page=1"
    yield "search", "the beginning of a title", "/admin/posts/?search=river+stone"
    yield "search", "nothing found", "/admin/posts/?search=zeppelin"
    yield "search", "by name, everywhere", "/admin/search/?q=river"
    yield "form", "edit a post", f"/admin/posts/edit/?id={last // 2}"
    yield "form", "edit a post with a draft", f"/admin/posts/edit/?id={written}"
    yield "form", "new post", "/admin/posts/new/"
    yield "form", "edit a picture", f"/admin/media/edit/?id={media}"
    yield "form", "edit a tag", "/admin/tags/edit/?id=1"
    yield "look-up", "a tag", "/admin/posts/ajax/lookup/?name=tags&query=river"
    yield "look-up", "a tag, nothing found", "/admin/posts/ajax/lookup/?name=tags&query=zeppelin"
    yield "look-up", "a tag, no word", "/admin/posts/ajax/lookup/?name=tags&query=&locale=pt"
    yield "look-up", "a parent page", "/admin/pages/ajax/lookup/?name=parent&query=river"
    yield "look-up", "content for a link", "/admin/link-search/?q=river&locale=en"
    yield "screen", "dashboard", "/admin/"
    yield "screen", "details of a post", f"/admin/posts/details/?id={last // 2}"
    yield "screen", "a picture and where it is shown", f"/admin/media/?show={media}"
    yield "screen", "versions of a post", f"/admin/posts/history/?id={written}"
    yield "screen", "preview of a post", f"/admin/posts/preview/?id={written}"


def _views(app: Flask) -> Iterator[tuple[str, Any]]:
    for view in app.extensions["admin"][0]._views:  # noqa: SLF001 - Flask-Admin offers no other way to them
        table = getattr(getattr(view, "model", None), "__tablename__", "")
        if table in SORTED:
            yield table, view


def _sorts(app: Flask) -> Iterator[tuple[str, str]]:
    for table, view in _views(app):
        for index, (name, _label) in enumerate(view._list_columns):  # noqa: SLF001 - as above
            if view.is_sortable(name):
                yield f"{table} by {name}", f"/admin/{table}/?sort={index}"
                yield f"{table} by {name}, downwards", f"/admin/{table}/?sort={index}&desc=1"


def _filters(app: Flask) -> Iterator[tuple[str, str]]:
    for table, view in _views(app):
        for index, one in enumerate(view._filters):  # noqa: SLF001 - as above
            argument = view.get_filter_arg(index, one)
            for value in filter_values(one, app):
                yield f"{table} where {argument} is {value}", f"/admin/{table}/?flt0_{argument}={value}"


def filter_values(one: Any, app: Flask) -> list[str]:
    """Values to try a filter with: a common one and a rare one."""
    match type(one).__name__:
        case "DayFilter":
            return ["2012-06-01", "2022-06-01"]
        case "YesNoFilter":
            return ["1", "0"]
        case "RelationFilter":
            return ["id:3", "river"]
        case "TextFilter":
            return ["river", "zeppelin"]
    with app.test_request_context("/"):
        values = [str(value) for value, _label in one.get_options(None) or ()]
    return [values[0], values[-1]] if values else []


def _form_of(path: str, values: dict[str, str]) -> Callable[[SiteClient], dict[str, str]]:
    """What the form of a post sends once somebody has changed its title."""

    def form(client: SiteClient) -> dict[str, str]:
        page = client.get(path).text
        kept = {name: _value_of(page, name) for name in ("version", "slug")}
        return values | kept | {"title": f"A title that was changed {next(_turns)} times", "summary": "A summary."}

    return form


def _one_to_delete(app: Flask) -> Callable[[SiteClient], dict[str, Any]]:
    return lambda client: {"id": str(_in_trash(app))}


def _some_to_delete(app: Flask) -> Callable[[SiteClient], dict[str, Any]]:
    return lambda client: {"action": "delete_for_good", "rowid": [str(_in_trash(app)) for _ in range(TRASHED)]}


def _in_trash(app: Flask) -> int:
    """A new post with VERSIONS, in the trash."""
    with app.app_context():
        post = publishing.create_draft(Post, {"title": f"Made to go {next(_turns)}", "locale": "en"}, SYSTEM)
        for number in range(VERSIONS - 1):
            publishing.save_draft(post, {"body": f"{BODY}<p>{number}</p>"}, SYSTEM)
        publishing.trash(post, SYSTEM)
        identifier: int = post.id
        return identifier


def _picture_to_delete(app: Flask) -> Callable[[SiteClient], dict[str, Any]]:
    """A new picture that nothing shows."""

    def form(client: SiteClient) -> dict[str, Any]:
        data = picture(colour=(next(_turns) % 256, next(_turns) // 256 % 256, 7))
        with app.app_context():
            return {"id": str(media_library.add_picture(io.BytesIO(data), "gone.png", SYSTEM).id)}

    return form


def _form_of_tag(identifier: int) -> Callable[[SiteClient], dict[str, str]]:
    def form(client: SiteClient) -> dict[str, str]:
        page = client.get(f"/admin/tags/edit/?id={identifier}").text
        kept = {name: _value_of(page, name) for name in ("version", "slug")}
        return kept | {"name": f"A tag {next(_turns)}", "locale": "en"}

    return form


def _value_of(page: str, name: str) -> str:
    field = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    value = re.search(r'\bvalue="([^"]*)"', field[0]) if field is not None else None
    return unescape(value[1]) if value is not None else ""
