"""The media library: pictures taken in, described, looked up and removed."""

import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cms.content import media_library, publishing
from cms.content.editing import version_of
from cms.content.errors import Conflict, InvalidInput
from cms.content.picture_uses import places_using
from cms.extensions import db
from cms.models import AuditEntry, Grant, Media, Page, Post, User
from cms.models.column_types import utc_now
from cms.security.policy import SYSTEM, Forbidden
from tests import factories as make
from tests.content.picture_samples import halves, opened, picture
from tests.sql_counter import QueryCounter

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def editor() -> User:
    return make.make_user("editor")


def take(data: bytes | None = None, name: str = "red-hill.png", actor: Any = SYSTEM, **options: Any) -> Media:
    return media_library.add_picture(io.BytesIO(data or picture(size=(700, 400))), name, actor, **options)


def stored() -> set[str]:
    folder = media_library.media_folder()
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def actions() -> list[str]:
    return [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.id)]


def test_a_picture_is_kept_in_several_sizes(editor: User) -> None:
    media = take(actor=editor, alts={"en": "  A red\nhill ", "pt": ""})
    assert media.title == "Red hill"
    assert (media.width, media.height, media.mime) == (700, 400, "image/png")
    assert media.created_by_id == editor.id
    assert [size["width"] for size in media.renditions] == [320, 640, 700]
    assert media.alt_in("en") == "A red hill"
    assert media.text_in("pt") is None
    names = {media.filename, *(size["name"] for size in media.renditions)}
    assert stored() == names
    assert all(media_library.NAME.fullmatch(name) for name in names)
    for name in names:
        path = media_library.file_for(name)
        assert path is not None
        assert opened(path.read_bytes()).size
    assert actions() == ["create"]


@pytest.mark.database
def test_the_same_bytes_are_one_picture() -> None:
    first = take(alts={"en": "Hill"})
    files = stored()
    again = take(name="other.png", alts={"en": "Mountain", "de": "Hügel"})
    assert again is first
    assert stored() == files
    assert first.title == "Red hill"
    assert (first.alt_in("en"), first.alt_in("de")) == ("Hill", "Hügel")
    assert db.session.query(Media).count() == 1


def test_taking_a_picture_again_writes_nothing() -> None:
    take(alts={"en": "Hill"})
    with QueryCounter() as queries:
        take(alts={"en": "Hill"})
    assert not [query for query in queries if not query.lower().startswith("select")]


def test_files_that_were_lost_are_written_again() -> None:
    media = take()
    path = media_library.media_folder() / media.renditions[0]["name"]
    path.unlink()
    take()
    assert path.is_file()


@pytest.mark.database
def test_somebody_else_may_be_quicker(monkeypatch: pytest.MonkeyPatch) -> None:
    first_id = take().id
    monkeypatch.setattr(media_library, "_with_digest", _once_missing(media_library._with_digest))
    assert take().id == first_id
    assert db.session.query(Media).count() == 1


def _once_missing(look_up: Any) -> Any:
    answers = iter([False])
    return lambda digest: look_up(digest) if next(answers, True) else None


def test_what_cannot_be_read_leaves_nothing_behind() -> None:
    with pytest.raises(InvalidInput):
        take(halves("PNG", (300, 200))[:200])
    assert stored() == set()
    assert db.session.query(Media).count() == 0


def test_a_broken_write_leaves_no_half_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_fd: int, _mode: str) -> Any:
        raise OSError("no space left")

    monkeypatch.setattr("os.fdopen", full)
    with pytest.raises(OSError, match="no space"):
        take()
    monkeypatch.undo()
    assert stored() == set()


