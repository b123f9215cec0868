"""Addresses that are free."""

import pytest

from cms.content.addresses import free_slug
from cms.models import Post
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
