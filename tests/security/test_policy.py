"""Who may do what, and the same answer for one object and for a query."""

from typing import Any

import pytest
from sqlalchemy import select

from cms.extensions import db
from cms.models import AuditEntry, Grant, Post, Role, Tag
from cms.models.base import all_models
from cms.security import permissions, policy
from tests import factories as make

pytestmark = pytest.mark.usefixtures("db_session")


def test_permissions_are_derived_from_the_models() -> None:
    names = permissions.all_permissions()
    assert {"posts:publish", "posts:translate", "tags:translate", "audit_entries:read"} <= set(names)
    assert "tags:publish" not in names
    assert "audit_entries:update" not in names
    assert not [name for name in names if name.startswith(("roles:", "grants:", "revisions:"))]


def test_whoever_is_disabled_or_nobody_may_nothing() -> None:
    administrator = make.make_user("administrator", active=False)
    for actor in (administrator, object()):
        assert not policy.may(actor, "read", Post)
        assert not policy.holds(actor, permissions.BACKOFFICE_ENTER)
        assert db.session.scalars(select(Post).where(policy.visible(actor, "read", Post))).all() == []


@pytest.mark.parametrize("role", ["administrator", "editor", "author", "translator", "member"])
@pytest.mark.parametrize("action", ["read", "update", "delete", "publish"])
def test_one_object_and_a_query_agree(role: str, action: str) -> None:
    actor = make.make_user(role)
    posts = [
        make.make_post(author=actor),
        make.make_post(author=make.make_user("author")),
        make.make_post(author=actor, locale="pt"),
        make.make_post(locale="pt"),
    ]
    found = set(db.session.scalars(select(Post.id).where(policy.visible(actor, action, Post))))
    assert found == {post.id for post in posts if policy.may(actor, action, post)}
    may = policy.may_each(actor, action, Post)
    assert found == {post.id for post in posts if may(post)}
    assert bool(found) <= policy.may(actor, action, Post)


@pytest.mark.parametrize(
    ("role", "model", "expected"),
    [("administrator", Role, True), ("editor", Post, True), ("editor", Role, False), ("author", Post, False)],
)
def test_who_may_do_everything_to_every_object(role: str, model: Any, expected: bool) -> None:
    actor = make.make_user(role)
    assert policy.may_everything(actor, model) is expected
    if role == "editor":
        actor.roles[0].grants = [grant for grant in actor.roles[0].grants if grant.permission != "posts:translate"]
        db.session.commit()
        assert not policy.may_everything(make.make_user("editor"), Post)


def test_a_grant_for_languages_holds_in_these_only() -> None:
    translator = make.make_user("translator", languages=["pt"])
    assert policy.may(translator, "update", make.make_tag(locale="pt"))
    assert not policy.may(translator, "update", make.make_tag(locale="de"))
    assert policy.holds(translator, permissions.CATALOGS_TRANSLATE, locale="pt")
    assert not policy.holds(translator, permissions.CATALOGS_TRANSLATE, locale="de")
    assert policy.holds(translator, permissions.CATALOGS_TRANSLATE)
    with pytest.raises(policy.Forbidden):
        policy.require_permission(translator, permissions.CATALOGS_TRANSLATE, locale="de")


def test_grants_are_rows_that_an_administrator_changes() -> None:
    role = db.session.scalars(select(Role).where(Role.name == "member")).one()
    role.grants.append(Grant(permission="tags:read"))
    db.session.commit()
    member = make.make_user("member")
    assert policy.may(member, "read", Tag)
    assert not policy.may(member, "update", Tag)


def test_administrators_and_the_system_may_everything() -> None:
    for actor in (make.make_user("administrator"), policy.SYSTEM):
        for model in all_models():
            assert policy.may(actor, "read", model)
            assert policy.may(actor, "delete", model) == (model is not AuditEntry)


def test_a_scope_that_does_not_fit_a_model_covers_nothing() -> None:
    role = db.session.scalars(select(Role).where(Role.name == "member")).one()
    role.grants += [Grant(permission="redirects:update", scope=scope) for scope in ("own", "languages")]
    db.session.commit()
    member: Any = make.make_user("member", languages=["en"])
    redirect = make.make_redirect("/en/a", "/en/b")
    assert not policy.may(member, "update", redirect)
    assert not db.session.scalars(select(type(redirect)).where(policy.visible(member, "update", type(redirect)))).all()
