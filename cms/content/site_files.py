"""The site's own files: what an editor puts into the folder that is served at `/files/`.

Each function takes the actor, checks the permission `files:manage`, changes, and records what was done. Paths are
relative to that folder, with `/` between names; none can lead outside it (see `cms.content.safe_folder`).
"""

import hashlib
import io
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from flask import current_app
from flask_babel import gettext as _

from cms.cache import purge_after_commit
from cms.content import audit, pictures
from cms.content.errors import InvalidInput, NotFound
from cms.content.file_names import (
    PICTURE_ENDINGS,
    checked_file_name,
    checked_folder_name,
    ending,
    kind_of,
    uploaded_name,
)
from cms.content.safe_folder import Entry, SafeFolder
from cms.content.transactions import commit
from cms.security.permissions import FILES_MANAGE
from cms.security.policy import require_permission

# Pages that name a file of the site depend on this tag.
FILES_TAG = "files"

# Bytes of text that the editor takes: what is larger is edited elsewhere and uploaded.
LARGEST_TEXT = 256 * 1024
# How many names a search looks at before it says that there are more.
SEARCH_LIMIT = 5000
THUMBNAIL_SIZE = (480, 360)
THUMBNAILS_KEPT = 5000


@dataclass(frozen=True)
class Listing:
    """One page of a folder, or of what a search found in it; `cut` where the search did not see everything."""

    path: str
    entries: list[Entry]
    total: int
    page: int
    pages: int
    cut: bool = False


@dataclass(frozen=True)
class TextFile:
    """A text as it is edited; `version` tells later whether somebody else has changed the file meanwhile."""

    path: str
    text: str
    version: str


def site_folder() -> SafeFolder:
    """The folder of the site's files."""
    return SafeFolder(Path(current_app.config["INSTANCE_PATH"]) / "files")


def may_be_listed_as_picture(entry: Entry) -> bool:
    """Whether there can be a thumbnail of a file."""
    return not entry.is_folder and ending(entry.name) in PICTURE_ENDINGS and entry.size <= pictures.MAX_BYTES


def may_be_edited(entry: Entry) -> bool:
    """Whether a file is a text that the editor takes."""
    return not entry.is_folder and kind_of(entry.name).editable and entry.size <= LARGEST_TEXT


