"""Wrong passwords are counted for each account and for each address; right ones are not."""

import threading
import time

import pytest
import time_machine

from cms.content import user_accounts
from cms.extensions import limiter
from cms.security import rate_limits
from cms.security.rate_limits import address_key, name_key, seconds_to_wait
from tests.factories import PASSWORD, make_user
from tests.sign_in import form_token, sign_in_with

ACCOUNT_LIMIT, ADDRESS_LIMIT = 10, 50


@pytest.fixture
def limited(make_app):
    """An application that counts, with two accounts; counting is off again afterwards."""
    app = make_app(migrated=True, RATELIMIT_ENABLED=True)
    with app.app_context():
        make_user("editor", username="anna", email="anna@example.org")
        make_user("editor", username="bela", email="bela@example.org")
    yield app
    limiter.reset()
    limiter.enabled = False


def attempt(client, username="anna", password="wrong-guess-no-1", address="192.0.2.1"):
    """One try at a password from an address."""
    client.environ_base["REMOTE_ADDR"] = address
    return sign_in_with(client, username, password)


def test_an_account_is_closed_for_a_while(limited):
    """Neither the right password nor another address helps; another account is not touched."""
    client = limited.test_client()
    for number in range(ACCOUNT_LIMIT):
        assert attempt(client, address=f"192.0.2.{number}").status_code == 422
    refused = attempt(client, password=PASSWORD, address="192.0.2.99")
    assert refused.status_code == 429
    page = refused.get_data(as_text=True)
    assert "Too many attempts" in page
    assert 'value="anna"' in page
    assert 0 < int(refused.headers["Retry-After"]) <= 601
    assert attempt(client, "bela", PASSWORD).status_code == 302


