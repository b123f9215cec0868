"""What may be stored: one check of values for every screen, command and interface.

The rules follow from the columns (required, length, kind); what only one content type demands stands in RULES.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Column, String, Text, inspect, select
from sqlalchemy.orm.interfaces import MANYTOMANY, MANYTOONE

from cms.content.addresses import free_slug, is_same_place, path_of, slug_is_taken
from cms.content.errors import InvalidInput
from cms.content.sanitising import sanitise
from cms.content.slugs import slugify
from cms.content.time_zones import is_time_zone
from cms.extensions import db
from cms.models import Grant, Menu, MenuItem, Page, Redirect, Setting, User
from cms.models.base import Model, columns_of
from cms.models.setting import DECLARED
from cms.models.sluggable import Sluggable
from cms.models.translatable import Translatable
from cms.security.permissions import Scope, all_permissions

# A line break and a tab are the only control characters that belong into texts; the last two of these are no
# characters at all, and no feed with one of them can be read.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]|[\ufffe\uffff]")
LINE_BREAKS = re.compile(r"[\t\n\r]+")
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
MENU_LOCATIONS = ("header", "footer")
REDIRECT_STATUSES = (301, 302)
# Browsers give up after twenty redirects; a chain this long is a mistake already.
LONGEST_CHAIN = 5
LARGEST_INTEGER = 2**31 - 1
# Characters of one text; a long book chapter has a tenth of it.
LONGEST_TEXT = 1_000_000
LONGEST_BIO = 2_000

Errors = dict[str, Any]


def clean(model: type[Model], values: Mapping[str, Any], document: Model | None = None) -> dict[str, Any]:
    """Check and normalise values for a new row, or for changes of `document`.

    Values are named by column, or by relation (an object, None, or a list of objects); many-to-one relations come
    back as their foreign key's column. Raises InvalidInput with sentences by the names that were given.
    """
    errors: Errors = {}
    cleaned = _by_column(model, values)
    for column in columns_of(model):
        name = column.key
        if name in cleaned:
            cleaned[name] = _column_value(column, cleaned[name], errors)
        elif document is None and _is_required(column):
            errors[name] = _("This field is needed.")
    full = _with_defaults(cleaned, model, document)
    if issubclass(model, Translatable):
        _check_languages(model, full, values, errors)
    if issubclass(model, Sluggable) and (document is None or "slug" in cleaned):
        _settle_slug(model, cleaned, full, document, errors)
    rule = RULES.get(model)
    if rule is not None:
        rule(cleaned, full, document, errors)
    if errors:
        raise InvalidInput(errors)
    return cleaned


def _by_column(model: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    relations = inspect(model).relationships
    cleaned: dict[str, Any] = {}
    for name, value in values.items():
        if name in relations and relations[name].direction is MANYTOONE:
            (column,) = relations[name].local_columns
            cleaned[str(column.key)] = value.id if value is not None else None
        else:
            cleaned[name] = value
    return cleaned


def _is_required(column: Column[Any]) -> bool:
    return not (
        column.nullable
        or column.primary_key
        or column.default is not None
        or column.server_default is not None
        or column.info.get("machinery")
        or column.info.get("kind") == "slug"
    )


def _column_value(column: Column[Any], value: Any, errors: Errors) -> Any:
    """One value, normalised; what is wrong with it goes into `errors`."""
    kind = column.info.get("kind")
    if isinstance(value, str):
        value = value.replace("\r\n", "\n") if kind == "markup" else value.replace("\r\n", "\n").strip()
        if not isinstance(column.type, Text):
            # A name or an address is one line; with two, it could not be the target of a redirect.
            value = LINE_BREAKS.sub(" ", value)
    problem = _problem(column, value)
    if problem is not None:
        errors[column.key] = problem
        return value
    if kind == "markup":
        return sanitise(value or "")
    if value in (None, ""):
        return _nothing(column, errors)
    check = KINDS.get(kind or "")
    return check(column, value, errors) if check is not None else value


def _problem(column: Column[Any], value: Any) -> str | None:
    """What keeps a value out of any column of this type, or None."""
    if isinstance(value, str):
        length = getattr(column.type, "length", None)
        if CONTROL.search(value):
            return _("This text contains characters that cannot be stored.")
        if length and len(value) > length:
            return _("At most %(count)s characters.", count=length)
        return _("This text is too long.") if len(value) > LONGEST_TEXT else None
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return _("This number is too large.")
    if isinstance(value, datetime) and value.tzinfo is None:
        return _("This is not a date and time.")
    return None


def _nothing(column: Column[Any], errors: Errors) -> Any:
    """What stands for nothing in a column: NULL, an empty text, or the default; a fault where it is needed."""
    if column.nullable:
        return None
    if _is_required(column):
        errors[column.key] = _("This field is needed.")
        return None
    return "" if isinstance(column.type, String) else _default_of(column)


def _default_of(column: Column[Any]) -> Any:
    return getattr(column.default, "arg", None) if column.default is not None and column.default.is_scalar else None


def _locale(column: Column[Any], value: str, errors: Errors) -> str:
    if value and value not in current_app.config["SITE_LOCALES"]:
        errors[column.key] = _("%(code)s is not a language of this site.", code=value)
    return value


def _locales(column: Column[Any], value: list[str], errors: Errors) -> list[str]:
    unknown = sorted(set(value) - set(current_app.config["SITE_LOCALES"]))
    if unknown:
        errors[column.key] = _("%(code)s is not a language of this site.", code=unknown[0])
    return sorted(set(value))


def _email(column: Column[Any], value: str, errors: Errors) -> str:
    # Its tables of characters take long to load, and addresses are seldom checked.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 -- see above

    try:
        return validate_email(value, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        errors[column.key] = _("This is not an e-mail address.")
        return value


def _timezone(column: Column[Any], value: str, errors: Errors) -> str:
    if not is_time_zone(value):
        errors[column.key] = _("There is no such time zone.")
    return value


def _one_of(choices: Callable[[], Any]) -> Callable[[Column[Any], Any, Errors], Any]:
    def check(column: Column[Any], value: Any, errors: Errors) -> Any:
        if value not in choices():
            errors[column.key] = _("This is not one of the choices.")
        return value

    return check


KINDS: dict[str, Callable[[Column[Any], Any, Errors], Any]] = {
    "locale": _locale,
    "locales": _locales,
    "email": _email,
    "timezone": _timezone,
    "permission": _one_of(all_permissions),
    "scope": _one_of(lambda: [str(scope) for scope in Scope]),
    "setting_key": _one_of(lambda: DECLARED),
    "menu_location": _one_of(lambda: MENU_LOCATIONS),
    "redirect_status": _one_of(lambda: REDIRECT_STATUSES),
}


def _with_defaults(cleaned: Mapping[str, Any], model: type[Model], document: Model | None) -> dict[str, Any]:
    full = {column.key: getattr(document, column.key) for column in columns_of(model)} if document else {}
    return full | dict(cleaned)


def _check_languages(model: type[Model], full: dict[str, Any], given: Mapping[str, Any], errors: Errors) -> None:
    """What a document names must be in its own language: a Portuguese post has Portuguese tags."""
    locale = full.get("locale")
    for name, relation in inspect(model).relationships.items():
        target = relation.mapper.class_
        if name not in given or not issubclass(target, Translatable):
            continue
        named = given[name] if relation.direction is MANYTOMANY else [given[name]]
        if any(item is not None and item.locale != locale for item in named):
            errors[name] = _("Choose something in the language of this document.")


def _settle_slug(
    model: Any, cleaned: dict[str, Any], full: dict[str, Any], document: Model | None, errors: Errors
) -> None:
    """A slug that was typed must be free; one that was not is made from the title."""
    scope = {name: full.get(name) for name in model.slug_scope()}
    own_id = document.id if document is not None else None
    typed = (cleaned.get("slug") or "").strip()
    if typed:
        slug = slugify(typed, str(full.get("locale") or ""))
        if slug_is_taken(model, slug, scope, own_id):
            errors["slug"] = _("Another one in this language has this address already.")
    else:
        title = model.title_column()
        text = full.get(title.key) if title is not None else None
        if not text:
            cleaned.pop("slug", None)
            return
        slug = free_slug(model, text, scope, own_id)
    cleaned["slug"] = slug


def is_safe_target(address: str) -> bool:
    """Whether a link may lead there: a path of this site, or an http, https or mailto address."""
    if address.startswith("/"):
        return not address.startswith(("//", "/\\"))
    parts = urlsplit(address)
    return parts.scheme == "mailto" or (parts.scheme in ("http", "https") and bool(parts.netloc))


def _page_rule(cleaned: dict[str, Any], full: dict[str, Any], document: Model | None, errors: Errors) -> None:
    parent_id = full.get("parent_id")
    seen = {document.id} if document is not None else set()
    while parent_id is not None:
        if parent_id in seen:
            errors["parent"] = _("A page cannot be below itself.")
            return
        seen.add(parent_id)
        parent_id = db.session.scalar(select(Page.parent_id).where(Page.id == parent_id))


def _menu_item_rule(cleaned: dict[str, Any], full: dict[str, Any], document: Model | None, errors: Errors) -> None:
    targets = [name for name in ("page_id", "category_id", "url") if full.get(name)]
    if len(targets) != 1:
        errors["url"] = _("Choose one: a page, a category, or an address.")
    elif full.get("url") and not is_safe_target(full["url"]):
        errors["url"] = _("This is not an address that a link can lead to.")


def _redirect_rule(cleaned: dict[str, Any], full: dict[str, Any], document: Model | None, errors: Errors) -> None:
    # Requests are compared decoded, however an address was copied.
    source, target = unquote(full.get("source") or ""), full.get("target") or ""
    if "source" in cleaned:
        cleaned["source"] = source
    if not source.startswith("/") or source.startswith("//"):
        errors["source"] = _("Begin with a slash, for example /en/old-page.")
    elif "?" in source or "#" in source:
        errors["source"] = _("Leave out “?” and “#” with what follows: redirects go by the path alone.")
    elif CONTROL.search(source) or LINE_BREAKS.search(source):
        errors["source"] = _("This is not an address that a link can lead to.")
    if target and not is_safe_target(target):
        errors["target"] = _("This is not an address that a link can lead to.")
    elif _leads_back(source, target):
        errors["target"] = _("A redirect cannot lead to itself.")
    _check_unique(Redirect, {"source": source}, document, "source", errors)


def _leads_back(source: str, target: str) -> bool:
    """Whether a target is the source itself, or the redirects there are lead from it to there in a few steps."""
    for _step in range(LONGEST_CHAIN):
        if is_same_place(target, source):
            return True
        path = path_of(target) if target.startswith("/") else target
        following = db.session.scalar(select(Redirect.target).where(Redirect.source.in_([path, f"{path}/"])).limit(1))
        if following is None or following == target:
            return False
        target = following
    return True


def _setting_rule(cleaned: dict[str, Any], full: dict[str, Any], document: Model | None, errors: Errors) -> None:
    declared = DECLARED.get(full.get("key") or "")
    if declared is None:
        return
    if full.get("locale") and not declared.per_language:
        errors["locale"] = _("This setting holds for every language.")
    if declared.least is not None and declared.most is not None:
        text = full.get("value") or ""
        if not (text.isascii() and text.isdigit() and declared.least <= int(text[:9]) <= declared.most):
            errors["value"] = _("A whole number from %(least)s to %(most)s.", least=declared.least, most=declared.most)
    _check_unique(Setting, {"key": full.get("key"), "locale": full.get("locale") or ""}, document, "key", errors)


def _menu_rule(cleaned: dict[str, Any], full: dict[str, Any], document: Model | None, errors: Errors) -> None:
    place = {"location": full.get("location"), "locale": full.get("locale")}
    _check_unique(Menu, place, document, "location", errors)


def in_use() -> str:
    """What is said of a name or an address that another account has."""
    return _("This is in use by another account.")


def _user_rule(cleaned: dict[str, Any], full: dict[str, Any], document: Model | None, errors: Errors) -> None:
    if "username" in cleaned:
        cleaned["username"] = (cleaned["username"] or "").lower()
        if not USERNAME.fullmatch(cleaned["username"]):
            errors["username"] = _("Use two or more of: small Latin letters, digits, dot, hyphen, underscore.")
        _check_unique(User, {"username": cleaned["username"]}, document, "username", errors, in_use())
    if "email" in cleaned and "email" not in errors:
        _check_unique(User, {"email": cleaned["email"]}, document, "email", errors, in_use())
    if len(cleaned.get("bio") or "") > LONGEST_BIO:
        errors["bio"] = _("Use at most %(count)d characters.", count=LONGEST_BIO)


def _grant_rule(cleaned: dict[str, Any], full: dict[str, Any], document: Model | None, errors: Errors) -> None:
    identity = {name: full.get(name) for name in ("role_id", "permission", "scope")}
    _check_unique(Grant, identity, document, "permission", errors)


def _check_unique(
    model: Any,
    identity: dict[str, Any],
    document: Model | None,
    field: str,
    errors: Errors,
    sentence: str | None = None,
) -> None:
    query = select(model.id).where(*(getattr(model, name) == value for name, value in identity.items()))
    if document is not None:
        query = query.where(model.id != document.id)
    if field not in errors and db.session.scalar(query.limit(1)) is not None:
        errors[field] = sentence or _("There is one like this already.")


RULES: dict[type[Model], Callable[[dict[str, Any], dict[str, Any], Model | None, Errors], None]] = {
    Page: _page_rule,
    Menu: _menu_rule,
    MenuItem: _menu_item_rule,
    Redirect: _redirect_rule,
    Setting: _setting_rule,
    User: _user_rule,
    Grant: _grant_rule,
}
