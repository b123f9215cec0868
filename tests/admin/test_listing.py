"""Pages of a list are found in an index, counting stops somewhere, and what no index serves is looked for nearby."""

import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from admin import listing
from admin.filters import RelationFilter
from cms.content.searching import finding, postgresql_index
from cms.extensions import db
from cms.models import Post
from cms.models.column_types import utc_now
from tests import factories as make
from tests.admin.list_pages import titles

# PostgreSQL and SQLite have indexes of their own: what is shown here must hold on both.
pytestmark = pytest.mark.database


def test_pages_from_both_ends(client_as: Any, posts: list[Post], few: None) -> None:
    client = client_as("administrator")
    first = client.get("/admin/posts/")
    assert titles(first) == [f"Stone {number:02}" for number in range(20)]
    assert "1 to 20 of 20+" in first.text
    assert "page=-1" in first.text
    assert titles(client.get("/admin/posts/?page=1")) == [f"Stone {number:02}" for number in range(20, 30)]
    last = client.get("/admin/posts/?page=-1")
    assert titles(last) == [f"Stone {number:02}" for number in range(10, 30)]
    assert "Page 1, counted from the end" in last.text
    assert titles(client.get("/admin/posts/?page=-2")) == [f"Stone {number:02}" for number in range(10)]


def test_where_all_rows_are_counted_the_end_is_the_last_page(client_as: Any, posts: list[Post]) -> None:
    reply = client_as("administrator").get("/admin/posts/?page=-1")
    assert titles(reply) == [f"Stone {number:02}" for number in range(20, 30)]
    assert "21 to 30 of 30" in reply.text


def test_what_no_index_serves_is_looked_for_among_the_first(client_as: Any, posts: list[Post], few: None) -> None:
    client = client_as("administrator")
    missing = client.get("/admin/posts/?flt0_translation_key_missing=pt")
    assert titles(missing) == [f"Stone {number:02}" for number in range(5)]
    assert "Only the first 5 in this order were looked through." in missing.text


@pytest.mark.parametrize("words", ["search=stone+29", "flt0_title=STONE+29", "search=29&flt0_title=sto"])
def test_words_are_found_wherever_their_rows_stand(client_as: Any, posts: list[Post], few: None, words: str) -> None:
    found = client_as("administrator").get(f"/admin/posts/?{words}")
    assert titles(found) == ["Stone 29"]
    assert "1 to 1 of 1<" in re.sub(r"\s*<", "<", found.text)


def test_a_search_obeys_sort_filters_and_tabs(client_as: Any, posts: list[Post]) -> None:
    posts[7].trashed_at = utc_now()
    posts[8].status = "draft"
    db.session.commit()
    client = client_as("administrator")
    assert titles(client.get("/admin/posts/?search=stone&sort=0&desc=1"))[:2] == ["Stone 29", "Stone 28"]
    assert titles(client.get("/admin/posts/?search=stone&flt0_status=draft")) == ["Stone 08"]
    assert titles(client.get("/admin/posts/?search=stone&show=trash")) == ["Stone 07"]
    assert titles(client.get("/admin/posts/?search=stone&page=1"))[-1] == "Stone 29"
    assert titles(client.get("/admin/posts/?search=%25%25")) == []


def test_a_search_shows_nobody_more_than_they_may_read(client_as: Any, db_session: Any) -> None:
    author = make.make_user("author")
    make.make_post(title="Stone of mine", status="draft", author=author)
    make.make_post(title="Stone of others", status="draft", author=make.make_user("author"))
    assert titles(client_as(author).get("/admin/posts/?search=stone")) == ["Stone of mine"]


