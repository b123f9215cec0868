"""What tells one release from another: pages of an older one are not served by a newer one."""

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

# What a page is made by. Catalogues are not among it: they change while the program runs.
_MADE_BY = ("app.py", "config.py", "cms/**/*.py", "templates/**/*", "static/src/**/*", "static/dist/**/*")


def fingerprint(root: Path, patterns: Iterable[str] = _MADE_BY) -> str:
    """A name for the present content of the files below `root`; the same on every machine with the same files."""
    digest = blake2b(digest_size=12)
    for path in sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()}):
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
        digest.update(blake2b(path.read_bytes()).digest())
    return digest.hexdigest()
