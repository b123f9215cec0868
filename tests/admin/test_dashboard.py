"""The dashboard, finding by name, the language of the back office."""

import re
from typing import Any

import pytest

from cms.content import overview, publishing
from cms.extensions import db
from cms.models import Post, User
from tests import factories as make

pytestmark = pytest.mark.usefixtures("db_session")


def test_every_number_is_a_link_and_leads_somewhere(client_as: Any) -> None:
    editor = make.make_user("editor")
    client = client_as(editor)
    make.make_post(status="draft", author=editor, title="Half-written")
    make.make_post(status="review")
    make.make_post()

    page = client.get("/admin/").text

    for address in set(re.findall(r'class="panel__all" href="([^"]+)"', page)):
        assert client.get(address.replace("&amp;", "&")).status_code == 200
    assert re.search(rf'href="/admin/posts/\?[^"]*author=id:{editor.id}[^"]*"', page)
    assert "Half-written" in page


def test_where_counting_stops_a_sign_says_so(client_as: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "COUNTED", 2)
    for _number in range(3):
        make.make_post(status="review")

    assert "2+" in client_as("editor").get("/admin/").text


def test_a_new_site_says_what_to_do(client_as: Any) -> None:
    page = client_as("editor").get("/admin/").text

    assert page.count("panel__nothing") >= 4
    assert 'href="/admin/posts/new/"' in page


def test_an_author_is_offered_what_an_author_may_do(client_as: Any) -> None:
    page = client_as("author").get("/admin/").text

    assert 'href="/admin/posts/new/"' in page
    assert 'href="/admin/pages/new/"' not in page
    assert 'href="/admin/audit/"' not in page


def test_progress_of_each_language_leads_to_its_documents(client_as: Any) -> None:
    make.make_post(locale="pt")
    client = client_as("editor")

    page = client.get("/admin/").text

    link = re.search(r'class="bar" href="(/admin/\w+/\?[^"]*locale=pt[^"]*)"', page)
    assert link is not None
    assert client.get(link[1].replace("&amp;", "&")).status_code == 200


def test_activity_is_told_in_sentences_that_cannot_carry_markup(client_as: Any) -> None:
    editor = make.make_user("editor", display_name="<b>Maria</b>")
    publishing.create_draft(Post, {"title": "<i>Night</i> trains", "locale": "en"}, editor)

    page = client_as(editor).get("/admin/").text

    assert "&lt;b&gt;Maria&lt;/b&gt;</bdi> added " in page
    assert "&lt;i&gt;Night&lt;/i&gt; trains" in page
    assert "<i>Night" not in page


def test_members_do_not_get_in(client_as: Any) -> None:
    client = client_as("member")

    assert client.get("/admin/").status_code == 403
    assert client.get("/admin/search/?q=a").status_code == 403
    assert client.submit("/admin/language/", {"locale": "pt"}).status_code == 403


def test_finding_by_name_names_kind_and_language(client_as: Any) -> None:
    post = make.make_post(title="Um passeio por Alfama", locale="pt")

    (hit,) = client_as("editor").get("/admin/search/?q=alfama").json

    assert hit["title"] == "Um passeio por Alfama"
    assert hit["note"] == "Post · Português"
    assert hit["url"] == f"/admin/posts/edit/?id={post.id}"


def test_what_one_may_only_read_leads_to_its_details(client_as: Any) -> None:
    tag = make.make_tag(name="Alfama")

    (hit,) = client_as("author").get("/admin/search/?q=alfama").json

    assert hit["url"] == f"/admin/tags/details/?id={tag.id}"


@pytest.mark.parametrize("words", ["", "%20", "%00", "%25", "a" * 4000, "%ED%A0%80"])
def test_finding_takes_anything(client_as: Any, words: str) -> None:
    assert client_as("editor").get(f"/admin/search/?q={words}").status_code in (200, 400)


def test_the_chosen_language_is_kept_with_the_account(client_as: Any) -> None:
    editor = make.make_user("editor")
    client = client_as(editor)

    reply = client.submit("/admin/language/", {"locale": "ar", "url": "/admin/posts/?show=draft"})

    assert reply.status_code == 302
    assert reply.location == "/admin/posts/?show=draft"
    db.session.expire_all()
    assert db.session.get(User, editor.id).locale == "ar"
    assert '<html lang="ar" dir="rtl"' in client.get("/admin/").text


def test_the_language_can_be_chosen_whatever_else_the_account_holds(client_as: Any) -> None:
    """A time zone that was renamed since it was chosen is the business of the profile."""
    editor = make.make_user("editor", timezone="Mars/Olympus")

    assert client_as(editor).submit("/admin/language/", {"locale": "ar"}).status_code == 302

    db.session.expire_all()
    assert db.session.get(User, editor.id).locale == "ar"


@pytest.mark.parametrize("form", [{"locale": "xx"}, {}, {"locale": "pt", "url": "https://elsewhere.example/"}])
def test_a_language_there_is_not_changes_nothing_and_nobody_is_led_away(client_as: Any, form: dict[str, str]) -> None:
    reply = client_as("editor").submit("/admin/language/", form)

    assert (reply.status_code, reply.location) == (302, "/admin/")


def test_the_language_is_not_changed_without_the_token(client_as: Any) -> None:
    assert client_as("editor").post("/admin/language/", data={"locale": "pt"}).status_code == 400


def test_queries_do_not_grow_with_what_there_is(client_as: Any, count_queries: Any) -> None:
    editor = make.make_user("editor")
    client = client_as(editor)

    def asked() -> int:
        with count_queries() as counted:
            client.get("/admin/")
        return len(counted)

    def add() -> None:
        make.make_post(status="draft", author=editor)
        make.make_post(status="review", author=make.make_user("author"))
        publishing.create_draft(Post, {"title": "One more", "locale": "en"}, editor)

    add()
    asked()
    few = asked()
    for _number in range(4):
        add()
    assert asked() <= few


def test_the_record_is_read_in_sentences_and_offers_no_change(client_as: Any) -> None:
    editor = make.make_user("editor", display_name="Maria")
    publishing.create_draft(Post, {"title": "Night trains", "locale": "en"}, editor)

    page = client_as("administrator").get("/admin/audit/").text

    assert "<bdi>Maria</bdi> added <bdi>Night trains</bdi>" in page
    assert "/admin/audit/edit/" not in page
    assert "data-select-row" not in page


def test_an_empty_list_says_what_would_be_in_it(client_as: Any) -> None:
    page = client_as("editor").get("/admin/pages/").text

    assert "Pages are the lasting parts of the site" in page
    assert 'href="/admin/pages/new/' in page


def test_a_translator_is_led_where_they_may_go(client_as: Any) -> None:
    make.make_post(title="In English")
    make.make_post(title="Em português", locale="pt")
    client = client_as("translator")

    page = client.get("/admin/").text

    links = dict(re.findall(r'class="line__title" href="([^"]+)"><bdi>([^<]+)<', page))
    assert {title: "details" in address for address, title in links.items()} == {
        "In English": True,
        "Em português": False,
    }
    assert {client.get(address).status_code for address in links} == {200}
