"""What was built looks and works like what was written."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageChops
from playwright.sync_api import Page

from cms.assets import bundles
from cms.assets.bundles import AssetAddresses
from cms.extensions import assets
from config import ROOT
from tests.factories import make_category, make_post, make_tag, make_user

pytestmark = pytest.mark.browser

BODY = """
<p class="lead">A lead.</p><h2>Part</h2>
<p>Text with <code>code</code>, <kbd>Ctrl</kbd> and a <a href="/en/">link</a>.</p>
<blockquote><p>Quoted.</p><cite>Somebody</cite></blockquote><ul><li>One<ul><li>Two</li></ul></li></ul>
<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td class="numeric">2</td></tr></tbody></table>
<pre><code>def f():\n    return 1\n</code></pre>
<div class="note"><p>Note.</p></div><aside class="pull-quote"><p>Pulled.</p></aside>
<iframe src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ" title="Film"></iframe>
"""


@pytest.fixture
def serve_built(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Build every bundle into a copy of the static folder, and serve that from now on."""

    def build() -> None:
        static = tmp_path / "static"
        shutil.copytree(ROOT / "static", static, ignore=shutil.ignore_patterns("dist", "hugerte"))
        (static / "dist").mkdir()
        Path(app.config["ASSETS_CACHE"]).mkdir(parents=True, exist_ok=True)
        monkeypatch.setattr(app, "static_folder", str(static))
        app.config["ASSETS_MANIFEST"] = f"json:{static / 'dist' / 'manifest.json'}"
        with app.app_context():
            for name in bundles.STYLE_BUNDLES + bundles.SCRIPT_BUNDLES:
                assets[name].build(force=True)
        for name, value in vars(AssetAddresses(static, built=True)).items():
            monkeypatch.setattr(app.extensions["asset_addresses"], name, value)

    return build


@pytest.fixture
def address(app: Flask, monkeypatch: pytest.MonkeyPatch) -> str:
    """A post with every kind of paragraph; pages are rendered anew each time."""
    monkeypatch.setattr(app.extensions["page_cache"], "on", False)
    with app.app_context():
        author = make_user("author", username="ana", display_name="Ana Ferreira", bio="Writes.")
        post = make_post(
            title="Everything",
            body=BODY,
            summary="All of it.",
            author=author,
            category=make_category(),
            tags=[make_tag()],
        )
        return post.public_path


def picture(page: Page, path: str) -> Image.Image:
    """What a whole page looks like."""
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    # A field that takes the focus by itself has a ring whose corner may be drawn a shade differently at each load.
    page.evaluate("document.activeElement?.blur()")
    taken = page.screenshot(full_page=True, animations="disabled")
    for _again in range(5):
        before, taken = taken, page.screenshot(full_page=True, animations="disabled")
        if taken == before:
            break
    return Image.open(io.BytesIO(taken)).convert("RGB")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (375, True)])
def test_built_and_source_look_the_same(
    open_page: Callable[..., Page], serve_built: Callable[[], None], address: str, width: int, dark: bool
) -> None:
    places = ["/en/", address, "/en/nothing", "/account/login"]
    sources = [picture(open_page(width=width, dark=dark), place) for place in places]
    serve_built()
    for place, source in zip(places, sources, strict=True):
        page = open_page(width=width, dark=dark)
        built = picture(page, place)
        assert page.locator('link[rel="stylesheet"][href*="/dist/"]').count() == 1
        assert built.size == source.size, place
        assert ImageChops.difference(built, source).getbbox() is None, place


def test_built_scripts_work(open_page: Callable[..., Page], serve_built: Callable[[], None], address: str) -> None:
    serve_built()
    page = open_page()
    page.goto(address)
    page.locator("[data-theme-switch]").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.locator("summary", has_text="English").click()
    page.keyboard.press("Escape")
    assert page.locator("details[data-menu]").get_attribute("open") is None
    assert page.locator(".code-box button").count() == 1
