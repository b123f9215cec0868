"""Markup as the blocks and words that readers see."""

import pytest

from cms.content.text_blocks import Block, Word, blocks_of_lines, blocks_of_markup


def seen(html: str) -> list[tuple[str, str]]:
    """The kind and the text of each block."""
    return [(block.kind, "".join(word.text for word in block.words)) for block in blocks_of_markup(html)]


def words(text: str) -> list[str]:
    (block,) = blocks_of_lines(text)
    return [word.text for word in block.words]


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ("<h2>A</h2><h3>B</h3><h4>C</h4>", [("heading", "A"), ("subheading", "B"), ("small-heading", "C")]),
        ("<p>A line,\nset in <em>two</em> .</p>\n<p> </p>", [("paragraph", "A line, set in two .")]),
        ('<p class="lead">Go</p><p class="note">Look</p>', [("lead", "Go"), ("note", "Look")]),
        ('<aside class="tip"><p>Look</p></aside>', [("tip", "Look")]),
        ("<ul><li>One<ol><li>Two</li></ol></li><li><p>Three</p></li></ul>",
         [("item", "One"), ("numbered-item", "Two"), ("item", "Three")]),
        ('<blockquote><p>So</p></blockquote><blockquote class="pull-quote"><p>Said</p></blockquote>',
         [("quote", "So"), ("pull-quote", "Said")]),
        ("<table><caption>Sums</caption><tbody><tr><th>A</th><td><p>b</p><p>c</p></td></tr><tr><td></td><td>d</td></tr></tbody></table>",
         [("caption", "Sums"), ("row", "A | b c"), ("row", "d")]),
        ("<dl><dt>Tide</dt><dd>Water</dd></dl>", [("term", "Tide"), ("explanation", "Water")]),
        ("<details><summary>More</summary><p>Text</p></details>", [("fold", "More"), ("paragraph", "Text")]),
        ("<p>One</p><hr><p>Two</p>", [("paragraph", "One"), ("rule", ""), ("paragraph", "Two")]),
        ("<pre><code>a = 1\n\n  b  = 2\n</code></pre>", [("code", "a = 1"), ("code", "  b  = 2")]),
        ("Bare text", [("paragraph", "Bare text")]),
        ("<p>One<br>two</p>", [("paragraph", "One\ntwo")]),
        ("", []),
    ],
)  # fmt: skip
def test_blocks(html: str, blocks: list[tuple[str, str]]) -> None:
    assert seen(html) == blocks


def test_pictures_and_videos_are_called_by_what_is_said_in_their_place() -> None:
    picture, caption, video = blocks_of_markup(
        '<figure class="wide"><a href="/x"><img src="/media/a.jpg" alt="A boat" width="8"></a>'
        "<figcaption>Ana</figcaption></figure>"
        '<iframe src="https://www.youtube-nocookie.com/embed/1" title="A film"></iframe>'
    )
    look = frozenset({("class", "wide"), ("a", "/x"), ("width", "8")})
    assert picture == Block("picture", (Word("A "), Word("boat")), look, "/media/a.jpg")
    assert caption.kind == "caption"
    assert (video.kind, video.keys, video.address) == (
        "video", ("A", "film"), "https://www.youtube-nocookie.com/embed/1",
    )  # fmt: skip
    (row,) = blocks_of_markup(
        '<table><tbody><tr><td>A</td><td><img src="/media/a.jpg" alt=""></td></tr></tbody></table>'
    )
    assert [word.marks for word in row.words if word.key == "media"] == [{("img", "/media/a.jpg")}]


def test_words_know_how_they_are_set_and_where_they_lead() -> None:
    (block,) = blocks_of_markup(
        '<p>So <a href="/x" hreflang="pt"><strong>very far</strong></a> <span lang="pt">longe</span></p>'
    )
    link = {("a", "/x"), ("other", "hreflang=pt"), ("strong", "")}
    assert [(word.key, set(word.marks)) for word in block.words] == [
        ("So", set()), ("very", link), ("far", link), ("longe", {("other", "lang=pt")}),
    ]  # fmt: skip


def test_what_stands_around_a_block_belongs_to_its_look() -> None:
    one, two = blocks_of_markup('<ul dir="rtl"><li>One<ul><li class="text-center wide">Two</li></ul></li></ul>')
    assert one.look == {("dir", "rtl")}
    assert two.look == {("dir", "rtl"), ("class", "text-center wide"), ("depth", "2")}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("it's, well  done.", ["it", "'", "s", ", ", "well ", "done", "."]),
        ("a, b", ["a", ", ", "b"]),
        ("渡船 walk", ["渡", "船 ", "walk"]),
        ("ظننتُ سنين،", ["ظننتُ ", "سنين", "،"]),
        ("नमस्ते दुनिया", ["नमस्ते ", "दुनिया"]),
        ("e\u0301te\u0301 🙂", ["e\u0301te\u0301 ", "🙂"]),
        ("snake_case", ["snake", "_", "case"]),
    ],
)
def test_words_of_every_script(text: str, parts: list[str]) -> None:
    assert words(text) == parts


def test_lines_may_differ_as_a_whole() -> None:
    assert [block.keys for block in blocks_of_lines("a b\n\nc", whole=True)] == [("a b",), ("c",)]


def test_no_character_is_lost() -> None:
    text = "".join(chr(point) for point in range(0x21, 0x3000) if chr(point).isprintable())
    assert "".join(words(text)) == text
