"""What people may change of their own account."""

import pytest

from cms.extensions import db
from cms.models import User
from tests.factories import make_user
from tests.sign_in import form_token

FILLED = {
    "display_name": "Anna Lee",
    "email": "Anna@Example.org",
    "bio": "Writes about rivers.",
    "locale": "pt",
    "timezone": "Europe/Lisbon",
}


def save(client, **fields):
    """Send the form, filled in rightly but for `fields`."""
    return client.post(
        "/account/profile", data={"csrf_token": form_token(client, "/account/profile")} | FILLED | fields
    )


def test_saving(client_as, db_session):
    """Every field, and the page in the language that was chosen."""
    client = client_as("author")
    assert save(client).location == "/account/profile"
    user = db.session.get(User, client.user_id)
    assert (user.display_name, user.email, user.bio) == ("Anna Lee", "anna@example.org", "Writes about rivers.")
    assert (user.locale, user.timezone) == ("pt", "Europe/Lisbon")
    page = client.get("/account/profile").get_data(as_text=True)
    assert '<html lang="pt"' in page
    assert 'value="Anna Lee"' in page


def test_no_choice_of_language_and_time_zone(client_as, db_session):
    """The browser and the site decide."""
    client = client_as("author", locale="pt", timezone="Europe/Lisbon")
    save(client, locale="", timezone="")
    user = db.session.get(User, client.user_id)
    assert (user.locale, user.timezone) == (None, None)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"display_name": " "}, "This field is needed."),
        ({"display_name": "x" * 121}, "At most 120 characters."),
        ({"display_name": "B\x08ob"}, "This text contains characters that cannot be stored."),
        ({"bio": "Bell\x07"}, "This text contains characters that cannot be stored."),
        ({"email": "nowhere"}, "This is not an e-mail address."),
        ({"email": ""}, "This field is needed."),
        ({"bio": "x" * 2_001}, "Use at most 2000 characters."),
        ({"locale": "tlh"}, "tlh is not a language of this site."),
        ({"timezone": "Mars/Olympus"}, "There is no such time zone."),
        ({"email": "taken@example.org"}, "This is in use by another account."),
    ],
)
def test_what_is_refused_comes_back(client_as, db_session, fields, sentence):
    """With what was typed, the sentence, and nothing saved."""
    make_user(email="taken@example.org")
    client = client_as("author", display_name="As before")
    response = save(client, **fields)
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert sentence in page
    assert "Writes about rivers." in page or "bio" in fields
    assert db.session.get(User, client.user_id).display_name == "As before"


def test_roles_and_state_are_not_in_the_form(client_as, db_session):
    """Sent along, they change nothing."""
    client = client_as("author")
    save(client, roles="1", active="", username="root", session_version="9")
    user = db.session.get(User, client.user_id)
    assert [role.name for role in user.roles] == ["author"]
    assert user.active
    assert user.username != "root"
    assert user.session_version == 1


def test_a_form_that_is_too_old_comes_back_with_what_was_typed(client_as):
    """The text is not lost."""
    ours = {"Sec-Fetch-Site": "same-origin"}
    response = client_as("author").post("/account/profile", data=FILLED, headers=ours)
    assert response.status_code == 400
    assert "Writes about rivers." in response.get_data(as_text=True)


def test_the_page_offers_the_way_back(client_as):
    """To the back office for those who work there, to the site for the others."""
    assert 'href="/admin/"' in client_as("author").get("/account/profile").get_data(as_text=True)
    assert 'href="/admin/"' not in client_as("member").get("/account/profile").get_data(as_text=True)
