"""Zero stale reads: whatever changes, the next request shows it, and pages that have nothing to do with it stay."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cms.cache import depends_on
from cms.extensions import db
from cms.models import Category, Menu, MenuItem, Page, Post, Redirect, Setting, Tag, User
from tests.cache.conftest import SmallSite
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
from tests.servers import RedisServer
from tests.site_client import SiteClient

# Rounds of changes; in each, everything that can change does so once, in an order that is the same every time.
ROUNDS = 1


class Site:
    """The real site with a little of everything, and ways to change it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.visitor = SiteClient.of(app)
        self.random = random.Random(7)
        self.marks: Counter[str] = Counter()
        with app.app_context():
            ana, eva = (make_user("author", display_name=name).id for name in ("Ana", "Eva"))
            self.authors = [ana, eva]
            news, life = make_category(name="News"), make_category(name="Life")
            tags = [make_tag() for _ in range(3)]
            picture = make_media("A dog")
            posts = [
                make_post(author_id=self.random.choice(self.authors), category=news, tags=tags[:2]) for _ in range(4)
            ]
            posts[0].featured_image = picture
            posts[1].category, posts[1].tags = life, [tags[2]]
            translate(posts[0], "pt")
            about = make_page(slug="about")
            make_page(slug="team", parent=about)
            menu = make_menu()
            make_menu_item(menu, page=about, url="")
            make_menu_item(menu)
            make_redirect("/en/old", "/en/about")
            make_setting("site_name", "Marks")
            db.session.commit()
            self.paths = self.addresses()

    def addresses(self) -> list[str]:
        """Every page that there is or was, and some that there are not."""
        rows: list[Any] = []
        for model in (Post, Page, Tag, Category):
            rows += db.session.scalars(select(model)).all()
        authors = db.session.scalars(select(User).where(User.id.in_(self.authors)))
        return [
            "/en/",
            "/pt/",
            "/en/none",
            "/en/old",
            "/en/posts/none",
            *(row.public_path for row in rows),
            *(f"/en/authors/{author.username}" for author in authors),
        ]

    def pick(self, model: Any) -> Any:
        return self.random.choice(db.session.scalars(select(model).order_by(model.id)).all())

    def changes(self, number: int) -> dict[str, Callable[[], object]]:
        """What can change, by name."""
        name = f"Changed {number}"
        post = self.pick(Post)
        return {
            "title": lambda: setattr(post, "title", name),
            "text": lambda: setattr(post, "body", f"<p>{name}</p>"),
            "summary": lambda: setattr(self.pick(Post), "summary", name),
            "bio": lambda: setattr(db.session.get(User, self.random.choice(self.authors)), "bio", name),
            "topic": lambda: setattr(self.pick(Category), "description", name),
            "slug": lambda: setattr(post, "slug", f"{post.slug}x"),
            "status": lambda: setattr(post, "status", "draft" if post.status == "published" else "published"),
            "author": lambda: setattr(post, "author_id", self.random.choice(self.authors)),
            "category": lambda: setattr(post, "category", self.pick(Category)),
            "tags": lambda: setattr(post, "tags", [self.pick(Tag)]),
            "new post": lambda: make_post(author_id=self.authors[0], title=name),
            "delete": lambda: db.session.delete(post),
            "tag": lambda: setattr(self.pick(Tag), "name", name),
            "category name": lambda: setattr(self.pick(Category), "name", name),
            "person": lambda: setattr(db.session.get(User, self.random.choice(self.authors)), "display_name", name),
            "menu link": lambda: setattr(self.pick(MenuItem), "label", name),
            "new menu link": lambda: make_menu_item(self.pick(Menu), label=name),
            "page": lambda: setattr(self.pick(Page), "title", name),
            "setting": lambda: setattr(self.pick(Setting), "value", name),
            "redirect": lambda: setattr(self.pick(Redirect), "target", f"/en/{number}"),
        }

    @contextmanager
    def uncached(self) -> Iterator[None]:
        service = self.app.extensions["page_cache"]
        service.on = False
        try:
            yield
        finally:
            service.on = True

    def compare(self, what: str) -> None:
        """Every page that is served from the cache is the page that would be rendered now."""
        for path in self.paths:
            served = self.visitor.get(path)
            self.marks[served.headers["X-Cache"]] += 1
            if served.headers["X-Cache"] == "hit":
                with self.uncached():
                    fresh = self.visitor.get(path)
                assert (served.status, served.data, served.headers.get("Location")) == (
                    fresh.status,
                    fresh.data,
                    fresh.headers.get("Location"),
                ), f"{path} is stale after a change of: {what}"


