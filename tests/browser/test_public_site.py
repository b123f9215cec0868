"""The public site in a browser: by hand, by keyboard, without script, on a phone, on paper."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageProblems
from tests.factories import make_category, make_menu, make_menu_item, make_post, make_tag, make_user, translate

pytestmark = pytest.mark.browser

SECTION = "<h2>Part {0}</h2><h3>Piece {0}</h3><p>" + "word " * 260 + "</p>"
WIDE_TABLE = "<table><tr>" + "<td>averylongword</td>" * 20 + "</tr></table>"
VIDEO = '<iframe src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ" title="Film"></iframe>'


@pytest.fixture
def magazine(app: Flask) -> None:
    """A few posts in English, one of them in Arabic too."""
    with app.app_context():
        author = make_user("author", username="ana", display_name="Ana Ferreira")
        sea = make_category(name="Sea", slug="sea")
        make_menu_item(make_menu(), category=sea, url="", label="")
        text = "".join(SECTION.format(number) for number in range(4))
        long = make_post(
            title="A long voyage",
            slug="voyage",
            body=text + WIDE_TABLE + "<pre><code>a = 1\n</code></pre>" + VIDEO,
            author=author,
            category=sea,
            tags=[make_tag(name="Salt")],
        )
        translate(long, "ar", title="رحلة طويلة", slug="rihla", body="<p>نص قصير.</p>", author=author)
        for number in range(4):
            make_post(title=f"Story {number}", author=author, category=sea)


@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_is_wider_than_the_page(open_page: Callable[..., Page], magazine: None, width: int) -> None:
    page = open_page(width=width)
    for path in ("/en/", "/en/posts/voyage", "/ar/", "/ar/posts/rihla", "/en/authors/ana", "/en/none"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


# How far the text of the last section reaches into the edge that fades, in pixels; negative where it ends before it.
COVERED = """async () => {
  // What was scrolled is drawn with the next frame.
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const nav = document.querySelector(".site-nav");
  const edge = getComputedStyle(nav.querySelector("ul"), "::after");
  if (!edge.backgroundImage.includes("gradient") || edge.position !== "sticky") {
    throw new Error("no edge");
  }
  const link = nav.querySelector("li:last-child a");
  const text = new Range();
  text.selectNodeContents(link);
  const [box, frame] = [text.getBoundingClientRect(), nav.getBoundingClientRect()];
  const fades = parseFloat(edge.width) * edge.opacity;
  const covered = nav.closest("[dir=rtl]") ? frame.left + fades - box.left : box.right - (frame.right - fades);
  return Math.floor(covered);
}"""


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_sections_that_do_not_fit_a_phone_fade_out_until_they_are_reached(
    open_page: Callable[..., Page], app: Flask, locale: str
) -> None:
    with app.app_context():
        menu = make_menu(locale=locale)
        for number in range(5):
            make_menu_item(menu, label=f"A section of the site {number}", url="/en/search")
    page = open_page(width=375)
    page.goto(f"/{locale}/search")
    assert page.evaluate(COVERED) > 100
    page.locator(".site-nav a").last.focus()
    assert page.evaluate(COVERED) <= 0
    # Nor does the other edge lie on what the keyboard comes back to.
    page.locator(".site-nav a").first.focus()
    assert page.evaluate(COVERED) > 100
    # Rounding may leave a pixel.
    assert abs(page.evaluate("document.querySelector('.site-nav').scrollLeft")) <= 1


@pytest.mark.parametrize("width", [375, 1280])
def test_a_word_without_end_makes_no_page_wider(
    open_page: Callable[..., Page], magazine: None, app: Flask, width: int
) -> None:
    word = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"
    with app.app_context():
        make_post(title=word, summary=word * 2, slug="word", tags=[make_tag(name=word, slug="long-word")])
    page = open_page(width=width)
    for path in (
        "/en/",
        "/en/posts/word",
        "/en/posts/voyage",
        "/en/tags/long-word",
        "/en/none",
        f"/search/en?q={word}",
    ):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_targets_are_large_enough_for_a_finger(open_page: Callable[..., Page], magazine: None) -> None:
    page = open_page(width=375)
    page.goto("/en/")
    for target in page.locator(".site-header :is(a, summary, button):visible, .paging a").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 40, target.inner_text()


def test_everything_can_be_read_without_script(open_page: Callable[..., Page], magazine: None) -> None:
    page = open_page(script=False)
    page.goto("/en/")
    page.get_by_role("link", name="A long voyage").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A long voyage")
    expect(page.locator("[data-theme-switch]")).to_be_hidden()
    page.locator("summary", has_text="English").click()
    page.locator(".menu__list").get_by_text("العربية").click()
    expect(page).to_have_url("/ar/posts/rihla")
    page.goto("/en/posts/voyage")
    page.locator("summary", has_text="Contents").click()
    page.get_by_role("link", name="Part 2").click()
    expect(page).to_have_url("/en/posts/voyage#section-part-2")


def test_the_first_stop_of_the_keyboard_leads_past_the_header(page: Page, magazine: None) -> None:
    page.goto("/en/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_theme_is_chosen_and_remembered(open_page: Callable[..., Page], magazine: None) -> None:
    page = open_page(dark=True)
    page.goto("/en/")
    ground = "getComputedStyle(document.body).backgroundColor"
    system = page.evaluate(ground)
    switch = page.locator("[data-theme-switch]")
    expect(switch).to_have_attribute("aria-label", "Theme: as the system")
    switch.click()
    light = page.evaluate(ground)
    assert light != system
    page.goto("/en/posts/voyage")
    assert page.evaluate(ground) == light
    switch.click()
    assert page.evaluate(ground) == system
    switch.click()
    expect(switch).to_have_attribute("aria-label", "Theme: as the system")


def test_menus_close_as_people_expect(page: Page, magazine: None) -> None:
    page.goto("/en/")
    menu = page.locator("details[data-menu]")
    menu.locator("summary").click()
    expect(menu).to_have_attribute("open", "")
    page.mouse.click(10, 600)
    expect(menu).not_to_have_attribute("open", "")
    menu.locator("summary").click()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_the_table_of_contents_shows_where_one_is(page: Page, magazine: None) -> None:
    page.goto("/en/posts/voyage")
    contents = page.locator("[data-contents]")
    expect(contents).to_have_attribute("open", "")
    page.locator("#section-part-2").evaluate("heading => heading.scrollIntoView()")
    expect(contents.locator("[aria-current]")).to_have_text(["Part 2"])


def test_code_is_copied(page: Page, magazine: None) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/en/posts/voyage")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "a = 1\n"


def test_a_video_asks_another_host_only_when_it_is_played(page: Page, magazine: None, problems: PageProblems) -> None:
    page.goto("/en/posts/voyage")
    assert page.locator("iframe").count() == 0
    problems.expected.append(r"youtube-nocookie\.com")
    page.context.route("https://www.youtube-nocookie.com/**", lambda route: route.abort())
    page.locator(".video-still").click()
    player = page.locator("iframe[title='Film']")
    expect(player).to_have_attribute("src", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1")


def test_wide_tables_scroll_in_their_own_box(open_page: Callable[..., Page], magazine: None) -> None:
    page = open_page(width=375)
    page.goto("/en/posts/voyage")
    box = page.locator(".table-scroll")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    box.focus()
    assert box.evaluate("box => document.activeElement === box")


def test_paper_shows_the_text_and_nothing_else(page: Page, magazine: None) -> None:
    page.goto("/en/posts/voyage")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for part in (".site-header", ".site-footer", ".contents", ".neighbours", ".video"):
        expect(page.locator(part).first).to_be_hidden()


def test_nothing_moves_while_a_page_loads(page: Page, magazine: None) -> None:
    page.goto("/en/posts/voyage")
    moved = page.evaluate(
        """() => new Promise((resolve) => {
            let sum = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) { sum += entry.value; }
            }).observe({ type: "layout-shift", buffered: true });
            setTimeout(() => resolve(sum), 600);
        })"""
    )
    assert moved < 0.1


def test_stories_are_mirrored_in_arabic(page: Page, magazine: None) -> None:
    page.goto("/ar/")
    name, tools = page.locator(".site-name").bounding_box(), page.locator(".site-tools").bounding_box()
    assert name is not None
    assert tools is not None
    assert name["x"] > tools["x"]
