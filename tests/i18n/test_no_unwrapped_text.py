"""Every page in a language of brackets: no text is left that no translator can reach.

The catalogue puts each text between brackets, and the content of the site is made of words that begin with "qx". A word
that is neither, nor a date, a code or a name, stands in the source without asking a catalogue for it.
"""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_mailman import EmailMessage

from app import create_app
from cms.extensions import db, limiter
from cms.i18n.catalog_files import catalog_path
from cms.i18n.checks import PERCENT
from cms.i18n.texts import read_texts
from cms.models import Post, User
from tests.conftest import TEST_SETTINGS
from tests.databases import TestDatabase
from tests.factories import PASSWORD
from tests.i18n.bracket_site import LANGUAGES, SOURCE, fill, person
from tests.i18n.crawling import Walk
from tests.i18n.pseudo_language import BEGIN, ROOT, wrapped, write_catalogs
from tests.i18n.shown_texts import Page
from tests.i18n.unwrapped import Speech
from tests.i18n.visible_literals import visible_literals
from tests.site_client import SiteClient, signed_in

# A language of the site whose catalogue is damaged, which the translators' screens have to say.
DAMAGED = "fr"
SPEECH = {code: Speech(code, (*LANGUAGES, DAMAGED)) for code in LANGUAGES}
# The English sources that the translators' screens show, placeholders included, are what these screens are about.
TRANSLATORS = "/admin/translations/de/"
TITLE = "html head title"
PUBLIC = ("/de", "/pt", "/search", "/language", "/account/login")
BACK_OFFICE = ("/admin", "/account", "/language")
TABLES = "posts pages categories tags menus menu_items media redirects settings users roles grants audit".split()


@pytest.fixture(scope="module")
def catalogs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Catalogues in brackets, and one that is damaged."""
    root = tmp_path_factory.mktemp("brackets")
    write_catalogs(root, LANGUAGES)
    damaged = catalog_path(root, DAMAGED)
    damaged.parent.mkdir(parents=True)
    damaged.write_text('msgid "cut')
    return root


@pytest.fixture(scope="module")
def site(catalogs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The site in brackets."""
    folder = tmp_path_factory.mktemp("site")
    app = create_app(
        TEST_SETTINGS
        | {
            "INSTANCE_PATH": folder / "instance",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'database.sqlite'}",
            "TRANSLATIONS_PATH": catalogs,
            "SITE_LOCALES": (*LANGUAGES, DAMAGED),
            "DEFAULT_LOCALE": SOURCE,
            # A failure is answered, as visitors would see it.
            "PROPAGATE_EXCEPTIONS": False,
            "RATELIMIT_ENABLED": True,
        }
    )
    TestDatabase.migrate(app)
    with app.app_context():
        fill()
    yield app
    limiter.reset()
    limiter.enabled = False
    TestDatabase.close_connections(app)


@pytest.fixture(scope="module")
def sent() -> set[tuple[Any, ...]]:
    """The forms that some visitor has tried."""
    return set()


def visitor(app: Flask, role: str) -> SiteClient:
    """Somebody with a role, who is signed in; the same account each time."""
    with app.app_context():
        known = db.session.query(User).filter_by(username=f"qx{role}").one_or_none()
        languages = {"languages": list(LANGUAGES)} if role == "translator" else {}
        return signed_in(app, known) if known else signed_in(app, role, **person(f"qx{role}"), **languages)


def untranslated(walk: Walk) -> list[tuple[str, str, str]]:
    """What nobody could have translated: the words, the place, the first request that showed them."""
    found: dict[tuple[str, str], str] = {}
    for request, language, place, text in walk.said:
        if language == DAMAGED:
            continue
        rest = SPEECH[language or SOURCE].unwrapped(beside_source(place, text) if TRANSLATORS in request else text)
        if rest:
            found.setdefault((rest, place), request)
    return [(*what, request[:200]) for what, request in found.items()]


def beside_source(place: str, text: str) -> str:
    """What a translators' screen says beside the source at the beginning of its title, and placeholders."""
    return text.partition(" · ")[2] if place == TITLE else PERCENT.sub(" ", text)


def test_the_public_site(site: Flask) -> None:
    walk = Walk(site, SiteClient.of(site), PUBLIC, alike=2)
    walk.through("/", "/de/", "/pt/", "/account/login", "/de/?page=2", "/de/feed.xml", "/search/de?q=qxpost")
    walk.through("/search/de?q=qxnothing", "/language/pt?next=/de/posts/qxpost1", "/language/pt?next=/de/posts/qxpost4")
    walk.send_forms()
    assert untranslated(walk) == []
    assert walk.failed == []
    assert len(walk.said) > 1000