@pytest.mark.database
def test_no_change_leaves_a_stale_page_and_unrelated_pages_stay(app: Flask) -> None:
    site = Site(app)
    site.compare("nothing")
    site.compare("nothing")
    assert site.marks["bypass"] == 0
    site.marks.clear()
    with app.app_context():
        kinds = list(site.changes(0)) * ROUNDS
    site.random.shuffle(kinds)
    for number, what in enumerate(kinds):
        with app.app_context():
            site.changes(number)[what]()
            db.session.commit()
            site.paths = sorted({*site.paths, *site.addresses()})
        site.compare(what)
    assert site.marks["bypass"] == 0
    # All is one language here, and most changes concern lists that are shown everywhere in it.
    assert site.marks["hit"] > site.marks["miss"] * 0.3


@pytest.mark.database
def test_a_change_in_one_language_leaves_the_others_alone(app: Flask) -> None:
    site = Site(app)
    for _ in range(2):
        for path in ("/pt/", "/de/", "/en/"):
            site.visitor.get(path)
    with app.app_context():
        make_post(locale="pt")
    assert [site.visitor.get(path).headers["X-Cache"] for path in ("/pt/", "/de/", "/en/")] == ["miss", "hit", "hit"]


class Counters:
    """Pages that each show a number which writers raise, on two processes with writers and readers at once."""

    names = ("a", "b", "c")
    last = 25

    def __init__(self, sites: list[SmallSite]) -> None:
        self.sites = sites
        self.saved = dict.fromkeys(self.names, 0)
        self.stale: list[str] = []
        self.marks: Counter[str] = Counter()
        self.done = threading.Event()
        for site in sites:
            site.pages |= {f"/en/{name}": self.page for name in self.names}
            site.service.strict = False
        with sites[0].app.app_context():
            db.session.add_all([Tag(name="0", slug=name, locale="en") for name in self.names])
            db.session.commit()

    def page(self, environ: dict[str, Any]) -> str:
        tag = self.tag(environ["PATH_INFO"].rpartition("/")[2])
        depends_on(tag)
        return tag.name

    def tag(self, name: str) -> Tag:
        return db.session.scalars(select(Tag).where(Tag.slug == name)).one()

    def write(self, site: SmallSite, name: str) -> None:
        for number in range(1, self.last + 1):
            with site.app.app_context(), site.service.patience.before_reply():
                self.tag(name).name = str(number)
                db.session.commit()
            self.saved[name] = number
            time.sleep(0.005)

    def read(self, site: SmallSite, seed: int) -> None:
        choose = random.Random(seed)
        while not self.done.is_set():
            name = choose.choice(self.names)
            least = self.saved[name]
            reply = site.get(f"/en/{name}")
            self.marks[reply.headers["X-Cache"]] += 1
            if int(reply.text) < least:
                self.stale.append(f"{name}: {reply.text} < {least}")

    def run(self) -> None:
        """Let three writers and four readers go, until the writers have finished."""
        writers = [
            threading.Thread(target=self.write, args=(self.sites[number // 2], name))
            for number, name in enumerate(self.names)
        ]
        # Most read where fewest write: what a process purges itself is no news to it.
        readers = [threading.Thread(target=self.read, args=(self.sites[min(number, 1)], number)) for number in range(4)]
        for thread in writers + readers:
            thread.start()
        for thread in writers:
            thread.join(60)
        self.done.set()
        for thread in readers:
            thread.join(60)


@pytest.mark.database
def test_a_correction_leaves_pages_that_do_not_show_the_text(app: Flask) -> None:
    with app.app_context():
        posts = [make_post() for _ in range(12)]
        about = make_page()
        first, last, page = posts[0].public_path, posts[-1].public_path, about.public_path
    visitor = SiteClient.of(app)
    paths = [first, last, page, "/en/"]
    assert [visitor.get(path).headers["X-Cache"] for path in paths] == ["miss"] * 4
    with app.app_context():
        db.session.scalars(select(Post).order_by(Post.id)).first().body = "<p>Corrected</p>"
        db.session.commit()
    assert [visitor.get(path).headers["X-Cache"] for path in (first, page)] == ["miss", "hit"]
    assert b"Corrected" in visitor.get(first).data
    assert visitor.get(last).headers["X-Cache"] == "hit"


def test_readers_never_see_less_than_was_saved_when_they_asked(
    shared_redis: RedisServer, build_site: Callable[..., SmallSite]
) -> None:
    counters = Counters([build_site(REDIS_URL=shared_redis.url, PAGE_CACHE_LEASE=0.05) for _ in range(2)])
    counters.run()
    assert counters.saved == dict.fromkeys(Counters.names, Counters.last)
    assert counters.stale == []
    assert counters.marks["hit"] > 100
    assert counters.marks["bypass"] == 0