def list_folder(
    path: str, actor: Any, *, search: str = "", order: str = "name", page: int = 1, page_size: int = 48
) -> Listing:
    """A page of a folder, folders first; with `search`, of everything below it whose name contains that.

    `order` is a key of `ORDERS`, anything else is taken for "name". A page beyond the last one is the last one.
    Raises Forbidden and NotFound.
    """
    require_permission(actor, FILES_MANAGE)
    wanted = _folded(search).strip()
    cut = False
    if wanted:
        found = list(site_folder().entries_below(path, SEARCH_LIMIT + 1))
        cut = len(found) > SEARCH_LIMIT
        found = [entry for entry in found[:SEARCH_LIMIT] if wanted in _folded(entry.name)]
    else:
        found = site_folder().entries(path)
    found.sort(key=_by_name)
    # Sorting keeps the order of what is equal, so names decide where dates or sizes do not.
    found.sort(key=ORDERS.get(order, ORDERS["name"]))
    pages = max(1, -(-len(found) // page_size))
    page = min(max(1, page), pages)
    return Listing(path, found[(page - 1) * page_size : page * page_size], len(found), page, pages, cut)


def folders(actor: Any, *, limit: int = 500) -> list[str]:
    """The paths of all folders, the root (an empty path) first: where something can be moved. Raises Forbidden."""
    require_permission(actor, FILES_MANAGE)
    below = [entry for entry in site_folder().entries_below("", SEARCH_LIMIT) if entry.is_folder]
    return ["", *sorted((entry.path for entry in below), key=_natural)[:limit]]


def describe(path: str, actor: Any) -> Entry:
    """What lies at a path. Raises Forbidden and NotFound."""
    require_permission(actor, FILES_MANAGE)
    return site_folder().entry(path)


def open_for_reading(path: str, actor: Any) -> tuple[BinaryIO, Entry]:
    """An open file, which the caller closes. Raises Forbidden and NotFound."""
    require_permission(actor, FILES_MANAGE)
    return site_folder().open_file(path)


def open_public(path: str) -> tuple[BinaryIO, Entry]:
    """An open file as any visitor may have it, which the caller closes. Raises NotFound."""
    return site_folder().open_file(path)


def upload(folder: str, filename: str, stream: IO[bytes], actor: Any, *, overwrite: bool = False) -> str:
    """Take a file in and return its path. Raises Forbidden, NotFound, InvalidInput, and Conflict where it is there."""
    require_permission(actor, FILES_MANAGE)
    name = checked_file_name(uploaded_name(filename), "upload")
    written = site_folder().write(folder, name, stream, overwrite=overwrite)
    return _done(actor, "upload", written.path)


def make_folder(parent: str, name: str, actor: Any) -> str:
    """Make a folder and return its path. Raises Forbidden, NotFound, InvalidInput, Conflict."""
    require_permission(actor, FILES_MANAGE)
    path = site_folder().make_folder(parent, checked_folder_name(name))
    return _done(actor, "create_folder", path)


def rename(path: str, name: str, actor: Any) -> str:
    """Give a file or folder another name and return its path. Raises Forbidden, NotFound, InvalidInput, Conflict."""
    entry = describe(path, actor)
    checked = checked_folder_name(name) if entry.is_folder else checked_file_name(name)
    moved = site_folder().move(path, entry.parent, checked)
    return _done(actor, "rename", moved, was=path)


def move(paths: Iterable[str], folder: str, actor: Any) -> list[str]:
    """Move files and folders into a folder and return their paths.

    They go one after the other: what was moved before one could not be is moved and recorded. Raises Forbidden,
    NotFound, InvalidInput, and Conflict where something of the same name is there.
    """
    require_permission(actor, FILES_MANAGE)
    if not site_folder().entry(folder).is_folder:
        raise InvalidInput({"folder": _("Choose a folder.")})
    moved = []
    for path in paths:
        target = site_folder().move(path, folder, path.rpartition("/")[2])
        moved.append(_done(actor, "move", target, was=path))
    return moved


def delete(paths: Iterable[str], actor: Any) -> list[str]:
    """Delete files, and folders with all that is in them, one after the other. Raises Forbidden, NotFound."""
    require_permission(actor, FILES_MANAGE)
    return [_done(actor, "delete", site_folder().delete(path).path) for path in paths]


def read_text(path: str, actor: Any) -> TextFile:
    """A text to be edited. Raises Forbidden, NotFound, and InvalidInput where it is no text for the editor."""
    entry = describe(path, actor)
    if not may_be_edited(entry):
        raise InvalidInput({"": _("This file cannot be edited here. Download it, and upload it again.")})
    with site_folder().reading(path) as (file, opened):
        content = file.read(LARGEST_TEXT + 1)
    try:
        return TextFile(path, content.decode("utf-8"), opened.version)
    except UnicodeDecodeError as error:
        raise InvalidInput(
            {"": _("This file is not text in UTF-8, so that editing it here would damage it.")}
        ) from error


def write_text(path: str, text: str, version: str, actor: Any) -> TextFile:
    """Write a text that was edited, with the line ends that the file had.

    Raises as `read_text`, InvalidInput where it is too long, and Conflict where the file is no longer the `version`
    that was read.
    """
    before = read_text(path, actor)
    # A browser sends every line end as CR LF, whatever it was given.
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\r\n" in before.text and "\n" not in before.text.replace("\r\n", ""):
        lines = lines.replace("\n", "\r\n")
    try:
        content = lines.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInput({"text": _("The text contains a character that cannot be stored.")}) from error
    if len(content) > LARGEST_TEXT:
        raise InvalidInput({"text": _("The text is longer than %(size)d KB.", size=LARGEST_TEXT // 1024)})
    parent, _slash, name = path.rpartition("/")
    written = site_folder().write(parent, name, io.BytesIO(content), overwrite=True, version=version)
    _done(actor, "update", path)
    return TextFile(path, lines, written.version)


def thumbnail(path: str, actor: Any) -> bytes:
    """A small WebP of a picture. Raises Forbidden, and NotFound where it is no picture that can be read.

    It is made once for each state of the file and kept in the instance folder, with the `THUMBNAILS_KEPT` newest.
    """
    entry = describe(path, actor)
    if not may_be_listed_as_picture(entry):
        raise NotFound(_("There is no such file."))
    digest = hashlib.sha256(f"{entry.path}\n{entry.version}".encode()).hexdigest()
    kept = Path(current_app.config["INSTANCE_PATH"]) / "thumbnails" / f"{digest}.webp"
    with suppress(FileNotFoundError):
        return kept.read_bytes()
    content = _small(path)
    kept.parent.mkdir(exist_ok=True)
    _make_room(kept.parent)
    partial = kept.with_suffix(f".{secrets.token_hex(8)}.partial")
    partial.write_bytes(content)
    partial.replace(kept)
    return content


def _make_room(folder: Path) -> None:
    """Forget a quarter of the thumbnails, the oldest, where there are too many: those of files that are gone too."""
    kept = list(folder.glob("*.webp"))
    if len(kept) < THUMBNAILS_KEPT:
        return
    for file in sorted(kept, key=_changed_at)[: len(kept) // 4]:
        file.unlink(missing_ok=True)


def _changed_at(file: Path) -> int:
    """When a file was changed, in nanoseconds; 0 where somebody else has removed it meanwhile."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _small(path: str) -> bytes:
    with site_folder().reading(path) as (file, _entry):
        content = file.read(pictures.MAX_BYTES)
    output = io.BytesIO()
    try:
        with pictures.decoded(content) as (image, _format):
            pictures.within(image, THUMBNAIL_SIZE).save(output, "WEBP", quality=75, method=2)
    except InvalidInput as error:
        raise NotFound(_("There is no such file.")) from error
    return output.getvalue()


def _done(actor: Any, action: str, path: str, **details: Any) -> str:
    """Record what was done to a file, and have every page that shows it rendered anew."""
    audit.record(actor, action, label=path[-240:], kind="file", path=path, **details)
    purge_after_commit(FILES_TAG)
    commit()
    return path


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _natural(text: str) -> list[tuple[int, int, str]]:
    """A key that puts `page 9` before `page 10`."""
    return [
        (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part)
        for part in re.split(r"([0-9]{1,15})", _folded(text))
    ]


def _by_name(entry: Entry) -> tuple[list[tuple[int, int, str]], str]:
    return (_natural(entry.path), entry.path)


ORDERS: Mapping[str, Callable[[Entry], Any]] = {
    "name": lambda entry: not entry.is_folder,
    "newest": lambda entry: (not entry.is_folder, -entry.changed_at.timestamp()),
    "largest": lambda entry: (not entry.is_folder, -entry.size),
}
