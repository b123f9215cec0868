"""The pages that say what went wrong."""

from typing import Any

import pytest
from flask import Flask, abort
from werkzeug.exceptions import HTTPException

from cms.content.errors import Conflict, InvalidInput, NotFound
from cms.security.policy import Forbidden
from cms.site import errors
from tests.factories import make_post, make_redirect
from tests.site_client import SiteClient

pytestmark = pytest.mark.usefixtures("app_context")


def test_a_missing_page_is_404_in_its_language_with_a_way_on(client: SiteClient) -> None:
    make_post(title="Still here", locale="ar")
    answer = client.get("/ar/nothing")
    assert answer.status_code == 404
    assert '<html lang="ar" dir="rtl">' in answer.text
    assert 'href="/ar/"' in answer.text
    assert "Still here" in answer.text
    assert 'class="site-footer"' in answer.text
    assert "noindex" in answer.text


def test_a_missing_page_outside_of_the_languages_is_404(client: SiteClient) -> None:
    for path in ("/nothing", "/nothing/at/all", "/static/nothing.css", "/media/nothing.png"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert 'class="plain-page__code"' in answer.text


@pytest.mark.parametrize("path", ["/en/old", "/old.html", "/2019/05/old/"])
def test_moved_addresses_are_obeyed(client: SiteClient, path: str) -> None:
    make_redirect(path, "/en/new")
    answer = client.get(path)
    assert (answer.status_code, answer.location) == (301, "/en/new")


def test_a_temporary_redirect_is_temporary(client: SiteClient) -> None:
    make_redirect("/en/soon", "https://example.org/", status_code=302)
    answer = client.get("/en/soon")
    assert (answer.status_code, answer.location) == (302, "https://example.org/")


def test_what_exists_is_stronger_than_a_redirect(client: SiteClient) -> None:
    post = make_post()
    make_redirect(post.public_path, "/en/elsewhere")
    assert client.get(post.public_path).status_code == 200


def explain(app: Flask, error: Exception, path: str = "/en/", **headers: str) -> tuple[int, str]:
    """The status and the text of the answer to an error."""
    with app.test_request_context(path, headers=headers):
        return _explain(app, error)


def _explain(app: Flask, error: Exception) -> tuple[int, str]:
    answer: Any = app.make_response(app.handle_user_exception(error))
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("status", sorted(set(errors.EXPLANATIONS) - {500}))
def test_every_error_has_a_title_and_a_sentence(app: Flask, status: int) -> None:
    with app.test_request_context("/robots.txt"):
        try:
            abort(status)
        except HTTPException as error:
            code, text = _explain(app, error)
    assert code == status
    assert str(errors.EXPLANATIONS[status].title) in text
    assert str(errors.EXPLANATIONS[status].text).replace("'", "&#39;") in text


def test_an_error_of_the_program_shows_nothing_of_it(app: Flask) -> None:
    with app.test_request_context("/en/"):
        app.config["PROPAGATE_EXCEPTIONS"] = False
        answer = app.make_response(app.handle_exception(RuntimeError("SELECT secret FROM /etc/passwd")))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "secret" not in text
    assert "RuntimeError" not in text
    assert str(errors.EXPLANATIONS[500].title) in text


def test_an_error_without_a_name_is_explained_by_its_kind(app: Flask) -> None:
    with app.test_request_context("/account/"):
        assert "That did not work" in errors._page(418, None)[0]  # type: ignore[index]
        assert "Something went wrong" in errors._page(504, None)[0]  # type: ignore[index]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("No such thing."), 404),
        (Conflict("Changed meanwhile."), 409),
        (InvalidInput({"title": "A title is needed."}), 422),
        (Forbidden("Not for you."), 403),
    ],
)
def test_what_services_refuse_keeps_its_sentence(app: Flask, error: Exception, status: int) -> None:
    code, text = explain(app, error, "/account/")
    assert code == status
    assert str(error) in text


def test_scripts_get_a_sentence(app: Flask) -> None:
    code, text = explain(app, Conflict("Changed meanwhile."), Accept="application/json")
    assert code == 409
    assert '"error":"Changed meanwhile."' in text.replace(": ", ":")


def test_headers_of_an_error_are_kept(client: SiteClient) -> None:
    answer = client.put("/robots.txt")
    assert answer.status_code in {400, 405}
    if answer.status_code == 405:
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(("kept", "asked"), [("/en/2019/05/old/", "/en/2019/05/old"), ("/2019/old", "/2019/old/")])
def test_a_slash_at_the_end_makes_no_other_address(client: SiteClient, kept: str, asked: str) -> None:
    make_redirect(kept, "/en/new")
    answer = client.get(asked)
    assert (answer.status_code, answer.location) == (301, "/en/new")


def test_of_two_redirects_the_exact_one_counts(client: SiteClient) -> None:
    make_redirect("/2019/old/", "/en/with")
    assert client.get("/2019/old").location == "/en/with"
    make_redirect("/2019/old", "/en/without")
    assert [client.get(path).location for path in ("/2019/old", "/2019/old/")] == ["/en/without", "/en/with"]


def test_the_page_of_a_list_that_moved_is_kept(client: SiteClient) -> None:
    make_redirect("/en/tags/old", "/en/tags/new")
    make_redirect("/en/tags/older", "/en/tags/new?page=1")
    make_redirect("/en/tags/elsewhere", "https://example.org/tags")
    assert client.get("/en/tags/old?page=2").location == "/en/tags/new?page=2"
    assert client.get("/en/tags/older?page=2").location == "/en/tags/new?page=1"
    assert client.get("/en/tags/elsewhere?page=2").location == "https://example.org/tags"


@pytest.mark.parametrize("target", ["/en/turning", "/en/turning/", "/en/turning?page=1", "/en/turn%69ng#top"])
def test_no_redirect_leads_in_a_circle(client: SiteClient, target: str) -> None:
    make_redirect("/en/turning", target)
    assert client.get("/en/turning").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/media/nothing.webp"), ("GET", "/search/en/"), ("POST", "/en/"), ("POST", "/nothing")]
)
def test_an_error_in_the_language_of_the_browser_is_kept_by_nobody(client: SiteClient, method: str, path: str) -> None:
    answer = client.open(path, method=method, headers={"Accept-Language": "fr"})
    assert answer.status_code in {404, 405}
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_missing_page_is_kept(client: SiteClient) -> None:
    assert client.get("/en/nothing").headers["X-Cache"] == "miss"
    assert client.get("/en/nothing").headers["X-Cache"] == "hit"
