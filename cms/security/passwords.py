"""Passwords: how they are hashed (argon2id), compared without telling whether an account exists, and refused.

The cost is `PASSWORD_HASHING` in the configuration: keyword arguments of `argon2.PasswordHasher`.
"""

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from flask import Flask, current_app
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

MINIMUM_LENGTH = 10
# Longer texts are refused before any work is done on them.
MAXIMUM_LENGTH = 256

# Twice the rounds of the smallest setting that OWASP's password storage cheat sheet calls safe: about 40 ms on a
# small server, with little enough memory that a burst of sign-ins does not exhaust it.
DEFAULT_COST = {"time_cost": 4, "memory_cost": 19 * 1024, "parallelism": 1}
# Tests sign in hundreds of times.
CHEAPEST = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}

# The stems of the passwords that are tried first; `_stem` takes off what people add to them.
COMMON_WORDS = frozenset(
    """
    abc access account admin adminadmin administrator anonymous april august autumn azerty babelpress
    babypress backoffice baseball basketball batman beautiful blog bonjour butterfly changeit changeme
    changethis charlie chocolate company computer contrasena contraseña correcthorse
    correcthorsebatterystaple december default demo dragon editor email family february flower football
    freedom geheim guest hallo harrypotter hello helloworld iloveyou internet january jesus jordan july
    june killer letmein liverpool login lovely manager manchester march master member michael
    micontrasena minhasenha monday monkey motdepasse mynewpassword mypassword newpassword ninja november
    october office parola passphrase passw passwd password passwort pokemon princess publish qwerty
    qwertz root sample secret senha september shadow site soccer spring starwars summer sunday sunshine
    superman superuser system temp temporary test tester testing testtest thisispassword topsecret
    translator trustno trustnoone unknown user username webmaster website welcome whatever winter
    wordpress
    """.split()
)

# What a hand runs along: digits, the alphabet, the rows of common keyboards.
RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiop", "azertyuiop")

LOOKALIKES = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})

TOO_SHORT = _l("Use at least %(count)d characters.", count=MINIMUM_LENGTH)
TOO_LONG = _l("Use at most %(count)d characters.", count=MAXIMUM_LENGTH)
UNREADABLE = _l("This password holds characters that cannot be used.")
PERSONAL = _l("Choose a password that is not your name or e-mail address.")
TOO_COMMON = _l("This password is easy to guess. Choose a longer or less common one.")


class Passwords:
    """One application's hasher, and a hash that belongs to nobody."""

    def __init__(self, cost: dict[str, Any]) -> None:
        self.hasher = PasswordHasher(**cost)

    @cached_property
    def nobodys_hash(self) -> str:
        """What is compared with where there is no hash. A process that nobody signs in to never pays for it."""
        return self.hasher.hash(secrets.token_urlsafe(24))


def init_app(app: Flask) -> None:
    """Give the application its hasher."""
    cost = app.config.get("PASSWORD_HASHING") or (CHEAPEST if app.testing else DEFAULT_COST)
    app.config["PASSWORD_HASHING"] = cost
    app.extensions["passwords"] = Passwords(cost)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with its salt and its cost inside."""
    return _passwords().hasher.hash(_prepared(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Return whether the password is the one that was hashed.

    Takes as long where there is nothing to compare with (`stored` is None, empty or no hash): whoever measures the
    answer does not learn whether the account exists.
    """
    passwords = _passwords()
    # Made with the first comparison of a process, whether it is needed there or not: that, too, must not tell.
    nobodys_hash = passwords.nobodys_hash
    # An overlong text is nobody's password; comparing an empty one instead keeps the time.
    candidate = _prepared(password) if len(password) <= MAXIMUM_LENGTH else b""
    try:
        passwords.hasher.verify(stored or nobodys_hash, candidate)
    except VerifyMismatchError:
        return False
    except (InvalidHashError, VerificationError):
        # What is stored is no hash, and nothing was compared yet.
        return verify_password(None, password)
    return bool(stored) and bool(candidate)


def needs_rehash(stored: str) -> bool:
    """Return whether a hash was made with another cost than today's."""
    return _passwords().hasher.check_needs_rehash(stored)


def password_problem(password: str, names: Iterable[str] = ()) -> LazyString | None:
    """Return the sentence that says why a new password is refused, or None where it may be used.

    `names` are texts that others know of the person: user name, e-mail address, display name.
    """
    if len(password) < MINIMUM_LENGTH:
        return TOO_SHORT
    if len(password) > MAXIMUM_LENGTH:
        return TOO_LONG
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        return UNREADABLE
    if _is_one_of(password, names):
        return PERSONAL
    if _is_common(password):
        return TOO_COMMON
    return None


def _passwords() -> Passwords:
    passwords: Passwords = current_app.extensions["passwords"]
    return passwords


def _prepared(password: str) -> bytes:
    """The bytes that are hashed: one form for what looks the same, as RFC 8265 (OpaqueString) asks for.

    Two keyboards may send the same letter composed or decomposed.
    """
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _stem(text: str) -> str:
    """The word that is left when the digits and signs around it are taken off."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    start, end = 0, len(folded)
    while start < end and not folded[start].isalpha():
        start += 1
    while end > start and not folded[end - 1].isalpha():
        end -= 1
    return folded[start:end]


def _letters(text: str) -> str:
    """The letters of a text, look-alikes counted as the letter that they stand for."""
    return "".join(filter(str.isalpha, text.translate(LOOKALIKES)))


def _is_one_of(password: str, names: Iterable[str]) -> bool:
    known = set()
    for name in names:
        folded = name.casefold()
        known |= {folded, _stem(folded), folded.partition("@")[0], folded.replace(" ", "")}
    known.discard("")
    return password.casefold() in known or _stem(password) in known


def _is_common(password: str) -> bool:
    folded = password.casefold()
    if len(set(folded)) < 4:
        return True
    chunk = _smallest_repeated(folded)
    if any(chunk in run or chunk in run[::-1] for run in RUNS):
        return True
    stem = _stem(chunk)
    return bool({stem, _letters(stem), _letters(_stem(folded)), _letters(folded)} & COMMON_WORDS)


def _smallest_repeated(text: str) -> str:
    """The piece that, repeated, makes the text; the text itself where there is none."""
    # A text that occurs in its own double at another place than the start and the middle is a repetition.
    period = (text + text).find(text, 1)
    return text[:period]