@pytest.mark.parametrize("fails", ["_write", "_add_missing_texts"])
def test_of_a_picture_that_cannot_be_kept_nothing_is(monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    """Neither some of its files, where there is room for the first, nor all of them without a row."""
    do, times = getattr(media_library, fails), iter(range(9))

    def fail_at_last(*arguments: Any) -> None:
        if fails == "_add_missing_texts" or next(times) == 2:
            raise OSError("no space left")
        do(*arguments)

    monkeypatch.setattr(media_library, fails, fail_at_last)
    with pytest.raises(OSError, match="no space"):
        take()
    assert stored() == set()
    assert db.session.query(Media).count() == 0


@pytest.mark.parametrize(
    ("name", "title"),
    [("C:\\photos\\my_dog-2.JPG", "My dog 2"), ("../../x.png", "X"), ("", "Picture"), ("a\x00b\u202e.png", "A b")],
)
def test_a_title_is_made_of_the_file_s_name(name: str, title: str) -> None:
    assert take(name=name).title == title


def test_a_title_may_be_given() -> None:
    assert take(title=" Our\nhill ").title == "Our hill"
    assert len(take(halves("PNG"), title="x" * 500).title) == 200


@pytest.mark.parametrize("role", ["member", "translator", None])
def test_who_may_not_add_pictures(role: str | None) -> None:
    with pytest.raises(Forbidden):
        take(actor=make.make_user(role))
    assert stored() == set()


def test_texts_are_kept_by_language(editor: User) -> None:
    media = take()
    media_library.describe_picture(
        media, editor, title="Hill", texts={"en": ("A hill", "Seen from below"), "ar": ("تل", "")}
    )
    assert (media.title, media.alt_in("ar")) == ("Hill", "تل")
    assert media.text_in("en").caption == "Seen from below"  # type: ignore[union-attr]
    media_library.describe_picture(media, editor, texts={"ar": ("", " "), "en": ("Hills", ""), "de": ("", "")})
    assert [(text.locale, text.alt, text.caption) for text in media.texts] == [("en", "Hills", "")]
    assert media.title == "Hill"
    assert actions() == ["create", "update", "update"]
    media_library.describe_picture(media, editor, texts={"en": ("Hills", "")})
    assert actions() == ["create", "update", "update"]


def test_texts_that_cannot_be_taken_are_named(editor: User) -> None:
    media = take()
    with pytest.raises(InvalidInput) as error:
        media_library.describe_picture(media, editor, title=" ", texts={"en": ("x" * 401, "y" * 401)})
    assert set(error.value.errors) == {"title", "alt-en", "caption-en"}


def test_authors_describe_their_own_pictures_only() -> None:
    author = make.make_user("author")
    own, other = take(actor=author), take(halves("PNG"))
    media_library.describe_picture(own, author, title="Mine")
    with pytest.raises(Forbidden):
        media_library.describe_picture(other, author, title="Mine too")
    with pytest.raises(Forbidden):
        media_library.delete_picture(own, author)


@pytest.mark.database
def test_what_was_said_of_a_picture_meanwhile_is_not_written_over(app: Flask, editor: User) -> None:
    media = take(alts={"en": "A hill"})
    seen = version_of(media)
    with app.app_context():
        other = db.session.get_one(Media, media.id)
        media_library.describe_picture(other, SYSTEM, texts={"en": ("A red hill", "")}, based_on=seen)
    with pytest.raises(Conflict):
        media_library.describe_picture(media, editor, texts={"en": ("Hills", "")}, based_on=seen)
    assert media.alt_in("en") == "A red hill"


def test_a_picture_that_nothing_shows_is_removed_with_its_files(editor: User) -> None:
    media = take()
    media_library.delete_picture(media, editor)
    assert stored() == set()
    assert db.session.query(Media).count() == 0
    assert actions() == ["create", "delete"]


@pytest.mark.database
def test_a_picture_that_is_taken_in_again_while_it_is_deleted_keeps_its_files(app: Flask) -> None:
    """Between the end of its row and that of its files."""
    media = take()
    names = stored()

    def take_again() -> None:
        with app.app_context():
            take()

    def meanwhile(_session: Session) -> None:
        thread = threading.Thread(target=take_again)
        thread.start()
        thread.join()

    event.listen(db.session(), "after_commit", meanwhile, once=True)
    media_library.delete_picture(media, SYSTEM)
    assert db.session.query(Media).count() == 1
    assert stored() == names


@pytest.mark.database
def test_files_of_a_picture_that_is_being_taken_in_stay(app: Flask) -> None:
    """Whoever has deleted it before waits with the files until there is a row again."""
    media = take()
    digest, names = media.digest, stored()
    media_library.delete_picture(media, SYSTEM)

    def remove_at_last() -> None:
        with app.app_context():
            media_library._remove_files(digest, names)

    thread = threading.Thread(target=remove_at_last)

    def meanwhile(_session: Session) -> None:
        thread.start()
        thread.join(0.5)

    event.listen(db.session(), "before_commit", meanwhile, once=True)
    take()
    thread.join()
    assert stored() == names


def test_a_database_that_is_busy_leaves_files_of_a_deleted_picture(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is deleted, and that is what was asked for."""
    media = take()

    def busy(_digest: str) -> None:
        raise OperationalError("", {}, Exception("database is locked"))

    monkeypatch.setattr(media_library, "_wait_for_files", busy)
    media_library.delete_picture(media, SYSTEM)
    assert db.session.query(Media).count() == 0
    assert stored()
    assert "still there" in caplog.text


@pytest.mark.database
def test_a_picture_that_is_shown_stays(editor: User) -> None:
    media = take()
    make.make_post(title="Beside", featured_image=media)
    make.make_page(title="Within", body=f'<p><img src="/media/{media.renditions[0]["name"]}" alt=""></p>')
    draft = make.make_post(title="In a draft")
    publishing.save_draft(draft, {"body": f'<p><img src="/media/{media.filename}" alt=""></p>'}, editor)
    make.make_post(title="Elsewhere")
    places = places_using(media)
    assert {(type(place), str(place)) for place in places} == {
        (Post, "Beside"),
        (Page, "Within"),
        (Post, "In a draft"),
    }
    with pytest.raises(Conflict, match="Red hill"):
        media_library.delete_picture(media, editor)
    assert stored()


def test_a_refusal_names_only_what_one_may_read() -> None:
    """Whoever removes pictures does not learn the titles of drafts by it."""
    keeper = make.make_user("author")
    keeper.roles[0].grants.append(Grant(permission="media:delete"))
    db.session.commit()
    media = take()
    make.make_post(title="Secret plans", status="draft", featured_image=media)
    with pytest.raises(Conflict, match="somewhere") as refused:
        media_library.delete_picture(media, keeper)
    assert "Secret" not in str(refused.value)
    make.make_post(title="My own", author_id=keeper.id, featured_image=media)
    with pytest.raises(Conflict, match="My own"):
        media_library.delete_picture(media, keeper)
    assert stored()


@pytest.mark.database
def test_a_picture_that_somebody_is_about_to_show_stays(app: Flask) -> None:
    media = take()
    number, post = media.id, make.make_post().id
    refused: list[str] = []

    def delete() -> None:
        with app.app_context():
            try:
                media_library.delete_picture(db.session.get_one(Media, number), SYSTEM)
            except Conflict as error:
                refused.append(str(error))

    thread = threading.Thread(target=delete)

    def meanwhile(session: Session) -> None:
        """The text is written, and not yet committed."""
        thread.start()
        thread.join(0.5)

    with Session(db.engine) as session:
        session.get_one(Post, post).body = f'<p><img src="/media/{media.filename}" alt=""></p>'
        event.listen(session, "before_commit", meanwhile)
        db.session.rollback()
        session.commit()
    thread.join()
    assert refused
    assert stored()


@pytest.mark.database
def test_many_pictures_are_found_with_one_query_and_one_for_their_texts() -> None:
    first, second = take(alts={"pt": "Monte"}), take(halves("JPEG"), name="b.jpg")
    names = {first.filename, first.renditions[0]["name"], second.filename, "no.jpg", "f" * 32 + ".png"}
    db.session.expire_all()
    with QueryCounter() as queries:
        found = media_library.pictures_by_name(names, "pt")
    assert len(queries) == 2
    assert set(found) == {first.filename, first.renditions[0]["name"], second.filename}
    assert found[first.renditions[0]["name"]].name == first.filename
    assert found[first.filename].alt == "Monte"
    assert found[second.filename].alt == ""
    assert media_library.pictures_by_name(["nothing"], "pt") == {}


@pytest.mark.parametrize("name", ["../secret_key", "a/b.png", "", "x.png", "A" * 32 + ".png", "a" * 32 + ".svg"])
def test_other_names_have_no_file(name: str) -> None:
    assert media_library.file_for(name) is None


def test_a_small_size_stands_for_the_picture() -> None:
    assert media_library.thumbnail_url(take()).endswith("-320.webp")
    bare = make.make_media(renditions=[])
    assert media_library.thumbnail_url(bare) == f"/media/{bare.filename}"


@pytest.mark.database
def test_what_waits_counts_as_shown(editor: User) -> None:
    """The picture beside a draft, and the one of what will be published at its moment."""
    beside, later = make.make_media(), make.make_media()
    post = publishing.create_draft(Post, {"title": "A", "locale": "en"}, editor)
    publishing.publish(post, editor)
    publishing.publish(post, editor, {"featured_image": later}, at=utc_now() + timedelta(days=1))
    publishing.save_draft(post, {"featured_image": beside}, editor)
    assert places_using(beside) == [post]
    assert places_using(later) == [post]
    publishing.unpublish(post, editor)
    assert places_using(later) == []
