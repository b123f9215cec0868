"""Where a picture is shown follows every way in which content changes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import flask_migrate
import pytest
from sqlalchemy import delete, inspect, select, text, update

from cms.content import picture_uses, publishing, translating
from cms.content.picture_uses import places_using
from cms.extensions import db
from cms.models import Media, Page, Post, Revision
from cms.models.column_types import utc_now
from cms.models.picture_use import picture_uses as uses
from cms.security.policy import SYSTEM
from tests import factories as make
from tests.sql_counter import QueryCounter

pytestmark = [pytest.mark.usefixtures("db_session"), pytest.mark.database]
BULK = {"cache_tags": (), "synchronize_session": False}


def kept() -> set[tuple[str, str, int]]:
    db.session.rollback()
    return {(use.picture, use.model, use.object_id) for use in db.session.execute(select(uses))}


@pytest.fixture(autouse=True)
def _kept_as_made_anew(db_session: Any) -> Iterator[None]:
    """After each test, what was kept is what is found by looking at everything."""
    yield
    before = kept()
    db.session.rollback()
    picture_uses.rebuild()
    assert kept() == before


def a_picture(number: int = 1) -> Media:
    return make.make_media(filename=f"{number:032x}.jpg")


def showing(media: Media) -> str:
    return f'<p>See:</p><p><img src="/media/{media.filename.replace(".", "-640.")}" alt=""></p>'


def a_live_post(**values: Any) -> Post:
    post = publishing.create_draft(Post, {"title": "A walk", "locale": "en"} | values, SYSTEM)
    publishing.publish(post, SYSTEM)
    return post


def test_a_text_that_comes_and_goes() -> None:
    media = a_picture()
    post = a_live_post(body=showing(media))
    assert places_using(media) == [post]
    publishing.save_draft(post, {"body": "<p>Without.</p>"}, SYSTEM)
    assert places_using(media) == [post]
    publishing.publish(post, SYSTEM)
    assert places_using(media) == []
    publishing.return_to(post, _revisions(post)[0], SYSTEM)
    assert places_using(media) == [post]


def _revisions(post: Post) -> list[int]:
    return list(db.session.scalars(select(Revision.id).where(Revision.object_id == post.id).order_by(Revision.id)))


def test_links_and_other_ways_to_write_an_address_count_as_well() -> None:
    linked, absolute, encoded, other = (a_picture(number) for number in (1, 2, 3, 4))
    addresses = (linked.filename, f"https://example.org/media/{absolute.filename}", f"%30{encoded.filename[1:]}")
    post = make.make_post(
        body='<a href="/media/{}">It</a> <a href="{}">It</a> <img src="/media/{}" alt="">'.format(*addresses)
    )
    assert [places_using(media) for media in (linked, absolute, encoded, other)] == [[post], [post], [post], []]


def test_a_picture_beside_a_text() -> None:
    first, second = a_picture(1), make.make_media()
    post, page = make.make_post(featured_image=first), make.make_page(featured_image=first)
    assert places_using(first) == [page, post]
    publishing.publish(post, SYSTEM, {"featured_image": second})
    assert (places_using(first), places_using(second)) == ([page], [post])
    publishing.publish(post, SYSTEM, {"featured_image": None})
    assert places_using(second) == []


def test_what_waits_for_a_moment() -> None:
    now, then, later = (a_picture(number) for number in (1, 2, 3))
    post = a_live_post(body=showing(now))
    publishing.publish(post, SYSTEM, {"body": showing(then)}, at=utc_now() + timedelta(days=1))
    publishing.save_draft(post, {"body": showing(later)}, SYSTEM)
    assert [places_using(media) for media in (now, then, later)] == [[post]] * 3
    publishing.reschedule(post, {}, SYSTEM)
    assert [places_using(media) for media in (now, then, later)] == [[post], [], [post]]
    publishing.apply_due(utc_now() + timedelta(days=2))
    assert [places_using(media) for media in (now, then, later)] == [[], [], [post]]


def test_a_schedule_that_is_dropped() -> None:
    then = a_picture()
    post = a_live_post()
    publishing.publish(post, SYSTEM, {"body": showing(then)}, at=utc_now() + timedelta(days=1))
    publishing.save_draft(post, {"body": ""}, SYSTEM)
    publishing.trash(post, SYSTEM)
    assert places_using(then) == []


def test_the_trash_and_what_is_deleted_for_good() -> None:
    media = a_picture()
    post = a_live_post(body=showing(media))
    publishing.trash(post, SYSTEM)
    assert places_using(media) == [post]
    publishing.restore(post, SYSTEM)
    assert places_using(media) == [post]
    publishing.trash(post, SYSTEM)
    publishing.delete_for_good(post, SYSTEM)
    assert kept() == set()


def test_translations_show_what_their_source_does() -> None:
    media = a_picture()
    post = a_live_post(body=showing(media), featured_image=media)
    other = translating.begin(post, "pt", translating.first_values(post, "pt"), SYSTEM)
    assert places_using(media) == [post, other]


def test_bulk_statements_are_followed() -> None:
    media = a_picture()
    post, page = make.make_post().id, make.make_page().id
    db.session.execute(update(Post).where(Post.id == post).values(body=showing(media)), execution_options=BULK)
    db.session.execute(
        update(Page), [{"id": page, "featured_image_id": media.id}], execution_options={"cache_tags": ()}
    )
    db.session.commit()
    assert [place.id for place in places_using(media)] == [page, post]
    db.session.execute(delete(Post).where(Post.id == post), execution_options=BULK)
    db.session.commit()
    assert [place.id for place in places_using(media)] == [page]


def test_what_is_taken_back_is_not_kept() -> None:
    media = a_picture()
    post = make.make_post()
    post.body = showing(media)
    db.session.flush()
    db.session.rollback()
    assert places_using(media) == []


def test_a_text_may_come_before_its_picture() -> None:
    post = make.make_post(body=showing(Media(filename=f"{7:032x}.png")))
    assert places_using(a_picture(7)) == [post]


def test_asking_costs_as_much_however_many_show_it() -> None:
    media, rare = a_picture(1), a_picture(2)
    for _number in range(30):
        make.make_post(body=showing(media))
    page = make.make_page(featured_image=rare)
    for one, count in ((media, 20), (rare, 1)):
        db.session.refresh(one)
        with QueryCounter() as statements:
            assert len(places_using(one)) == count
        assert len(statements) == 2
    assert places_using(rare) == [page]


def test_what_was_changed_past_the_program_is_found_anew() -> None:
    media = a_picture()
    post = make.make_post()
    with db.engine.begin() as connection:
        connection.execute(update(Post.__table__).values(body=showing(media)))
        connection.execute(uses.insert(), [{"picture": "x", "model": "gone", "object_id": 1}])
        connection.execute(uses.insert(), [{"picture": "x", "model": "posts", "object_id": post.id + 7}])
    told: list[tuple[str, int]] = []
    assert picture_uses.rebuild(lambda name, count: told.append((name, count))) == 1
    assert kept() == {(f"{1:032x}", "posts", post.id)}
    assert ("posts", 1) in told


def test_rows_that_were_there_before_the_migration() -> None:
    media = a_picture()
    post = make.make_post(featured_image=media)
    draft = make.make_post()
    publishing.save_draft(draft, {"body": showing(media)}, SYSTEM)
    expected = [post.id, draft.id]
    db.session.rollback()
    flask_migrate.downgrade(revision="5d2e1b3a0c48")
    assert not inspect(db.engine).has_table("picture_uses")
    flask_migrate.upgrade()
    flask_migrate.check()
    assert [place.id for place in places_using(db.session.scalars(select(Media)).one())] == expected
    assert db.session.scalar(text("SELECT count(*) FROM picture_uses")) == 2
