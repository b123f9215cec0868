"""Accounts: made, disabled, given passwords. Screens, the command line and the back office all come here.

Every change checks what the actor may do, is recorded, and is committed. A new password and disabling an account raise
its `session_version`, which ends its sessions at their next request.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from blinker import signal
from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from cms.content import audit
from cms.content.errors import Conflict, InvalidInput, NotFound
from cms.content.holding import hold
from cms.content.transactions import undo
from cms.content.validation import clean, in_use
from cms.extensions import db
from cms.models import Role, User
from cms.security.passwords import hash_password, needs_rehash, password_problem, verify_password
from cms.security.permissions import ADMINISTRATOR
from cms.security.policy import Forbidden, is_administrator, may, may_all_that, require

# Sent by the account (a User) after the commit: a receiver cannot undo the change.
password_changed = signal("password-changed")

# What people may change of their own account.
PROFILE = ("display_name", "email", "bio", "locale", "timezone")


def find_account(identifier: str) -> User | None:
    """Return the account with this user name or e-mail address, in any case; None where there is none."""
    return db.session.scalar(select(User).where(_named(identifier)))


def get_account(identifier: str) -> User:
    """Like `find_account`, but raises NotFound with a sentence that names what was looked for."""
    user = find_account(identifier)
    if user is None:
        raise NotFound(_("There is no account named %(name)s.", name=identifier))
    return user


def account_id(identifier: str) -> int | None:
    """Return the id of the account with this user name or e-mail address, or None."""
    return db.session.scalar(select(User.id).where(_named(identifier)))


def list_accounts() -> Sequence[User]:
    """Return every account with its roles, by user name."""
    return db.session.scalars(select(User).order_by(User.username)).all()


def authenticate(identifier: str, password: str) -> User | None:
    """Return the account that this name and password open, or None.

    Takes the same time and asks the database the same question whether the account exists, is disabled, or the
    password is wrong. Hashes the password anew where the cost has changed since.
    """
    found = db.session.execute(select(User.id, User.password_hash, User.active).where(_named(identifier))).first()
    right = verify_password(found.password_hash if found else None, password)
    if found is None or not right or not found.active:
        return None
    if needs_rehash(found.password_hash):
        renewed = hash_password(password)
        user = db.session.get_one(User, found.id)
        hold(user)
        if user.password_hash != found.password_hash:
            # It was changed meanwhile, and this is the old one.
            undo()
            return None
        user.password_hash = renewed
        db.session.commit()
    return db.session.get_one(User, found.id)


def create_user(
    actor: Any,
    *,
    username: str,
    email: str,
    password: str,
    display_name: str = "",
    roles: Sequence[str] = (),
    languages: Sequence[str] = (),
    locale: str | None = None,
    enforce_password_rules: bool = True,
) -> User:
    """Create an account and return it, committed.

    `roles` are names of roles, `languages` the codes that a translator translates into, `locale` the language of
    the interface. The password rules are left out only for the demonstration accounts, whose password the operator
    chose. Raises Forbidden, and InvalidInput with a sentence for each field.
    """
    require(actor, "create", User)
    granted = _roles_named(roles)
    # Each grant for somebody's languages holds in those of the account.
    if granted or languages:
        _require_administrator(actor)
    given = {
        "username": username,
        "email": email,
        "display_name": display_name.strip() or username,
        "languages": list(languages),
        "locale": locale,
    }
    names = (username.strip(), email.strip(), display_name.strip())
    problem = password_problem(password, names) if enforce_password_rules else None
    errors = {"password": problem} if problem is not None else {}
    try:
        cleaned = clean(User, given)
    except InvalidInput as refused:
        errors |= refused.errors
    if errors:
        raise InvalidInput(errors)
    user = User(password_hash=hash_password(password), roles=granted, **cleaned)
    db.session.add(user)
    _flush_unique()
    audit.record(actor, "create", user, roles=list(roles))
    db.session.commit()
    return user


def set_password(actor: Any, user: User, password: str) -> None:
    """Give an account a new password; its sessions end. Raises Forbidden and InvalidInput (field `password`)."""
    require_password_of(actor, user)
    check_password(password, (user.username, user.email, user.display_name))
    _lay_password(actor, user, hash_password(password))


def _lay_password(actor: Any, user: User, hashed: str, *, instead_of: str | None = None) -> None:
    """Store a password that was hashed before, because that takes long; only `instead_of` a certain one if given."""
    hold(user)
    if instead_of is not None and user.password_hash != instead_of:
        undo()
        raise _not_the_password()
    user.password_hash = hashed
    user.session_version += 1
    audit.record(actor, "password", user)
    db.session.commit()
    password_changed.send(user)


def may_set_password_of(actor: Any, user: User) -> bool:
    """Whether the actor may give an account a password: whoever knows it may do all that the account may."""
    return may(actor, "update", user) and may_all_that(actor, user)


def require_password_of(actor: Any, user: User) -> None:
    """Raise Forbidden where the actor may not give the account a password."""
    if not may_set_password_of(actor, user):
        raise Forbidden(_("You may give a password only to accounts that may do nothing that you may not."))


def check_password(password: str, names: Sequence[str]) -> None:
    """Raise InvalidInput (field `password`) for a password that somebody with these names may not have."""
    problem = password_problem(password, names)
    if problem is not None:
        raise InvalidInput({"password": problem})


def change_own_password(user: User, *, current: str, new: str, repeated: str) -> None:
    """Change one's own password after proving the present one; all sessions end.

    Raises InvalidInput by field (`current_password`, `new_password`, `repeat_password`).
    """
    present = user.password_hash
    if not verify_password(present, current):
        raise _not_the_password()
    problem = password_problem(new, (user.username, user.email, user.display_name))
    if problem is None and verify_password(present, new):
        problem = _("This is the password that you have already.")
    if problem is not None:
        raise InvalidInput({"new_password": problem})
    if new != repeated:
        raise InvalidInput({"repeat_password": _("The two new passwords differ.")})
    # An administrator may have taken the present one away since.
    _lay_password(user, user, hash_password(new), instead_of=present)


def _not_the_password() -> InvalidInput:
    return InvalidInput({"current_password": _("This is not your present password.")})


def update_profile(user: User, values: Mapping[str, Any]) -> None:
    """Change one's own account: those of the columns `PROFILE` that are named; others stay as they are.

    Raises InvalidInput by field.
    """
    cleaned = clean(User, {name: values[name] for name in PROFILE if name in values}, user)
    for name, value in cleaned.items():
        setattr(user, name, value)
    _flush_unique()
    audit.record(user, "update", user)
    db.session.commit()


def disable(actor: Any, user: User) -> None:
    """Keep an account from signing in, and end its sessions.

    Raises Forbidden, and Conflict for one's own account and for the last administrator.
    """
    check_disabling(actor, user)
    hold(user)
    if not user.active:
        undo()
        return
    user.active = False
    user.session_version += 1
    audit.record(actor, "disable", user)
    db.session.commit()


def check_disabling(actor: Any, user: User) -> None:
    """Raise what `disable` would raise."""
    _require_over(actor, "update", user)
    if getattr(actor, "id", None) == user.id:
        raise Conflict(_("You cannot disable your own account."))
    keep_an_administrator(user)


def enable(actor: Any, user: User) -> None:
    """Let an account sign in again. Raises Forbidden."""
    _require_over(actor, "update", user)
    if user.active:
        return
    user.active = True
    audit.record(actor, "enable", user)
    db.session.commit()


def keep_an_administrator(user: User) -> None:
    """Raise Conflict where nobody who may do everything could sign in without this account.

    Two who ask this of each other at the same moment take turns: their role is held until the transaction ends.
    """
    if not (user.active and _is_administrators(user)):
        return
    hold(db.session.scalars(select(Role).where(Role.name == ADMINISTRATOR)).one())
    others = select(func.count(User.id)).where(
        User.active, User.id != user.id, User.roles.any(Role.name == ADMINISTRATOR)
    )
    if not db.session.scalar(others):
        undo()
        raise Conflict(_("This is the last administrator who can sign in."))


def _named(identifier: str) -> Any:
    wanted = identifier.strip().lower()
    return or_(User.username == wanted, User.email == wanted)


def _is_administrators(user: User) -> bool:
    return any(role.name == ADMINISTRATOR for role in user.roles)


def _require_over(actor: Any, action: str, user: User) -> None:
    """Whoever could change an administrator's password would be one: only administrators may."""
    require(actor, action, user)
    if _is_administrators(user):
        _require_administrator(actor)


def _require_administrator(actor: Any) -> None:
    if not is_administrator(actor):
        raise Forbidden(_("Only administrators may do this."))


def _roles_named(names: Sequence[str]) -> list[Role]:
    known = {role.name: role for role in db.session.scalars(select(Role))}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InvalidInput(
            {
                "roles": _(
                    "There is no role named %(name)s. There are: %(known)s.",
                    name=unknown[0],
                    known=", ".join(sorted(known)),
                )
            }
        )
    return [known[name] for name in dict.fromkeys(names)]


def _flush_unique() -> None:
    """Send the change to the database, which alone knows whether a name is taken."""
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        field = "email" if "email" in str(error.orig) else "username"
        raise InvalidInput({field: in_use()}) from None
