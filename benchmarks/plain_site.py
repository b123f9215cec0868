"""The yardstick of pages that are rendered: the home page as one would write it first, on the same database.

Flask, Flask-SQLAlchemy and Jinja, by their own documentation: models with their relations, related rows loaded with
the posts, `db.paginate()` for the page, templates with `url_for`. It shows what our home page shows: ten posts with
author and category, the newest posts, the sixteen most used tags, menus, settings, languages. It does without all
else that ours does: translated texts, dates in the reader's language, pictures in several sizes.
"""

import os
from pathlib import Path
from typing import Any

from flask import Flask, render_template, request, url_for  # noqa: TID251 -- it is an adapter, and nothing else
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func

application = Flask(__name__, static_folder=None, template_folder=Path(__file__).parent)
application.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{Path(os.environ['INSTANCE_PATH']) / 'babelpress.sqlite'}"
db = SQLAlchemy(application)

PER_PAGE, RECENT, TOPICS = 10, 5, 16
LANGUAGES = {"en": "English", "pt": "Português", "es": "Español", "fr": "Français", "de": "Deutsch", "ar": "العربية"}


class User(db.Model):  # type: ignore[name-defined,misc]  # Flask-SQLAlchemy makes its base at run time
    """Who writes."""

    __tablename__ = "users"
    id = db.Column(db.Integer, primary_key=True)
    username = db.Column(db.String)
    display_name = db.Column(db.String)


class Category(db.Model):  # type: ignore[name-defined,misc]  # as above
    """A section."""

    __tablename__ = "categories"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
    slug = db.Column(db.String)


class Tag(db.Model):  # type: ignore[name-defined,misc]  # as above
    """A topic."""

    __tablename__ = "tags"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
    slug = db.Column(db.String)
    locale = db.Column(db.String)


post_tags = db.Table(
    "post_tags",
    db.Column("post_id", db.ForeignKey("posts.id"), primary_key=True),
    db.Column("tag_id", db.ForeignKey("tags.id"), primary_key=True),
)


class Post(db.Model):  # type: ignore[name-defined,misc]  # as above
    """An article."""

    __tablename__ = "posts"
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String)
    slug = db.Column(db.String)
    summary = db.Column(db.Text)
    body = db.Column(db.Text)
    locale = db.Column(db.String)
    status = db.Column(db.String)
    trashed_at = db.Column(db.DateTime)
    published_at = db.Column(db.DateTime)
    author_id = db.Column(db.ForeignKey("users.id"))
    category_id = db.Column(db.ForeignKey("categories.id"))
    author = db.relationship(User, lazy="joined")
    category = db.relationship(Category, lazy="joined")


class Setting(db.Model):  # type: ignore[name-defined,misc]  # as above
    """A setting."""

    __tablename__ = "settings"
    id = db.Column(db.Integer, primary_key=True)
    key = db.Column(db.String)
    value = db.Column(db.String)


class Menu(db.Model):  # type: ignore[name-defined,misc]  # as above
    """A list of links."""

    __tablename__ = "menus"
    id = db.Column(db.Integer, primary_key=True)
    locale = db.Column(db.String)
    items = db.relationship("MenuItem", lazy="selectin")


class MenuItem(db.Model):  # type: ignore[name-defined,misc]  # as above
    """A link."""

    __tablename__ = "menu_items"
    id = db.Column(db.Integer, primary_key=True)
    menu_id = db.Column(db.ForeignKey("menus.id"))
    label = db.Column(db.String)
    url = db.Column(db.String)


@application.get("/<locale>/")
@application.get("/<locale>/frugal", endpoint="frugal", defaults={"counted": 1000})
def home(locale: str, counted: int | None = None) -> str:
    """The newest posts. Tags are counted over all posts, or over so many of the newest, as our home page does it."""
    live = db.select(Post).filter_by(locale=locale, status="published", trashed_at=None)
    newest = live.order_by(Post.published_at.desc(), Post.id.desc())
    uses = func.count(post_tags.c.post_id)
    used = (
        db.select(Tag)
        .join(post_tags)
        .join(Post, Post.id == post_tags.c.post_id)
        .where(Tag.locale == locale, Post.status == "published", Post.trashed_at.is_(None))
        .group_by(Tag.id)
        .order_by(uses.desc(), Tag.name)
        .limit(TOPICS)
    )
    if counted is not None:
        few = db.select(Post.id).filter_by(locale=locale, status="published", trashed_at=None)
        few = few.order_by(Post.published_at.desc(), Post.id.desc()).limit(counted).subquery()
        number = func.count().label("number")
        numbers = (
            db.select(post_tags.c.tag_id, number)
            .where(post_tags.c.post_id.in_(db.select(few.c.id)))
            .group_by(post_tags.c.tag_id)
            .subquery()
        )
        used = db.select(Tag).join(numbers, numbers.c.tag_id == Tag.id).order_by(numbers.c.number.desc(), Tag.name)
        used = used.limit(TOPICS)
    return render_template(
        "plain_home.html",
        locale=locale,
        languages=LANGUAGES,
        page=db.paginate(newest, page=request.args.get("page", 1, type=int), per_page=PER_PAGE),
        recent=db.session.scalars(newest.limit(RECENT)).all(),
        topics=db.session.scalars(used).all(),
        settings={row.key: row.value for row in db.session.scalars(db.select(Setting))},
        menus=db.session.scalars(db.select(Menu).filter_by(locale=locale)).all(),
    )


def _elsewhere(**_values: Any) -> str:
    return url_for("home", locale="en")


for _name, _rule in {
    "post": "/<locale>/posts/<slug>",
    "category": "/<locale>/categories/<slug>",
    "tag": "/<locale>/tags/<slug>",
    "author": "/<locale>/authors/<username>",
}.items():
    application.add_url_rule(_rule, _name, _elsewhere)
