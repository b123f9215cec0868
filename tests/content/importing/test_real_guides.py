"""The articles that nobody on this project wrote, in seven languages; a small tree of their shape where they are not
beside the checkout."""

import re
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy.orm import selectinload

from cms.content import pictures
from cms.content.importing.bringing_in import MarkdownImport, Options
from cms.content.importing.report import Outcome, Report
from cms.content.markup_tree import parse
from cms.content.rendering import render_body
from cms.content.sanitising import sanitise
from cms.extensions import db
from cms.i18n.locales import lookup
from cms.models import Media, Post
from config import ROOT
from tests.content.picture_samples import picture

GUIDES = ROOT.parent / "shared" / "data" / "guides"
LANGUAGES = ("en", "pt", "es", "fr", "de", "ar", "zh-hans")


def small_guides(folder: Path) -> Path:
    """Two articles in each language, with what the real ones have: a card, a quotation, a link, a picture."""
    (folder / "images" / "cards").mkdir(parents=True)
    for height, name in ((300, "legal"), (310, "first-steps")):
        (folder / "images" / "cards" / f"{name}.png").write_bytes(picture(size=(500, height)))
    for language in LANGUAGES:
        (folder / language).mkdir()
        for order, name in enumerate(("legal", "first-steps")):
            (folder / language / f"{name}.md").write_text(
                f"---\nlang: {language}\ntitle: {name} {language}\norder: {order}\nclass: {name}\n"
                f"image: /assets/images/cards/{name}.png\n---\n\n## A heading\n\n[a](../legal/#a-heading)\n\n"
                '<aside markdown="1" class="pquote">\n'
                '  <img src="https://x.example/a.png" class="pquote-avatar">\n  Words\n'
                '  <p markdown="1" class="pquote-credit">\n— me\n  </p>\n</aside>\n',
                encoding="utf-8",
            )
    return folder


def bring_in(folder: Path) -> Report:
    def locale_of(code: str) -> str | None:
        language = lookup(code)
        return language.code if language is not None else None

    run = MarkdownImport(Options(folder=folder, default_locale="en", locale_of=locale_of))
    for document in run.documents:
        run.bring_in(document)
    return run.report


@pytest.mark.usefixtures("db_session")
def test_real_articles_come_in_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "WIDTHS", (320,))
    folder = GUIDES if GUIDES.is_dir() else small_guides(tmp_path / "guides")
    files = [path for language in LANGUAGES for path in (folder / language).glob("*.md")]
    report = bring_in(folder)
    assert report.outcomes[Outcome.CREATED] == len(files)
    # What was not taken are pictures of other sites, and links to pages that are not among the articles.
    refused = [reason for (_subject, reason), _places in report.problems.items()]
    assert all("not fetched" in reason or "leads to nothing" in reason for reason in refused)
    posts = db.session.query(Post).options(selectinload(Post.tags)).all()
    by_language = Counter(post.locale for post in posts)
    assert set(by_language) == {"en", "pt", "es", "fr", "de", "ar", "zh-Hans"}
    assert db.session.query(Media).count() == report.pictures > 0
    addresses = {post.public_path: render_body(post.body) for post in posts}
    for post in posts:
        assert post.featured_image_id is not None
        assert post.status == "published"
        assert sanitise(post.body) == post.body
        _check_text(post, set(addresses))
    for path in files:
        quotations = len(re.findall(r"^\s*<aside", path.read_text(encoding="utf-8"), re.MULTILINE))
        boxes = path.read_text(encoding="utf-8").count('<input type="checkbox" id=')
        locale = lookup(path.parent.name)
        (post,) = [one for one in posts if locale is not None and (one.locale, one.slug) == (locale.code, path.stem)]
        elements = [element.tag for element in parse(post.body).elements()]
        assert elements.count("aside") == quotations
        assert elements.count("li") >= boxes
    again = bring_in(folder)
    assert again.outcomes[Outcome.UNCHANGED] == len(files)


def _check_text(post: Post, addresses: set[str]) -> None:
    tree = parse(post.body)
    for element in tree.elements():
        target = element.attributes.get("href", "")
        if target.startswith("/") and not target.startswith("/media/"):
            assert target.partition("#")[0] in addresses
        if element.tag == "img":
            assert element.attributes["src"].startswith("/media/")
    words = " ".join(child for element in tree.elements() for child in element.children if isinstance(child, str))
    for left_over in ('markdown="1"', "{#", "</aside>", "]("):
        assert left_over not in words
