"""Pages of a long list are found from marks along it, which are set beside the requests."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from admin import list_marks, listing
from admin.list_marks import marked_lists
from cms.extensions import db
from cms.models import Post
from cms.models.column_types import utc_now
from tests import factories as make

# Both databases have their own ways through an index.
pytestmark = pytest.mark.database
SIZE = 3


@pytest.fixture
def posts(db_session: Any, monkeypatch: pytest.MonkeyPatch) -> list[Post]:
    """Thirty posts, the first of them the newest, with a mark at every fifth; three and three have the same title."""
    monkeypatch.setattr(list_marks, "SPACING", 5)
    monkeypatch.setattr(list_marks, "PATIENCE", 0.0)
    now = utc_now()
    return [
        make.make_post(
            title=f"Stone {number // 3:02}", slug=f"stone-{number:02}", updated_at=now - timedelta(hours=number)
        )
        for number in range(30)
    ]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let seconds pass."""
    now = [1_000.0]
    monkeypatch.setattr("admin.list_marks.time.monotonic", lambda: now[0])

    def pass_by(seconds: float) -> None:
        now[0] += seconds

    return pass_by


def page(number: int, name: str = "updated_at", descending: bool = True, of: Any = "posts") -> list[int]:
    """The ids of a page, once no walk is under way any more."""
    found = listing.page_of(db.session.query(Post.id), listing.order_by(Post, name, descending), number, SIZE, of)
    marked_lists().wait()
    return found


def was_counted_to(asked: Any) -> bool:
    """Whether a page was found from the end of its list, and not from a mark."""
    return not any("WHERE" in statement for statement in asked)


@pytest.mark.parametrize(("name", "descending"), [("updated_at", True), ("title", False), ("title", True)])
def test_every_page_is_the_same_from_a_mark(posts: list[Post], count_queries: Any, name: str, descending: bool) -> None:
    order = listing.order_by(Post, name, descending)
    everything = [row[0] for row in db.session.query(Post.id).order_by(*order.clauses())]
    for of in (None, "posts"):
        page(0, name, descending, of)
        page(-1, name, descending, of)
        for number in range(12):
            with count_queries() as asked:
                assert page(number, name, descending, of) == everything[number * SIZE : (number + 1) * SIZE]
            assert was_counted_to(asked) == (of is None or number < 2)
        for number in range(1, 11):
            with count_queries() as asked:
                shown = everything[30 - number * SIZE : 30 - number * SIZE + SIZE]
                assert page(-number, name, descending, of) == shown
            assert was_counted_to(asked) == (of is None or number < 3)


def test_each_list_has_its_own_marks(posts: list[Post], count_queries: Any) -> None:
    page(0)
    for other in ({"of": "others"}, {"descending": False}, {"name": "title"}):
        with count_queries() as asked:
            page(4, **other)
        assert was_counted_to(asked)


def test_rows_without_a_value_are_counted_past(posts: list[Post], count_queries: Any) -> None:
    """Where they stand differs among databases; a list in such an order has no marks."""
    page(0, "published_at")
    with count_queries() as asked:
        assert len(page(4, "published_at")) == SIZE
    assert was_counted_to(asked)


def test_a_page_shows_what_is_there_now(posts: list[Post]) -> None:
    page(0)
    ids = [post.id for post in posts]
    assert page(4) == ids[12:15]
    db.session.delete(posts[12])
    # What comes in at the front moves nothing beyond the mark until the next walk.
    make.make_post(title="New")
    db.session.commit()
    assert page(4) == ids[13:16]


def test_marks_are_set_again_when_they_are_old_and_somebody_asks(posts: list[Post], later: Any) -> None:
    page(0)
    ids = [post.id for post in posts]
    for post in posts[:6]:
        db.session.delete(post)
    db.session.commit()
    later(list_marks.OLD)
    # The row of the first mark went with those before it. The mark still says where the rest of the list begins.
    assert page(3) == ids[10:13]
    later(1)
    assert page(3) == ids[10:13]
    assert page(3) == ids[15:18]


def test_very_old_marks_are_of_no_use(posts: list[Post], later: Any, count_queries: Any) -> None:
    page(0)
    later(list_marks.FORGOTTEN + 1)
    with count_queries() as asked:
        page(4)
    assert was_counted_to(asked)


def test_the_marks_of_few_lists_are_kept(
    posts: list[Post], monkeypatch: pytest.MonkeyPatch, count_queries: Any
) -> None:
    monkeypatch.setattr(list_marks, "MOST", 2)
    for of in ("first", "second", "third"):
        page(0, of=of)
    with count_queries() as asked:
        page(4, of="third")
        page(4, of="second")
    assert [was_counted_to([statement]) for statement in asked] == [False, False]
    with count_queries() as asked:
        page(4, of="first")
    assert was_counted_to(asked)


