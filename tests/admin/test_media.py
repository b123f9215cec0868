"""The screens of the media library, and what the editor's scripts ask it."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from cms.content.media_library import add_picture, media_folder
from cms.extensions import db
from cms.models import Media, MediaText
from cms.security.policy import SYSTEM
from tests import factories as make
from tests.content.picture_samples import halves, picture
from tests.site_client import SiteClient
from tests.sql_counter import QueryCounter

pytestmark = pytest.mark.usefixtures("db_session")

ClientAs = Callable[..., SiteClient]


def file(data: bytes, name: str = "hill.png") -> FileStorage:
    return FileStorage(io.BytesIO(data), name)


def take(data: bytes | None = None, name: str = "red-hill.png", **options: Any) -> Media:
    return add_picture(io.BytesIO(data or picture(size=(400, 300))), name, options.pop("actor", SYSTEM), **options)


def test_the_library_shows_tiles_and_a_panel(client_as: ClientAs) -> None:
    media = take(alts={"en": "A <hill>"})
    make.make_post(title="Where it stands", featured_image=media)
    client = client_as("editor")
    page = client.get("/admin/media/").text
    assert media.renditions[0]["name"] in page
    assert "Red hill" in page
    panel = client.get(f"/admin/media/?show={media.id}").text
    assert "A &lt;hill&gt;" in panel
    assert "Where it stands" in panel
    assert client.get("/admin/media/?show=99").status_code == 404
    assert client.get("/admin/media/?show=x").status_code == 404


def test_an_empty_library_says_what_to_do(client_as: ClientAs) -> None:
    assert "There are no pictures yet" in client_as("editor").get("/admin/media/").text


def test_the_number_of_queries_does_not_grow(client_as: ClientAs) -> None:
    client = client_as("editor")
    counts = []
    for number in range(2):
        for place in range(3 + number * 5):
            make.make_media(alt=f"Picture {number} {place}")
        for address in ("/admin/media/", "/admin/media/browse/"):
            client.get(address)
            with QueryCounter() as queries:
                client.get(address)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_scripts_browse_page_by_page(client_as: ClientAs) -> None:
    for number in range(26):
        make.make_media(title=f"Hill {number}", alt=f"alt {number}")
    media = take(name="100% valley.png", alts={"pt": "Vale"})
    client = client_as("author")
    first = client.get("/admin/media/browse/").json
    assert first is not None
    assert len(first["items"]) == 24
    assert first["next"] == 2
    assert first["items"][0] == {
        "id": media.id,
        "title": "100% valley",
        "thumb": f"/media/{media.renditions[0]['name']}",
        "url": f"/media/{media.filename}",
        "width": 400,
        "height": 300,
        "alt": "",
        "caption": "",
    }
    second = client.get("/admin/media/browse/?page=2").json
    assert second is not None
    assert (len(second["items"]), second["next"]) == (3, None)
    for query, titles in (("?q=100%25+val&locale=pt", ["100% valley"]), ("?q=hill+25", ["Hill 25"]), ("?q=_", [])):
        found = client.get(f"/admin/media/browse/{query}").json
        assert found is not None
        assert [item["title"] for item in found["items"]] == titles
        assert all(item["alt"] == "Vale" for item in found["items"] if "valley" in item["title"])


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "", "²"])
def test_odd_pages_are_the_first_or_empty(client_as: ClientAs, page: str) -> None:
    make.make_media()
    answer = client_as("author").get("/admin/media/browse/", query_string={"page": page})
    assert answer.status_code == 200


def test_scripts_upload_one_picture(client_as: ClientAs) -> None:
    client = client_as("author")
    answer = client.submit(
        "/admin/media/upload/", {"file": file(picture(size=(400, 300))), "alt": "A hill", "locale": "pt"}
    )
    assert answer.status_code == 200
    media = db.session.query(Media).one()
    assert answer.json is not None
    assert answer.json["location"] == f"/media/{media.filename}"
    assert (answer.json["id"], answer.json["alt"], answer.json["width"]) == (media.id, "A hill", 400)
    assert media.created_by_id == client.user_id
    by_header = client.post(
        "/admin/media/upload/", data={"file": file(halves())}, headers={"X-CSRFToken": client.csrf_token}
    )
    assert by_header.status_code == 200
    assert db.session.query(MediaText).count() == 1


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"<script>", picture("BMP")])
def test_what_cannot_be_uploaded_is_told_as_json(client_as: ClientAs, data: bytes) -> None:
    client = client_as("author")
    for form in ({"file": file(data)}, {}):
        answer = client.submit("/admin/media/upload/", form)
        assert answer.status_code == 422
        assert answer.json is not None
        assert len(answer.json["error"]) > 10
    assert db.session.query(Media).count() == 0


def test_an_upload_needs_a_token_and_the_right(client_as: ClientAs) -> None:
    assert client_as("author").post("/admin/media/upload/", data={"file": file(picture())}).status_code == 400
    for role in ("translator", "member"):
        assert client_as(role).submit("/admin/media/upload/", {"file": file(picture())}).status_code == 403
    assert not media_folder().exists() or not any(media_folder().iterdir())


def test_several_pictures_are_taken_and_the_others_named(client_as: ClientAs) -> None:
    client = client_as("editor")
    files = [file(picture(), "a.png"), file(b"x", "broken <b>.png"), file(halves(), "b.jpg")]
    answer = client.submit("/admin/media/new/", {"upload": files}, follow_redirects=True)
    assert answer.status_code == 200
    assert "2 pictures were added" in answer.text
    assert "broken &lt;b&gt;.png" in answer.text
    assert sorted(media.title for media in db.session.query(Media)) == ["A", "B"]


def test_a_single_upload_opens_its_panel(client_as: ClientAs) -> None:
    answer = client_as("editor").submit("/admin/media/new/", {"upload": file(picture())})
    assert answer.status_code == 302
    assert f"show={db.session.query(Media).one().id}" in answer.location


@pytest.mark.parametrize("files", [[], [b"x"], [b"x"] * 51])
def test_an_upload_of_nothing_usable_is_refused(client_as: ClientAs, files: list[bytes]) -> None:
    client = client_as("editor")
    assert client.get("/admin/media/new/").status_code == 200
    answer = client.submit("/admin/media/new/", {"upload": [file(data) for data in files]})
    assert answer.status_code == 422
    assert db.session.query(Media).count() == 0


def test_texts_are_written_language_by_language(client_as: ClientAs) -> None:
    media = take(alts={"en": "A hill"})
    client = client_as("editor")
    form = client.get(f"/admin/media/edit/?id={media.id}").text
    assert "A hill" in form
    answer = client.submit(
        f"/admin/media/edit/?id={media.id}", {"title": "Hill", "alt-ar": "تل", "caption-pt": "Vista de baixo"}
    )
    assert answer.status_code == 302
    db.session.expire_all()
    assert media.title == "Hill"
    assert {(text.locale, text.alt, text.caption) for text in media.texts} == {
        ("ar", "تل", ""),
        ("pt", "", "Vista de baixo"),
    }


def test_what_was_typed_is_kept_where_it_cannot_be_taken(client_as: ClientAs) -> None:
    media = take()
    answer = client_as("editor").submit(
        f"/admin/media/edit/?id={media.id}", {"title": "", "alt-en": "Almost <right>", "alt-de": "x" * 401}
    )
    assert answer.status_code == 422
    assert "Almost &lt;right&gt;" in answer.text
    assert "x" * 401 in answer.text
    assert media.texts == []


def test_authors_edit_only_what_they_uploaded(client_as: ClientAs) -> None:
    other = take()
    client = client_as("author")
    client.submit("/admin/media/upload/", {"file": file(halves())})
    own = db.session.query(Media).filter(Media.id != other.id).one()
    assert client.get(f"/admin/media/edit/?id={own.id}").status_code == 200
    assert client.get(f"/admin/media/edit/?id={other.id}").status_code == 403
    assert client.submit("/admin/media/delete/", {"id": own.id}).status_code == 403
    assert db.session.query(Media).count() == 2


def test_only_what_nothing_shows_is_deleted(client_as: ClientAs) -> None:
    media, free = take(), take(halves())
    make.make_post(title="Where it stands", featured_image=media)
    client = client_as("editor")
    client.submit("/admin/media/delete/", {"id": free.id})
    client.submit("/admin/media/delete/", {"id": media.id})
    assert db.session.query(Media).all() == [media]
    assert (media_folder() / media.filename).is_file()
    assert "Where it stands" in client.get("/admin/media/").text


def test_nothing_is_changed_within_the_list(client_as: ClientAs) -> None:
    media = take()
    answer = client_as("administrator").submit("/admin/media/ajax/update/", {"list_form_pk": media.id, "title": "X"})
    assert answer.status_code == 400
    assert media.title == "Red hill"


def test_authors_do_not_learn_of_other_peoples_drafts(client_as: ClientAs) -> None:
    """Not by way of the pictures that these show."""
    media = make.make_media()
    client = client_as("author")
    make.make_post(title="Somebody else's plans", status="draft", featured_image=media)
    make.make_post(title="My own plans", status="draft", featured_image=media, author_id=client.user_id)
    panel = client.get(f"/admin/media/?show={media.id}").text
    assert "My own plans" in panel
    assert "plans" not in panel.replace("My own plans", "")


def test_two_who_describe_one_picture_are_told(client_as: ClientAs) -> None:
    media = take(alts={"en": "A hill"})
    client = client_as("editor")
    address = f"/admin/media/edit/?id={media.id}"
    seen = re.search(r'name="version" value="([^"]+)"', client.get(address).text)
    assert seen is not None
    assert client.submit(address, {"title": media.title, "alt-en": "First", "version": seen[1]}).status_code == 302
    late = client.submit(address, {"title": "Hill", "alt-en": "Second <too>", "version": seen[1]})
    assert late.status_code == 409
    assert "Somebody else has changed this meanwhile" in late.text
    assert "Second &lt;too&gt;" in late.text
    db.session.expire_all()
    assert media.alt_in("en") == "First"
    # Whoever reads it anew may save, and so may who was told and wants to.
    told = re.search(r'name="_over" value="([^"]+)"', late.text)
    assert told is not None
    over = {"title": "Hill", "alt-en": "Second", "version": seen[1], "_over": told[1]}
    assert client.submit(address, over).status_code == 302
    db.session.expire_all()
    assert media.alt_in("en") == "Second"
    newer = re.search(r'name="version" value="([^"]+)"', client.get(address).text)
    assert newer is not None
    assert client.submit(address, {"title": "Hill", "alt-en": "Third", "version": newer[1]}).status_code == 302


def test_a_text_that_came_with_a_second_upload_is_a_change(client_as: ClientAs) -> None:
    media = take()
    client = client_as("editor")
    address = f"/admin/media/edit/?id={media.id}"
    seen = re.search(r'name="version" value="([^"]+)"', client.get(address).text)
    assert seen is not None
    take(alts={"en": "Taken in again"})
    assert client.submit(address, {"title": "Hill", "version": seen[1]}).status_code == 409
