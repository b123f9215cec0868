"""Accounts as the back office edits them: every column at once, all of it or nothing."""

import pytest

from cms.content import user_editing
from cms.content.errors import Conflict, InvalidInput
from cms.content.user_accounts import authenticate
from cms.models import Grant, Role, User
from cms.security.policy import SYSTEM, Forbidden, may
from tests.factories import PASSWORD, make_post, make_user, role_named

NEW = "eight-geese-swim"


def values(user, **changes):
    """What the form of an account would send."""
    names = ("username", "email", "display_name", "bio", "active", "languages", "locale", "timezone", "roles")
    return {name: getattr(user, name) for name in names} | changes


def test_a_new_account_with_all_its_columns(db_session):
    """One call, everything there."""
    typed = {
        "username": "anna",
        "email": "anna@example.org",
        "display_name": "Anna Lee",
        "bio": "Writes about rivers.",
        "active": True,
        "languages": ["pt"],
        "locale": "pt",
        "timezone": "Europe/Lisbon",
        "roles": [role_named("author")],
    }
    user = user_editing.create_account(SYSTEM, typed, NEW)
    assert authenticate("anna", NEW) is user
    assert (user.bio, user.timezone, [role.name for role in user.roles]) == (
        "Writes about rivers.", "Europe/Lisbon", ["author"],
    )  # fmt: skip


def test_one_save_changes_everything(db_session):
    """Columns, roles, state and password."""
    chief, user = make_user("administrator"), make_user("author")
    changes = values(user, display_name="Another name", roles=[role_named("editor")], active=False)
    user_editing.edit_account(chief, user, changes, NEW, None)
    assert user.display_name == "Another name"
    assert [role.name for role in user.roles] == ["editor"]
    assert not user.active
    assert user.session_version == 3
    user_editing.edit_account(chief, user, values(user, active=True), "", None)
    assert authenticate(user.username, NEW) is user


@pytest.mark.parametrize(
    ("changes", "password", "error"),
    [
        ({"display_name": "Another name"}, "short", InvalidInput),
        ({"display_name": "Another name", "username": "another.name"}, "another.name", InvalidInput),
        ({"display_name": "Another name", "email": "nowhere"}, NEW, InvalidInput),
    ],
)
def test_what_is_refused_changes_nothing(db_session, changes, password, error):
    """Neither the password nor the columns beside it: the form can be sent again."""
    chief, user = make_user("administrator"), make_user("author", display_name="As before")
    with pytest.raises(error):
        user_editing.edit_account(chief, user, values(user, **changes), password, None)
    db_session.expire_all()
    user = db_session.get(User, user.id)
    assert (user.display_name, user.session_version) == ("As before", 1)
    assert authenticate(user.username, PASSWORD) is user


def test_nobody_locks_themselves_out(db_session):
    """By unticking a box in their own form: nothing is saved."""
    make_user("administrator")
    chief = make_user("administrator", display_name="As before")
    with pytest.raises(Conflict, match="your own account"):
        user_editing.edit_account(chief, chief, values(chief, active=False, display_name="Other"), "", None)
    db_session.expire_all()
    assert chief.display_name == "As before"
    with pytest.raises(Conflict, match="your own account"):
        user_editing.delete_account(chief, chief)


def test_the_last_administrator_stays_one(db_session):
    """Neither the role nor the account is taken away."""
    chief = make_user("administrator")
    with pytest.raises(Conflict, match="last administrator"):
        user_editing.edit_account(SYSTEM, chief, values(chief, roles=[]), "", None)
    with pytest.raises(Conflict, match="last administrator"):
        user_editing.delete_account(SYSTEM, chief)
    make_user("administrator")
    user_editing.delete_account(SYSTEM, chief)


def test_only_administrators_change_roles_and_administrators(db_session):
    """Somebody who may edit accounts is not one by that."""
    chief, author = make_user("administrator"), make_user("author")
    manager = make_user("editor")
    role_named("editor").grants += [Grant(permission=f"users:{action}") for action in ("read", "update", "delete")]
    db_session.commit()
    user_editing.edit_account(manager, author, values(author, bio="New"), "", None)
    assert author.bio == "New"
    for user, changes in [(author, {"roles": [role_named("administrator")]}), (chief, {"bio": "New"})]:
        with pytest.raises(Forbidden):
            user_editing.edit_account(manager, user, values(user, **changes), "", None)
    with pytest.raises(Forbidden):
        user_editing.delete_account(manager, chief)
    user_editing.delete_account(manager, author)


def test_nobody_widens_the_languages_they_work_in(db_session):
    """What somebody may do in their languages is decided by their account, which they may change otherwise."""
    translator = make_user("translator", languages=["pt"])
    translator.roles[0].grants.append(Grant(permission="users:update", scope="own"))
    db_session.commit()
    post = make_post(locale="en")
    with pytest.raises(Forbidden):
        user_editing.edit_account(translator, translator, values(translator, languages=["pt", "en"]), "", None)
    db_session.expire_all()
    assert translator.languages == ["pt"]
    assert not may(translator, "publish", post)
    user_editing.edit_account(translator, translator, values(translator, bio="New"), "", None)
    assert translator.bio == "New"
    user_editing.edit_account(make_user("administrator"), translator, values(translator, languages=["en"]), "", None)
    assert translator.languages == ["en"]


@pytest.mark.parametrize("wrong", [{"timezone": "Mars/Base"}, {"timezone": "localtime"}, {"bio": "x" * 2001}])
def test_an_account_that_is_refused_is_not_half_made(db_session, wrong):
    """The form can be sent again: its name is not taken by what was left of the first attempt."""
    typed = {"username": "anna", "email": "anna@example.org", "display_name": "Anna Lee", "active": True} | wrong
    with pytest.raises(InvalidInput):
        user_editing.create_account(SYSTEM, typed, NEW)
    assert db_session.query(User).count() == 0


def test_the_role_of_administrators_stays(db_session):
    """Without it nobody could do everything, nor give it to anybody."""
    chief, role = make_user("administrator"), role_named("administrator")
    with pytest.raises(Conflict):
        user_editing.delete_role(chief, role)
    with pytest.raises(Conflict):
        user_editing.edit_role(chief, role, {"name": "boss"}, None)
    user_editing.edit_role(chief, role, {"name": "administrator", "title": "Boss"}, None)
    assert role.title == "Boss"
    user_editing.delete_role(chief, role_named("member"))
    assert db_session.query(Role).filter_by(name="member").count() == 0


def test_who_edits_accounts_takes_over_none_that_may_more(db_session):
    """What else stands in the form is refused with the password, so that it can be sent again without."""
    manager = make_user(None)
    manager.roles = [Role(name="people", title="People", grants=[Grant(permission="users:update")])]
    db_session.commit()
    editor = make_user("editor", display_name="As before")
    typed = {"display_name": "Another name"}
    with pytest.raises(Forbidden, match="nothing that you may not"):
        user_editing.edit_account(manager, editor, typed, NEW, None)
    db_session.expire_all()
    assert editor.display_name == "As before"
    user_editing.edit_account(manager, editor, typed, "", None)
    assert editor.display_name == "Another name"
    assert authenticate(editor.username, PASSWORD) is editor
