"""What the dashboard is told: whose documents, in which order, how many, and to whom."""

import time
from datetime import timedelta
from typing import Any

import pytest

from cms.content import large_numbers, overview, publishing
from cms.content.overview import LanguageShare, Waiting, find_by_title, pile, recent_activity, translation_shares
from cms.content.searching import finding, postgresql_index
from cms.extensions import db
from cms.models import Page, Post
from cms.models.column_types import utc_now
from tests import factories as make

pytestmark = pytest.mark.usefixtures("db_session")


def titles(found: overview.Pile) -> list[str]:
    return [line.title for line in found.lines]


def test_my_drafts_are_unfinished_and_mine() -> None:
    me, other = make.make_user("author"), make.make_user("author")
    make.make_post(title="Mine", status="draft", author=me)
    make.make_post(title="Not mine", status="draft", author=other)
    make.make_post(title="Finished", author=me)
    make.make_post(title="Handed in", status="review", author=me)
    make.make_post(title="Thrown away", status="draft", author=me, trashed_at=utc_now())
    make.make_post(title="Will appear by itself", status="draft", author=me, scheduled_at=utc_now())

    found = pile(me, Waiting.MINE, 5)

    assert titles(found) == ["Mine"]
    assert found.total == 1
    assert found.counts[Post] == 1


def test_review_takes_in_every_kind_of_document_newest_first() -> None:
    editor = make.make_user("editor")
    make.make_post(title="Older", status="review", updated_at=utc_now() - timedelta(hours=2))
    make.make_page(title="Newer", status="review", updated_at=utc_now() - timedelta(hours=1))

    found = pile(editor, Waiting.REVIEW, 5)

    assert titles(found) == ["Newer", "Older"]
    assert (found.counts[Page], found.counts[Post]) == (1, 1)


def test_a_pile_shows_the_first_few_and_counts_all() -> None:
    editor = make.make_user("editor")
    for _number in range(4):
        make.make_post(status="review")

    found = pile(editor, Waiting.REVIEW, 2)

    assert len(found.lines) == 2
    assert found.total == 4


def test_counting_stops_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "COUNTED", 2)
    editor = make.make_user("editor")
    for _number in range(4):
        make.make_post(status="review")

    assert pile(editor, Waiting.REVIEW, 1).counts[Post] == 3


def test_the_next_to_appear_stands_first() -> None:
    editor = make.make_user("editor")
    now = utc_now()
    make.make_post(title="Later", status="draft", scheduled_at=now + timedelta(days=2))
    make.make_post(title="Sooner", status="draft", scheduled_at=now + timedelta(days=1))

    found = pile(editor, Waiting.SCHEDULED, 5)

    assert titles(found) == ["Sooner", "Later"]
    assert found.lines[0].moment == now + timedelta(days=1)


def test_published_names_author_and_language() -> None:
    editor = make.make_user("editor", display_name="Maria Silva")
    make.make_post(title="Olá", locale="pt", author=editor)

    (line,) = pile(editor, Waiting.PUBLISHED, 5).lines

    assert (line.model, line.title, line.locale, line.author) == (Post, "Olá", "pt", "Maria Silva")


def test_an_author_sees_nothing_of_others_in_any_pile() -> None:
    author = make.make_user("author")
    make.make_post(title="Foreign draft", status="review")
    make.make_post(title="Foreign and live")

    assert [pile(author, waiting, 5).total for waiting in Waiting] == [0, 0, 0, 0]


def test_nobody_without_rights_sees_a_kind_at_all() -> None:
    make.make_post(status="review")

    assert pile(make.make_user("member"), Waiting.REVIEW, 5).counts == {}


def test_shares_are_measured_against_the_language_that_has_most() -> None:
    editor = make.make_user("editor")
    make.make_post(translation_key="a" * 32, locale="en")
    make.make_post(translation_key="a" * 32, locale="pt")
    make.make_post(translation_key="b" * 32, locale="en")
    make.make_post(translation_key="b" * 32, locale="pt", status="draft")
    make.make_post(translation_key="c" * 32, locale="xx")

    shares = translation_shares(editor, ["en", "pt", "ar"])

    assert shares == [LanguageShare("en", 2, 2), LanguageShare("pt", 1, 2), LanguageShare("ar", 0, 2)]
    assert [share.percent for share in shares] == [100, 50, 0]


def test_nothing_to_translate_is_all_translated() -> None:
    (share,) = translation_shares(make.make_user("editor"), ["pt"])

    assert share.percent == 100


