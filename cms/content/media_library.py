"""The media library: pictures taken in, described, looked up and removed.

Files stand in `INSTANCE_PATH/media` under names made of a hash of what was uploaded, so that a name never means
another picture and may be cached for ever.
"""

import logging
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from cms.cache import depends_on
from cms.content import audit, pictures
from cms.content.editing import version_of
from cms.content.errors import Conflict, InvalidInput
from cms.content.holding import on_held_row
from cms.content.picture_uses import EXTENSIONS, places_using, stem_of
from cms.content.rendering import Picture, Rendition
from cms.content.transactions import begin_writing, commit, once_committed
from cms.extensions import db
from cms.models import Media, MediaText
from cms.models.base import Model
from cms.models.column_types import utc_now
from cms.security.policy import may, require

logger = logging.getLogger(__name__)

NAME = re.compile(r"([0-9a-f]{32})(?:-[0-9]{1,4})?\.(?:jpg|png|webp)")
"""What a name under `/media/` looks like: a hash, for smaller sizes a width, an extension."""

_ALT_LENGTH = 400


def media_folder() -> Path:
    """Where the files stand."""
    return Path(current_app.config["INSTANCE_PATH"]) / "media"


def add_picture(
    stream: IO[bytes],
    filename: str,
    actor: Any,
    title: str | None = None,
    alts: Mapping[str, str] | None = None,
) -> Media:
    """Takes a picture into the library and commits.

    `alts` holds alternative texts by language. The same bytes taken in twice are one picture: the second time
    only adds texts in languages that had none, and files that were lost. Raises `Forbidden` and `InvalidInput`.
    """
    require(actor, "create", Media)
    data = pictures.read_upload(stream)
    digest = pictures.digest_of(data)
    media = _with_digest(digest)
    if media is None or not _files_present(media):
        return _store(_encoded(data, digest), _clean_title(title) or _title_from(filename), alts or {}, actor)
    _add_missing_texts(media, alts or {})
    if _has_changes():
        db.session.commit()
    return media


@on_held_row
def describe_picture(
    media: Media,
    actor: Any,
    *,
    title: str | None = None,
    texts: Mapping[str, tuple[str, str]] | None = None,
    based_on: str | None = None,
) -> Media:
    """Sets the title and, by language, the alternative text and the caption; commits.

    A language that is not named keeps its texts; one with two empty texts loses them. `based_on` is the `version_of`
    what the actor saw, where it is known. Raises `Forbidden`, `InvalidInput` with the fields `title`,
    `alt-<language>` and `caption-<language>`, and `Conflict` where somebody else has changed it meanwhile.
    """
    require(actor, "update", media)
    if based_on is not None and based_on != version_of(media):
        raise Conflict(_("Somebody else has changed this meanwhile. What you typed is still here."))
    errors: dict[str, Any] = {}
    if title is not None and not _clean_title(title):
        errors["title"] = _l("Give the picture a title.")
    for locale, (alt, caption) in (texts or {}).items():
        for field, value in (("alt", alt), ("caption", caption)):
            if len(value.strip()) > _ALT_LENGTH:
                errors[f"{field}-{locale}"] = _l("Use at most %(count)d characters.", count=_ALT_LENGTH)
    if errors:
        raise InvalidInput(errors)
    if title is not None:
        media.title = _clean_title(title)
    for locale, (alt, caption) in (texts or {}).items():
        _set_text(media, locale, _one_line(alt), _one_line(caption))
    if _has_changes():
        # Also where only its texts have changed: whoever saw the old ones is told so.
        media.updated_at = utc_now()
        audit.record(actor, "update", media)
        db.session.commit()
    return media


@on_held_row
def delete_picture(media: Media, actor: Any) -> None:
    """Removes a picture that nothing shows, with its files, and commits.

    Raises `Forbidden`, and `Conflict` with a sentence where something still shows it; the sentence names nothing
    that the actor may not read.
    """
    require(actor, "delete", media)
    # Also from those who only name it: whoever is about to show it is waited for, or waits for this.
    db.session.execute(select(Media.id).where(Media.id == media.id).with_for_update())
    users = places_using(media)
    if users:
        raise _still_shown(media, [place for place in users if may(actor, "read", place)])
    names = _names_of(media)
    audit.record(actor, "delete", media)
    db.session.delete(media)
    commit()
    digest = media.digest
    once_committed(lambda: _remove_files(digest, names))


def _still_shown(media: Media, known: list[Model]) -> Conflict:
    if known:
        return Conflict(_("“%(title)s” is still shown by “%(place)s”.", title=media.title, place=str(known[0])))
    return Conflict(_("“%(title)s” is still shown somewhere.", title=media.title))


def _remove_files(digest: str, names: Iterable[str]) -> None:
    """Remove the files of a picture that was deleted, unless somebody has taken it in again since."""
    try:
        _wait_for_files(digest)
        if _with_digest(digest) is None:
            _unlink(names)
    except OperationalError:
        # What was asked for is done; files too many do no harm.
        logger.warning("The files of a deleted picture are still there: %s", ", ".join(names), exc_info=True)
    db.session.rollback()


def _unlink(names: Iterable[str]) -> None:
    for name in names:
        (media_folder() / name).unlink(missing_ok=True)


