"""Addresses that are free, and redirects between them."""

import pytest

from cms.content.addresses import free_slug
from cms.content.errors import InvalidInput
from cms.content.validation import clean
from cms.models import Post, Redirect
from tests import factories as make
from tests.sql_counter import QueryCounter

pytestmark = [pytest.mark.usefixtures("app_context"), pytest.mark.database]


def test_the_number_of_questions_does_not_grow_with_those_of_one_title() -> None:
    posts = [make.make_post(title="Newsletter", slug="newsletter")]
    posts += [make.make_post(title="Newsletter", slug=f"newsletter-{number}") for number in range(2, 40)]
    make.make_post(title="Boletim", slug="newsletter-40", locale="pt")
    first = posts[0].id
    with QueryCounter() as statements:
        assert free_slug(Post, "Newsletter", {"locale": "en"}) == "newsletter-40"
        assert free_slug(Post, "Newsletter", {"locale": "en"}, but=first) == "newsletter"
    assert len(statements) == 2


@pytest.mark.parametrize(
    "target", ["/en/old", "/en/old/", "/en/old?page=1", "/en/old#top", "/en/%6Fld", "/en/between", "/en/between/?a=b"]
)
def test_a_redirect_that_would_lead_to_itself_is_refused(target: str) -> None:
    make.make_redirect("/en/between", "/en/old/")
    with pytest.raises(InvalidInput) as refused:
        clean(Redirect, {"source": "/en/old", "target": target})
    assert set(refused.value.errors) == {"target"}


def test_a_redirect_to_the_same_path_elsewhere_is_none_to_itself() -> None:
    assert clean(Redirect, {"source": "/en/old", "target": "https://example.org/en/old"})


def test_the_source_of_a_redirect_is_kept_as_requests_name_it() -> None:
    assert clean(Redirect, {"source": "/p%C3%A1gina", "target": "/en/"})["source"] == "/página"


@pytest.mark.parametrize("source", ["/?p=12", "/old#part", "/a%0Ab", "/a%00b", "old", "//host/old"])
def test_a_source_that_no_request_can_have_is_refused(source: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean(Redirect, {"source": source, "target": "/en/"})
    assert set(refused.value.errors) == {"source"}
