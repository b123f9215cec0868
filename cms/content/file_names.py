"""What a file or folder of the site may be called, and what the ending of its name means.

Names keep their script: `данные.txt` stays as it is. What is refused would be hidden, could not be told apart on a
screen, or cannot be stored by one of the systems that a site's files are copied to.
"""

import unicodedata
from dataclasses import dataclass

from flask_babel import gettext as _

from cms.content.errors import InvalidInput, NotFound

# Bytes, not characters: file systems count bytes up to 255, and a temporary name is a little longer.
LONGEST_NAME = 200
LONGEST_PATH = 1000
DEEPEST_FOLDER = 20

# Refused by Windows, whatever ending follows.
RESERVED_STEMS = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)
REFUSED_CHARACTERS = frozenset('/\\<>:"|?*')
# Control characters, invisible formatting (which can reverse the order of what is read), halves of pairs,
# private use and line separators.
REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Needed by the spelling of some languages, such as Persian and Hindi.
JOINERS = frozenset("\u200c\u200d")


@dataclass(frozen=True)
class FileKind:
    """How files with one ending are treated.

    `inline` says whether a browser may show them at their own address; `active` whether a page could make use of
    them as code or style, so that their true type is not told.
    """

    mime: str
    inline: bool = False
    editable: bool = False
    active: bool = False


PICTURE_ENDINGS = frozenset({"png", "jpg", "jpeg", "gif", "webp"})

