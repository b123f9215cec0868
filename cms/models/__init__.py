"""Every content type: importing this package maps them all, those that are not named here too."""

from importlib import import_module
from pkgutil import iter_modules

from cms.models.audit_entry import AuditEntry
from cms.models.category import Category
from cms.models.cdn_purge import CdnPurge
from cms.models.job import Job
from cms.models.media import Media, MediaText
from cms.models.menu import Menu, MenuItem
from cms.models.page import Page
from cms.models.pending_purge import PendingPurge
from cms.models.post import Post
from cms.models.redirect import Redirect
from cms.models.revision import Revision
from cms.models.role import Grant, Role
from cms.models.setting import Setting
from cms.models.tag import Tag
from cms.models.user import User

__all__ = [
    "AuditEntry",
    "Category",
    "CdnPurge",
    "Grant",
    "Job",
    "Media",
    "MediaText",
    "Menu",
    "MenuItem",
    "Page",
    "PendingPurge",
    "Post",
    "Redirect",
    "Revision",
    "Role",
    "Setting",
    "Tag",
    "User",
]

# A new content type is one file: it is found here, without a line about it.
for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
