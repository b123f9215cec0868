"""Translations of documents."""

from typing import Any

import pytest
from sqlalchemy import select

from cms.content import publishing, translating
from cms.content.errors import Conflict, InvalidInput
from cms.extensions import db
from cms.models import Post, Tag
from cms.security.policy import Forbidden
from tests import factories as make

pytestmark = [pytest.mark.usefixtures("db_session"), pytest.mark.database]


def published(actor: Any, **values: Any) -> Post:
    post = publishing.create_draft(Post, {"title": "A walk", "locale": "en", "body": "<p>Text.</p>"} | values, actor)
    publishing.publish(post, actor)
    return post


def is_outdated(document: Any) -> bool:
    """What lists are filtered by, and what languages are marked by: always the same."""
    model = type(document)
    filtered = db.session.scalar(select(model.id).where(model.id == document.id, translating.is_outdated(model)))
    marked = [entry for entry in translating.coverage_of([document])[document.translation_key] if entry.outdated]
    assert (filtered is not None) == (document.id in {entry.id for entry in marked})
    return filtered is not None


def test_a_translation_begins_with_the_source_and_what_it_names_in_the_new_language() -> None:
    editor = make.make_user("editor")
    tag, lonely = make.make_tag(name="Sea"), make.make_tag(name="Only English")
    mar = make.make_tag(name="Mar", locale="pt", translation_key=tag.translation_key)
    category = make.make_category(name="News")
    novas = make.make_category(name="Novas", locale="pt", translation_key=category.translation_key)
    source = published(editor, tags=[tag, lonely], category=category)
    values = translating.first_values(source, "pt")
    assert values["title"] == "A walk"
    assert values["tags"] == [mar]
    assert values["category_id"] == novas.id
    assert "slug" not in values


def test_a_translator_translates_into_chosen_languages_only() -> None:
    source = published(make.make_user("editor"))
    translator = make.make_user("translator", languages=["pt"])
    assert [code for code in ("en", "pt", "de") if translating.may_translate(translator, Post, code)] == ["pt"]
    with pytest.raises(Forbidden):
        translating.begin(source, "de", {"title": "Ein Weg"}, translator)
    post = translating.begin(source, "pt", {"title": "Um passeio"}, translator)
    assert (post.locale, post.slug, post.status) == ("pt", "um-passeio", "draft")
    assert post.translation_key == source.translation_key
    assert translating.source_of(post).id == source.id
    with pytest.raises(Conflict):
        translating.begin(source, "pt", {"title": "Outra vez"}, translator)
    with pytest.raises(InvalidInput):
        translating.begin(source, "tlh", {"title": "x"}, make.make_user("administrator"))


def test_a_translation_is_out_of_date_once_the_source_publishes_again() -> None:
    editor = make.make_user("editor")
    source = published(editor)
    post = translating.begin(source, "pt", {"title": "Um passeio"}, editor)
    publishing.publish(post, editor)
    assert not is_outdated(post)
    publishing.save_draft(source, {"title": "A longer walk"}, editor)
    assert not is_outdated(post)
    publishing.publish(source, editor)
    assert is_outdated(post)
    coverage = translating.coverage_of([source])[source.translation_key]
    assert [(entry.locale, entry.status, entry.outdated) for entry in coverage] == [
        ("en", "published", False),
        ("pt", "published", True),
    ]
    assert post.is_live
    translating.mark_current(post, editor)
    assert not is_outdated(post)


def test_coverage_costs_the_same_for_many(count_queries: Any) -> None:
    for _number in range(6):
        make.make_post()
    posts = db.session.query(Post).all()
    with count_queries() as few:
        translating.coverage_of(posts[:1])
    with count_queries() as many:
        translating.coverage_of(posts)
    assert len(many) == len(few)
    assert translating.coverage_of([]) == {}


def test_what_is_not_publishable_is_translated_too() -> None:
    editor = make.make_user("editor")
    tag = make.make_tag(name="Sea")
    mar = translating.begin(tag, "pt", {"name": "Mar"}, editor)
    assert isinstance(mar, Tag)
    assert (mar.slug, mar.translation_key) == ("mar", tag.translation_key)
    assert not is_outdated(mar)
    assert db.session.query(Tag).count() == 2


