"""Passwords: compared in equal time, hashed anew when the cost changes, refused when they are easy to guess."""

import unicodedata

import pytest
from flask import current_app

from cms.security import passwords
from cms.security.passwords import hash_password, needs_rehash, password_problem, verify_password


def test_a_password_fits_its_own_hash_only(app_context):
    """Hash, then verify the right and a wrong password."""
    stored = hash_password("seven-otters-wade")
    assert verify_password(stored, "seven-otters-wade")
    assert not verify_password(stored, "Seven-otters-wade")
    assert "seven" not in stored
    assert stored.startswith("$argon2id$")


def test_equal_passwords_have_different_hashes(app_context):
    """Each hash has a salt of its own."""
    assert hash_password("seven-otters-wade") != hash_password("seven-otters-wade")


@pytest.mark.parametrize("stored", [None, "", "no hash at all", "$argon2id$v=19$broken"])
def test_comparing_with_nothing_takes_the_full_work(app_context, monkeypatch, stored):
    """Without an account the hasher works all the same, and the answer is no."""
    worked = []
    mine = passwords._passwords()
    verify = mine.hasher.verify

    class Watched:
        def verify(self, hashed, candidate):
            result = verify(hashed, candidate)
            worked.append(hashed)
            return result

    monkeypatch.setattr(mine, "hasher", Watched())
    with pytest.raises(Exception, match="does not match"):
        mine.hasher.verify(mine.nobodys_hash, b"seven-otters-wade")

    class Counted:
        def verify(self, hashed, candidate):
            worked.append(hashed)
            return verify(hashed, candidate)

    monkeypatch.setattr(mine, "hasher", Counted())
    assert not verify_password(stored, "seven-otters-wade")
    assert worked[-1] == mine.nobodys_hash


@pytest.mark.parametrize("account", [True, False])
def test_the_first_comparison_of_a_process_takes_as_long_with_an_account_as_without(app_context, account):
    """What is compared with where there is none is made with it, whether it is needed or not."""
    stored = hash_password("seven-otters-wade") if account else None
    passwords.init_app(current_app)
    mine = passwords._passwords()
    assert "nobodys_hash" not in vars(mine)
    verify_password(stored, "seven-otters-wade")
    assert "nobodys_hash" in vars(mine)


def test_an_overlong_password_is_not_hashed(app_context):
    """A megabyte is compared as if it were empty, and an empty password opens nothing."""
    assert not verify_password(hash_password(""), "x" * 1_000_000)
    assert not verify_password(hash_password(""), "")


def test_composed_and_decomposed_letters_are_the_same(app_context):
    """Two keyboards that send ñ differently give one password."""
    stored = hash_password(unicodedata.normalize("NFC", "mañana-lluviosa"))
    assert verify_password(stored, unicodedata.normalize("NFD", "mañana-lluviosa"))


def test_half_a_surrogate_pair_is_only_wrong(app_context):
    """What cannot be encoded does not stop the comparison."""
    assert not verify_password(hash_password("seven-otters-wade"), "\ud800-otters")


def test_a_new_cost_asks_for_a_new_hash(app_context, app):
    """Hashes of another cost are recognised."""
    stored = hash_password("seven-otters-wade")
    assert not needs_rehash(stored)
    app.extensions["passwords"] = dearer = passwords.Passwords({"time_cost": 2, "memory_cost": 8, "parallelism": 1})
    try:
        assert needs_rehash(stored)
        assert not needs_rehash(dearer.hasher.hash("seven-otters-wade"))
    finally:
        passwords.init_app(app)


def test_a_real_site_pays_the_full_price(make_app):
    """Without a setting, only tests hash cheaply."""
    app = make_app(TESTING=False, PASSWORD_HASHING=None)
    assert app.extensions["passwords"].hasher.time_cost == passwords.DEFAULT_COST["time_cost"]
    assert app.config["PASSWORD_HASHING"]["memory_cost"] >= 19_456


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", passwords.TOO_SHORT),
        ("", passwords.TOO_SHORT),
        ("x" * 257, passwords.TOO_LONG),
        ("seven-otters\x00wade", passwords.UNREADABLE),
        ("seven-otters\ud800wade", passwords.UNREADABLE),
        ("annabelle.lee", passwords.PERSONAL),
        ("Annabelle.Lee1!", passwords.PERSONAL),
        ("annabelle.lee@example.org", passwords.PERSONAL),
        ("Annabelle Lee", passwords.PERSONAL),
        ("AnnabelleLee", passwords.PERSONAL),
        ("aaaaaaaaaaaa", passwords.TOO_COMMON),
        ("1234567890", passwords.TOO_COMMON),
        ("9876543210", passwords.TOO_COMMON),
        ("qwertyuiop", passwords.TOO_COMMON),
        ("password123", passwords.TOO_COMMON),
        ("P4ssw0rd!!!", passwords.TOO_COMMON),
        ("passwordpassword", passwords.TOO_COMMON),
        ("Welcome2026!", passwords.TOO_COMMON),
        ("Contraseña1", passwords.TOO_COMMON),
    ],
)
def test_easy_passwords_are_refused(app_context, password, problem):
    """Each with the sentence that says why."""
    names = ("annabelle.lee", "annabelle.lee@example.org", "Annabelle Lee", "")
    assert password_problem(password, names) is problem


@pytest.mark.parametrize(
    "password", ["seven-otters-wade", "correct horse battery", "пароль-из-слов", "一二三四五六七八九十", "x7#kQ9!pL2z"]
)
def test_other_passwords_are_taken(app_context, password):
    """Length and variety are enough, in any script."""
    assert password_problem(password, ["anna"]) is None