def test_attempts_at_the_same_moment_are_counted_as_well(limited, monkeypatch):
    """However many connections somebody opens for them."""
    together = threading.Barrier(2 * ACCOUNT_LIMIT)
    statuses = []

    def try_once(number):
        client = limited.test_client()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        data = {"username": "anna", "password": "wrong-guess-no-1", "csrf_token": form_token(client, "/account/login")}
        together.wait(60)
        statuses.append(client.post("/account/login", data=data).status_code)

    verify = user_accounts.verify_password
    monkeypatch.setattr(user_accounts, "verify_password", lambda *both: time.sleep(0.02) or verify(*both))
    threads = [threading.Thread(target=try_once, args=[number]) for number in range(2 * ACCOUNT_LIMIT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [422] * ACCOUNT_LIMIT + [429] * ACCOUNT_LIMIT


def test_nobody_waits_long_for_somebody_elses_attempt(limited, monkeypatch):
    """It may hang; and whoever did not wait for it does not end its turn."""
    monkeypatch.setattr(rate_limits, "TURN_PATIENCE", 0.01)
    turn = threading.Lock()
    monkeypatch.setattr(rate_limits, "_turns", (turn,))
    with turn:
        assert attempt(limited.test_client()).status_code == 422
        assert turn.locked()
    assert attempt(limited.test_client()).status_code == 422
    assert not turn.locked()


def test_all_names_of_an_account_count_together(limited):
    """User name and e-mail address, in any case."""
    client = limited.test_client()
    for name in ["anna", "ANNA", "anna@example.org", " Anna@Example.org ", "anna"] * (ACCOUNT_LIMIT // 5):
        assert attempt(client, name).status_code == 422
    assert attempt(client, "anna@example.org").status_code == 429


def test_unknown_names_are_counted_just_the_same(limited):
    """Else the limit would tell which accounts exist."""
    client = limited.test_client()
    for _attempt in range(ACCOUNT_LIMIT):
        assert attempt(client, "nobody").status_code == 422
    assert attempt(client, "nobody").status_code == 429


def test_an_address_is_closed_for_a_while(limited):
    """However many names it tries; another address may go on."""
    client = limited.test_client()
    for number in range(ADDRESS_LIMIT):
        assert attempt(client, f"name-{number}").status_code == 422
    assert attempt(client, "bela", PASSWORD).status_code == 429
    assert attempt(client, "bela", PASSWORD, address="192.0.2.2").status_code == 302


def test_right_passwords_and_incomplete_forms_are_not_counted(limited):
    """Signing in often is nothing bad."""
    client = limited.test_client()
    for _attempt in range(ACCOUNT_LIMIT + 2):
        assert sign_in_with(limited.test_client(), "anna").status_code == 302
        assert attempt(client, password="").status_code == 422
    assert sign_in_with(limited.test_client(), "anna").status_code == 302


def test_time_opens_it_again(limited):
    """After the time that the answer named."""
    client = limited.test_client()
    with time_machine.travel("2026-11-20T09:00:00Z", tick=False) as clock:
        for _attempt in range(ACCOUNT_LIMIT):
            attempt(client)
        refused = attempt(client)
        assert refused.status_code == 429
        clock.shift(int(refused.headers["Retry-After"]) + 1)
        assert attempt(client, password=PASSWORD).status_code == 302


def test_changing_the_password_is_limited_too(limited):
    """Somebody at an unlocked computer does not get to guess either."""
    client = limited.test_client()
    sign_in_with(client, "anna")
    fields = {"current_password": "guess", "new_password": "eight-geese-swim", "repeat_password": "eight-geese-swim"}
    for _attempt in range(ACCOUNT_LIMIT):
        assert submit(client, "/account/password", fields).status_code == 422
    refused = submit(client, "/account/password", fields)
    assert refused.status_code == 429
    assert "Too many attempts" in refused.get_data(as_text=True)


def submit(client, path, fields):
    """Post a form with the token of its page."""
    return client.post(path, data={"csrf_token": form_token(client, path)} | fields)


def test_counting_can_be_off(client, db_session):
    """The code that is limited has no `if` of its own."""
    for _attempt in range(ACCOUNT_LIMIT + 5):
        assert sign_in_with(client, "anna", "wrong-guess-no-1").status_code == 422


def test_redis_counts_for_all_processes_and_its_death_costs_no_sign_in(make_app, redis_server):
    """Two applications count together; when Redis is gone, each counts by itself, and none fails."""
    first = make_app(migrated=True, RATELIMIT_ENABLED=True, REDIS_URL=redis_server.url)
    with first.app_context():
        make_user("editor", username="anna")
    try:
        for _attempt in range(ACCOUNT_LIMIT):
            assert attempt(first.test_client()).status_code == 422
        assert attempt(first.test_client()).status_code == 429
        redis_server.stop()
        assert attempt(first.test_client(), password=PASSWORD).status_code == 302
        for _attempt in range(ACCOUNT_LIMIT):
            assert attempt(first.test_client()).status_code == 422
        assert attempt(first.test_client()).status_code == 429
    finally:
        limiter.enabled = False
        limiter._storage_dead = False


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:50123", "192.0.2.7"),
        ("[2001:db8:1:2::9]:50123", "2001:db8:1:2::/64"),
        ("[::ffff:192.0.2.7]", "192.0.2.7"),
        ("a socket", "a socket"),
    ],
)
def test_one_network_is_one_visitor(app, address, key):
    """An IPv6 customer has 2^64 addresses to try from."""
    with app.test_request_context("/account/login", environ_base={"REMOTE_ADDR": address}):
        assert address_key() == key


def test_names_are_not_kept_in_the_store():
    """Somebody types the password into the wrong field sooner or later."""
    assert name_key("Anna") == name_key(" anna ")
    assert "anna" not in name_key("anna")
    assert name_key("\ud800")


def test_without_a_limit_there_is_little_to_wait_for(app):
    """Asked outside a refused request."""
    with app.test_request_context("/account/login"):
        assert seconds_to_wait() == 1