def test_a_list_is_walked_along_once_at_a_time_and_beside_the_request(
    posts: list[Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    walked, go_on = [], threading.Event()

    def slowly(keys: Any) -> Any:
        walked.append(threading.current_thread().name)
        assert go_on.wait(10)
        return [], 0

    monkeypatch.setattr(list_marks, "rows_along", slowly)
    order = listing.order_by(Post, "updated_at", descending=True)
    for _again in range(3):
        assert len(listing.page_of(db.session.query(Post.id), order, 4, SIZE, "posts")) == SIZE
    go_on.set()
    marked_lists().wait()
    assert walked == ["list-marks"]


def test_one_walk_sets_out_after_the_other(posts: list[Post], monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, most, walk = [0], [0], list_marks.rows_along

    def counted(keys: Any) -> Any:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        threading.Event().wait(0.01)
        under_way[0] -= 1
        return walk(keys)

    monkeypatch.setattr(list_marks, "rows_along", counted)
    order, query = listing.order_by(Post, "updated_at", descending=True), db.session.query(Post.id)
    for of in range(5):
        listing.page_of(query, order, 0, SIZE, of=f"list {of}")
    marked_lists().wait()
    assert most == [1]


def test_without_a_walk_pages_are_counted_to(
    posts: list[Post], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(keys: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("The database is gone."))

    ids = [post.id for post in posts]
    with monkeypatch.context() as context:
        context.setattr(list_marks, "rows_along", fail)
        assert page(4) == page(4) == ids[12:15]
    assert "The database is gone." in caplog.text
    page(0)
    assert marked_lists().of(("posts", "updated_at", "id", True, False), None).rows  # type: ignore[arg-type]  # no walk


def test_only_long_lists_are_marked(client_as: Any, posts: list[Post], monkeypatch: pytest.MonkeyPatch) -> None:
    client, lists = client_as("administrator"), []
    monkeypatch.setattr(list_marks.MarkedLists, "of", lambda _self, what, _keys: lists.append(what) or list_marks.NONE)
    client.get("/admin/posts/?page=1")
    assert not lists
    monkeypatch.setattr(listing, "COUNTED", 6)
    client.get("/admin/posts/?page=1")
    # Also to say how many a tab holds.
    assert {tab for (_model, tab), *_order in lists} == {"all", "published"}
    lists.clear()
    author = make.make_user("author")
    client_as(author).get("/admin/posts/?page=1")
    assert not lists


def count_of(reply: Any) -> list[str]:
    """How many rows a list says there are: in its head, in the shown tab, and beside the pages."""
    text = re.sub(r"\s+", " ", reply.text)
    tab = re.search(r'aria-current="page">[^<]*<span class="tabs__count">([^<]*)<', text)
    head = re.search(r'class="page-head__count"[^>]*>([^<]*)<', text)
    where = re.search(r'class="pager__where">[^<]* of ([^<]*)<', text)
    return [found[1].strip() if found else "" for found in (head, tab, where)]


def test_of_a_long_list_it_is_told_about_how_many_there_are(
    client_as: Any, posts: list[Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "COUNTED", 6)
    client = client_as("administrator")
    with monkeypatch.context() as context:
        context.setattr(list_marks.MarkedLists, "of", lambda *_: list_marks.NONE)
        assert count_of(client.get("/admin/posts/")) == ["6+", "6+", "20+"]
    client.get("/admin/posts/")
    marked_lists().wait()
    assert count_of(client.get("/admin/posts/")) == ["≈ 30"] * 3
    # The number goes with what is listed, not with its order; and a filter lets fewer through, nobody knows how many.
    assert count_of(client.get("/admin/posts/?sort=0"))[:2] == ["≈ 30"] * 2
    assert count_of(client.get("/admin/posts/?flt0_status=published"))[:2] == ["6+", "≈ 30"]
    assert "≈ 30" in client.get("/admin/posts/all/?action=publish").text
    for number in range(5):
        make.make_post(title=f"New {number}")
    assert count_of(client.get("/admin/posts/?page=1"))[2] == "≈ 30"
    # What is shown is never more than there are said to be.
    assert count_of(client.get("/admin/posts/?page_size=50"))[2] == "35+"
    author = make.make_user("author")
    assert "≈" not in client_as(author).get("/admin/posts/").text


def test_numbers_are_told_to_three_digits(posts: list[Post], monkeypatch: pytest.MonkeyPatch) -> None:
    order, query = listing.order_by(Post, "updated_at", descending=True), db.session.query(Post.id)
    for total, about in ((990_109, 990_000), (12_345, 12_300), (1_234_567, 1_230_000)):
        marks = list_marks.Marks(0.0, (), total)
        monkeypatch.setattr(list_marks.MarkedLists, "of", lambda *_, marks=marks: marks)
        counted = listing.Extent(listing.COUNTED, beyond=True)
        assert listing.estimated(counted, query, order, "posts").about == about
        assert listing.estimated(counted, query, order, None).about is None
        assert listing.estimated(listing.Extent(7, beyond=False), query, order, "posts").about is None
