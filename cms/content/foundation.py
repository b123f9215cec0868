"""What a site has before anybody has written a word: the roles."""

from sqlalchemy import select

from cms.extensions import db
from cms.models import Grant, Role
from cms.security.permissions import initial_roles

TITLES = {
    "administrator": "Administrator",
    "editor": "Editor",
    "author": "Author",
    "translator": "Translator",
    "member": "Member",
}


def lay_foundation() -> bool:
    """Create the roles with their first grants where there are none, and commit.

    Returns whether anything was created: roles that an administrator changed are left as they are.
    """
    if db.session.scalar(select(Role.id).limit(1)) is not None:
        return False
    for name, grants in initial_roles().items():
        role = Role(name=name, title=TITLES[name])
        role.grants = [Grant(permission=grant.permission, scope=grant.scope) for grant in grants]
        db.session.add(role)
    db.session.commit()
    return True
