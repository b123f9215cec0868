"""What every start asks of the demonstration site: whether it is still to be made, and who may sign in to it.

Making it takes much more of the program, which is loaded for that alone.
"""

from pathlib import Path
from typing import Any

import yaml
from flask import current_app
from sqlalchemy import select

from cms.extensions import db
from cms.models import Page, Post, User

HERE = Path(__file__).resolve().parent
_PASSWORD_FILE = "demo_password"  # noqa: S105 - the name of a file
_UNFINISHED_FILE = "demo_unfinished"


def is_due() -> bool:
    """Whether there is neither an account nor content, or a creation was broken off."""
    if unfinished_path().exists():
        return True
    return not any(db.session.scalar(select(one.id).limit(1)) for one in (User, Post, Page))


def sign_ins() -> list[tuple[str, str]]:
    """User names of the demonstration accounts that are there, with their password.

    The password is empty where it is neither set nor kept: then the accounts were made with one that was set.
    """
    accounts = read_accounts()
    there = set(db.session.scalars(select(User.username).where(User.username.in_(accounts))))
    return [(name, known_password()) for name in accounts if name in there]


def read_accounts() -> dict[str, dict[str, Any]]:
    """What the demonstration accounts are made with, by user name."""
    accounts: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "accounts.yaml").read_text(encoding="utf-8"))
    return accounts


def known_password() -> str:
    """The password that was made for the accounts and kept, else the one that is set; empty where there is neither."""
    path = password_path()
    kept = path.read_text(encoding="ascii").strip() if path.is_file() else ""
    return kept or current_app.config["DEMO_PASSWORD"] or ""


def password_path() -> Path:
    """Where a password that was made is kept."""
    return Path(current_app.config["INSTANCE_PATH"]) / _PASSWORD_FILE


def unfinished_path() -> Path:
    """A file that is there while the site is being made."""
    return Path(current_app.config["INSTANCE_PATH"]) / _UNFINISHED_FILE
