"""The guards around cssmin and jsmin, as filters of webassets. Each works on one file at a time, so a file that
cannot be made smaller is served as written without holding back the others."""

import posixpath
import re
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from webassets.filter import Filter

from cms.assets import css, javascript

_URL = re.compile(r"""url\(\s*(?P<quote>["']?)(?P<path>\.{1,2}/[^"')]+)(?P=quote)\s*\)""")


def fingerprint(path: Path) -> str:
    """Give the eight letters that stand for a file's content in its address."""
    return sha256(path.read_bytes()).hexdigest()[:8]


class _OwnFilter(Filter):
    def unique(self) -> str:
        """Let the build cache forget what an earlier version of these filters made."""
        sources = (Path(module.__file__ or "").read_bytes() for module in (css, javascript))
        return sha256(b"".join(sources) + Path(__file__).read_bytes()).hexdigest()


class StyleFilter(_OwnFilter):
    """One style sheet: imports fall away, inner addresses fit the built file, then it is made smaller."""

    name: str = "cms_style"  # type: ignore[assignment]  # webassets infers the type of its own None

    def input(self, _in: IO[str], out: IO[str], **kw: Any) -> None:
        """Read one sheet and write its part of the bundle."""
        text = css.without_imports(_in.read())
        out.write(css.minify(_rewritten(text, Path(kw["source_path"]), Path(kw["output_path"]))))


class ScriptFilter(_OwnFilter):
    """One module: imports and exports fall away, then it is made smaller."""

    name: str = "cms_script"  # type: ignore[assignment]  # webassets infers the type of its own None

    def input(self, _in: IO[str], out: IO[str], **kw: Any) -> None:  # noqa: ARG002 -- webassets passes more
        """Read one module and write its part of the bundle."""
        out.write(javascript.minify(javascript.as_part(_in.read())))


def _rewritten(text: str, source: Path, output: Path) -> str:
    """Make the relative addresses of a sheet relative to the built file, each with its file's fingerprint."""

    def replace(match: re.Match[str]) -> str:
        target = (source.parent / match["path"]).resolve()
        relative = posixpath.relpath(target.as_posix(), output.resolve().parent.as_posix())
        return f'url("{relative}?v={fingerprint(target)}")'

    return _URL.sub(replace, text)
