"""Filling an empty database with the demonstration site, through the services that the screens use."""

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from cms.content import editing, publishing
from cms.content.demo.illustrations import draw_all
from cms.content.demo.presence import HERE, is_due, known_password, password_path, read_accounts, unfinished_path
from cms.content.importing.bringing_in import MarkdownImport, Options
from cms.content.importing.report import Report
from cms.content.importing.values import term_key
from cms.content.user_accounts import create_user, find_account
from cms.extensions import db
from cms.models import Category, Menu, MenuItem, Page, Post, Setting, Tag
from cms.models.column_types import utc_now
from cms.security.policy import SYSTEM

SOURCE_LOCALE = "en"

Progress = Callable[[str], None]


class DemoFailed(Exception):
    """A text of the demonstration site was refused; the text says which and why."""


def create_demo(progress: Progress = lambda _message: None) -> bool:
    """Creates the demonstration site where there is neither an account nor content; returns whether it did.

    A creation that was broken off is finished the next time. `progress` is told what is being done.
    """
    if not is_due():
        return False
    unfinished = unfinished_path()
    unfinished.touch()
    site: dict[str, Any] = yaml.safe_load((HERE / "site.yaml").read_text(encoding="utf-8"))
    # Sentences of services end up in what is stored nowhere; the language only has to be a certain one.
    with force_locale(SOURCE_LOCALE):
        progress("accounts")
        _create_accounts(read_accounts())
        _create_settings(site["settings"])
        _create_terms(Category, site["categories"])
        _create_terms(Tag, site["tags"])
        with _illustrations(progress) as images:
            progress("pages")
            _import(HERE / "pages", images, Page)
            progress("posts")
            _import(HERE / "posts", images, Post)
        _create_menus(site["menus"])
        progress("drafts")
        _create_waiting(site["waiting"])
        _correct(site["correction"])
    unfinished.unlink()
    return True


def _new_password() -> str:
    """The password for accounts that are being made: the one that is set, else one that is made and kept."""
    path = password_path()
    if current_app.config["DEMO_PASSWORD"]:
        # One that was kept for earlier accounts no longer opens anything.
        path.unlink(missing_ok=True)
        return current_app.config["DEMO_PASSWORD"]
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9) + "\n", encoding="ascii")
    return known_password()


def _site_has(locale: str) -> bool:
    return locale in current_app.config["SITE_LOCALES"]


def _create_accounts(accounts: dict[str, dict[str, Any]]) -> None:
    password = _new_password()
    for username, account in accounts.items():
        if find_account(username) is None:
            create_user(
                SYSTEM,
                username=username,
                email=f"{username}@meridian.example",
                password=password,
                display_name=account["name"],
                roles=[account["role"]],
                languages=[locale for locale in account.get("languages", []) if _site_has(locale)],
                locale=account["locale"] if _site_has(account["locale"]) else None,
                enforce_password_rules=False,
            )


def _create_settings(settings: dict[str, dict[str, str]]) -> None:
    for key, values in settings.items():
        for locale, value in values.items():
            there = select(Setting.id).where(Setting.key == key, Setting.locale == locale)
            if (not locale or _site_has(locale)) and db.session.scalar(there) is None:
                editing.create(Setting, {"key": key, "locale": locale, "value": value}, SYSTEM)


def _create_terms(model: type[Category] | type[Tag], terms: dict[str, dict[str, dict[str, str]]]) -> None:
    for key, languages in terms.items():
        for locale, values in languages.items():
            identity = {"locale": locale, "translation_key": term_key(model, key)}
            if _site_has(locale) and db.session.scalar(select(model.id).filter_by(**identity)) is None:
                editing.create(model, {**values, **identity}, SYSTEM)


@contextmanager
def _illustrations(progress: Progress) -> Iterator[Path]:
    progress("pictures")
    with tempfile.TemporaryDirectory(prefix="babelpress-demo-") as folder:
        draw_all(Path(folder))
        yield Path(folder)


def _import(folder: Path, images: Path, model: type[Post] | type[Page]) -> Report:
    run = MarkdownImport(
        Options(
            folder=folder,
            default_locale=SOURCE_LOCALE if _site_has(SOURCE_LOCALE) else current_app.config["DEFAULT_LOCALE"],
            locale_of=lambda code: code if _site_has(code) else None,
            model=model,
            images=images,
        )
    )
    for document in run.documents:
        run.bring_in(document)
    # Folders of languages that this site does not have are left out on purpose.
    problems = {key: places for key, places in run.report.problems.items() if not (folder / key[0]).is_dir()}
    if problems:
        (subject, reason), _places = next(iter(problems.items()))
        raise DemoFailed(f"{subject}: {reason}")
    return run.report


def _create_menus(menus: dict[str, dict[str, Any]]) -> None:
    for location, menu in menus.items():
        key = term_key(Category, f"menu {location}")
        for locale, title in menu["titles"].items():
            there = select(Menu.id).where(Menu.location == location, Menu.locale == locale)
            if not _site_has(locale) or db.session.scalar(there) is not None:
                continue
            values = {"title": title, "location": location, "locale": locale, "translation_key": key}
            created = editing.create(Menu, values, SYSTEM)
            for position, link in enumerate(menu["links"]):
                target = _link_target(link, locale)
                if target:
                    editing.create(MenuItem, {"menu": created, "position": position, **target}, SYSTEM)


def _link_target(link: str, locale: str) -> dict[str, Any]:
    """The values of a menu's link: what `category:<key>` or `page:<file>` names in a language."""
    kind, _colon, name = link.partition(":")
    row: Category | Page | None
    if kind == "category":
        key = term_key(Category, name)
        row = db.session.scalar(select(Category).where(Category.locale == locale, Category.translation_key == key))
    else:
        source = select(Page.translation_key).where(Page.locale == SOURCE_LOCALE, Page.slug == name)
        row = db.session.scalar(select(Page).where(Page.locale == locale, Page.translation_key.in_(source)))
    return {kind: row} if row is not None else {}


def _create_waiting(documents: list[dict[str, Any]]) -> None:
    """Texts on their way, made by those who would make them."""
    author, editor = find_account("author"), find_account("editor")
    if not _site_has(SOURCE_LOCALE) or author is None or editor is None:
        return
    for document in documents:
        there = select(Post.id).where(Post.locale == SOURCE_LOCALE, Post.title == document["title"])
        if db.session.scalar(there) is not None:
            continue
        values = {"title": document["title"], "summary": document["summary"], "body": document["body"]}
        writer = editor if document.get("by") == "editor" else author
        post = publishing.create_draft(Post, {**values, "locale": SOURCE_LOCALE}, writer)
        if document["state"] == "review":
            publishing.submit(post, values, writer)
        elif document["state"] == "scheduled":
            publishing.publish(post, editor, at=utc_now() + timedelta(days=document["days"]))


def _correct(correction: dict[str, str]) -> None:
    post = db.session.scalar(select(Post).where(Post.locale == SOURCE_LOCALE, Post.slug == correction["post"]))
    editor = find_account("editor")
    if post is None or editor is None or correction["paragraph"] in post.body:
        return
    publishing.publish(post, editor, {"body": f"{post.body}\n{correction['paragraph']}"}, at=post.published_at)