@pytest.fixture
def frequent(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that more than a handful of rows have are frequent, on both databases."""
    monkeypatch.setattr(finding, "MOST_FOUND", 8)
    monkeypatch.setattr(listing, "NEAR", 12)
    monkeypatch.setattr(postgresql_index, "FREQUENT", 8)
    monkeypatch.setattr(postgresql_index, "NEWEST", 8)


def test_of_frequent_words_the_first_in_the_order_are_shown(client_as: Any, posts: list[Post], frequent: None) -> None:
    client = client_as("administrator")
    first = client.get("/admin/posts/?search=stone&page_size=20")
    assert titles(first)[:12] == [f"Stone {number:02}" for number in range(12)]
    assert re.search(r"1 to (1\d|20) of \d+\+", first.text)
    last = client.get("/admin/posts/?search=stone&page=-1&page_size=20")
    assert titles(last)[-12:] == [f"Stone {number:02}" for number in range(18, 30)]


def test_what_is_frequent_elsewhere_is_found_where_it_is_rare(
    client_as: Any, posts: list[Post], frequent: None
) -> None:
    for number in range(15):
        make.make_tag(name=f"Pebble {number:02}")
    make.make_tag(name="Stone")
    assert titles(client_as("administrator").get("/admin/tags/?search=stone")) == ["Stone"]


def test_frequent_words_among_few_rows_are_all_found(client_as: Any, posts: list[Post], frequent: None) -> None:
    for post in posts[10:13]:
        post.status = "draft"
    db.session.commit()
    found = client_as("administrator").get("/admin/posts/?search=stone&flt0_status=draft")
    assert sorted(titles(found)) == ["Stone 10", "Stone 11", "Stone 12"]
    assert "1 to 3 of 3<" in re.sub(r"\s*<", "<", found.text)


def test_tabs_of_the_trash_and_of_what_is_scheduled_have_their_own_order(client_as: Any, db_session: Any) -> None:
    now = utc_now()
    for hours in (1, 3, 2):
        make.make_post(title=f"Gone {hours}", trashed_at=now - timedelta(hours=hours))
        make.make_post(title=f"Due {hours}", status="draft", scheduled_at=now + timedelta(hours=hours))
    client = client_as("administrator")
    assert titles(client.get("/admin/posts/?show=trash")) == ["Gone 1", "Gone 2", "Gone 3"]
    assert titles(client.get("/admin/posts/?show=scheduled")) == ["Due 1", "Due 2", "Due 3"]
    assert titles(client.get("/admin/posts/?show=trash&sort=0")) == ["Gone 1", "Gone 2", "Gone 3"]


def test_a_filter_by_days_decides_the_order(client_as: Any, db_session: Any) -> None:
    now = utc_now()
    for days in (5, 1, 3):
        make.make_post(title=f"Day {days}", published_at=now - timedelta(days=days))
    since = (now - timedelta(days=4)).date()
    found = titles(client_as("administrator").get(f"/admin/posts/?flt0_published_at_since={since}"))
    assert found == ["Day 1", "Day 3"]


def test_filters_by_what_is_named(client_as: Any, db_session: Any) -> None:
    author, tag, category = (
        make.make_user("author", display_name="Ada"),
        make.make_tag(name="Sea"),
        make.make_category(),
    )
    make.make_post(title="Named", author=author, tags=[tag], category=category)
    make.make_post(title="Other", author=make.make_user("author"), tags=[make.make_tag()])
    client = client_as("administrator")
    for condition in (
        f"author=id:{author.id}", "author=ada", f"tags=id:{tag.id}", "tags=sea", f"category=id:{category.id}"
    ):  # fmt: skip
        assert titles(client.get(f"/admin/posts/?flt0_{condition}")) == ["Named"], condition
    assert titles(client.get("/admin/posts/?flt0_author=nobody")) == []


@pytest.mark.parametrize("choices", [1, 200])
def test_a_title_may_be_a_number(
    client_as: Any, db_session: Any, monkeypatch: pytest.MonkeyPatch, choices: int
) -> None:
    """Whether rows are chosen or looked for by words; what was chosen is told by its title."""
    monkeypatch.setattr("admin.filters.CHOICES", choices)
    sea = make.make_tag(name="Sea")
    year = make.make_tag(name=str(sea.id))
    make.make_post(title="Of the year", tags=[year])
    make.make_post(title="At sea", tags=[sea])
    client = client_as("administrator")
    typed = client.get(f"/admin/posts/?flt0_tags={sea.id}")
    assert titles(typed) == ["Of the year"]
    assert f"<bdi>{sea.id}</bdi>" in typed.text
    assert (f'["id:{sea.id}", "Sea"]' in html.unescape(typed.text)) is (choices == 200)
    found = client.get(f"/admin/posts/?flt0_tags=id:{sea.id}")
    assert titles(found) == ["At sea"]
    assert "<bdi>Sea</bdi>" in found.text
    for nothing in ("id:", "id:99999", "id:x", "id:٣", "id:99999999999999999999"):
        assert titles(client.get(f"/admin/posts/?flt0_tags={nothing}")) == [], nothing
    assert "<bdi>99999</bdi>" in client.get("/admin/posts/?flt0_tags=id:99999").text


def test_what_is_too_much_to_choose_from_is_looked_up_as_in_the_form(
    client_as: Any, db_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_post(title="Of the year", author=make.make_user("author", display_name="Ada"), tags=[make.make_tag()])
    client = client_as("administrator")
    lookup = "/admin/posts/ajax/lookup/?name=author"
    assert lookup not in html.unescape(client.get("/admin/posts/").text)

    monkeypatch.setattr("admin.filters.CHOICES", 0)
    assert f'"lookup": "{lookup}"' in html.unescape(client.get("/admin/posts/").text)
    assert [name for _id, name in client.get(f"{lookup}&query=ada").json] == ["Ada"]


def test_whatever_a_list_is_filtered_by_can_be_looked_up(app: Any, client_as: Any, db_session: Any) -> None:
    """Also what no form offers, such as who did something."""
    client = client_as("administrator")
    filtered = [view for view in app.extensions["admin"][0]._views if getattr(view, "column_filters", None)]
    looked_up = [
        f"{view.url}/ajax/lookup/?name={one.relation.key}"
        for view in filtered
        for one in view.column_filters
        if isinstance(one, RelationFilter)
    ]
    assert len(looked_up) > 5
    assert {client.get(address).status_code for address in looked_up} == {200}


def test_that_there_are_too_many_to_choose_from_is_remembered_for_a_while(
    client_as: Any, db_session: Any, count_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For those who may read them all; of others nothing is remembered."""
    monkeypatch.setattr("admin.filters.CHOICES", 1)
    tags = [make.make_tag(name="Sea"), make.make_tag(name="Sand")]
    make.make_post()
    admin = client_as("administrator")

    def choices() -> tuple[int, bool]:
        """How many queries look for tags to choose from, and whether there are any."""
        with count_queries() as asked:
            page = admin.get("/admin/posts/")
        offered = f'["id:{tags[0].id}", "Sea"]' in html.unescape(page.text)
        return sum("ORDER BY tags.name" in one for one in asked), offered

    assert [choices(), choices()] == [(1, False), (0, False)]
    db.session.delete(tags.pop())
    db.session.commit()
    assert choices() == (0, False)
    monkeypatch.setattr("cms.content.large_numbers.time.monotonic", lambda: float("inf"))
    assert choices() == (1, True)


def test_what_was_chosen_is_told_by_its_title_to_those_who_may_read_it(client_as: Any, db_session: Any) -> None:
    editor = make.make_user("editor", display_name="Ada Secret")
    page = client_as("author").get(f"/admin/posts/?flt0_author=id:{editor.id}").text
    assert f"<bdi>{editor.id}</bdi>" in page
    assert "Ada Secret" not in page


def test_that_there_are_very_many_is_remembered_for_a_while(
    client_as: Any, posts: list[Post], few: None, count_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("administrator")
    with count_queries() as asked:
        assert "1 to 20 of 20+" in client.get("/admin/posts/").text
    with count_queries() as remembered:
        assert "1 to 20 of 20+" in client.get("/admin/posts/").text
    assert len(remembered) < len(asked)
    for post in posts[3:]:
        db.session.delete(post)
    db.session.commit()
    assert "1 to 3 of 6+" in client.get("/admin/posts/").text
    monkeypatch.setattr("cms.content.large_numbers.time.monotonic", lambda: float("inf"))
    assert "1 to 3 of 3<" in re.sub(r"\s*<", "<", client.get("/admin/posts/").text)


def test_how_many_there_are_is_remembered_for_nobody_who_sees_fewer(
    client_as: Any, posts: list[Post], few: None
) -> None:
    assert "1 to 20 of 20+" in client_as("administrator").get("/admin/posts/").text
    author = make.make_user("author")
    make.make_post(title="Mine", status="draft", author=author)
    assert 'class="tabs__count">1<' in client_as(author).get("/admin/posts/?show=draft").text


@pytest.mark.parametrize("few_linked", [2, 100])
def test_few_rows_with_a_tag_and_many(
    client_as: Any, db_session: Any, monkeypatch: pytest.MonkeyPatch, few_linked: int
) -> None:
    monkeypatch.setattr("admin.filters.FEW_LINKED", few_linked)
    tag = make.make_tag(name="Sea")
    now = utc_now()
    for number in range(4):
        make.make_post(title=f"At sea {number}", tags=[tag], updated_at=now - timedelta(hours=number))
    make.make_post(title="On land", tags=[make.make_tag()])
    reply = client_as("administrator").get(f"/admin/posts/?flt0_tags=id:{tag.id}")
    assert titles(reply) == [f"At sea {number}" for number in range(4)]
    assert ("1 to 4 of 4+" in reply.text) is (few_linked == 2)


@pytest.mark.parametrize("typed", ["Ha", "ha", "harbour 0", "HARBOUR"])
def test_among_many_rows_titles_are_found_by_their_beginning(
    client_as: Any, db_session: Any, few: None, typed: str
) -> None:
    for number in range(4):
        make.make_category(name=f"Harbour {number}")
    make.make_category(name="Old harbour")
    make.make_category(name="harbour 0 in small letters")
    make.make_category(name="Hafen", locale="de")
    client = client_as("administrator")
    reply = client.get("/admin/posts/ajax/lookup/", query_string={"name": "category", "query": typed, "limit": 3})
    names = [label for _id, label in reply.json]
    assert names
    assert all(name.casefold().startswith(typed.casefold()) for name in names)
    assert "Old harbour" not in names
    german = client.get("/admin/posts/ajax/lookup/", query_string={"name": "category", "query": "ha", "locale": "de"})
    assert [label for _id, label in german.json] == ["Hafen"]


def test_every_page_of_a_look_up_differs(client_as: Any, db_session: Any, few: None) -> None:
    for number in range(9):
        make.make_category(name=f"Harbour {number}")
    client = client_as("administrator")
    address = "/admin/posts/ajax/lookup/?name=category&query=harb&limit=4&offset="
    pages = [[label for _id, label in client.get(f"{address}{offset}").json] for offset in (0, 4, 8)]
    assert [name for page in pages for name in page] == [f"Harbour {number}" for number in range(9)]


@pytest.mark.parametrize("descending", [True, False])
def test_rows_without_a_value_are_looked_through_in_their_place(db_session: Any, few: None, descending: bool) -> None:
    now = utc_now()
    for dated in (2, 4):
        for number in range(4):
            make.make_post(published_at=now - timedelta(days=number) if number < dated else None)
        order = listing.order_by(Post, "published_at", descending)
        query = db.session.query(Post.id)
        everything = [row[0] for row in query.order_by(*order.clauses())]
        found, cut = listing.walk(query, [Post.id > 0], order)
        assert found == everything[:5]
        assert cut == (len(everything) > 5)


def test_a_spreadsheet_holds_all_rows_and_a_workbook_so_many(
    client_as: Any, posts: list[Post], few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("administrator")
    monkeypatch.setattr("admin.exports.PORTION", 100)
    lines = client.get("/admin/posts/export/csv/?search=stone").text.splitlines()
    assert len(lines) == 31
    assert lines[0].startswith("\ufeff")
    assert "Stone 00" in lines[1]
    monkeypatch.setattr("admin.views.lists.WORKBOOK_ROWS", 3)
    book = load_workbook(io.BytesIO(client.get("/admin/posts/export/xlsx/").data))
    assert book.active.max_row == 4


def test_the_default_order_of_documents_is_read_from_an_index(db_session: Any, app: Any) -> None:
    order = listing.order_by(Post, "updated_at", descending=True)
    assert [column.key for column in order.columns] == ["updated_at", "id"]
    if db.engine.dialect.name == "sqlite":
        query = db.session.query(Post.id).filter(Post.trashed_at.is_(None)).order_by(*order.clauses()).limit(20)
        plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {query.statement.compile(compile_kwargs=LITERALS)}")).all()
        assert [row.detail for row in plan] == ["SCAN posts USING INDEX ix_posts_updated_at_id"]


LITERALS = {"literal_binds": True}