def test_a_translation_of_a_live_document_is_made_from_what_readers_see() -> None:
    """Not from a draft that may never be published; that of a draft, from the draft."""
    editor = make.make_user("editor")
    source = published(editor)
    publishing.save_draft(source, {"title": "Not yet"}, editor)
    assert translating.first_values(source, "pt")["title"] == "A walk"
    assert (
        translating.begin(source, "pt", {"title": "Um passeio"}, editor).source_revision_id == source.live_revision_id
    )
    publishing.unpublish(source, editor)
    assert translating.first_values(source, "de")["title"] == "Not yet"
    german = translating.begin(source, "de", {"title": "Noch nicht"}, editor)
    assert german.source_revision_id == source.draft_revision_id


def test_what_was_published_while_somebody_translated_is_not_translated() -> None:
    editor = make.make_user("editor")
    source = published(editor)
    read = translating.text_to_translate(source)
    publishing.publish(source, editor, {"title": "A longer walk"})
    german = translating.begin(source, "de", {"title": "Ein Weg"}, editor, read=read)
    assert (german.source_revision_id, is_outdated(german)) == (read, True)
    spanish = translating.begin(source, "es", {"title": "Un paseo"}, editor, read=translating.text_to_translate(source))
    assert not is_outdated(spanish)


def test_a_translation_follows_as_far_as_somebody_has_read() -> None:
    editor = make.make_user("editor")
    source = published(editor)
    post = translating.begin(source, "pt", {"title": "Um passeio"}, editor)
    first = source.live_revision_id
    publishing.publish(source, editor, {"title": "A longer walk"})
    read = source.live_revision_id
    publishing.publish(source, editor, {"title": "A very long walk"})
    assert not translating.mark_current(post, editor, read=read)
    assert (post.source_revision_id, is_outdated(post)) == (read, True)
    assert translating.mark_current(post, editor, read=source.live_revision_id)
    # A screen that was opened before takes nothing of that back.
    assert translating.mark_current(post, editor, read=first)
    assert not is_outdated(post)


def test_only_a_revision_of_the_original_can_have_been_read() -> None:
    """Whatever a form says: any other counts as the newest one."""
    editor = make.make_user("editor")
    foreign = published(editor, title="Elsewhere")
    source = published(editor)
    draft = publishing.save_draft(source, {"title": "Not yet"}, editor)
    for locale, read in (("pt", foreign.live_revision_id), ("de", 999_999), ("es", draft.id)):
        post = translating.begin(source, locale, {"title": "Text"}, editor, read=read)
        assert post.source_revision_id == source.live_revision_id


def test_a_translation_in_the_trash_is_spoken_of() -> None:
    editor = make.make_user("editor")
    source = published(editor)
    publishing.trash(translating.begin(source, "pt", {"title": "Um passeio"}, editor), editor)
    with pytest.raises(Conflict, match="Bring it back first"):
        translating.begin(source, "pt", {"title": "Outra vez"}, editor)


def test_publishing_what_is_published_makes_no_translation_out_of_date() -> None:
    """As by ticking a whole list."""
    editor = make.make_user("editor")
    zebra, apple = make.make_tag(name="Zebra"), make.make_tag(name="Apple")
    source = published(editor, tags=[zebra, apple])
    post = translating.begin(source, "pt", {"title": "Um passeio"}, editor)
    publishing.publish(source, editor)
    publishing.publish(source, editor, {"title": "A walk", "tags": [zebra, apple]})
    publishing.publish(source, editor, {"tags": [apple, zebra]})
    assert not is_outdated(post)
    publishing.publish(source, editor, {"title": "A longer walk"})
    assert is_outdated(post)


def test_nothing_is_out_of_date_because_of_what_is_in_the_trash() -> None:
    """Until it comes back: there is nothing to follow."""
    editor = make.make_user("editor")
    source = published(editor)
    post = translating.begin(source, "pt", {"title": "Um passeio"}, editor)
    publishing.publish(source, editor, {"title": "A longer walk"})
    assert is_outdated(post)
    publishing.trash(source, editor)
    assert not is_outdated(post)
    publishing.restore(source, editor)
    assert is_outdated(post)
    publishing.trash(post, editor)
    assert not is_outdated(post)
