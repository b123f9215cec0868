"""Accounts as services make and change them, whoever asks: screens, commands, the back office."""

import pytest
from sqlalchemy import select

from cms.content import user_accounts as service
from cms.content import validation
from cms.content.errors import Conflict, InvalidInput, NotFound
from cms.extensions import db
from cms.models import AuditEntry, Grant, Role, User
from cms.security.passwords import verify_password
from cms.security.policy import SYSTEM, Forbidden
from tests.factories import PASSWORD, make_user

NEW = {"username": "anna", "email": "anna@example.org", "password": "eight-geese-swim"}


@pytest.fixture
def heard():
    """The accounts of which the signal told."""
    told = []

    def listen(user, **_more):
        told.append(user)

    service.password_changed.connect(listen)
    yield told
    service.password_changed.disconnect(listen)


@pytest.fixture
def people_manager(db_session):
    """Somebody who may manage accounts without being an administrator."""
    grants = [Grant(permission=f"users:{action}") for action in ("read", "create", "update")]
    db_session.add(Role(name="people", title="People", grants=grants))
    db_session.flush()
    manager = make_user(None)
    manager.roles = [db_session.scalars(select(Role).where(Role.name == "people")).one()]
    db_session.commit()
    return manager


def test_a_new_account(db_session):
    """Everything given, names in small letters, and a line in the record without the password."""
    user = service.create_user(
        SYSTEM,
        username=" Anna.Lee ",
        email=" Anna@Example.org ",
        password=NEW["password"],
        display_name=" Anna Lee ",
        roles=["translator", "author", "author"],
        languages=["pt", "de"],
        locale="pt",
    )
    db_session.expire_all()
    assert (user.username, user.email, user.display_name) == ("anna.lee", "anna@example.org", "Anna Lee")
    assert sorted(role.name for role in user.roles) == ["author", "translator"]
    assert (user.languages, user.locale, user.active) == (["de", "pt"], "pt", True)
    assert verify_password(user.password_hash, NEW["password"])
    entry = db_session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.model, entry.object_id, entry.actor_id) == ("create", "users", user.id, None)
    assert NEW["password"] not in str(entry.details)


def test_the_user_name_stands_in_for_the_name(db_session):
    """A command needs to give no more than it must."""
    assert service.create_user(SYSTEM, **NEW).display_name == "anna"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"username": "", "display_name": "Anna"}, "username"),
        ({"username": "x" * 65}, "username"),
        ({"username": "anna@example.org"}, "username"),
        ({"username": "-anna"}, "username"),
        ({"username": "anna/../root"}, "username"),
        ({"username": "анна"}, "username"),
        ({"email": "nowhere"}, "email"),
        ({"email": "a@b\nBcc: c@d"}, "email"),
        ({"display_name": "x" * 121}, "display_name"),
        ({"password": "short"}, "password"),
        ({"password": "anna@example.org"}, "password"),
        ({"display_name": "B\x08ob"}, "display_name"),
        ({"display_name": "Bob\uffff"}, "display_name"),
        ({"languages": ["pt", "tlh"]}, "languages"),
        ({"locale": "tlh"}, "locale"),
        ({"roles": ["king"]}, "roles"),
    ],
)
def test_what_is_refused(db_session, fields, field):
    """Each by its field, by the rules of the back office, and nothing is left in the database."""
    with pytest.raises(InvalidInput) as refused:
        service.create_user(SYSTEM, **NEW | fields)
    assert list(refused.value.errors) == [field]
    assert str(refused.value)
    assert db_session.scalars(select(User)).all() == []


TAKEN = [({"email": "b@example.org"}, "username"), ({"username": "bela"}, "email")]


@pytest.mark.parametrize(("fields", "field"), TAKEN)
def test_names_that_are_taken(db_session, fields, field):
    """Said beside the field."""
    service.create_user(SYSTEM, **NEW)
    with pytest.raises(InvalidInput, match="in use by another account") as refused:
        service.create_user(SYSTEM, **NEW | fields)
    assert list(refused.value.errors) == [field]


@pytest.mark.database
@pytest.mark.parametrize(("fields", "field"), TAKEN)
def test_two_who_take_a_name_at_once(db_session, monkeypatch, fields, field):
    """Neither has seen the other, so that the database decides; the second is told the same."""
    monkeypatch.delitem(validation.RULES, User)
    service.create_user(SYSTEM, **NEW)
    with pytest.raises(InvalidInput, match="in use by another account") as refused:
        service.create_user(SYSTEM, **NEW | fields)
    assert list(refused.value.errors) == [field]
    assert service.create_user(SYSTEM, **NEW | {"username": "carla", "email": "c@example.org"}).id