@pytest.mark.parametrize("role", ["administrator", "editor", "translator", "author"])
def test_the_back_office(site: Flask, sent: set[tuple[Any, ...]], role: str) -> None:
    walk = Walk(site, visitor(site, role), BACK_OFFICE, sent=sent)
    walk.through("/admin/", "/account/")
    if role == "administrator":
        with site.app_context():
            every_state = [f"/admin/posts/edit/?id={post.id}" for post in db.session.query(Post)]
        walk.through(*every_state, *QUESTIONS)
        for address, data in ANSWERS:
            walk.post(address, data)
    walk.send_forms()
    assert untranslated(walk) == []
    assert walk.failed == []
    assert len(walk.said) > 1000


# What scripts ask for, and lists that are searched and filtered.
QUESTIONS = (
    "/admin/search/?q=qx",
    "/admin/link-search/?q=qx&locale=de",
    "/admin/media/browse/?q=qx&locale=de",
    "/admin/posts/ajax/lookup/?name=tags&query=qx",
    "/admin/users/ajax/lookup/?name=roles&query=",
    "/admin/posts/slug/?title=Qxtitle&locale=de",
    "/admin/posts/?search=qx&flt0_locale=de&flt1_status=draft&flt2_category=qx&flt3_created_at_since=2026-01-01",
    "/admin/posts/?search=qxnothing",
    "/admin/audit/?flt0_action=create&flt1_model=posts",
    "/admin/users/?flt0_roles=id:1&flt1_active=1",
    "/admin/files/?search=qx",
    "/admin/files/?search=qxnothing",
    "/admin/translations/fr/",
    "/admin/translations/de/?show=missing",
    "/admin/translations/de/?search=qxnothing",
    "/admin/posts/new/?source=1&locale=pt",
)
# What is answered to what scripts, and people who go on, send.
ANSWERS: Sequence[tuple[str, dict[str, Any]]] = (
    ("/admin/tags/ajax/update/", {"list_form_pk": "1", "name": ""}),
    ("/admin/tags/ajax/update/", {"list_form_pk": "1", "name": "Qxtopic"}),
    ("/admin/media/upload/", {}),
    ("/admin/media/upload/", {"file": (io.BytesIO(b"Qx"), "qxfile.png")}),
    ("/admin/media/new/", {"upload": (io.BytesIO(b"Qx"), "qxfile.png")}),
    ("/admin/files/upload/", {"upload": (io.BytesIO(b"Qx"), "qxfile.qx")}),
    ("/admin/files/upload/", {"upload": (io.BytesIO(b"Qx"), "qxfile.txt")}),
    ("/admin/files/delete/", {"path": "qxfolder"}),
    ("/admin/files/action/", {"action": "delete", "rowid": "qxpicture.png"}),
    ("/admin/posts/edit/?id=1", {"title": "Qxtitle", "version": "r0", "_action": "save"}),
    ("/admin/posts/edit/?id=1", {"title": "Qxtitle", "slug": "QX ! qx", "publish_at": "qx", "_action": "publish"}),
    ("/admin/users/new/", {"username": "QX !", "email": "qx", "password": "qx", "timezone": "qx", "languages": "qx"}),
    ("/admin/settings/new/", {"key": "posts_per_page", "value": "qx"}),
    ("/admin/redirects/new/", {"source": "qx", "target": "javascript:qx", "status_code": "7"}),
    ("/admin/menus/new/", {"title": "Qxmenu", "location": "header", "locale": "de"}),
    *(("/admin/posts/action/", {"action": name, "rowid": "3"}) for name in ("unpublish", "publish", "delete")),
    *(("/admin/posts/action/?show=trash", {"action": name, "rowid": "3"}) for name in ("restore", "delete_for_good")),
    *((f"/admin/{table}/action/", {"action": "delete", "rowid": "3"}) for table in ("tags", "media", "menu_items")),
    *((f"/admin/{table}/delete/", {"id": "2"}) for table in ("posts", "categories", "redirects", "users")),
)


