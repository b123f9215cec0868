"""Addresses that somebody else has taken while a document was withdrawn, in the trash, or had a draft."""

from typing import Any

import pytest

from cms.content import publishing, revisions
from cms.content.errors import InvalidInput
from cms.extensions import db
from cms.models import Page, Post, Redirect
from tests import factories as make
from tests.content.test_publishing import a_draft

pytestmark = [pytest.mark.usefixtures("db_session"), pytest.mark.database]


def test_what_comes_back_from_the_trash_is_called_as_its_draft_is() -> None:
    editor = make.make_user("editor")
    post = a_draft(editor)
    publishing.publish(post, editor)
    publishing.save_draft(post, {"title": "A longer walk", "slug": "longer"}, editor)
    publishing.trash(post, editor)
    publishing.restore(post, editor)
    assert (str(post), post.slug, post.is_live) == ("A longer walk", "longer", False)
    assert revisions.working_values(post)["title"] == "A longer walk"
    # Nobody was ever led to the draft's address, and the old one is nobody's.
    assert db.session.query(Redirect).count() == 0


@pytest.mark.parametrize("kind", [Post, Page])
def test_what_comes_back_leaves_an_address_to_whoever_has_it_now(kind: Any) -> None:
    editor = make.make_user("editor")
    document = publishing.create_draft(kind, {"title": "A walk", "locale": "en"}, editor)
    publishing.publish(document, editor)
    publishing.save_draft(document, {"title": "Longer", "slug": "longer"}, editor)
    publishing.trash(document, editor)
    publishing.create_draft(kind, {"title": "Longer", "slug": "longer", "locale": "en"}, editor)
    publishing.restore(document, editor)
    assert (document.title, document.slug) == ("Longer", "a-walk")


def with_an_address_that_is_taken(kind: Any, editor: Any) -> Any:
    """A live document whose draft wants an address that another one has got meanwhile."""
    document = publishing.create_draft(kind, {"title": "A walk", "locale": "en"}, editor)
    publishing.publish(document, editor)
    publishing.save_draft(document, {"title": "Longer", "slug": "longer"}, editor)
    publishing.create_draft(kind, {"title": "Longer", "slug": "longer", "locale": "en"}, editor)
    return document


@pytest.mark.parametrize("kind", [Post, Page])
@pytest.mark.parametrize("typed", [None, {"title": "Longest", "slug": "longer"}])
def test_what_is_withdrawn_leaves_an_address_to_whoever_has_it_now(kind: Any, typed: Any) -> None:
    """A text that must go from the site goes, whatever its draft looks like; from the form as from the list."""
    editor = make.make_user("editor")
    document = with_an_address_that_is_taken(kind, editor)
    publishing.unpublish(document, editor, typed)
    assert (document.status, document.slug) == ("draft", "a-walk")
    assert document.title == ("Longest" if typed else "Longer")
    assert revisions.working_values(document)["slug"] == "longer"
    assert db.session.query(Redirect).count() == 0


def test_a_withdrawal_takes_no_other_address_that_is_taken() -> None:
    editor = make.make_user("editor")
    document = with_an_address_that_is_taken(Post, editor)
    other = a_draft(editor, title="Another")
    with pytest.raises(InvalidInput) as error:
        publishing.unpublish(document, editor, {"slug": other.slug})
    assert "slug" in error.value.errors
    assert document.is_live


@pytest.mark.parametrize("kind", [Post, Page])
def test_an_earlier_revision_comes_back_without_an_address_that_is_taken(kind: Any) -> None:
    editor = make.make_user("editor")
    document = publishing.create_draft(kind, {"title": "A walk", "locale": "en"}, editor)
    (first,) = revisions.history(document)
    publishing.save_draft(document, {"title": "Longer", "slug": "longer"}, editor)
    publishing.create_draft(kind, {"title": "A walk", "locale": "en"}, editor)
    publishing.return_to(document, first.id, editor)
    assert (document.title, document.slug) == ("A walk", "longer")


def test_a_page_is_withdrawn_whose_draft_would_be_below_itself() -> None:
    editor = make.make_user("editor")
    first, second = make.make_page(), make.make_page()
    publishing.publish(first, editor)
    publishing.save_draft(first, {"parent": second, "title": "Moved"}, editor)
    publishing.publish(second, editor, {"parent": first})
    publishing.unpublish(first, editor)
    assert (first.is_live, first.parent_id, first.title) == (False, None, "Moved")
