"""`flask pictures`."""

import pytest
from flask import Flask
from sqlalchemy import delete

from cms.content.picture_uses import places_using
from cms.extensions import db
from cms.models.picture_use import picture_uses
from tests import factories as make


@pytest.mark.usefixtures("db_session")
def test_uses_are_found_anew(app: Flask) -> None:
    media = make.make_media()
    post = make.make_post(featured_image=media)
    with db.engine.begin() as connection:
        connection.execute(delete(picture_uses))
    assert places_using(media) == []
    db.session.rollback()
    result = app.test_cli_runner().invoke(args=["pictures", "find-uses"])
    assert "posts: 1\nPictures are shown at 1 places." in result.output
    assert places_using(media) == [post]
