"""Markdown, and HTML blocks that hold Markdown; and what of it is stored."""

import pytest

from cms.content.importing.adapting import adapt
from cms.content.importing.markdown import to_html

YOUTUBE = "https://www.youtube-nocookie.com/embed/0fKBhvDjuy0"


def stored(text: str) -> str:
    """What an import would store: every link leads to where it says, pictures below `/a/` are there."""
    return adapt(
        to_html(text),
        link=lambda address: None if "nowhere" in address else address,
        picture=lambda address, _alt: address.replace("/a/", "/media/") if address.startswith("/a/") else None,
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Hello *world*", "<p>Hello <em>world</em></p>"),
        ("# One\n\n##### Five", "<h2>One</h2>\n<h4>Five</h4>"),
        ("## Heading {#custom-id}", "<h2>Heading</h2>"),
        ("## Heading {#a} {#b} \t", "<h2>Heading {#a}</h2>"),
        ("## Heading {#a} more", "<h2>Heading {#a} more</h2>"),
        ("## Heading {#a b}", "<h2>Heading {#a b}</h2>"),
        ("## Heading {#a}}", "<h2>Heading {#a}}</h2>"),
        ("# {#a}", ""),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("> quoted", "<blockquote>\n<p>quoted</p>\n</blockquote>"),
        ("Term\n: what it means", "<dl>\n<dt>Term</dt>\n<dd>what it means</dd>\n</dl>"),
        ("```python\n<b>{#x}\n```", '<pre><code class="language-python">&lt;b&gt;{#x}\n</code></pre>'),
        ("[a](/x) [b](/nowhere)", '<p><a href="/x">a</a> b</p>'),
        ("<em>a</em> *b*", "<p><em>a</em> <em>b</em></p>"),
        ("<section>\n\na\n\n</section>\n\nb", "<p>a</p>\n\n<p>b</p>"),
    ],
)
def test_markdown_becomes_what_the_site_shows(text: str, html: str) -> None:
    assert stored(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("你好**重点。**在", "<p>你好<strong>重点。</strong>在</p>"),
        ("文**（你）**好", "<p>文<strong>（你）</strong>好</p>"),
        ("**“你”**好", "<p><strong>“你”</strong>好</p>"),
    ],
)
def test_emphasis_beside_wide_punctuation_is_seen(text: str, html: str) -> None:
    assert stored(text) == html


def test_a_quotation_with_its_credit_is_one_block() -> None:
    text = """<aside markdown="1" class="pquote">
  <img src="https://x.example/face.png" class="pquote-avatar" alt="avatar">
  I *fumbled* it.
  <p markdown="1" class="pquote-credit">
— @lord, ["Tips"](https://x.example/)
  </p>
</aside>

After."""
    assert stored(text) == (
        '<aside class="pull-quote">\n<p>I <em>fumbled</em> it.</p>\n'
        '<p class="credit">— @lord, <a href="https://x.example/" rel="noopener">"Tips"</a></p>\n</aside>\n<p>After.</p>'
    )


def test_a_latin_credit_keeps_its_order_in_an_arabic_text() -> None:
    quotation = (
        '<aside markdown="1" class="pquote">\n{}\n<p markdown="1" class="pquote-credit">\n— @{}, x\n</p>\n</aside>'
    )
    assert '<p class="credit"><bdi>— @lord, x</bdi></p>' in stored(quotation.format("نص", "lord"))
    assert "<bdi>" not in stored(quotation.format("نص", "سمير"))
    assert "<bdi>" not in stored(quotation.format("text", "lord"))


def test_a_portrait_of_ours_stays_without_words() -> None:
    html = stored(
        '<aside markdown="1" class="pquote">\n<img src="/a/me.png" class="pquote-avatar" alt="avatar">\nHi.\n</aside>'
    )
    assert '<img src="/media/me.png" class="portrait" alt="">' in html


