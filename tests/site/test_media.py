"""The pictures of the media library."""

from importlib import import_module

import pytest
from flask import Flask

from cms.content.media_library import media_folder
from tests.site_client import SiteClient

NAME = "0123456789abcdef0123456789abcdef.png"


def test_a_picture_is_kept_for_a_year(app: Flask, client: SiteClient) -> None:
    with app.app_context():
        folder = media_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_bytes(b"\x89PNG")
    answer = client.get(f"/media/{NAME}")
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for part in ("public", "max-age=31536000", "immutable"):
        assert part in answer.headers["Cache-Control"]
    again = client.get(f"/media/{NAME}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(f"/media/{NAME}", headers={"Range": "bytes=1-2"}).data == b"PN"
    assert client.get(f"/media/{NAME}", headers={"Range": "bytes=0-0,2-3"}).data == b"\x89PNG"


@pytest.mark.parametrize("name", [NAME, "..%2fsecret_key", "secret_key", "%00.png", NAME.upper()])
def test_there_is_nothing_else(client: SiteClient, name: str) -> None:
    assert client.get(f"/media/{name}").status_code in {400, 404}


def test_a_picture_that_is_deleted_at_this_moment_is_not_found(
    client: SiteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The package has the module's blueprint by the same name.
    view = import_module("cms.site.media")
    monkeypatch.setattr(view, "file_for", lambda name: media_folder() / name)
    assert client.get(f"/media/{NAME}").status_code == 404
