"""The front door and the switcher."""

import pytest

from cms.site.language_choice import local_path
from tests.factories import make_category, make_page, make_post, make_tag, make_user, translate
from tests.site_client import SiteClient

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.mark.parametrize(
    ("header", "home"),
    [
        (None, "/en/"),
        ("pt-BR,pt;q=0.9", "/pt/"),
        ("zh-CN", "/zh-Hans/"),
        ("zh-TW,zh;q=0.9", "/en/"),
        ("tlh", "/en/"),
        ("en-GB,de;q=0.9", "/en/"),
        ("de;q=0,fr;q=0.1", "/fr/"),
    ],
)
def test_the_front_door_asks_the_browser(client: SiteClient, header: str | None, home: str) -> None:
    answer = client.get("/", headers={"Accept-Language": header} if header else {})
    assert answer.status_code == 302
    assert answer.location == home
    assert "no-store" in answer.headers["Cache-Control"]
    assert {"Accept-Language", "Cookie"} <= set(answer.vary)


def test_the_front_door_passes_on_where_somebody_came_from(client: SiteClient) -> None:
    assert client.get("/?utm_source=letter&utm_medium=mail").location == "/en/?utm_source=letter&utm_medium=mail"


def test_the_front_door_remembers(client: SiteClient) -> None:
    client.get("/language/de")
    assert client.get("/", headers={"Accept-Language": "fr"}).location == "/de/"


def test_the_choice_is_kept_for_a_year_and_by_nobody_else(client: SiteClient) -> None:
    answer = client.get("/language/pt")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("locale=pt;")
    for part in ("Max-Age=31536000", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_switcher_leads_to_the_same_content(client: SiteClient) -> None:
    post = make_post(slug="hello")
    translate(post, "pt", slug="ola")
    page = make_page(slug="about")
    translate(page, "pt", slug="sobre", path="sobre")
    tag, category = make_tag(slug="salt"), make_category(slug="sea")
    make_tag(slug="sal", locale="pt", translation_key=tag.translation_key)
    make_category(slug="mar", locale="pt", translation_key=category.translation_key)
    author = make_user("author", username="ana")
    make_post(author=author)
    make_post(author=author, locale="pt")
    month = f"{post.published_at:%Y}/{post.published_at.month}"
    pairs = {
        "/en/": "/pt/",
        "/en/?page=2": "/pt/",
        "/search/en?q=sea": "/search/pt?q=sea",
        "/en/posts/hello": "/pt/posts/ola",
        "/en/about": "/pt/sobre",
        "/en/tags/salt": "/pt/tags/sal",
        "/en/categories/sea": "/pt/categories/mar",
        "/en/authors/ana": "/pt/authors/ana",
        f"/en/archive/{month}": f"/pt/archive/{month}",
        "/pt/posts/ola": "/pt/posts/ola",
    }
    for source, target in pairs.items():
        answer = client.get("/language/pt", query_string={"next": source})
        assert (answer.status_code, answer.location) == (302, target), source


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: make_post(slug="alone"), "/en/posts/alone"),
        (lambda: make_page(slug="alone"), "/en/alone"),
        (lambda: make_tag(slug="alone"), "/en/tags/alone"),
        (lambda: make_category(slug="alone"), "/en/categories/alone"),
    ],
)
def test_what_is_not_translated_says_so(client: SiteClient, make: object, path: str) -> None:
    make()  # type: ignore[operator]
    answer = client.get("/language/ar", query_string={"next": path})
    assert answer.status_code == 200
    assert '<html lang="ar" dir="rtl">' in answer.text
    assert f'href="{path}"' in answer.text
    assert 'href="/ar/"' in answer.text
    assert "locale=ar" in answer.headers["Set-Cookie"]
    assert "noindex" in answer.text


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example/en/",
        "//evil.example/en/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "http:evil.example",
        "///evil.example/admin/",
        "//evil.example/admin/",
        "/%2f/evil.example",
        "evil.example",
        "/[",
        "//[/admin/",
        "x" * 3000,
        "",
        "/en/posts/missing",
        "/admin/../..//evil.example",
    ],
)
def test_nobody_is_led_away(client: SiteClient, away: str) -> None:
    answer = client.get("/language/pt", query_string={"next": away})
    assert answer.status_code == 302
    assert answer.location.startswith(("/pt/", "/admin/"))
    assert not answer.location.startswith("//")


def test_personal_pages_keep_their_address(client: SiteClient) -> None:
    answer = client.get("/language/pt", query_string={"next": "/admin/posts/?search=a&page=1"})
    assert answer.location == "/admin/posts/?search=a&page=1"


@pytest.mark.parametrize(("code", "remembered"), [("zh-cn", "zh-Hans"), ("PT", "pt")])
def test_other_spellings_are_understood(client: SiteClient, code: str, remembered: str) -> None:
    assert f"locale={remembered};" in client.get(f"/language/{code}").headers["Set-Cookie"]


@pytest.mark.parametrize("code", ["xx", "tlh", "english", "%00", "e", "../en"])
def test_languages_that_the_site_does_not_speak_are_404(client: SiteClient, code: str) -> None:
    answer = client.get(f"/language/{code}")
    assert answer.status_code in {400, 404}
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("address", "path"), [("/en/?a=b", "/en/"), ("//x", "/"), ("x", "/"), ("/a\x00", "/"), ("/ok", "/ok")]
)
def test_local_path(address: str, path: str) -> None:
    assert local_path(address) == path
