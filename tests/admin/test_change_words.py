"""What changed between two versions, as the screen tells it."""

import html
import re
from typing import Any

import pytest

from admin import change_words
from cms.content import publishing
from cms.content.comparing import compare_blocks
from cms.content.sanitising import ALLOWED_CLASSES
from cms.content.text_blocks import blocks_of_markup
from cms.models import Post
from tests import factories as make


@pytest.fixture
def screen(client_as: Any, db_session: Any) -> Any:
    """Gives what the comparison of two texts says of the body: its HTML without the spaces around tags."""

    def show(old: str, new: str, locale: str = "en", role: str = "editor") -> str:
        editor = make.make_user("editor")
        post: Any = publishing.create_draft(Post, {"title": "A walk", "locale": locale, "body": old}, editor)
        publishing.save_draft(post, {"body": new}, editor)
        page = client_as(role).get(f"/admin/posts/history/?id={post.id}")
        assert page.status_code == 200
        return page.text.split('<article class="card change">')[1].split("</article>")[0]

    return show


def plain(part: str) -> list[str]:
    """What each line reads."""
    lines = re.findall(r'<div class="change__line [^>]*>(.*?)</div>', part, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", line)).split()) for line in lines]


def test_editors_see_words_and_no_markup(screen: Any) -> None:
    part = screen(
        '<p>One <em>small</em> boat left the <a href="/x">quay</a>.</p><p>Quay</p><img src="/media/a.jpg" alt="Boat">',
        '<p>One small ship left the <a href="/y">quay</a>.</p><h2>Quay</h2><img src="/media/b.jpg" alt="Boat"><hr>',
    )
    assert plain(part) == [
        "One small no longer: Italic Removed: boat Added: ship left the quay now: Link to /y no longer: Link to /x .",
        "Heading was: Paragraph Quay",
        "Picture Removed: a.jpg Added: b.jpg Boat",
        "Horizontal line Added: Horizontal line",
    ]
    assert "&lt;" not in part


def test_what_looks_different_as_a_whole_is_told(screen: Any) -> None:
    (line,) = plain(screen("<p>Quay</p>", '<p class="text-center">Quay</p>'))
    assert line == "Formatting changed Quay"
    unseen = screen("<p>One , two</p>", "<p>One, two</p>")
    assert "Only spaces or formatting changed." in unseen


def test_texts_say_their_language_and_direction(screen: Any) -> None:
    part = screen("<p>نص قصير</p>", "<p>نص طويل</p><pre><code>x = 1</code></pre>", locale="ar")
    assert '<p class="change__text" dir="rtl" lang="ar">' in part
    assert '<p class="change__text" dir="ltr" lang="ar">' in part
    assert '<span class="visually-hidden" lang="en" dir="ltr">Added: </span>' in part


def test_what_was_written_is_never_markup_of_the_screen(screen: Any) -> None:
    part = screen("<p>Safe</p>", "<p>Safe &lt;script&gt;alert(1)&lt;/script&gt; and &quot;more&quot;</p>")
    assert "<script" not in part
    assert "&lt;script&gt;" in part.replace("&lt;</", "&lt;")


def test_rows_of_one_kind_are_named_once(screen: Any) -> None:
    items = "".join(f"<li>Item {number}</li>" for number in range(9))
    part = screen(f"<ul>{items}</ul>", f"<ul>{items}<li>One more</li></ul>")
    assert plain(part) == ["List item Item 7", "Item 8", "Added: One more"]
    assert "7 lines are the same" in part


def test_every_kind_and_mark_has_a_word() -> None:
    """Whatever the editor offers."""
    tags = ("p", "h2", "h3", "h4", "blockquote", "pre", "figcaption", "summary", "dt", "dd", "div", "footer", "figure")
    for tag in tags:
        (block,) = blocks_of_markup(f"<{tag}>x</{tag}>")
        assert block.kind in change_words.KINDS, tag
    for name in ALLOWED_CLASSES:
        (block,) = blocks_of_markup(f'<p class="{name}">x</p>')
        assert block.kind in change_words.KINDS, name
    for lists in ("ul", "ol"):
        (block,) = blocks_of_markup(f"<{lists}><li>x</li></{lists}>")
        assert block.kind in change_words.KINDS, lists
    marks = ("strong", "em", "u", "s", "del", "mark", "small", "sub", "sup", "code", "kbd", "samp", "var", "q", "cite")
    assert set(marks) < set(change_words.MARKS)


def test_marks_without_a_name_are_other_formatting(app_context: Any) -> None:
    (line,) = compare_blocks(
        blocks_of_markup("<p>Quay</p>"), blocks_of_markup('<p><bdo lang="pt" dir="rtl">Quay</bdo></p>')
    )
    assert change_words.notes_of_piece(line.pieces[0]) == ["now: Other formatting"]


@pytest.mark.parametrize(
    ("address", "other", "name"),
    [
        ("/media/1/a.jpg", "", "a.jpg"),
        ("/media/1/a.jpg", "/media/2/a.jpg", "/media/1/a.jpg"),
        ("https://www.youtube-nocookie.com/embed/x?start=1", "", "x"),
        ("https://host/", "", "https://host/"),
    ],
)
def test_names_of_files(address: str, other: str, name: str) -> None:
    assert change_words.file_name(address, other) == name
