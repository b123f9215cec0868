"""A site of any size as it grows over years: several languages and states, popular and rare tags, a trash.

`benchmarks/data.py` fills a small site of one kind; here it is the numbers that count, so texts are drawn from a
small stock and rows are written in bulk.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from benchmarks.data import WORDS
from cms.content import picture_uses
from cms.content.searching import filling
from cms.extensions import db
from cms.models import Category, Media, Post, Tag, User
from cms.models.post import post_tags

START = datetime(2010, 1, 1, tzinfo=UTC)
AT_ONCE = 10_000
TAGS_OF_A_POST = 2
# Pictures of the library; one post in so many shows one beside its text, and one in so many within it.
PICTURES, BESIDE, WITHIN = 1_000, 2, 5
# How common each is, in hundredths.
LANGUAGES = {"en": 50, "pt": 15, "es": 15, "fr": 10, "de": 8, "ar": 2}
STATES = {"published": 90, "draft": 8, "review": 2}
TRASHED = 1
# Words beside the common ones: the n-th is about n times rarer than the first.
RARER_WORDS = 20_000
RARER_WORDS_OF_A_POST = 15
_SYLLABLES = [f"{consonant}{vowel}" for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


def fill(app: Flask, posts: int, tags: int, people: int) -> None:
    """Write so many posts, tags and people."""
    chance = random.Random(1)
    bodies = ["".join(f"<p>{_words(chance, 60)}</p>" for _ in range(3)) for _ in range(50)]
    with app.app_context(), db.engine.begin() as connection:
        for rows in _in_portions(_person(number) for number in range(1, people + 1)):
            connection.execute(insert(User.__table__), rows)
        authors = list(connection.scalars(select(User.id).order_by(User.id)))
        topics = [{"name": word.title(), "slug": word, "locale": "en", "translation_key": word} for word in WORDS]
        connection.execute(insert(Category.__table__), topics)
        for rows in _in_portions(_tag(number, chance) for number in range(1, tags + 1)):
            connection.execute(insert(Tag.__table__), rows)
        connection.execute(insert(Media.__table__), [_picture(number) for number in range(1, PICTURES + 1)])
        for rows in _in_portions(_post(number, chance, authors, bodies) for number in range(1, posts + 1)):
            connection.execute(insert(Post.__table__), rows)
            links = [{"post_id": row["id"], "tag_id": tag} for row in rows for tag in _tags(chance, tags)]
            connection.execute(insert(post_tags), links)
    with app.app_context():
        # Written past the program, so nothing is known yet of its words, nor of where pictures are shown.
        filling.rebuild()
        picture_uses.rebuild()
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # Rows were given their ids; those that follow get the next ones.
            for table in (Media.__tablename__, Post.__tablename__):
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )
            connection.commit()
            # Its own daemon does this within minutes; SQLite does nothing of the kind by itself.
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")


def _in_portions(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    portion: list[dict[str, Any]] = []
    for row in rows:
        portion.append(row)
        if len(portion) == AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion


def _person(number: int) -> dict[str, Any]:
    return {
        "username": f"person{number}",
        "email": f"p{number}@example.org",
        "display_name": f"{WORDS[number % len(WORDS)].title()} Person {number}",
        "password_hash": "x",
        "languages": [],
    }


def _picture(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "title": f"{WORDS[number % len(WORDS)].title()} {number}",
        "filename": f"{number:032x}.jpg",
        "digest": f"{number:064x}",
        "mime": "image/jpeg",
        "width": 1600,
        "height": 900,
        "byte_size": 200_000,
        "renditions": [],
    }


def _tag(number: int, chance: random.Random) -> dict[str, Any]:
    return {
        "name": f"{_words(chance, 2).capitalize()} {number}",
        "slug": f"tag-{number}",
        "locale": _one_of(LANGUAGES, chance),
        "translation_key": f"tag{number}",
        "updated_at": START + timedelta(minutes=number),
    }


def _post(number: int, chance: random.Random, authors: list[int], bodies: list[str]) -> dict[str, Any]:
    created = START + timedelta(minutes=7 * number)
    published = created + timedelta(hours=chance.randrange(500))
    updated = published + timedelta(hours=chance.randrange(5000))
    status = _one_of(STATES, chance)
    moment = published if status == "published" else None
    within = f'<p><img src="/media/{number % PICTURES + 1:032x}.jpg" alt=""></p>' if number % WITHIN == 0 else ""
    return {
        "id": number,
        "title": f"{_words(chance, 5).capitalize()} {number}",
        "slug": f"post-{number}",
        "locale": _one_of(LANGUAGES, chance),
        "translation_key": f"post{number}",
        "summary": bodies[number % len(bodies)][3:150],
        "body": f"{bodies[number % len(bodies)]}<p>{_rarer_words(chance)}</p>{within}",
        "status": status,
        "published_at": moment,
        "last_published_at": moment,
        "scheduled_at": updated if status == "draft" and chance.randrange(20) == 0 else None,
        "trashed_at": updated if chance.randrange(100) < TRASHED else None,
        "created_at": created,
        "updated_at": updated,
        "author_id": chance.choice(authors),
        "featured_image_id": number % PICTURES + 1 if number % BESIDE == 0 else None,
        "category_id": 1 + chance.randrange(len(WORDS)),
    }


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(WORDS, k=count))


def _rarer_words(chance: random.Random) -> str:
    return " ".join(rarer_word(int(RARER_WORDS ** chance.random())) for _ in range(RARER_WORDS_OF_A_POST))


def rarer_word(number: int) -> str:
    """The word of this number, from 1 to RARER_WORDS: syllables for its digits."""
    word = ""
    while number or not word:
        number, digit = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[digit]
    return f"{word}x"


def _one_of(shares: dict[str, int], chance: random.Random) -> str:
    return chance.choices(list(shares), weights=list(shares.values()))[0]


def _tags(chance: random.Random, tags: int) -> set[int]:
    """A few tags are popular, most are rare."""
    return {1 + int(tags * chance.random() ** 3) for _ in range(TAGS_OF_A_POST)}