KINDS: dict[str, FileKind] = {
    # Pictures, sound and film that browsers show without running anything.
    "avif": FileKind("image/avif", inline=True),
    "bmp": FileKind("image/bmp", inline=True),
    "gif": FileKind("image/gif", inline=True),
    "ico": FileKind("image/x-icon", inline=True),
    "jpeg": FileKind("image/jpeg", inline=True),
    "jpg": FileKind("image/jpeg", inline=True),
    "png": FileKind("image/png", inline=True),
    "webp": FileKind("image/webp", inline=True),
    "flac": FileKind("audio/flac", inline=True),
    "m4a": FileKind("audio/mp4", inline=True),
    "mp3": FileKind("audio/mpeg", inline=True),
    "oga": FileKind("audio/ogg", inline=True),
    "ogg": FileKind("audio/ogg", inline=True),
    "opus": FileKind("audio/ogg", inline=True),
    "wav": FileKind("audio/wav", inline=True),
    "m4v": FileKind("video/mp4", inline=True),
    "mov": FileKind("video/quicktime", inline=True),
    "mp4": FileKind("video/mp4", inline=True),
    "ogv": FileKind("video/ogg", inline=True),
    "webm": FileKind("video/webm", inline=True),
    "vtt": FileKind("text/vtt; charset=utf-8", inline=True, editable=True),
    # Plain text.
    "csv": FileKind("text/csv; charset=utf-8", editable=True),
    "ics": FileKind("text/calendar; charset=utf-8", editable=True),
    "ini": FileKind("text/plain; charset=utf-8", inline=True, editable=True),
    "json": FileKind("application/json", editable=True),
    "log": FileKind("text/plain; charset=utf-8", inline=True, editable=True),
    "md": FileKind("text/plain; charset=utf-8", inline=True, editable=True),
    "srt": FileKind("text/plain; charset=utf-8", inline=True, editable=True),
    "tsv": FileKind("text/tab-separated-values; charset=utf-8", editable=True),
    "txt": FileKind("text/plain; charset=utf-8", inline=True, editable=True),
    "yaml": FileKind("text/plain; charset=utf-8", inline=True, editable=True),
    "yml": FileKind("text/plain; charset=utf-8", inline=True, editable=True),
    # What a browser could run: only ever downloaded.
    "css": FileKind("text/css; charset=utf-8", editable=True, active=True),
    "htm": FileKind("text/html; charset=utf-8", editable=True),
    "html": FileKind("text/html; charset=utf-8", editable=True),
    "js": FileKind("text/javascript; charset=utf-8", editable=True, active=True),
    "mjs": FileKind("text/javascript; charset=utf-8", editable=True, active=True),
    "pdf": FileKind("application/pdf"),
    "svg": FileKind("image/svg+xml", editable=True),
    "wasm": FileKind("application/wasm", active=True),
    "webmanifest": FileKind("application/manifest+json", editable=True),
    "xml": FileKind("application/xml", editable=True),
    # Documents, fonts and archives.
    "7z": FileKind("application/x-7z-compressed"),
    "bz2": FileKind("application/x-bzip2"),
    "doc": FileKind("application/msword"),
    "docx": FileKind("application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "epub": FileKind("application/epub+zip"),
    "gz": FileKind("application/gzip"),
    "odp": FileKind("application/vnd.oasis.opendocument.presentation"),
    "ods": FileKind("application/vnd.oasis.opendocument.spreadsheet"),
    "odt": FileKind("application/vnd.oasis.opendocument.text"),
    "otf": FileKind("font/otf"),
    "ppt": FileKind("application/vnd.ms-powerpoint"),
    "pptx": FileKind("application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "rtf": FileKind("application/rtf"),
    "tar": FileKind("application/x-tar"),
    "tif": FileKind("image/tiff"),
    "tiff": FileKind("image/tiff"),
    "ttf": FileKind("font/ttf"),
    "woff": FileKind("font/woff"),
    "woff2": FileKind("font/woff2"),
    "xls": FileKind("application/vnd.ms-excel"),
    "xlsx": FileKind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "xz": FileKind("application/x-xz"),
    "zip": FileKind("application/zip"),
}
# A file that was put into the folder by other means than the file manager.
UNKNOWN_KIND = FileKind("application/octet-stream")


def ending(name: str) -> str:
    """What follows the last dot, in lower case; empty where there is none."""
    stem, dot, last = name.rpartition(".")
    return last.casefold() if dot and stem else ""


def kind_of(name: str) -> FileKind:
    """How a file with this name is treated."""
    return KINDS.get(ending(name), UNKNOWN_KIND)


def checked_folder_name(name: str, field: str = "name") -> str:
    """The name for a new folder, in Unicode's composed form.

    Raises InvalidInput, for the form's field `field`, with a sentence that says what is wrong with it.
    """
    composed = unicodedata.normalize("NFC", name.strip())
    problem = _problem(composed)
    if problem is not None:
        raise InvalidInput({field: problem})
    return composed


def checked_file_name(name: str, field: str = "name") -> str:
    """The name for a file, in Unicode's composed form. Raises InvalidInput; its ending must be one of `KINDS`."""
    composed = checked_folder_name(name, field)
    last = ending(composed)
    if not last:
        raise InvalidInput({field: _("The name of a file needs an ending, such as .txt or .pdf.")})
    if last not in KINDS:
        raise InvalidInput({field: _("Files that end in .%(ending)s cannot be kept here.", ending=last)})
    return composed


def uploaded_name(name: str) -> str:
    """The name that a browser sent with a file, without the folders that some send with it."""
    return name.replace("\\", "/").rpartition("/")[2]


def path_parts(path: str) -> tuple[str, ...]:
    """The names along a path below the site's folder; empty for the folder itself.

    Raises NotFound for what no file here can be called: an address that was made up, not typed by mistake.
    """
    if not path:
        return ()
    parts = tuple(path.split("/"))
    if len(path) > LONGEST_PATH or len(parts) > DEEPEST_FOLDER or not all(map(is_plain_name, parts)):
        raise NotFound(_("There is no such file."))
    return parts


def is_plain_name(name: str) -> bool:
    """Whether a name on disk can be shown and asked for: not hidden, one level, and nothing but text."""
    return bool(name) and not name.startswith(".") and "/" not in name and _is_text(name)


def _is_text(name: str) -> bool:
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in name)


def _problem(name: str) -> str | None:
    """Why a name is refused: a sentence, or None where it may be used."""
    if not name:
        return _("Enter a name.")
    if name.startswith("."):
        return _("A name cannot begin with a dot.")
    if name.endswith("."):
        return _("A name cannot end with a dot.")
    if len(name.encode("utf-8", "replace")) > LONGEST_NAME:
        return _("This name is too long.")
    for character in name:
        if character in REFUSED_CHARACTERS:
            return _("A name cannot contain the character %(character)s", character=character)
        if unicodedata.category(character) in REFUSED_CATEGORIES and character not in JOINERS:
            return _("This name contains a character that cannot be seen. Type it anew.")
    if name.partition(".")[0].rstrip().casefold() in RESERVED_STEMS:
        return _("This name is reserved by some computers. Choose another one.")
    return None
