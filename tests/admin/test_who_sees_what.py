"""What a screen shows and offers depends on who asks."""

from typing import Any

from cms.content import publishing, translating
from cms.extensions import db
from cms.models import Grant, Post, Tag
from tests import factories as make


def test_bulk_deleting_checks_each_row(client_as: Any, db_session: Any) -> None:
    kept, gone = make.make_tag(), make.make_tag()
    client = client_as("administrator")
    reply = client.submit("/admin/tags/action/", {"action": "delete", "rowid": [gone.id]})
    assert reply.status_code == 302
    assert [tag.id for tag in db.session.query(Tag)] == [kept.id]
    assert client.submit("/admin/tags/action/", {"action": "explode", "rowid": [kept.id]}).status_code == 400
    assert client.submit("/admin/tags/action/", {"action": "delete", "rowid": ["x"]}).status_code == 400


def test_anonymous_is_led_to_the_sign_in_and_members_are_refused(client: Any, client_as: Any) -> None:
    reply = client.get("/admin/posts/?page=2")
    assert reply.status_code == 302
    assert "/account/login?next=" in reply.location
    assert client_as("member").get("/admin/").status_code == 403
    assert client_as("author").get("/admin/users/").status_code == 403


def test_a_post_without_a_token_is_refused(client_as: Any, db_session: Any) -> None:
    client = client_as("administrator")
    tag = make.make_tag()
    assert client.post("/admin/tags/delete/", data={"id": tag.id}).status_code == 400
    assert client.post("/admin/tags/new/", data={"name": "x", "locale": "en"}).status_code == 400
    assert db.session.query(Tag).count() == 1


def test_an_author_sees_and_edits_own_posts_only(client_as: Any, db_session: Any) -> None:
    author, other = make.make_user("author"), make.make_user("author")
    mine = make.make_post(title="Mine", author=author, status="draft")
    theirs = make.make_post(title="Theirs", author=other, status="draft")
    client = client_as(author)
    listed = client.get("/admin/posts/").text
    assert "Mine" in listed
    assert "Theirs" not in listed
    assert client.get(f"/admin/posts/edit/?id={mine.id}").status_code == 200
    for screen in ("edit", "details", "preview", "history"):
        assert client.get(f"/admin/posts/{screen}/?id={theirs.id}").status_code == 403
    assert client.submit("/admin/posts/delete/", {"id": theirs.id}).status_code == 403
    assert db.session.get(Post, theirs.id).trashed_at is None


def test_the_source_stands_beside_its_translation_for_those_who_may_read_it(client_as: Any, db_session: Any) -> None:
    """Whoever may only translate into their languages learns nothing of documents in others."""
    editor, translator = make.make_user("editor"), make.make_user("translator", languages=["pt"])
    source = publishing.create_draft(Post, {"title": "Secret plans", "body": "<p>For May.</p>", "locale": "en"}, editor)
    publishing.publish(source, editor)
    made = translating.begin(source, "pt", {"title": "Planos"}, editor)
    publishing.publish(source, editor, {"title": "Secret plans, again"})
    role = translator.roles[0]
    address = f"/admin/posts/edit/?id={made.id}"
    page = client_as(translator).get(address).text
    assert "Secret plans" in page
    assert "For May." in page
    assert f"/admin/posts/history/?id={source.id}&" in page
    role.grants = [grant for grant in role.grants if grant.permission != "posts:read"]
    db.session.commit()
    page = client_as(translator).get(address).text
    assert "Planos" in page
    assert "Secret" not in page
    assert "For May." not in page
    assert f"/admin/posts/history/?id={source.id}" not in page


def test_what_an_object_names_may_stay_whoever_saves(client_as: Any, db_session: Any) -> None:
    """Somebody who may not read categories may not choose one, and keeps the one there is."""
    author = make.make_user("author")
    author.roles[0].grants = [grant for grant in author.roles[0].grants if grant.permission != "categories:read"]
    db.session.commit()
    kept, other = make.make_category(), make.make_category()
    post = make.make_post(author_id=author.id, category=kept, status="draft")
    typed = {"title": "New", "slug": post.slug, "_action": "save"}
    client = client_as(author)
    assert client.submit(f"/admin/posts/edit/?id={post.id}", typed | {"category": str(kept.id)}).status_code == 302
    db.session.expire_all()
    assert (post.title, post.category) == ("New", kept)
    assert client.submit(f"/admin/posts/edit/?id={post.id}", typed | {"category": str(other.id)}).status_code == 422


def test_only_administrators_see_what_decides_what_an_account_may_do(client_as: Any, db_session: Any) -> None:
    """Roles and languages are not in the forms of those who look after accounts; sent along, they change nothing."""
    translator, role = make.make_user("translator", languages=["pt"]), make.role_named("translator")
    make.role_named("editor").grants += [Grant(permission=f"users:{action}") for action in ("read", "create", "update")]
    db.session.commit()
    client, address = client_as("editor"), f"/admin/users/edit/?id={translator.id}"
    for page in (client.get(address).text, client.get("/admin/users/new/").text):
        assert 'name="display_name"' in page
        assert 'name="roles"' not in page
        assert 'name="languages"' not in page
    typed = {"username": translator.username, "email": translator.email, "display_name": "New", "active": "y"}
    more = {"roles": f"{role.id},{make.role_named('administrator').id}", "languages": "en"}
    assert client.submit(address, typed | more).status_code == 302
    db.session.expire_all()
    assert (translator.display_name, translator.roles, translator.languages) == ("New", [role], ["pt"])
    page = client_as("administrator").get(address).text
    assert 'name="roles"' in page
    assert 'name="languages"' in page


def test_the_role_of_administrators_is_not_deleted(client_as: Any, db_session: Any) -> None:
    client, role = client_as("administrator"), make.role_named("administrator")
    client.submit("/admin/roles/delete/", {"id": role.id})
    client.submit("/admin/roles/action/", {"action": "delete", "rowid": role.id})
    renamed = client.submit(f"/admin/roles/edit/?id={role.id}", {"name": "boss", "title": "Boss"})
    assert renamed.status_code == 409
    assert client.get("/admin/roles/").status_code == 200
