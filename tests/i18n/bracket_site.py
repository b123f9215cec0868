"""A small site in which every word of the content begins with "qx", and every screen has something to show."""

import io
from datetime import timedelta

from admin.activity import SENTENCES
from cms.content import media_library, publishing, site_files, translating
from cms.extensions import db
from cms.models import AuditEntry, Category, Page, Post, Tag, User
from cms.models.column_types import utc_now
from cms.security.policy import SYSTEM
from tests import factories as make
from tests.content.picture_samples import picture
from tests.i18n.unwrapped import TIME_ZONE

SOURCE, OTHER = LANGUAGES = ("de", "pt")
SETTINGS = ("site_name", "site_tagline", "site_description", "footer_text")
LONG_TEXT = "".join(
    (
        *(f"<h2>Qxpart {number}</h2><p>Qxtext qxmore.</p>" for number in range(5)),
        "<pre><code>qxcode</code></pre><ul><li>Qxitem</li></ul>",
        '<iframe src="https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ"></iframe>',
        '<iframe src="https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ" title="Qxfilm"></iframe>',
    )
)


def fill() -> None:
    """Write the whole site; in an application context."""
    author = make.make_user("author", **person("qxauthor"), bio="Qxbio qxmore.")
    _lay_out()
    _documents(author)
    site_files.upload("", "qxfile.txt", io.BytesIO(b"Qxtext"), SYSTEM)
    site_files.upload("", "qxpicture.png", io.BytesIO(picture()), SYSTEM)
    site_files.make_folder("", "qxfolder", SYSTEM)
    # A line of the record for each thing that can be done, and for one that no sentence is known for.
    for action in (*SENTENCES, "qxaction"):
        db.session.add(AuditEntry(action=action, model="tags", object_id=1, label="Qxthing", locale=SOURCE))
    db.session.commit()


def person(username: str) -> dict[str, str]:
    """What an account says of its owner."""
    names = {"username": username, "display_name": username.capitalize(), "email": f"{username}@qxhost.qxtop"}
    return {**names, "locale": SOURCE, "timezone": TIME_ZONE}


def _lay_out() -> None:
    for locale in LANGUAGES:
        for key in SETTINGS:
            make.make_setting(key, f"Qx{key.replace('_', '')}", locale)
        page = make.make_page(title="Qxabout", slug="qxabout", body="<p>Qxtext.</p>", summary="Qxshort.", locale=locale)
        make.make_page(title="Qxteam", slug="qxteam", body="<p>Qxtext.</p>", summary="", parent=page, locale=locale)
        category = make.make_category(name="Qxkind", slug="qxkind", locale=locale, description="Qxintro.")
        for location in ("header", "footer"):
            menu = make.make_menu(title="Qxmenu", location=location, locale=locale)
            make.make_menu_item(menu, label="", url="", page=page)
            make.make_menu_item(menu, label="Qxlink", url="/qxaddress")
            make.make_menu_item(menu, label="", url="", category=category)
    make.make_setting("posts_per_page", "2")
    for name in ("Qxtopic", "Qxsubject", "Qxempty"):
        make.make_tag(name=name, slug=name.lower(), locale=SOURCE)
    make.make_redirect("/qxold", "/qxnew")
    make.make_redirect("/qxolder", "https://qxhost.qxtop/qxnew", status_code=302)


def _documents(author: User) -> None:
    media_library.add_picture(io.BytesIO(picture(colour=(9, 9, 9))), "qxplain.png", SYSTEM)
    texts = {SOURCE: "Qxalt", OTHER: "Qxother"}
    media = media_library.add_picture(io.BytesIO(picture()), "qxtold.png", SYSTEM, title="Qxpicture", alts=texts)
    first, second, *_rest = db.session.query(Tag).all()
    full = {
        "body": f'{LONG_TEXT}<p><img src="/media/{media.filename}" alt="Qxalt"></p>',
        "featured_image": media,
        "category": db.session.query(Category).filter_by(locale=SOURCE).one(),
        "tags": [first, second],
    }
    posts = [_post(f"Qxpost{number}", author, **full) for number in range(5)]
    for post in posts:
        publishing.publish(post, SYSTEM)
    translation = translating.begin(post, OTHER, {"title": "Qxtranslated", "slug": "qxtranslated"}, SYSTEM)
    publishing.publish(translation, SYSTEM)
    # The source goes on after its translation, and has changes that nobody sees yet.
    publishing.publish(post, SYSTEM, {"title": "Qxpost qxnewer"})
    publishing.save_draft(post, {"title": "Qxpost qxnewest"}, SYSTEM)
    _post("Qxdraft", author)
    publishing.submit(_post("Qxreviewed", author), {}, SYSTEM)
    publishing.publish(_post("Qxscheduled", author), SYSTEM, at=utc_now() + timedelta(days=3))
    publishing.trash(_post("Qxtrashed", author), SYSTEM)
    page = {"title": "Qxpage", "slug": "qxpage", "locale": SOURCE, "body": "<p>Qxtext.</p>"}
    publishing.publish(publishing.create_draft(Page, page, SYSTEM), SYSTEM)


def _post(title: str, author: User, **values: object) -> Post:
    told = {"title": title, "slug": title.lower(), "locale": SOURCE, "summary": f"{title} qxsummary.", "body": ""}
    post: Post = publishing.create_draft(Post, told | values, SYSTEM)
    post.author = author
    db.session.commit()
    return post
