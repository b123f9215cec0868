"""A stored text as the public page shows it."""

import pytest

from cms.content.markup_tree import parse
from cms.content.rendering import Picture, Rendition, picture_names, reading_minutes, render_body
from cms.content.sanitising import sanitise

pytestmark = pytest.mark.usefixtures("app_context")

PICTURE = Picture(
    "ab.jpg",
    1600,
    1000,
    "A hill",
    (Rendition("ab-960.webp", 960, 600), Rendition("ab-320.webp", 320, 200), Rendition("ab-1600.webp", 1600, 1000)),
)


def test_headings_get_addresses_and_a_table_of_contents() -> None:
    body = render_body("<h2>Writing a README!</h2><h3>Über uns</h3><h4>deep</h4><h2>关于</h2><h2>关于</h2><h2>?</h2>")
    assert [(entry.anchor, entry.text) for entry in body.contents] == [
        ("section-writing-a-readme", "Writing a README!"),
        ("section-关于", "关于"),
        ("section-关于-1", "关于"),
        ("section-part", "?"),
    ]
    assert [(entry.anchor, entry.text) for entry in body.contents[0].children] == [("section-über-uns", "Über uns")]
    assert '<h4 id="section-deep">' in body.html


def test_a_text_may_begin_with_a_smaller_heading() -> None:
    body = render_body("<h3>First</h3><h2></h2><h2>Second</h2>")
    assert [entry.text for entry in body.contents] == ["First", "Second"]


def test_links_within_a_text_find_their_heading() -> None:
    html = render_body(
        '<p><a href="#learning-to-say-no">a</a><a href="#nowhere">b</a></p><h2>Learning to say no</h2>'
    ).html
    assert 'href="#section-learning-to-say-no"' in html
    assert 'href="#nowhere"' in html


def test_pictures_come_in_fitting_sizes() -> None:
    html = render_body('<p><img src="/media/ab.jpg" alt=""></p>', {"ab.jpg": PICTURE}).html
    image = parse(html).find("img")
    assert image is not None
    assert image.attributes["src"] == "/media/ab-960.webp"
    assert image.attributes["srcset"].split(", ")[0] == "/media/ab-320.webp 320w"
    assert image.attributes["sizes"]
    assert (image.attributes["width"], image.attributes["height"]) == ("1600", "1000")
    assert image.attributes["alt"] == "A hill"
    assert image.attributes["loading"] == "lazy"


def test_what_is_written_beside_a_picture_counts_more_than_the_library() -> None:
    html = render_body('<img src="/media/ab.jpg" alt="Mine"><img src="/files/b.png" alt="c">', {"ab.jpg": PICTURE}).html
    first, second = (element for element in parse(html).elements() if element.tag == "img")
    assert first.attributes["alt"] == "Mine"
    assert second.attributes["src"] == "/files/b.png"
    assert "srcset" not in second.attributes


def test_a_picture_knows_its_addresses() -> None:
    assert PICTURE.url() == "/media/ab.jpg"
    assert PICTURE.url(300) == "/media/ab-320.webp"
    assert PICTURE.url(5000) == "/media/ab.jpg"
    assert Picture("a.png", 1, 1, renditions=(Rendition("a-1.webp", 1, 1),)).srcset == ""


def test_names_of_pictures_are_found_in_texts() -> None:
    text = '<p title="/media/no.jpg"><img src="/media/a%20b.jpg" alt=">"></p>'
    text += '<p><img src="/files/c.png"><img src="/media/d.webp"></p>'
    assert picture_names(text, "<p>none</p>") == {"a b.jpg", "d.webp"}


def test_tables_scroll_in_their_own_box() -> None:
    html = render_body("<table><caption>Sales</caption><tbody><tr><td>1</td></tr></tbody></table><table></table>").html
    first, second = (element for element in parse(html).elements() if element.tag == "div")
    assert first.attributes["aria-label"] == "Sales"
    assert first.attributes["tabindex"] == "0"
    assert second.attributes["aria-label"]


def test_videos_wait_for_a_click() -> None:
    stored = sanitise('<p>See <iframe src="https://youtu.be/0fKBhvDjuy0"></iframe></p>')
    html = render_body(stored).html
    assert "<iframe" not in html
    tree = parse(html)
    # A block would end the paragraph.
    assert tree.find("p") is not None
    assert tree.find("div") is None
    assert tree.find("a") is not None


def test_what_people_write_stays_escaped() -> None:
    html = render_body(sanitise("<p>&lt;script&gt;&amp;nbsp; a&nbsp;b</p>")).html
    assert html == "<p>&lt;script&gt;&amp;nbsp; a&nbsp;b</p>"


@pytest.mark.parametrize(
    ("text", "minutes"), [("", 1), ("word " * 220, 1), ("word " * 700, 3), ("字" * 900, 2), ("مرحبا " * 2200, 10)]
)
def test_reading_takes_about_as_long_as_it_takes(text: str, minutes: int) -> None:
    assert reading_minutes(text) == minutes


@pytest.mark.parametrize("around", ["p", "em", "h2", "li", "td", "strong"])
def test_a_video_may_stand_wherever_text_may(around: str) -> None:
    stored = sanitise(f'<{around}>See <iframe src="https://youtu.be/0fKBhvDjuy0"></iframe></{around}>')
    html = str(render_body(stored).html)
    assert "<div" not in html.replace('<div class="table-scroll"', "")
    # What a browser's parser would make of it is what was meant.
    assert html.count("<a ") == html.count("</a>") == 1


def test_a_video_in_a_link_is_a_video() -> None:
    stored = sanitise('<p><a href="/x">See <em><iframe src="https://youtu.be/0fKBhvDjuy0"></iframe></em></a></p>')
    assert "<a " not in stored
    assert stored.count("<iframe") == 1


def test_code_that_scrolls_can_be_reached_with_the_keyboard() -> None:
    assert '<pre tabindex="0"><code>' in render_body("<pre><code>x = 1</code></pre>").html
