"""Which page of a list is asked for, by its number or beyond an end; on both databases."""

import re
from typing import Any

import pytest

from admin import list_marks, listing
from admin.paging import typed_page
from cms.models import Post
from tests.admin.list_pages import titles

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("1", 0),
        ("25,000", 24_999),
        ("25.000", 24_999),
        ("25\u202f000", 24_999),
        ("٢٥٬٠٠٠", 24_999),
        (" 7 ", 6),
        ("0", None),
        ("000", None),
        ("", None),
        (None, None),
        ("last", None),
        ("9" * 10, None),
    ],
)
def test_pages_are_counted_as_people_count(text: str | None, page: int | None) -> None:
    assert typed_page(text) == page


def led_to(reply: Any) -> list[str]:
    """The titles of the page that a reply shows in the end, and its parameters."""
    return [*titles(reply), reply.request.query_string.decode()]


@pytest.mark.parametrize("counted", [6, 10_000])
def test_beyond_its_ends_a_list_shows_its_ends(
    client_as: Any, posts: list[Post], monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    """Rows may have gone since the address was made."""
    monkeypatch.setattr(listing, "COUNTED", counted)
    monkeypatch.setattr(list_marks, "PATIENCE", 0.0)
    client = client_as("administrator")
    kept = "sort=0&flt0_status=published"
    first, last = led_to(client.get(f"/admin/posts/?{kept}")), led_to(client.get(f"/admin/posts/?{kept}&page=-1"))
    assert len(first) == 21
    for asked in ("page=2", "page=99999999", "at=3", "at=99999999"):
        assert led_to(client.get(f"/admin/posts/?{kept}&{asked}", follow_redirects=True)) == last
    before = client.get(f"/admin/posts/?{kept}&page=-99", follow_redirects=True)
    # Where all is counted, what would be before the first page is the first page.
    assert titles(before) == first[:-1]


def test_an_empty_list_is_shown_whatever_page_is_asked_for(client_as: Any, db_session: Any) -> None:
    client = client_as("administrator")
    for asked in ("page=3", "page=-1", "page=-5", "at=7"):
        assert "Nothing matches" in client.get(f"/admin/posts/?search=zeppelin&{asked}", follow_redirects=True).text


def test_the_number_of_a_page_can_be_typed(
    client_as: Any, posts: list[Post], few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("administrator")
    every = [f"Stone {number:02}" for number in range(30)]
    for typed in ("2", "٢", "0,002", " 2. "):
        reply = client.get("/admin/posts/", query_string={"at": typed})
        assert titles(reply) == every[20:]
        assert re.search(r'name="at"[^>]* value="2"', reply.text)
    for nothing in ("", "x", "0", "-", "9" * 40):
        assert titles(client.get("/admin/posts/", query_string={"at": nothing})) == every[:20]
    assert "at=" not in reply.text.partition('class="pager"')[2].partition("</nav>")[0].replace('name="at"', "")


def test_with_few_pages_all_are_linked_to_and_none_is_typed(
    client_as: Any, posts: list[Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as("administrator")
    assert 'name="at"' not in client.get("/admin/posts/").text
    monkeypatch.setattr("admin.views.lists.ListScreen.few_pages", 1)
    page = client.get("/admin/posts/?page=1&sort=0&flt0_status=published").text
    field = page.partition('class="pager__typed"')[2].partition("</form>")[0]
    assert 'value="2"' in field
    for name, value in (("sort", "0"), ("flt0_status", "published")):
        assert f'name="{name}" value="{value}"' in field


def test_a_page_far_away_is_of_no_fewer_rows_than_it_shows(client_as: Any, posts: list[Post], few: None) -> None:
    assert "21 to 30 of 30+" in client_as("administrator").get("/admin/posts/?page=1").text
