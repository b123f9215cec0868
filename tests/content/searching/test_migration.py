"""The index of words comes with a migration that fills it, and goes with it."""

import flask_migrate
import pytest
from sqlalchemy import inspect

from cms.content.searching.finding import Search
from cms.content.searching.words import wanted
from cms.extensions import db
from cms.models import Post
from tests.factories import make_post

pytestmark = [pytest.mark.usefixtures("app_context"), pytest.mark.database]
BEFORE = "3c1f0a9d5e21"


def test_rows_that_were_there_before_are_found() -> None:
    post = make_post(title="Written before").id
    db.session.rollback()
    flask_migrate.downgrade(revision=BEFORE)
    assert not inspect(db.engine).has_table("search_entries")
    flask_migrate.upgrade()
    assert Search(Post, wanted("written")).rows().ids == [post]
    db.session.rollback()
    flask_migrate.check()