def test_the_operators_own_choice_of_a_password(db_session):
    """Demonstration accounts may have a short one, and only where it is asked for."""
    user = service.create_user(SYSTEM, **NEW | {"password": "demo"}, enforce_password_rules=False)
    assert verify_password(user.password_hash, "demo")


@pytest.mark.parametrize("role", ["editor", "author", "translator", "member"])
def test_only_who_may_creates_accounts(db_session, role):
    """None of the first roles but the administrator."""
    with pytest.raises(Forbidden):
        service.create_user(make_user(role), **NEW)
    assert service.create_user(make_user("administrator"), **NEW).username == "anna"


def test_managing_people_does_not_make_administrators(people_manager):
    """Neither by giving the role nor by taking over the account of one."""
    service.create_user(people_manager, **NEW)
    with pytest.raises(Forbidden):
        service.create_user(
            people_manager, **NEW | {"username": "b", "email": "b@example.org"}, roles=["administrator"]
        )
    with pytest.raises(Forbidden):
        service.create_user(people_manager, **NEW | {"username": "b", "email": "b@example.org"}, languages=["pt"])
    chief = make_user("administrator")
    with pytest.raises(Forbidden):
        service.set_password(people_manager, chief, "eight-geese-swim")
    with pytest.raises(Forbidden):
        service.disable(people_manager, chief)
    with pytest.raises(Forbidden):
        service.enable(people_manager, chief)
    service.disable(people_manager, make_user("editor"))


def test_managing_people_gives_no_more_rights(people_manager, db_session):
    """Whoever knows the password of an account may do what it may."""
    for role in ("editor", "author", "translator"):
        with pytest.raises(Forbidden, match="nothing that you may not"):
            service.set_password(people_manager, make_user(role), "eight-geese-swim")
    service.set_password(people_manager, make_user("member"), "eight-geese-swim")
    fellow = make_user(None)
    fellow.roles = list(people_manager.roles)
    db_session.commit()
    service.set_password(people_manager, fellow, "eight-geese-swim")
    service.set_password(people_manager, people_manager, "eight-geese-swim")


def test_finding_accounts(db_session):
    """By either name, in any case."""
    user = make_user(username="anna", email="anna@example.org")
    for name in ("anna", "ANNA", " Anna@example.org "):
        assert service.find_account(name) is user
        assert service.get_account(name) is user
        assert service.account_id(name) == user.id
    assert service.find_account("nobody") is None
    assert service.account_id("nobody") is None
    with pytest.raises(NotFound, match="There is no account named nobody"):
        service.get_account("nobody")


def test_listing_accounts_costs_the_same_for_many(db_session, count_queries):
    """By user name, roles included."""
    for name in ("carla", "anna", "bela"):
        make_user("editor", username=name)
    db_session.expunge_all()
    with count_queries() as few:
        listed = service.list_accounts()
        assert [user.roles[0].name for user in listed] == ["editor"] * 3
    assert [user.username for user in listed] == ["anna", "bela", "carla"]
    for _more in range(10):
        make_user("editor")
    db_session.expunge_all()
    with count_queries() as many:
        service.list_accounts()
    assert len(many) == len(few)


def test_authentication(db_session):
    """The right password of an account that may sign in, and nothing else."""
    user = make_user(username="anna", email="anna@example.org")
    assert service.authenticate("anna", PASSWORD) is user
    assert service.authenticate("Anna@Example.org", PASSWORD) is user
    assert service.authenticate("anna", "wrong-guess-no-1") is None
    assert service.authenticate("nobody", PASSWORD) is None
    user.active = False
    db_session.commit()
    assert service.authenticate("anna", PASSWORD) is None


def test_a_new_password_ends_sessions_and_is_told_of(db_session, heard):
    """After the commit, once."""
    user = make_user()
    service.set_password(SYSTEM, user, "eight-geese-swim")
    assert user.session_version == 2
    assert service.authenticate(user.username, "eight-geese-swim") is user
    assert heard == [user]
    assert not db_session.dirty


