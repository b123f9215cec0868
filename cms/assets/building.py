"""Building the bundles ahead, when something has changed since the last time."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Flask

from cms.assets import bundles
from cms.extensions import assets

# Beside the bundles: what they were built from.
_STAMP: Final = "built-from"


def build_if_changed(app: Flask) -> bool:
    """Build every bundle unless the sources are those of the last build. Returns whether anything was built."""
    static = Path(app.static_folder or "static")
    stamp = static / "dist" / _STAMP
    sources = _state_of(static / "src", static / "vendor" / "fonts", Path(bundles.__file__).parent)
    if stamp.is_file() and stamp.read_text("ascii") == sources and (static / "dist" / "manifest.json").is_file():
        return False
    with app.app_context():
        for bundle in assets:
            bundle.build(force=True)
    stamp.write_text(sources, "ascii")
    return True


def _state_of(*folders: Path) -> str:
    """A short text that changes when a file in one of the folders does: its name, its size, or its last change."""
    state = sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                status = path.stat()
                state.update(f"{path.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return state.hexdigest()
