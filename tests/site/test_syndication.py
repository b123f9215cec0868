"""Feeds, the map of the site, and what robots are told."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from cms.extensions import db
from tests.factories import make_category, make_page, make_post, make_setting, make_user, translate
from tests.site_client import SiteClient

pytestmark = pytest.mark.usefixtures("app_context")

MORNING = datetime(2026, 11, 2, 8, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def test_the_feed_holds_the_newest_posts_of_its_language(client: SiteClient) -> None:
    make_setting("site_tagline", "Things we share")
    make_post(title="Ships & <harbours>", slug="ships", summary="All about it", category=make_category())
    make_post(title="Noutra língua", locale="pt")
    make_post(title="Unfinished", status="draft")
    answer = client.get("/en/feed.xml")
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    feed = ET.fromstring(answer.data)
    assert feed.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "en"
    assert [title.text for title in feed.iterfind(f"{ATOM}entry/{ATOM}title")] == ["Ships & <harbours>"]
    links = [link.attrib["href"] for link in feed.iterfind(f"{ATOM}entry/{ATOM}link")]
    assert links == ["http://localhost/en/posts/ships"]
    assert all(feed.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "subtitle"))


def test_a_feed_without_posts_is_still_one(client: SiteClient) -> None:
    assert ET.fromstring(client.get("/fr/feed.xml").data).find(f"{ATOM}updated") is not None


def test_feeds_of_other_spellings_and_languages(client: SiteClient) -> None:
    assert client.get("/EN/feed.xml").location == "/en/feed.xml"
    assert client.get("/xx/feed.xml").status_code == 404


def test_the_map_names_everything_that_is_published(client: SiteClient) -> None:
    make_post(slug="ships")
    make_page(slug="about", locale="pt")
    make_post(slug="unfinished", status="draft")
    answer = client.get("/sitemap.xml")
    found = {place.text for place in ET.fromstring(answer.data).iterfind(f"{MAP}url/{MAP}loc")}
    assert {"http://localhost/en/posts/ships", "http://localhost/pt/about", "http://localhost/zh-Hans/"} <= found
    assert not any(place and "unfinished" in place for place in found)


def test_a_large_site_has_a_map_in_parts(client: SiteClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.content.site_map.PART", 2)
    paths = {f"http://localhost{make_post().public_path}" for _ in range(5)}
    index = ET.fromstring(client.get("/sitemap.xml").data)
    assert index.tag == f"{MAP}sitemapindex"
    parts = [str(place.text).removeprefix("http://localhost") for place in index.iterfind(f"{MAP}sitemap/{MAP}loc")]
    assert parts[0] == "/sitemap/homes.xml"
    assert "/sitemap/posts-2.xml" in parts
    found = [
        place.text for part in parts for place in ET.fromstring(client.get(part).data).iterfind(f"{MAP}url/{MAP}loc")
    ]
    assert {one for one in found if "/posts/" in str(one)} == paths
    assert "http://localhost/ar/" in found
    assert len(found) == len(set(found))
    for missing in ("/sitemap/posts-3.xml", "/sitemap/users-0.xml", "/sitemap/posts-x.xml", "/sitemap/"):
        assert client.get(missing).status_code == 404
    # What appears in a part is in it at once, as everywhere.
    new = make_post().public_path
    assert new in client.get("/sitemap/posts-3.xml").text


def test_robots_are_told_where_the_map_is(client: SiteClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Sitemap: http://localhost/sitemap.xml" in answer.text
    assert "Disallow: /admin/" in answer.text


def test_an_entry_keeps_its_name_when_its_address_changes(client: SiteClient) -> None:
    post = make_post(slug="ships")
    translate(post, "pt", slug="navios")

    def name(locale: str) -> str:
        entry = ET.fromstring(client.get(f"/{locale}/feed.xml").data).find(f"{ATOM}entry/{ATOM}id")
        assert entry is not None
        return str(entry.text)

    before = name("en")
    assert before.startswith("urn:uuid:")
    assert before != name("pt")
    post.slug = "boats"
    db.session.commit()
    assert name("en") == before


def test_a_feed_is_as_new_as_the_entry_that_was_changed_last(client: SiteClient) -> None:
    make_post(published_at=MORNING, last_published_at=MORNING + timedelta(days=3, microseconds=5))
    make_post(published_at=MORNING + timedelta(days=1), last_published_at=MORNING + timedelta(days=1))
    feed = ET.fromstring(client.get("/en/feed.xml").data)
    assert feed.findtext(f"{ATOM}updated") == "2026-11-05T08:00:00+00:00"


def test_moments_are_told_as_html_takes_them(client: SiteClient) -> None:
    post = make_post(published_at=MORNING + timedelta(microseconds=5), author=make_user())
    for path in ("/en/", post.public_path, f"/search/en?q={post.title}"):
        assert '"2026-11-02T08:00:00+00:00"' in client.get(path).text
        assert ".000005" not in client.get(path).text
