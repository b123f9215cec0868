"""Building, addresses and lifetimes, on a copy of the static folder."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from webassets.script import CommandLineEnvironment

from cms.assets import bundles
from cms.assets.bundles import AssetAddresses
from cms.extensions import assets
from config import ROOT
from tests.site_client import SiteClient

LIMIT = 60 * 1024


@pytest.fixture(scope="module")
def built_static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is served, with room for what is built."""
    folder = tmp_path_factory.mktemp("assets") / "static"
    shutil.copytree(ROOT / "static" / "src", folder / "src")
    shutil.copytree(ROOT / "static" / "vendor" / "fonts", folder / "vendor" / "fonts")
    return folder


@pytest.fixture
def built_app(app: Flask, built_static: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application, serving what was built into the copy."""
    monkeypatch.setattr(app, "static_folder", str(built_static))
    app.config["ASSETS_MANIFEST"] = f"json:{built_static / 'dist' / 'manifest.json'}"
    (built_static / "dist").mkdir(exist_ok=True)
    Path(app.config["ASSETS_CACHE"]).mkdir(parents=True, exist_ok=True)
    if not (built_static / "dist" / "manifest.json").exists():
        with app.app_context():
            for name in bundles.STYLE_BUNDLES + bundles.SCRIPT_BUNDLES:
                assets[name].build(force=True)
    for name, value in vars(AssetAddresses(built_static, built=True)).items():
        monkeypatch.setattr(app.extensions["asset_addresses"], name, value)
    return app


def url_of(app: Flask, name: str) -> str:
    """The address that a template would get."""
    with app.test_request_context():
        address: str = app.jinja_env.globals["asset_url"](name)
        return address


@pytest.mark.parametrize("name", [*bundles.STYLE_BUNDLES, *bundles.SCRIPT_BUNDLES])
def test_a_built_bundle_is_kept_for_a_year(built_app: Flask, name: str) -> None:
    url = url_of(built_app, name)
    stem, kind = name.split(".")
    assert re.fullmatch(rf"/static/dist/{stem}\.[0-9a-f]{{8}}\.{kind}", url)
    answer = SiteClient.of(built_app).get(url)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"import " not in answer.data[:200]


@pytest.mark.parametrize("name", bundles.STYLE_BUNDLES)
def test_inner_addresses_lead_somewhere(built_app: Flask, name: str) -> None:
    client = SiteClient.of(built_app)
    text = client.get(url_of(built_app, name)).text
    inner = [address for address in re.findall(r'url\("([^"]+)"\)', text) if not address.startswith("data:")]
    assert inner
    for address in inner:
        answer = client.get(f"/static/dist/{address}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]


def test_a_preloaded_font_is_the_one_that_the_sheet_asks_for(built_app: Flask) -> None:
    sheet = SiteClient.of(built_app).get(url_of(built_app, "site.css")).text
    for name in ("inter.woff2", "source-serif-4.woff2"):
        assert url_of(built_app, name).removeprefix("/static/") in sheet.replace("../", "")


def test_a_wrong_fingerprint_is_not_kept(built_app: Flask) -> None:
    client = SiteClient.of(built_app)
    right = url_of(built_app, "icons.svg")
    assert "immutable" in client.get(right).headers["Cache-Control"]
    assert client.get(right.partition("?")[0] + "?v=00000000").headers["Cache-Control"] == "no-cache"
    assert client.get(right.partition("?")[0]).headers["Cache-Control"] == "no-cache"
    assert "immutable" not in client.get("/static/missing.css?v=1").headers.get("Cache-Control", "")


def test_sources_are_served_unbuilt_and_asked_for_again(app: Flask) -> None:
    url = url_of(app, "site.css")
    assert url == "/static/src/css/site.css"
    assert SiteClient.of(app).get(url).headers["Cache-Control"] == "no-cache"
    assert url_of(app, "vendor/fonts/inter-latin.woff2") == "/static/vendor/fonts/inter-latin.woff2"


def test_a_bundle_that_was_not_built_is_served_from_its_source(tmp_path: Path, app: Flask) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "manifest.json").write_text("{}")
    with app.test_request_context():
        assert AssetAddresses(tmp_path, built=True).url("site.css") == "/static/src/css/site.css"
        assert AssetAddresses(tmp_path / "none", built=True).url("theme.js") == "/static/src/js/theme.js"


def test_the_public_site_is_light(built_app: Flask) -> None:
    client = SiteClient.of(built_app)
    size = sum(len(client.get(url_of(built_app, name)).data) for name in ("site.css", "site.js", "theme.js"))
    assert size < LIMIT
    fonts = ROOT / "static" / "vendor" / "fonts"
    assert sum(path.stat().st_size for path in fonts.glob("*.woff2")) < 120 * 1024


def test_the_command_line_finds_every_bundle(app: Flask) -> None:
    with app.app_context():
        environment: CommandLineEnvironment = app.jinja_env.assets_environment  # type: ignore[attr-defined]
        assert {*bundles.STYLE_BUNDLES, *bundles.SCRIPT_BUNDLES} <= set(environment._named_bundles)
        assert not Path(app.config["ASSETS_CACHE"]).is_relative_to(ROOT / "static")
        assert app.config["ASSETS_AUTO_BUILD"] is False


def test_the_manifest_is_plain_json(built_app: Flask, built_static: Path) -> None:
    versions = json.loads((built_static / "dist" / "manifest.json").read_text())
    assert all(re.fullmatch(r"[0-9a-f]{8}", version) for version in versions.values())


def test_names_that_collide_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("const one = 1;\n")
    (tmp_path / "b.js").write_text("const one = 2;\n")
    with pytest.raises(ValueError, match=r"b\.js.*one"):
        bundles._refuse_collisions([tmp_path / "a.js", tmp_path / "b.js"])


def test_production_and_demonstration_serve_what_was_built(make_app: Callable[..., Flask]) -> None:
    for environment, built in (("demo", True), ("testing", False), ("development", False)):
        addresses = make_app(APP_ENV=environment).extensions["asset_addresses"]
        there_is_a_build = (ROOT / "static" / "dist" / "manifest.json").is_file()
        assert addresses.built == (built and there_is_a_build)
