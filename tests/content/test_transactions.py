"""How services commit: each by itself, or several as one transaction."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from cms.content import editing, media_library
from cms.content.errors import InvalidInput
from cms.content.transactions import apart, once_committed, one_transaction
from cms.extensions import db
from cms.models import AuditEntry, Tag
from cms.security.policy import SYSTEM
from tests import factories as make

pytestmark = pytest.mark.database


def names() -> list[str]:
    return list(db.session.scalars(select(Tag.name).order_by(Tag.name)))


def rename(tag: Tag, name: str) -> None:
    editing.update(tag, {"name": name, "slug": name}, SYSTEM)


def test_several_services_are_one_transaction(db_session):
    one, two = make.make_tag(name="one"), make.make_tag(name="two")

    def both_and_a_fault() -> None:
        with one_transaction():
            with apart():
                rename(one, "uno")
            with apart():
                rename(two, "due")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        both_and_a_fault()
    assert names() == ["one", "two"]
    with one_transaction(), apart():
        rename(one, "uno")
    db_session.rollback()
    assert names() == ["two", "uno"]


def test_one_that_is_refused_leaves_the_others(db_session):
    one, two, three = (make.make_tag(name=name, slug=name) for name in ("one", "two", "three"))
    refused = []
    with one_transaction():
        for tag, name in ((one, "uno"), (two, "three"), (three, "tre")):
            try:
                with apart():
                    tag.slug = name
                    editing.commit()
            except InvalidInput as error:
                refused.append(str(error))
    db_session.rollback()
    assert refused == ["There is one like this already."]
    assert sorted(db_session.scalars(select(Tag.slug))) == ["tre", "two", "uno"]


def test_what_cannot_be_undone_waits_for_the_commit(db_session):
    done = []

    def refused(part: Callable[[], AbstractContextManager[None]], name: str) -> None:
        with part():
            once_committed(lambda: done.append(name))
            raise RuntimeError

    once_committed(lambda: done.append("at once"))
    assert done == ["at once"]
    with one_transaction():
        with apart():
            once_committed(lambda: done.append("kept"))
        with pytest.raises(RuntimeError):
            refused(apart, "refused")
        assert done == ["at once"]
    assert done == ["at once", "kept"]
    with pytest.raises(RuntimeError):
        refused(one_transaction, "never")
    assert done == ["at once", "kept"]


def test_files_of_a_picture_go_once_its_row_is_gone(db_session):
    media = make.make_media()
    file = media_library.media_folder() / media.filename
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")

    def delete_and_fail() -> None:
        with one_transaction():
            with apart():
                media_library.delete_picture(media, SYSTEM)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        delete_and_fail()
    assert file.exists()
    with one_transaction(), apart():
        media_library.delete_picture(media, SYSTEM)
    assert not file.exists()
    assert db_session.scalars(select(AuditEntry.action)).all() == ["delete"]
