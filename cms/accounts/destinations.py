"""Where somebody goes after signing in: back to where they were asked, else to where they belong."""

from typing import Any
from urllib.parse import urlsplit

from cms.security.permissions import BACKOFFICE_ENTER
from cms.security.policy import holds

BACK_OFFICE = "/admin/"
SITE = "/"


def destination(user: Any, wanted: str | None) -> str:
    """Return `wanted` where it is an address of this site that makes sense for the account, else its home."""
    if wanted and is_local(wanted) and _makes_sense(user, wanted):
        return wanted
    return home_of(user)


def home_of(user: Any) -> str:
    """Return the back office for those who work there, the site for everybody else."""
    return BACK_OFFICE if holds(user, BACKOFFICE_ENTER) else SITE


def is_local(address: str) -> bool:
    """Return whether an address leads to this site, however a browser may read it.

    Browsers take `//host` and, for they read a backslash as a slash, `/\\host` as another host, and drop tabs and
    line breaks before they look.
    """
    return address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()


def _makes_sense(user: Any, wanted: str) -> bool:
    path = urlsplit(wanted).path
    if path.startswith(("/account/login", "/account/logout")):
        return False
    return not (path + "/").startswith(BACK_OFFICE) or holds(user, BACKOFFICE_ENTER)
