"""The record as sentences: who, what, and the way there for those who may go."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask_login import login_user

from admin.activity import SENTENCES, sentence
from cms.content import audit
from cms.models import AuditEntry, User
from tests import factories as make


@pytest.fixture
def editor(app: Any, db_session: Any) -> Iterator[User]:
    """An editor who is looking at the record."""
    user = make.make_user("editor", display_name="Maria <Silva>")
    with app.test_request_context("/admin/"):
        login_user(user)
        yield user


def entry(actor: Any, action: str, target: Any = None, **values: Any) -> AuditEntry:
    made = audit.record(actor, action, target, **values)
    made.actor = actor
    return made


def test_names_are_escaped_and_lead_to_what_they_name(editor: User) -> None:
    post = make.make_post(title="Night & day")

    told = sentence(entry(editor, "publish", post))

    assert told == (
        "<bdi>Maria &lt;Silva&gt;</bdi> published "
        f'<a href="/admin/posts/details/?id={post.id}"><bdi>Night &amp; day</bdi></a>'
    )


def test_within_a_link_there_is_no_other(editor: User) -> None:
    assert "<a" not in sentence(entry(editor, "publish", make.make_post()), linked=False)


def test_what_is_gone_has_no_address(editor: User) -> None:
    assert "<a" not in sentence(entry(editor, "delete", make.make_post()))


def test_what_has_no_screen_has_no_address(editor: User) -> None:
    told = sentence(entry(editor, "upload", label="docs/report.pdf"))

    assert told.endswith("uploaded <bdi>docs/report.pdf</bdi>")


def test_what_one_may_not_read_has_no_address(editor: User) -> None:
    assert "<a" not in sentence(entry(editor, "update", make.make_user("author")))


def test_nobody_is_the_system(editor: User) -> None:
    assert sentence(entry(None, "publish", make.make_post())).startswith("<bdi>The system</bdi> published")


def test_an_action_that_is_not_known_is_told_all_the_same(editor: User) -> None:
    assert "juggle" not in SENTENCES
    assert "worked on" in sentence(entry(editor, "juggle", make.make_post()))