def test_blocks_that_hold_markdown_may_hold_each_other() -> None:
    text = """<div markdown="1">
<details markdown="1">
<summary markdown="1">A *b*</summary>

- one
- two

</details>
</div>

    <aside markdown="1">code</aside>"""
    html = stored(text)
    assert "<summary>A <em>b</em></summary>" in html
    assert "<li>one</li>" in html
    assert "&lt;aside" in html


def test_fences_are_left_alone() -> None:
    html = stored('~~~\n<aside markdown="1">\n```\n**“a”**b\n~~~\n\n*c*')
    assert "&lt;aside markdown=" in html
    assert "**“a”**b" in html
    assert html.endswith("<p><em>c</em></p>")


def test_a_block_that_is_never_closed_takes_the_rest() -> None:
    assert stored('<aside markdown="1">\n*a*\n\nb').count("<p>") == 2
    assert stored('<p markdown="1">\n*a*\n\nb') == "<p><em>a</em> b</p>"
    assert stored("</aside>\n\na") == "<p>a</p>"


def test_a_direction_around_everything_is_dropped() -> None:
    assert stored('<div dir="rtl" markdown="1">\n\n## سلام\n\nنص\n\n</div>') == "<h2>سلام</h2>\n<p>نص</p>"
    assert stored('<div dir="ltr" markdown="1">\n\na\n\n</div>\n\nb') == '<div dir="ltr">\n<p>a</p>\n</div>\n<p>b</p>'


def test_tick_boxes_become_a_list() -> None:
    box = '<div class="c"><input type="checkbox" id="c1"><label for="c1">\n{}\n</label></div>\n\n'
    html = stored(
        "**List**\n\n" + box.format("One <strong>a</strong>") + box.format("Two") + "Then\n\n" + box.format("Three")
    )
    assert html.replace("\n", "") == (
        "<p><strong>List</strong></p><ul><li>One <strong>a</strong></li><li>Two</li></ul>"
        "<p>Then</p><ul><li>Three</li></ul>"
    )


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("https://youtu.be/0fKBhvDjuy0", f'<iframe src="{YOUTUBE}"></iframe>'),
        ("[Powers](https://youtu.be/0fKBhvDjuy0)", f'<iframe src="{YOUTUBE}" title="Powers"></iframe>'),
        ("<https://youtu.be/0fKBhvDjuy0>", f'<iframe src="{YOUTUBE}"></iframe>'),
        ("See <https://youtu.be/0fKBhvDjuy0>",
         '<p>See <a href="https://youtu.be/0fKBhvDjuy0" rel="noopener">https://youtu.be/0fKBhvDjuy0</a></p>'),
        ("https://x.example/", "<p>https://x.example/</p>"),
        ("*https://youtu.be/0fKBhvDjuy0*", "<p><em>https://youtu.be/0fKBhvDjuy0</em></p>"),
        ("![A](/a/b.png)", '<figure><img src="/media/b.png" alt="A"></figure>'),
        ('![A](/a/b.png "Below")',
         '<figure><img src="/media/b.png" alt="A"><figcaption>Below</figcaption></figure>'),
        ("Text ![A](/a/b.png)", '<p>Text <img src="/media/b.png" alt="A"></p>'),
        ("![A](/b.png)", "<p>A</p>"),
    ],
)  # fmt: skip
def test_a_picture_or_a_video_alone_is_a_block(text: str, html: str) -> None:
    assert stored(text) == html


def test_columns_keep_their_alignment() -> None:
    html = stored("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |")
    assert '<td class="text-start">1</td>' in html
    assert '<td class="text-center">2</td>' in html
    assert '<th class="text-end">c</th>' in html


def test_nothing_harmful_comes_through() -> None:
    html = stored(
        '<script>x</script><img src="/a/b.png" onerror=x> <a href="javascript:alert(1)">c</a>\n\n'
        '<div style="x" onclick=y>d</div>'
    )
    for harm in ("script", "onerror", "onclick", "style"):
        assert harm not in html
