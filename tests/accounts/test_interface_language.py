"""The language and time zone of pages that are somebody's own."""

import pytest
from flask import g
from flask_login import login_user

from cms.accounts.interface_language import select_locale, select_timezone, speak_to_the_person
from cms.models import User
from tests.factories import make_user


def language_of(app, path, **headers):
    """The language that a page at `path` is in."""
    with app.test_request_context(path, headers={name.replace("_", "-"): value for name, value in headers.items()}):
        speak_to_the_person()
        return select_locale()


def test_the_browser_is_asked(app):
    """Where nothing else is known."""
    assert language_of(app, "/admin/", Accept_Language="fr-CA,fr;q=0.8,en;q=0.5") == "fr"
    assert language_of(app, "/account/login", Accept_Language="tlh") == "en"
    assert language_of(app, "/account/login") == "en"


def test_a_remembered_choice_comes_before_the_browser(app):
    """The cookie of the language switcher; nonsense in it is ignored."""
    assert language_of(app, "/admin/", Accept_Language="fr", Cookie="locale=es") == "es"
    assert language_of(app, "/admin/", Accept_Language="fr", Cookie="locale=../../etc") == "fr"


def test_the_accounts_own_choice_comes_first(client_as):
    """Before the cookie and the browser."""
    client = client_as("author", locale="de")
    client.set_cookie("locale", "es")
    page = client.get("/account/profile", headers={"Accept-Language": "fr"}).get_data(as_text=True)
    assert '<html lang="de"' in page


def test_a_language_that_the_site_has_given_up(client_as):
    """The next best is taken."""
    page = client_as("author", locale="tlh").get("/account/profile", headers={"Accept-Language": "fr"})
    assert '<html lang="fr"' in page.get_data(as_text=True)


def test_catalogues_are_named_by_their_folder(app):
    """Babel writes zh_Hans where addresses say zh-Hans."""
    assert language_of(app, "/admin/", Accept_Language="zh-CN") == "zh_Hans"


def test_what_a_page_has_decided_counts(app):
    """The site sets `g.locale` from the address."""
    with app.test_request_context("/anything", headers={"Accept-Language": "fr"}):
        g.locale = "pt"
        assert select_locale() == "pt"


@pytest.mark.parametrize(
    ("path", "language"), [("/pt/nothing-here", "pt"), ("/zh-hans/x", "zh_Hans"), ("/nowhere", "fr"), ("/", "fr")]
)
def test_an_error_before_any_view(app, path, language):
    """The address decides if it names a language, else the browser."""
    assert language_of(app, path, Accept_Language="fr") == language


def test_public_pages_ask_nobody(app):
    """No session is opened to find the language."""
    assert language_of(app, "/en/", Accept_Language="fr") == "en"


def test_outside_of_requests(app_context):
    """Commands speak the default language, in the site's time zone."""
    assert select_locale() == "en"
    assert select_timezone() is None


@pytest.mark.parametrize(
    ("path", "zone", "chosen"),
    [
        ("/admin/", "Europe/Lisbon", "Europe/Lisbon"),
        ("/admin/", None, None),
        ("/admin/", "Mars/Olympus", None),
        ("/en/", "Europe/Lisbon", None),
    ],
)
def test_time_zones_are_for_personal_pages(app, db_session, path, zone, chosen):
    """Public pages show moments in the site's zone, whoever looks."""
    user_id = make_user("author", timezone=zone).id
    with app.test_request_context(path):
        if path == "/admin/":
            login_user(db_session.get(User, user_id))
        assert select_timezone() == chosen


def test_nobody_has_no_time_zone(app):
    """The sign-in page is in the site's."""
    with app.test_request_context("/account/login"):
        assert select_timezone() is None