@pytest.mark.database
def test_a_password_that_was_taken_away_meanwhile_changes_nothing(app, db_session, monkeypatch):
    """Whoever got hold of it is changing it just when an administrator gives the account another one."""
    user = make_user()
    hash_password = service.hash_password

    def meanwhile(password):
        monkeypatch.undo()
        with app.app_context():
            service.set_password(SYSTEM, db.session.get(User, user.id), "eight-geese-swim")
        return hash_password(password)

    monkeypatch.setattr(service, "hash_password", meanwhile)
    with pytest.raises(InvalidInput) as refused:
        service.change_own_password(user, current=PASSWORD, new="nine-crows-caw", repeated="nine-crows-caw")
    assert list(refused.value.errors) == ["current_password"]
    assert service.authenticate(user.username, "nine-crows-caw") is None
    assert service.authenticate(user.username, "eight-geese-swim") is user


@pytest.mark.database
def test_each_new_password_ends_sessions(app, db_session, monkeypatch):
    """Also of two that are given at the same moment: no session of the first outlives the second."""
    user = make_user()
    hash_password = service.hash_password

    def meanwhile(password):
        monkeypatch.undo()
        with app.app_context():
            other = db.session.get(User, user.id)
            service.change_own_password(other, current=PASSWORD, new="nine-crows-caw", repeated="nine-crows-caw")
        return hash_password(password)

    monkeypatch.setattr(service, "hash_password", meanwhile)
    service.set_password(SYSTEM, user, "eight-geese-swim")
    assert user.session_version == 3


@pytest.mark.database
def test_hashing_anew_brings_no_old_password_back(app, db_session, monkeypatch):
    """Somebody signs in with the old one, at a new cost, while it is being changed."""
    user = make_user()
    monkeypatch.setattr(service, "needs_rehash", lambda _stored: True)
    hash_password = service.hash_password

    def meanwhile(password):
        monkeypatch.undo()
        with app.app_context():
            service.set_password(SYSTEM, db.session.get(User, user.id), "eight-geese-swim")
        return hash_password(password)

    monkeypatch.setattr(service, "hash_password", meanwhile)
    assert service.authenticate(user.username, PASSWORD) is None
    assert service.authenticate(user.username, PASSWORD) is None
    assert service.authenticate(user.username, "eight-geese-swim") is user


@pytest.mark.parametrize("password", ["short", "password123", ""])
def test_a_bad_password_changes_nothing(db_session, heard, password):
    """The rules hold for administrators and commands too."""
    user = make_user()
    with pytest.raises(InvalidInput):
        service.set_password(SYSTEM, user, password)
    assert user.session_version == 1
    assert heard == []


def test_nobody_sets_another_ones_password_without_the_right(db_session, heard):
    """An editor is no administrator."""
    with pytest.raises(Forbidden):
        service.set_password(make_user("editor"), make_user("member"), "eight-geese-swim")
    assert heard == []


def test_a_profile_holds_what_one_may_change_of_oneself(db_session):
    """What is not named stays; what is not one's own to change is not looked at."""
    user = make_user("author", display_name="Bela", bio="Writes.")
    service.update_profile(user, {"display_name": " Bela\nLee ", "active": False, "languages": ["pt"]})
    assert (user.display_name, user.bio, user.active, user.languages) == ("Bela Lee", "Writes.", True, [])


def test_disabling_and_enabling(db_session):
    """Sessions end, and do not come back with the account. Doing it twice does it once."""
    chief, user = make_user("administrator"), make_user("editor")
    for _twice in range(2):
        service.disable(chief, user)
    assert (user.active, user.session_version) == (False, 2)
    for _twice in range(2):
        service.enable(chief, user)
    assert (user.active, user.session_version) == (True, 2)
    actions = db_session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["disable", "enable"]


def test_nobody_locks_themselves_out(db_session):
    """Not one's own account, even with another administrator there."""
    make_user("administrator")
    chief = make_user("administrator")
    with pytest.raises(Conflict, match="your own account"):
        service.disable(chief, chief)


def test_the_last_administrator_stays(db_session):
    """Counted are those who can sign in."""
    chief, second = make_user("administrator"), make_user("administrator")
    make_user("administrator", active=False)
    service.disable(SYSTEM, second)
    with pytest.raises(Conflict, match="last administrator"):
        service.disable(SYSTEM, chief)
    assert chief.active
    service.enable(SYSTEM, second)
    service.disable(SYSTEM, chief)
    assert not chief.active


def test_a_disabled_administrator_is_none_to_keep(db_session):
    """Whoever cannot sign in is not the last who can."""
    service.keep_an_administrator(make_user("administrator", active=False))
