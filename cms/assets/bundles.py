"""The bundles, their addresses and how long they may be kept."""

import json
import re
from pathlib import Path
from typing import Final

from flask import (
    Flask,
    Response,
    has_request_context,
    request,  # noqa: TID251 -- the hook that says how long a file may be kept stands around the request
    url_for,
)
from flask_assets import Bundle

from cms.assets import css, javascript
from cms.assets.filters import ScriptFilter, StyleFilter, fingerprint
from cms.extensions import assets

STYLE_BUNDLES: Final = ("site.css", "admin.css", "editor.css")
SCRIPT_BUNDLES: Final = ("site.js", "admin.js", "theme.js")

# Short names of single files, which are served as they are.
FILES: Final = {
    "icons.svg": "src/icons/sprite.svg",
    "icon.svg": "src/icons/icon.svg",
    "inter.woff2": "vendor/fonts/inter-latin.woff2",
    "source-serif-4.woff2": "vendor/fonts/source-serif-4-latin.woff2",
}

_FOREVER: Final = "public, max-age=31536000, immutable"
_BUILT_NAME = re.compile(r"^dist/[\w.-]+\.[0-9a-f]{8}\.(?:css|js)$")


def init_app(app: Flask) -> None:
    """Bind the bundles to the application and offer `asset_url(name)` to its templates.

    Reads INSTANCE_PATH (for the build cache) and APP_ENV. Where nothing has been built, the sources are served.
    """
    static = Path(app.static_folder or "static")
    app.config.update(
        ASSETS_AUTO_BUILD=False,
        ASSETS_CACHE=str(Path(app.config["INSTANCE_PATH"]) / "assets"),
        ASSETS_DEBUG=False,
        ASSETS_MANIFEST=f"json:{static / 'dist' / 'manifest.json'}",
        ASSETS_URL_EXPIRE=False,
        ASSETS_VERSIONS="hash",
    )
    Path(app.config["ASSETS_CACHE"]).mkdir(parents=True, exist_ok=True)
    assets.init_app(app)
    _register_bundles(static)
    addresses = AssetAddresses(static, built=app.config["APP_ENV"] in {"demo", "production"})
    app.extensions["asset_addresses"] = addresses
    app.add_template_global(addresses.url, "asset_url")
    app.after_request(addresses.set_lifetime)


class AssetAddresses:
    """Knows the address of each bundle and file of `static/`; templates call `url`."""

    def __init__(self, static: Path, *, built: bool) -> None:
        self.static = static
        self.built = built and (static / "dist" / "manifest.json").is_file()
        self._paths: dict[str, str] = {}
        self._addresses: dict[tuple[str | None, str], str] = {}
        self._fingerprints: dict[str, str] = {}

    def url(self, name: str) -> str:
        """Give the address of a bundle (`site.css`), a named file (`icons.svg`) or a path below `static/`."""
        # A list shows hundreds of icons, and building an address costs more than showing one.
        key = (request.script_root if has_request_context() else None, name)
        if key[0] is None:
            return self._address(name)
        if key not in self._addresses:
            self._addresses[key] = self._address(name)
        return self._addresses[key]

    def _address(self, name: str) -> str:
        filename, _, version = self._path(name).partition("?v=")
        return url_for("static", filename=filename, v=version or None)

    def set_lifetime(self, response: Response) -> Response:
        """Let browsers keep what is addressed by its content; have them ask again for everything else."""
        if request.endpoint != "static" or response.status_code not in {200, 206, 304}:
            return response
        filename = (request.view_args or {}).get("filename", "")
        named_by_content = _BUILT_NAME.match(filename) or (
            self.built and request.args.get("v") == self._fingerprint(filename)
        )
        response.headers["Cache-Control"] = _FOREVER if named_by_content else "no-cache"
        return response

    def _path(self, name: str) -> str:
        if not self.built:
            return _source_of(name)
        if name not in self._paths:
            self._paths[name] = self._built_path(name)
        return self._paths[name]

    def _built_path(self, name: str) -> str:
        if name in STYLE_BUNDLES + SCRIPT_BUNDLES:
            versions = json.loads((self.static / "dist" / "manifest.json").read_text("utf-8"))
            output = _output_of(name)
            if output in versions:
                return output.replace("%(version)s", versions[output])
            return _source_of(name)
        path = _source_of(name)
        return f"{path}?v={self._fingerprint(path)}"

    def _fingerprint(self, filename: str) -> str:
        if filename not in self._fingerprints:
            self._fingerprints[filename] = fingerprint(self.static / filename)
        return self._fingerprints[filename]


def _register_bundles(static: Path) -> None:
    """Register each bundle once with the extension, which all applications of the process share."""
    for name in STYLE_BUNDLES + SCRIPT_BUNDLES:
        if name not in assets:
            entry = static / _source_of(name)
            style = name in STYLE_BUNDLES
            paths = css.sheet_order(entry) if style else javascript.module_order(entry)
            if not style:
                _refuse_collisions(paths)
            sources = [path.relative_to(static.resolve()).as_posix() for path in paths]
            filters = [StyleFilter()] if style else [ScriptFilter()]
            assets.register(name, Bundle(*sources, filters=filters, output=_output_of(name)))


def _refuse_collisions(paths: list[Path]) -> None:
    twice = javascript.names_declared_twice([path.read_text("utf-8") for path in paths if path.is_file()])
    if twice:
        raise javascript.UnsupportedScriptError(
            f"{paths[-1].name}: joined modules share one scope, but these names are declared twice: {', '.join(twice)}"
        )


def _source_of(name: str) -> str:
    """Give the path below `static/` of a bundle's entry file or of a single file."""
    if name in STYLE_BUNDLES:
        return f"src/css/{name}"
    if name in SCRIPT_BUNDLES:
        return f"src/js/{name}"
    return FILES.get(name, name)


def _output_of(name: str) -> str:
    stem, _, kind = name.rpartition(".")
    return f"dist/{stem}.%(version)s.{kind}"
