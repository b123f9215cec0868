"""The public pages: what they show, in which language, and what they refuse."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cms.models.column_types import utc_now
from tests.factories import (
    make_category,
    make_media,
    make_menu,
    make_menu_item,
    make_page,
    make_post,
    make_setting,
    make_tag,
    make_user,
    translate,
)
from tests.site_client import SiteClient

pytestmark = [pytest.mark.usefixtures("app_context"), pytest.mark.database]

NOVEMBER = datetime(2026, 11, 5, 12, tzinfo=UTC)


def main_of(html: str) -> str:
    """The content of a page without its frame."""
    return html[html.index("<main") : html.index("</main>")]


def links_of(html: str, relation: str) -> list[str]:
    """The `<link>` elements of a relation."""
    return re.findall(rf'<link rel="{relation}"[^>]*>', html)


def test_home_shows_the_newest_first_and_nothing_that_is_not_live(client: SiteClient) -> None:
    make_post(title="Older", published_at=NOVEMBER)
    make_post(title="Newer", published_at=NOVEMBER + timedelta(days=1))
    make_post(title="Unfinished", status="draft")
    make_post(title="Thrown away", trashed_at=utc_now())
    make_post(title="Noutra língua", locale="pt")
    answer = client.get("/en/")
    assert answer.status_code == 200
    main = main_of(answer.text)
    assert main.index("Newer") < main.index("Older")
    for hidden in ("Unfinished", "Thrown away", "Noutra"):
        assert hidden not in main


def test_home_of_a_language_without_posts_says_so(client: SiteClient) -> None:
    answer = client.get("/fr/")
    assert answer.status_code == 200
    assert '<html lang="fr" dir="ltr">' in answer.text
    assert 'class="empty"' in answer.text


def test_arabic_runs_from_right_to_left(client: SiteClient) -> None:
    assert '<html lang="ar" dir="rtl">' in client.get("/ar/").text


def test_paging_ends_where_the_posts_do(client: SiteClient) -> None:
    make_setting("posts_per_page", "2")
    for day in range(5):
        make_post(title=f"Day {day}", published_at=NOVEMBER + timedelta(days=day))
    assert 'href="/en/?page=2"' in client.get("/en/").text
    last = client.get("/en/?page=3")
    assert last.status_code == 200
    assert "Day 0" in main_of(last.text)
    assert 'href="/en/?page=2"' in last.text
    assert "?page=4" not in last.text
    assert client.get("/en/?page=4").status_code == 404
    assert 'rel="canonical" href="http://localhost/en/?page=3"' in last.text


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("", 200),
        ("1", 200),
        ("2", 404),
        ("0", 404),
        ("-1", 404),
        ("x", 404),
        ("99999999999999999999", 404),
        ("1e3", 404),
        ("٢", 404),
        ("%00", 400),
        ("%ED%A0%80", 404),
    ],
)
def test_odd_page_numbers_are_never_an_error_of_ours(client: SiteClient, page: str, status: int) -> None:
    make_post()
    answer = client.get(f"/en/?page={page}")
    # The page cache hands only sensible parameters on, so that what is refused may also be the first page.
    assert answer.status_code in {status, 200}
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "/en/posts/nothing",
        "/en/posts/%00",
        "/en/posts/%ED%A0%80",
        "/en/tags/nothing",
        "/en/categories/nothing",
        "/en/authors/nobody",
        "/en/archive/2026/13",
        "/en/archive/9999/12",
        "/en/archive/0/0",
        "/en/archive/99999999999999999999/1",
        "/en/archive/2001/01",
        "/en/nothing/at/all",
        "/xx/",
        "/en/" + "a/" * 200,
    ],
)
def test_what_is_not_there_is_404(client: SiteClient, path: str) -> None:
    answer = client.get(path)
    if answer.status_code == 301:
        answer = client.get(answer.location)
    assert answer.status_code in {400, 404}


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/EN/", "/en/"),
        ("/zh-cn/", "/zh-Hans/"),
        ("/zh_hans/posts/x?page=2", "/zh-Hans/posts/x?page=2"),
        ("/PT/tags/y", "/pt/tags/y"),
        ("/en/about/", "/en/about"),
        ("/en/tags/y/?page=2", "/en/tags/y?page=2"),
        ("/en/what%3Fis%23it/", "/en/what%3Fis%23it"),
    ],
)
def test_other_spellings_lead_to_the_canonical_one(client: SiteClient, path: str, canonical: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 301
    assert answer.location == canonical


def test_a_post_shows_what_belongs_to_it(client: SiteClient) -> None:
    author = make_user("author", username="ana", display_name="Ana Ferreira", bio="Writes from Porto.")
    post = make_post(
        title="Ships & <harbours>",
        slug="ships",
        summary="About ships.",
        body="<h2>One</h2><p>Text.</p>",
        author=author,
        category=make_category(name="Sea", slug="sea"),
        tags=[make_tag(name="Salt", slug="salt")],
        featured_image=make_media("A ship at anchor"),
        published_at=NOVEMBER,
    )
    html = client.get(post.public_path).text
    assert "<title>Ships &amp; &lt;harbours&gt; · Babelpress</title>" in html
    assert '<meta name="description" content="About ships.">' in html
    assert 'href="/en/authors/ana"' in html
    assert 'href="/en/categories/sea"' in html
    assert 'href="/en/tags/salt"' in html
    assert 'alt="A ship at anchor"' in html
    assert "November 5, 2026" in html
    assert "1 minute to read" in html
    assert '<h2 id="section-one">One</h2>' in html
    assert "Writes from Porto." in html
    assert '<link rel="canonical" href="http://localhost/en/posts/ships">' in html
    assert '<meta property="og:image" content="http://localhost/media/' in html


def test_a_long_text_gets_a_table_of_contents(client: SiteClient) -> None:
    section = "<h2>Part</h2><h3>Piece</h3><p>" + "word " * 300 + "</p>"
    long = client.get(make_post(body=section * 3).public_path).text
    assert "data-contents" in long
    assert 'href="#section-part"' in long
    assert "data-contents" not in client.get(make_post(body="<h2>Part</h2>").public_path).text


def test_neighbours_and_related_posts(client: SiteClient) -> None:
    shared = make_tag()
    middle = make_post(title="Middle", published_at=NOVEMBER, tags=[shared])
    make_post(title="Earlier one", published_at=NOVEMBER - timedelta(days=1))
    make_post(title="Later one", published_at=NOVEMBER + timedelta(days=1), tags=[shared])
    html = client.get(middle.public_path).text
    assert re.search(r'<a rel="prev"[^>]*>.*?Earlier one', html)
    assert re.search(r'<a rel="next"[^>]*>.*?Later one', html)
    assert "Later one" in html[html.index('class="related"') :]


def test_translations_are_offered_and_declared(client: SiteClient) -> None:
    post = make_post(slug="hello")
    translate(post, "pt", slug="ola")
    translate(post, "ar", slug="marhaban", status="draft")
    html = client.get("/en/posts/hello").text
    alternates = links_of(html, "alternate")
    assert '<link rel="alternate" hreflang="pt" href="http://localhost/pt/posts/ola">' in alternates
    assert '<link rel="alternate" hreflang="en" href="http://localhost/en/posts/hello">' in alternates
    assert not [link for link in alternates if "marhaban" in link or 'hreflang="ar"' in link]
    assert 'href="/pt/posts/ola" lang="pt"' in html
    assert "/language/ar?next=/en/posts/hello" in html


def test_absolute_addresses_follow_the_configured_site(make_app: Callable[..., Any]) -> None:
    app = make_app(migrated=True, SITE_URL="https://magazine.example")
    html = SiteClient.of(app).get("/en/").text
    assert '<link rel="canonical" href="https://magazine.example/en/">' in html
    assert 'hreflang="zh-Hans" href="https://magazine.example/zh-Hans/"' in html


def test_dates_follow_the_language(client: SiteClient) -> None:
    make_post(locale="pt", published_at=NOVEMBER)
    make_post(locale="zh-Hans", published_at=NOVEMBER)
    assert "5 de novembro de 2026" in client.get("/pt/").text
    assert "2026年11月5日" in client.get("/zh-Hans/").text


def test_lists_by_tag_category_author_and_month(client: SiteClient) -> None:
    author = make_user("author", username="omar", display_name="Omar Haddad", bio="An editor.")
    category = make_category(name="Sea", slug="sea", description="All that floats.")
    tag = make_tag(name="Salt", slug="salt")
    make_post(title="In it", author=author, category=category, tags=[tag], published_at=NOVEMBER)
    make_post(title="Outside", published_at=NOVEMBER - timedelta(days=60))
    pages = {
        "/en/tags/salt": "Salt",
        "/en/categories/sea": "All that floats.",
        "/en/authors/omar": "An editor.",
        "/en/archive/2026/11": "November 2026",
    }
    for path, text in pages.items():
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert text in main_of(answer.text)
        stories = answer.text[answer.text.index('class="stories"') : answer.text.index('class="side"')]
        assert "In it" in stories
        assert "Outside" not in stories
    assert client.get("/en/archive/2026/11?page=2").status_code == 404


def test_an_empty_topic_says_so(client: SiteClient) -> None:
    make_tag(slug="lonely")
    answer = client.get("/en/tags/lonely")
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text


def test_people_who_have_published_nothing_are_not_shown(client: SiteClient) -> None:
    author = make_user("author", username="quiet")
    make_post(author=author, status="draft")
    make_post(author=author, locale="pt")
    assert client.get("/en/authors/quiet").status_code == 404
    assert client.get("/pt/authors/quiet").status_code == 200


def test_pages_stand_at_their_path(client: SiteClient) -> None:
    above = make_page(title="About", slug="about", body="<p>Us.</p>")
    make_page(title="Team", slug="team", parent=above, path="about/team", featured_image=make_media("The team"))
    make_page(title="Hidden", slug="hidden", status="draft")
    about, team = client.get("/en/about"), client.get("/en/about/team")
    assert "Us." in main_of(about.text)
    assert 'href="/en/about/team"' in main_of(about.text)
    assert 'class="breadcrumbs"' in team.text
    assert 'href="/en/about"' in main_of(team.text)
    assert client.get("/en/hidden").status_code == 404
    assert client.get("/en/team").status_code == 404


def test_menus_are_shown_in_their_language(client: SiteClient) -> None:
    page = make_page(title="About", slug="about")
    menu = make_menu()
    make_menu_item(menu, page=page, label="", url="")
    make_menu_item(make_menu(location="footer"), label="Imprint", url="/en/imprint")
    html = client.get("/en/about").text
    assert '<a href="/en/about" aria-current="page">About</a>' in html
    assert 'href="/en/imprint"' in html
    assert 'class="site-nav"' not in client.get("/pt/").text


def test_the_frame_says_what_the_settings_say(client: SiteClient) -> None:
    make_setting("site_name", "The Commons")
    make_setting("site_name", "Os Comuns", "pt")
    make_setting("site_tagline", "Things we share", "en")
    assert "<title>The Commons · Things we share</title>" in re.sub(r"\s+<", "<", client.get("/en/").text)
    assert "<title>Os Comuns</title>" in client.get("/pt/").text


def test_public_pages_have_no_inline_script_or_style_and_ask_no_other_host(client: SiteClient) -> None:
    post = make_post(body="<p>Text <code>a</code></p><pre>b</pre>", featured_image=make_media())
    for path in ("/en/", post.public_path, "/en/nothing"):
        html = client.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", html), path
        assert not re.search(r'(?:src|srcset)="(?:https?:)?//', html), path


def test_only_reading_is_possible(client: SiteClient) -> None:
    assert client.post("/en/").status_code in {400, 405}
    assert client.head("/en/").status_code == 200


@pytest.mark.parametrize("name", ["posts", "tags", "categories", "authors"])
def test_pages_may_stand_where_other_things_stand(client: SiteClient, name: str) -> None:
    """A page called "Posts" has pages below it like any other, with their languages; a post of that name goes first."""
    child = make_page(slug="child", title="The child", parent=make_page(slug=name))
    portuguese = translate(child, "pt")
    assert client.get(f"/en/{name}/child").status_code == 200
    assert client.get(f"/language/pt?next=/en/{name}/child").headers["Location"] == portuguese.public_path
    assert client.get(f"/en/{name}/other").status_code == 404
    if name == "posts":
        make_post(slug="child", title="The post")
        assert "<title>The post" in client.get("/en/posts/child").text


def test_only_the_first_page_of_a_list_is_translated(client: SiteClient) -> None:
    make_setting("posts_per_page", "3")
    category = make_category(slug="sea")
    make_category(slug="mar", locale="pt", translation_key=category.translation_key)
    for _ in range(5):
        make_post(category=category)
    for path in ("/en/", "/en/categories/sea"):
        assert any('hreflang="pt"' in link for link in links_of(client.get(path).text, "alternate"))
        second = client.get(f"{path}?page=2").text
        assert f'rel="canonical" href="http://localhost{path}?page=2"' in second
        assert "hreflang=" not in second[: second.index("</head>")]


def test_every_page_has_a_card_for_those_who_share_it(client: SiteClient) -> None:
    tag = make_tag(slug="ships", name='Ships & "boats"')
    post = make_post(title="A <b>", summary="Wide & far", tags=[tag])
    page = make_page(title="About", summary="Who we are")
    for path, title, text in (
        ("/en/", "Babelpress", None),
        (tag.public_path, "Ships &amp; &#34;boats&#34;", "All posts on Ships &amp; &#34;boats&#34;."),
        (post.public_path, "A &lt;b&gt;", "Wide &amp; far"),
        (page.public_path, "About", "Who we are"),
    ):
        html = client.get(path).text
        assert html.count('property="og:title"') == html.count('property="og:url"') == 1
        assert f'<meta property="og:title" content="{title}">' in html
        assert f'<meta property="og:url" content="http://localhost{path}">' in html
        assert text is None or f'<meta property="og:description" content="{text}">' in html


def test_the_date_of_a_post_leads_to_its_month(client: SiteClient) -> None:
    post = make_post(published_at=datetime(2026, 11, 30, 23, 59, tzinfo=UTC), locale="pt")
    link = re.search(r'<a href="([^"]*)"><time[^>]*>([^<]*)</time></a>', client.get(post.public_path).text)
    assert link is not None
    assert link.groups() == ("/pt/archive/2026/11", "30 de novembro de 2026")
    assert post.title in main_of(client.get(link[1]).text)


@pytest.mark.parametrize("make", [make_post, make_page])
def test_what_has_no_summary_is_described_by_its_beginning(client: SiteClient, make: Callable[..., Any]) -> None:
    make_setting("site_description", "A site", "en")
    begun = make(summary="", body="<h2>Salt &amp; sea</h2><p>Before <em>sun</em>rise.</p>" + "<p>More of it.</p>" * 900)
    said = re.search(r'<meta name="description" content="([^"]*)">', client.get(begun.public_path).text)
    assert said is not None
    assert said[1].startswith("Salt &amp; sea Before sunrise. More of it.")
    assert said[1].endswith(" …")
    assert len(said[1]) < 250
    empty = make(summary="", body="")
    assert '<meta name="description" content="A site">' in client.get(empty.public_path).text
