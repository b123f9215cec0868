"""A site of any size, the same every time: made by bulk statements, so that it takes seconds."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import insert

from cms.extensions import db
from cms.models import Category, Page, Post, Tag, User
from cms.models.post import post_tags

START = datetime(2020, 1, 1, tzinfo=UTC)
WORDS = "river stone light morning garden letter window bridge winter paper song market road harbour cloud tree".split()
AT_ONCE = 5000


def fill(app: Flask, posts: int, tags: int = 200, people: int = 50) -> None:
    """Write so many published English posts, with authors, categories and three tags each."""
    chance = random.Random(1)
    with app.app_context(), db.engine.begin() as connection:
        authors = [
            {"username": f"person{n}", "email": f"p{n}@example.org", "display_name": f"Person {n}"}
            for n in range(people)
        ]
        connection.execute(insert(User.__table__), [one | {"password_hash": "x", "languages": []} for one in authors])
        topics = [{"name": word.title(), "slug": word, "locale": "en", "translation_key": word} for word in WORDS]
        connection.execute(insert(Category.__table__), topics)
        labels = [
            {"name": f"Tag {n}", "slug": f"tag-{n}", "locale": "en", "translation_key": f"tag{n}"} for n in range(tags)
        ]
        connection.execute(insert(Tag.__table__), labels)
        connection.execute(insert(Page.__table__), [_page()])
        first = connection.execute(User.__table__.select().with_only_columns(db.func.min(User.id))).scalar_one()
        for start in range(0, posts, AT_ONCE):
            numbers = range(start + 1, min(start + AT_ONCE, posts) + 1)
            connection.execute(insert(Post.__table__), [_post(n, chance, first, people) for n in numbers])
            links = [{"post_id": n, "tag_id": tag} for n in numbers for tag in _tags(chance, tags)]
            connection.execute(insert(post_tags), links)


def _post(number: int, chance: random.Random, first_author: int, people: int) -> dict[str, Any]:
    moment = START + timedelta(minutes=7 * number)
    title = " ".join(_words(chance, 5)).capitalize()
    return {
        "id": number,
        "title": f"{title} {number}",
        "slug": f"post-{number}",
        "locale": "en",
        "translation_key": f"post{number}",
        "summary": " ".join(_words(chance, 20)),
        "body": "".join(f"<p>{' '.join(_words(chance, 60))}</p>" for _ in range(6)),
        "status": "published",
        "published_at": moment,
        "last_published_at": moment,
        "created_at": moment,
        "updated_at": moment,
        "author_id": first_author + chance.randrange(people),
        "category_id": 1 + chance.randrange(len(WORDS)),
    }


def _page() -> dict[str, Any]:
    return {
        "title": "About",
        "slug": "about",
        "path": "about",
        "locale": "en",
        "translation_key": "about",
        "body": "<p>What this site is about.</p>" * 6,
        "status": "published",
        "published_at": START,
        "last_published_at": START,
        "created_at": START,
        "updated_at": START,
    }


def _words(chance: random.Random, count: int) -> Iterator[str]:
    return (chance.choice(WORDS) for _ in range(count))


def _tags(chance: random.Random, tags: int) -> list[int]:
    return chance.sample(range(1, tags + 1), 3)
