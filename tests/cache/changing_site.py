"""A site with a little of everything in several languages, and every way in which it changes.

Each text that changes names what it belongs to and its version, as in "(post12.45)": so a reader sees at once whether
a page is older than what had been saved when the page was asked for.
"""

import random
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from cms.content import editing, publishing
from cms.extensions import db
from cms.i18n import catalogs
from cms.models import Category, Media, Menu, Page, Post, Redirect, Role, Setting, Tag, User
from cms.models.column_types import utc_now
from cms.security.policy import SYSTEM
from tests.factories import (
    make_category,
    make_media,
    make_menu,
    make_menu_item,
    make_page,
    make_post,
    make_redirect,
    make_setting,
    make_tag,
    make_user,
    translate,
)
from tests.live_site import LiveSite
from tests.site_client import signed_in

# The languages that are written in; in QUIET ones there is something too, and nothing of it ever changes.
BUSY = ("en", "pt", "ar")
QUIET = ("de", "fr")
QUIET_PATHS = tuple(f"/{locale}/" for locale in QUIET)
EVERY = ("en", "pt", "es", "fr", "de", "ar", "zh-Hans")
MARK = re.compile(r"\(([\w-]+)\.(\d+)\)")
# Shown at the foot of every page.
SHOWN_EVERYWHERE = "Languages"
# Seconds until what is scheduled is due.
SOON = 1.5
# Settings and menus are on every page of every language; of so many changes, one is of these.
EVERYWHERE_ONCE_IN = 40
# Addresses that are asked for although nothing is there any more.
MOST_GONE = 60

Change = Callable[[int], object]


