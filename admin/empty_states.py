"""What an empty list says: what would be here, and what it is good for. Kinds that are not named get a general word."""

from typing import Any

from flask_babel import lazy_gettext as _l

from cms.models import Category, Media, Menu, MenuItem, Page, Post, Redirect, Role, Setting, Tag, User
from cms.models.base import Model

ABOUT: dict[type[Model], Any] = {
    Post: _l("Posts are dated articles. The newest stand first on the home page, and each can have a translation."),
    Page: _l("Pages are the lasting parts of the site, such as “About us”. They form a tree, and menus lead to them."),
    Category: _l("A category brings posts of one subject together on a page of their own."),
    Tag: _l("Tags connect posts across categories. Readers find them below each post."),
    Media: _l("Pictures are kept here once and used in any text, in the size that suits the reader's screen."),
    Menu: _l("A menu leads readers around the site, from the head or the foot of each page."),
    MenuItem: _l("Each link of a menu leads to a page, a category or any address."),
    Redirect: _l("A redirect leads readers from an old address to the new one. Changed addresses make their own."),
    Setting: _l("Settings hold the name of the site and its other words; what is not set here has a sensible value."),
    User: _l("Everybody who writes, translates or runs the site has an account."),
    Role: _l("A role says what its people may do."),
}


def about(model: type[Model]) -> str:
    """One or two sentences about a kind of content."""
    return str(ABOUT.get(model, _l("What you add will be listed here.")))