def _wait_for_files(digest: str) -> None:
    """Have the files of a picture to oneself until the transaction ends.

    Whoever takes it in writes them before anybody sees its row; whoever deletes it removes them after that is gone.
    """
    begin_writing()
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"{Media.__tablename__}:{digest}"))))


def file_for(name: str) -> Path | None:
    """The file behind a name under `/media/`, or None where there can be none."""
    if NAME.fullmatch(name) is None:
        return None
    path = media_folder() / name
    return path if path.is_file() else None


def pictures_by_name(names: Iterable[str], locale: str) -> dict[str, Picture]:
    """The pictures behind names under `/media/`, of any of their sizes, with alternative texts of a language.

    One query however many names (and one for all texts); the page that asks depends on each picture found.
    """
    by_stem: dict[str, list[str]] = {}
    for name in names:
        match = NAME.fullmatch(name)
        if match is not None:
            by_stem.setdefault(match[1], []).append(name)
    if not by_stem:
        return {}
    filenames = [f"{stem}.{extension}" for stem in by_stem for extension in EXTENSIONS]
    found = db.session.scalars(select(Media).where(Media.filename.in_(filenames))).all()
    depends_on(*found)
    return {name: picture_of(media, locale) for media in found for name in by_stem[stem_of(media.filename)]}


def picture_of(media: Media, locale: str) -> Picture:
    """What a page needs to know of a picture that is loaded already."""
    sizes = tuple(Rendition(size["name"], size["width"], size["height"]) for size in media.renditions)
    return Picture(media.filename, media.width, media.height, media.alt_in(locale), sizes)


def thumbnail_url(media: Media) -> str:
    """The address of a small size, for lists and choosers."""
    small = min(media.renditions, key=lambda one: abs(int(one["width"]) - 320), default={"name": media.filename})
    return f"/media/{small['name']}"


def _has_changes() -> bool:
    """Whether a commit would write anything; what was set to what it was before counts as nothing."""
    session = db.session
    return bool(session.new or session.deleted) or any(session.is_modified(item) for item in session.dirty)


def _with_digest(digest: str) -> Media | None:
    return db.session.scalar(select(Media).where(Media.digest == digest))


def _store(encoded: tuple[Media, Mapping[str, bytes]], title: str, alts: Mapping[str, str], actor: Any) -> Media:
    """Files and row of a picture, both or none; the row of somebody who was quicker with the same bytes. Committed."""
    new, files = encoded
    digest = new.digest
    try:
        _wait_for_files(digest)
        media_folder().mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            _write(media_folder() / name, data)
        media = _with_digest(digest)
        if media is None:
            media = new
            media.title = title
            media.created_by_id = getattr(actor, "id", None)
            db.session.add(media)
            db.session.flush()
            audit.record(actor, "create", media)
        _add_missing_texts(media, alts)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        _remove_files(digest, files)
        raise
    return media


def _encoded(data: bytes, digest: str) -> tuple[Media, dict[str, bytes]]:
    """The row of a picture, without a title and not yet added, and what its files hold, by their names."""
    with pictures.decoded(data) as (image, source_format):
        original = pictures.encode_original(image, source_format)
        sizes = list(pictures.encode_renditions(image))
    stem = digest[:32]
    files = {f"{stem}.{original.extension}": original.data}
    renditions = []
    for size in sizes:
        name = f"{stem}-{size.width}.{size.extension}"
        files[name] = size.data
        renditions.append({"width": size.width, "height": size.height, "name": name, "bytes": len(size.data)})
    media = Media(
        filename=f"{stem}.{original.extension}",
        digest=digest,
        mime=original.mime,
        width=original.width,
        height=original.height,
        byte_size=len(original.data),
        renditions=renditions,
    )
    return media, files


def _write(path: Path, data: bytes) -> None:
    """Writes beside the place and renames: nobody ever reads half a picture."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        # Readable for a web server that runs as somebody else.
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _names_of(media: Media) -> list[str]:
    return [media.filename, *(size["name"] for size in media.renditions)]


def _files_present(media: Media) -> bool:
    return all((media_folder() / name).is_file() for name in _names_of(media))


def _title_from(filename: str) -> str:
    stem = re.split(r"[\\/]", filename)[-1].rpartition(".")[0] or filename
    words = _clean_title(re.sub(r"[-_\s]+", " ", stem))
    return words[:1].upper() + words[1:] or _("Picture")


def _clean_title(title: str | None) -> str:
    return _one_line(title or "")[:200].strip()


def _one_line(text: str) -> str:
    """Without line breaks, control characters and lone surrogates, which no database stores alike."""
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split())).strip()


def _add_missing_texts(media: Media, alts: Mapping[str, str]) -> None:
    for locale, alt in alts.items():
        text = _one_line(alt)[:_ALT_LENGTH]
        if text and media.text_in(locale) is None:
            media.texts.append(MediaText(locale=locale, alt=text, caption=""))
            media.updated_at = utc_now()


def _set_text(media: Media, locale: str, alt: str, caption: str) -> None:
    text = media.text_in(locale)
    if not alt and not caption:
        if text is not None:
            media.texts.remove(text)
        return
    if text is None:
        media.texts.append(MediaText(locale=locale, alt=alt, caption=caption))
    else:
        text.alt, text.caption = alt, caption