def test_activity_is_everybodys_for_editors_and_ones_own_for_authors() -> None:
    editor, author = make.make_user("editor"), make.make_user("author")
    publishing.create_draft(Post, {"title": "By the author", "locale": "en"}, author)
    publishing.create_draft(Post, {"title": "By the editor", "locale": "en"}, editor)

    assert [entry.label for entry in recent_activity(editor, 5)] == ["By the editor", "By the author"]
    assert [entry.label for entry in recent_activity(author, 5)] == ["By the author"]
    assert len(recent_activity(editor, 1)) == 1


def test_finding_takes_every_word_and_only_what_one_may_read() -> None:
    editor, author = make.make_user("editor"), make.make_user("author")
    make.make_post(title="A walk through Alfama")
    make.make_tag(name="Alfama walks")
    make.make_tag(name="Walks elsewhere")
    make.make_post(title="Alfama walk, thrown away", trashed_at=utc_now())

    assert sorted(map(str, find_by_title(editor, "alfama walk", 5))) == ["A walk through Alfama", "Alfama walks"]
    assert list(map(str, find_by_title(author, "alfama\x00 walk", 5))) == ["Alfama walks"]
    assert find_by_title(editor, "100% _", 5) == []


@pytest.mark.database
def test_ones_own_are_found_among_very_many_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_FOUND", 3)
    monkeypatch.setattr(finding, "SOME", 3)
    for name in ("FREQUENT", "NEWEST"):
        monkeypatch.setattr(postgresql_index, name, 3)
    author, other = make.make_user("author"), make.make_user("author")
    make.make_post(title="A walk of mine", author=author)
    make.make_post(title="Another thing of mine", author=author)
    make.make_post(title="A walk of mine, thrown away", author=author, trashed_at=utc_now())
    for number in range(20):
        make.make_post(title=f"A walk of theirs {number}", author=other)
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            postgresql_index.weigh(connection)

    assert list(map(str, find_by_title(author, "walk", 5))) == ["A walk of mine"]
    assert len(find_by_title(make.make_user("editor"), "walk", 5)) == 3


def test_the_number_of_questions_does_not_grow_with_the_documents(count_queries: Any) -> None:
    editor = make.make_user("editor")

    def everything() -> int:
        with count_queries() as counted:
            for waiting in Waiting:
                pile(editor, waiting, 5)
            translation_shares(editor, ["en", "pt"])
            recent_activity(editor, 8)
        return len(counted)

    make.make_post(status="review", author=editor)
    everything()
    few = everything()
    for _number in range(6):
        make.make_post(status="review", author=editor)
    # The commits made the session forget the editor; the first round reads the grants again.
    everything()
    assert everything() == few


def test_a_line_says_whether_one_may_change_the_document() -> None:
    translator, author = make.make_user("translator", languages=["pt"]), make.make_user("author")
    make.make_post(title="Olá", locale="pt")
    make.make_post(title="Hello", author=author)

    lines = pile(translator, Waiting.PUBLISHED, 5).lines
    assert {line.title: line.may_update for line in lines} == {"Olá": True, "Hello": False}
    assert [line.may_update for line in pile(author, Waiting.PUBLISHED, 5).lines] == [True]
    assert all(line.may_update for line in pile(make.make_user("administrator"), Waiting.PUBLISHED, 5).lines)


def test_shares_of_very_many_documents_are_counted_once_a_minute(
    monkeypatch: pytest.MonkeyPatch, count_queries: Any
) -> None:
    monkeypatch.setattr(overview, "COUNTED", 1)
    editor, author = make.make_user("editor"), make.make_user("author")
    make.make_post(locale="en")
    assert [share.done for share in translation_shares(editor, ["en", "pt"])] == [1, 0]
    make.make_post(locale="pt", author=author)
    assert [share.done for share in translation_shares(editor, ["en", "pt"])] == [1, 1]
    make.make_post(locale="pt")
    with count_queries() as queries:
        assert [share.done for share in translation_shares(editor, ["en", "pt"])] == [1, 1]
    assert not [one for one in queries if "FROM posts" in one]
    # What only some may read is counted for each of them.
    for written in (2, 3):
        make.make_post(locale="pt", author=author)
        assert [share.done for share in translation_shares(author, ["en", "pt"])] == [0, written]
    now = time.monotonic()
    monkeypatch.setattr("cms.content.large_numbers.time.monotonic", lambda: now + large_numbers.SECONDS + 1)
    assert [share.done for share in translation_shares(editor, ["en", "pt"])] == [1, 4]