class ChangingSite:
    """The content of a live site: filled here, changed by the functions that `change()` chooses from."""

    def __init__(self, live: LiveSite, seed: int) -> None:
        self.live = live
        self.chance = random.Random(seed)
        self.lock = threading.Lock()
        # The newest version of each text that any reader must see; and moments at which something becomes due.
        self.saved: dict[str, int] = {}
        self.due: list[float] = []
        self.paths: list[str] = []
        # Where an object that can be chosen is now; and how often something changed that is shown on every page.
        self.at: dict[str, str] = {}
        self.everywhere = 0
        with live.app.app_context():
            self._fill()
            self._staff()
            self.note_addresses()

    def _fill(self) -> None:
        picture = make_media("A dog")
        people = [make_user("author", display_name=name) for name in ("Ana", "Eva")]
        self.people = [person.id for person in people]
        quiet_author = make_user("author", display_name="Otto").id
        make_setting("site_name", "Name")
        for locale in BUSY:
            make_setting("footer_text", "Foot", locale)
        for locale in (*BUSY, *QUIET):
            quiet = locale in QUIET
            topics = [make_category(locale=locale) for _ in range(2)]
            tags = [make_tag(locale=locale) for _ in range(3)]
            for number in range(3 if quiet else 12):
                author = quiet_author if quiet else self.people[number % 2]
                make_post(locale=locale, author_id=author, category=topics[number % 2], tags=tags[number % 3 :])
            about = make_page(locale=locale, slug="about")
            make_page(locale=locale, slug="team", parent=about)
            menu = make_menu(locale=locale)
            make_menu_item(menu, page=about, url="")
            make_menu_item(menu, url=f"/{locale}/")
        for post in db.session.scalars(select(Post).where(Post.locale == "en").limit(4)).all():
            post.featured_image = picture
            translate(post, "pt", author_id=self.people[0], featured_image=picture)
        make_redirect("/en/old", "/en/about")
        db.session.commit()

    def _staff(self) -> None:
        """Somebody who saves through the back office of each set, and somebody whose permissions change."""
        role = editing.create(Role, {"name": "changing", "title": "Changing", "grants": grants(may=False)}, SYSTEM)
        self.role = role.id
        clients = [signed_in(self.live.app, "administrator") for _ in range(2)]
        self.tokens = [client.csrf_token for client in clients]
        self.cookies = [cookie_of(client) for client in clients]
        person = make_user(None, roles=[role])
        self.member = cookie_of(signed_in(self.live.app, person))

    def note_addresses(self) -> None:
        """Remember every address that there is, beside some of those that there were."""
        found = ["/en/none", "/en/posts/none", "/en/old", "/sitemap.xml", "/robots.txt", "/en/?page=2", "/pt/?page=2"]
        month = f"{utc_now():archive/%Y/%m}".replace("/0", "/")
        for locale in EVERY:
            found += [f"/{locale}/", f"/{locale}/feed.xml", f"/{locale}/{month}"]
        for model, name in ((Post, "post"), (Page, "page"), (Tag, "tags"), (Category, "categories")):
            for row in db.session.scalars(select(model)):
                found.append(row.public_path)
                self.at[f"{name}{row.id}"] = row.public_path
        for author in db.session.scalars(select(User).where(User.id.in_(self.people))):
            found += [f"/{locale}/authors/{author.username}" for locale in BUSY]
        gone = [path for path in self.paths if path not in found]
        self.paths = sorted({*found, *self.chance.sample(gone, min(len(gone), MOST_GONE))})

    def is_quiet(self, path: str) -> bool:
        """Whether nothing concerns a page but what is shown everywhere. An archive asks all posts for its month."""
        return path.startswith(QUIET_PATHS) and "/archive/" not in path

    def quiet_paths(self) -> list[str]:
        return [path for path in self.paths if self.is_quiet(path)]

    # What can change. Each function takes a version and returns the names of the texts that now bear it.

    def choose(self) -> tuple[str, Callable[[int], list[str]]]:
        """Something to change: the name of the object, which no two may change at once, and how."""
        if self.chance.randrange(EVERYWHERE_ONCE_IN) == 0:
            self.everywhere += 1
            return self.chance.choice([self._setting, self._menu])()
        kinds = [self._post] * 10 + [self._tag, self._category, self._page, self._person, self._picture]
        kinds += [self._catalogue, self._redirect, self._role, self._new_post]
        return self.chance.choice(kinds)()

    def _row_of(self, model: Any, *conditions: Any) -> int:
        with self.live.app.app_context():
            return self.chance.choice(db.session.scalars(select(model.id).where(*conditions).order_by(model.id)).all())

    def _with(self, model: Any, row_id: int, change: Callable[[Any], object]) -> None:
        with self.live.app.app_context():
            change(db.session.get_one(model, row_id))

    def _post(self) -> tuple[str, Callable[[int], list[str]]]:
        row_id = self._row_of(Post, Post.locale.in_(BUSY))
        kinds = [self._text_of, self._slug_of, self._office_edit, self._withdraw, self._plan, self._relations_of]
        return f"post{row_id}", self.chance.choice(kinds)(row_id)

    def _published(self, row_id: int, name: str, values: Callable[[int, Any], dict[str, Any]]) -> Any:
        def change(version: int) -> list[str]:
            def apply(post: Any) -> None:
                if post.trashed_at is not None:
                    publishing.restore(post, SYSTEM)
                publishing.publish(post, SYSTEM, values(version, post))

            self._with(Post, row_id, apply)
            return [name] if name else []

        return change

    def _text_of(self, row_id: int) -> Any:
        name = f"text{row_id}"
        return self._published(
            row_id, name, lambda n, post: {"title": f"T ({name}.{n})", "body": f"<p>B ({name}.{n})</p>"}
        )

    def _slug_of(self, row_id: int) -> Any:
        return self._published(row_id, "", lambda n, post: {"slug": f"moved-{row_id}-{n}"})

    def _relations_of(self, row_id: int) -> Any:
        pick = self.chance.randrange

        def values(n: int, post: Any) -> dict[str, Any]:
            tags = db.session.scalars(select(Tag).where(Tag.locale == post.locale)).all()
            topics = db.session.scalars(select(Category).where(Category.locale == post.locale)).all()
            return {"tags": [tags[pick(len(tags))]], "category": topics[pick(len(topics))]}

        return self._published(row_id, "", values)

    def _office_edit(self, row_id: int) -> Any:
        """A form of the back office, sent to either set; the boxes for relations are left empty."""
        name, side = f"text{row_id}", self.chance.randrange(2)

        def change(version: int) -> list[str]:
            def restored(post: Any) -> None:
                publishing.restore(post, SYSTEM)

            self._with(Post, row_id, restored)
            form = {"title": f"T ({name}.{version})", "slug": f"form-{row_id}-{version}", "_action": "publish"}
            form["body"] = f"<p>B ({name}.{version})</p>"
            self.submit(side, f"/admin/posts/edit/?id={row_id}", form)
            return [name]

        return change

    def _withdraw(self, row_id: int) -> Any:
        how = self.chance.choice(["unpublish", "trash", "for good"])

        def change(version: int) -> list[str]:
            def apply(post: Any) -> None:
                if how == "unpublish" and post.trashed_at is None:
                    publishing.unpublish(post, SYSTEM)
                elif how != "for good" or post.trashed_at is None:
                    publishing.trash(post, SYSTEM)
                else:
                    publishing.delete_for_good(post, SYSTEM)

            self._with(Post, row_id, apply)
            return []

        return change

    def _plan(self, row_id: int) -> Any:
        def change(version: int) -> list[str]:
            moment = utc_now() + timedelta(seconds=SOON)

            def apply(post: Any) -> None:
                if post.trashed_at is not None:
                    publishing.restore(post, SYSTEM)
                publishing.publish(post, SYSTEM, {"summary": f"Planned {version}"}, at=moment)

            with self.lock:
                self.due.append(moment.timestamp())
            self._with(Post, row_id, apply)
            return []

        return change

    def _new_post(self) -> tuple[str, Callable[[int], list[str]]]:
        locale = self.chance.choice(BUSY)

        def change(version: int) -> list[str]:
            with self.live.app.app_context():
                values = {"title": f"New {version}", "locale": locale, "body": "<p>New.</p>"}
                post = publishing.create_draft(Post, values, SYSTEM)
                publishing.publish(post, SYSTEM, {})
            return []

        return f"new {locale}", change

    def _named(self, model: Any, *, form: str = "", key: str = "name") -> tuple[str, Callable[[int], list[str]]]:
        """An object of which one text changes, through the service or, where there is a form, the back office."""
        row_id = self._row_of(model, *([model.locale.in_(BUSY)] if hasattr(model, "locale") else []))
        name, side = f"{model.__tablename__}{row_id}", self.chance.randrange(3)

        def change(version: int) -> list[str]:
            value = f"N ({name}.{version})"
            if form and side < 2:
                with self.live.app.app_context():
                    row = db.session.get_one(model, row_id)
                    typed = {key: value, "slug": f"{row.slug.partition('-v')[0]}-v{version}", "locale": row.locale}
                self.submit(side, f"{form}?id={row_id}", typed)
            else:
                self._with(model, row_id, lambda row: editing.update(row, {key: value}, SYSTEM))
            return [name]

        return name, change

    def _tag(self) -> tuple[str, Callable[[int], list[str]]]:
        return self._named(Tag, form="/admin/tags/edit/")

    def _category(self) -> tuple[str, Callable[[int], list[str]]]:
        return self._named(Category, form="/admin/categories/edit/")

    def _setting(self) -> tuple[str, Callable[[int], list[str]]]:
        row_id = self._row_of(Setting, Setting.locale.in_(BUSY))
        name = f"setting{row_id}"
        return name, self._updated(Setting, row_id, name, lambda n, row: {"value": f"F ({name}.{n})"})

    def _person(self) -> tuple[str, Callable[[int], list[str]]]:
        row_id = self.chance.choice(self.people)
        name = f"person{row_id}"
        return name, self._updated(User, row_id, name, lambda n, row: {"display_name": f"P ({name}.{n})"})

    def _redirect(self) -> tuple[str, Callable[[int], list[str]]]:
        row_id = self._row_of(Redirect, Redirect.source == "/en/old")
        return "redirect", self._updated(Redirect, row_id, "", lambda n, row: {"target": f"/en/{n}"})

    def _updated(self, model: Any, row_id: int, name: str, values: Callable[[int, Any], dict[str, Any]]) -> Any:
        def change(version: int) -> list[str]:
            self._with(model, row_id, lambda row: editing.update(row, values(version, row), SYSTEM))
            return [name] if name else []

        return change

    def _page(self) -> tuple[str, Callable[[int], list[str]]]:
        """The text of a page, or its place: those below it move along, so all pages of a language are one object."""
        row_id = self._row_of(Page, Page.locale.in_(BUSY))
        name, moves = f"page{row_id}", self.chance.randrange(3) == 0

        def change(version: int) -> list[str]:
            values = {"slug": f"place-{row_id}-{version}"} if moves else {"title": f"G ({name}.{version})"}
            self._with(Page, row_id, lambda page: publishing.publish(page, SYSTEM, values))
            return [] if moves else [name]

        return "pages", change

    def _menu(self) -> tuple[str, Callable[[int], list[str]]]:
        row_id = self._row_of(Menu, Menu.locale.in_(BUSY))
        name = f"menu{row_id}"

        def links(n: int, menu: Any) -> dict[str, Any]:
            first = menu.items[0]
            kept = {"id": first.id, "label": f"M ({name}.{n})", "url": "/en/none", "page": None, "position": 1}
            return {"items": [kept, {"label": f"New {n}", "url": f"/en/{n}", "position": 2}]}

        return name, self._updated(Menu, row_id, name, links)

    def _picture(self) -> tuple[str, Callable[[int], list[str]]]:
        row_id = self._row_of(Media)
        name = f"picture{row_id}"

        def texts(n: int, media: Any) -> dict[str, Any]:
            there = {text.locale: text.id for text in media.texts}
            rows = [{"id": there.get(code), "locale": code, "alt": f"A ({name}-{code}.{n})"} for code in ("en", "pt")]
            return {"texts": rows}

        update = self._updated(Media, row_id, "", texts)
        return name, lambda n: [*update(n), f"{name}-en", f"{name}-pt"]

    def _catalogue(self) -> tuple[str, Callable[[int], list[str]]]:
        """A text of the interface, saved on either set; the other one has to notice the file."""
        code, side = self.chance.choice(["pt", "ar"]), self.chance.randrange(2)
        name = f"ui-{code}"

        def change(version: int) -> list[str]:
            with self.live.app.app_context():
                texts = catalogs.open_catalog(catalogs.language(code))
                entry = next(one for one in texts.po.active if one.source == SHOWN_EVERYWHERE)
            form = {"form-0": f"U ({name}.{version})", "seen": entry.fingerprint}
            self.submit(side, f"/admin/translations/{code}/{entry.key.token}/", form)
            return [name]

        return name, change

    def _role(self) -> tuple[str, Callable[[int], list[str]]]:
        """What a role may do: whoever has it is let in, or kept out, at the next request to either set."""

        def change(version: int) -> list[str]:
            may = version % 2 == 0
            self._with(
                Role, self.role, lambda role: editing.update(role, {"grants": grants(may=may, role=role)}, SYSTEM)
            )
            for port in self.live.ports:
                status = self.live.ask_once(port, "/admin/settings/", self.member).status
                assert status == (200 if may else 403), f"{status} after a change of permissions"
            return []

        return "role", change

    def submit(self, side: int, path: str, form: dict[str, str]) -> None:
        """Send a form of the back office to one of the sets, as an administrator."""
        sent = urlencode({"csrf_token": self.tokens[side], **form})
        reply = self.live.ask_once(self.live.ports[side], path, self.cookies[side], sent)
        assert reply.status == 302, f"{path}: {reply.status} {reply.text[:3000]}"


def grants(*, may: bool, role: Any = None) -> list[dict[str, Any]]:
    """Into the back office, and there to the settings or not; what the role holds already stays."""
    there = {grant.permission: grant.id for grant in role.grants} if role is not None else {}
    held = ["backoffice:enter", *(["settings:read"] if may else [])]
    return [{"id": there.get(name), "permission": name, "scope": "all"} for name in held]


def cookie_of(client: Any) -> str:
    """The session of a test client, as a header."""
    cookie = client.get_cookie(client.application.config["SESSION_COOKIE_NAME"])
    return f"{cookie.key}={cookie.value}"