def test_refusals(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("Nobody reads this.")

    monkeypatch.setitem(site.view_functions, "accounts.index", fail)
    walk = Walk(site, visitor(site, "editor"), BACK_OFFICE)
    for address in ("/admin/users/", "/admin/qxnothing/", "/de/qxnothing", "/qxnothing", "/account/"):
        for accepted in ("text/html", "application/json"):
            walk.client.environ_base["HTTP_ACCEPT"] = accepted
            walk.get(address)
    walk.client.environ_base["HTTP_ACCEPT"] = "text/html"
    for address in ("/admin/tags/new/", "/de/", "/account/profile"):
        walk.post(address, {"csrf_token": "qx"})
    walk.get("/admin/posts/slug/?locale=qx")
    assert untranslated(walk) == []
    assert {400, 403, 404, 405, 500} <= walk.statuses


def test_wrong_passwords(site: Flask) -> None:
    walk = Walk(site, SiteClient.of(site), PUBLIC)
    page = walk.get("/account/login")
    while page is not None and 429 not in walk.statuses:
        walk.client.csrf_token = next(value for _kind, name, value in page.forms[0].fields if name == "csrf_token")
        page = walk.post("/account/login", {"username": "qxnobody", "password": "qx"})
        assert len(walk.said) < 1000
    assert untranslated(walk) == []
    assert {400, 422, 429} >= walk.statuses - {200}


def test_mail(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox: list[EmailMessage] = []
    monkeypatch.setattr(site.extensions["mailman"], "outbox", outbox, raising=False)
    client = visitor(site, "member")
    data = {"current_password": PASSWORD, "new_password": "qx-seven-otters", "repeat_password": "qx-seven-otters"}
    assert client.submit("/account/password", data).status_code == 302
    (message,) = outbox
    assert [SPEECH[SOURCE].unwrapped(text) for text in (message.subject, message.body)] == ["", ""]
    assert BEGIN in message.body


def test_commands_say_what_a_service_refuses_as_the_site_would(site: Flask, tmp_path: Path) -> None:
    (tmp_path / "qxfile.md").write_text("---\nauthor: [\n---\nQxtext")
    for arguments in (["users", "disable", "qxnobody"], ["import", "markdown", str(tmp_path)]):
        output = site.test_cli_runner().invoke(args=arguments).output
        sentence = output.rstrip().splitlines()[-1].rpartition(": ")[2]
        assert BEGIN in sentence
        assert SPEECH[SOURCE].unwrapped(sentence) == ""


@pytest.mark.parametrize("script", sorted((ROOT / "static/src/js").rglob("*.js")), ids=lambda path: path.name)
def test_scripts_show_nothing_of_their_own(script: Path) -> None:
    assert list(visible_literals(script.read_text())) == []


def test_the_catalogue_in_brackets_is_whole(catalogs: Path) -> None:
    for folder in LANGUAGES:
        texts = read_texts(catalog_path(catalogs, folder).read_bytes(), folder)
        assert texts.rejected == ()
        assert len(texts.po.active) > 800


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("Add %(thing)s", "⟦Add⟧ %(thing)s"),
        ("%(num)d posts", "%(num)d ⟦posts⟧"),
        ("Read <b>this</b>", "⟦Read⟧ <b>⟦this⟧</b>"),
        (" about 100%% {name}… ", " ⟦about 100⟧%% {name}… "),
        ("%(first)s – %(last)s", "%(first)s – %(last)s"),
    ],
)
def test_brackets_leave_placeholders_and_tags_outside(source: str, translation: str) -> None:
    assert wrapped(source) == translation


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("⟦Posts⟧: 12", ""),
        ("Qxtitle · ⟦Back office⟧", ""),
        ("⟦Saved⟧ vor 3 Minuten", ""),
        ("20. November 2026 um 14:05:00 MEZ", ""),
        ("Deutsch, posts:read, /de/posts/qxpost", ""),
        ("Posts", "Posts"),
        ("⟦Change⟧ name", "name"),
        ("⟦Add⟧ Post", "Post"),
        ("Qxtitle was saved", "was saved"),
        ("3 minutes ago", "3 minutes ago"),
        ("⟦cut off", "⟦cut off"),
    ],
)
def test_what_no_catalogue_was_asked_for_is_found(text: str, rest: str) -> None:
    assert SPEECH[SOURCE].unwrapped(text) == rest


def test_everything_that_a_page_shows_is_looked_at() -> None:
    page = Page(
        """<html lang="de"><title>a title</title><p>a text <b>in it</b><img alt="an alt" src="x">
        <input placeholder="a place" aria-label="a label" type="submit" value="a button">
        <div data-text-failed="some data" data-words='{"Bold": "json"}' data-url="/no"></div>
        <div data-groups='{"a": [{"arg": "no", "options": [["no", "an option"]]}]}'></div>
        <script>no</script><code>no</code><q lang="fr" title="no">no</q><textarea name="t">an area</textarea></p>"""
    )
    assert {text.strip() for _place, text in page.shown} == {
        *("a title", "a text", "in it", "an alt", "a place", "a label", "a button"),
        *("some data", "json", "an option", "an area"),
    }


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('note.textContent = "Saved";', ['"Saved"']),
        ("button.title = `Remove ${name}`;", ["`Remove ${name}`"]),
        ('button.setAttribute("aria-label", "Close");', ['"Close"']),
        ('make("p", { class: "x" }, "Nothing here")', ['"Nothing here"', "Nothing here"]),
        ('alert("No")', ['"No"']),
        ('throw "That did not work."', ["That did not work."]),
        ('note.textContent = ""; // Say "Nothing was found."', []),
        ("note.textContent = `${count} / ${all}`; button.title = words.copy;", []),
        ('if (event.key === "Escape") { body.append("file", file, "picture.png"); }', []),
    ],
)
def test_what_a_script_says_of_its_own_is_found(code: str, found: list[str]) -> None:
    assert list(visible_literals(code)) == found
