"""Where the links and pictures of imported files lead: to what was imported beside them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask_babel import gettext as _

from cms.content.errors import InvalidInput
from cms.content.importing.documents import Document
from cms.content.importing.report import Report
from cms.content.media_library import add_picture
from cms.content.rendering import heading_anchor
from cms.models import Media

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg"})


class Links:
    """The addresses of imported documents, by language and file name."""

    def __init__(self, addresses: Mapping[tuple[str, str], str], pictures: "Pictures", report: Report) -> None:
        self._addresses = addresses
        self._pictures = pictures
        self._locales = {locale for locale, _name in addresses}
        self._report = report

    def resolve(self, address: str, document: Document) -> str | None:
        """The address to store for a link of a document; None, and a line of the report, where it leads nowhere."""
        if _ELSEWHERE.match(address):
            return address
        path, _hash, fragment = address.partition("#")
        anchor = f"#{heading_anchor(unquote(fragment))}" if fragment else ""
        if not path:
            return anchor or None
        steps = [step for step in unquote(urlsplit(path).path).split("/") if step not in {"", ".", ".."}]
        if path.startswith("/") and steps and steps[0] in self._locales:
            return address
        name = re.sub(r"\.(md|markdown|html?)$", "", steps[-1]) if steps else ""
        for locale in (document.locale, *sorted(self._locales)):
            if (locale, name) in self._addresses:
                return self._addresses[locale, name] + anchor
        if Path(name).suffix.lower() in _PICTURES:
            return self._pictures.resolve(address, document)
        self._report.problem(address, _("The link leads to nothing that was imported; its words stay."), document.place)
        return None


class Pictures:
    """The pictures that documents name, taken into the media library as they come up."""

    def __init__(self, folder: Path | None, actor: Any, report: Report) -> None:
        self._folder = folder.resolve() if folder is not None else None
        self._actor = actor
        self._report = report
        self._taken: dict[Path, Media | None] = {}

    def resolve(self, address: str, document: Document, alt: str = "") -> str | None:
        """The address to store for a picture; None, and a line of the report, where it cannot be taken."""
        media = self.take(address, document, alt)
        return f"/media/{media.filename}" if media is not None else None

    def take(self, address: str, document: Document, alt: str = "") -> Media | None:
        """The picture behind an address that a document names, or None and a line of the report.

        `alt` is what it shows, in the document's language.
        """
        if not address:
            return None
        if _ELSEWHERE.match(address):
            self._refuse(address, document, _("Pictures of other sites are not fetched."))
            return None
        path = self._find(address, document)
        if path is None:
            self._refuse(address, document, _("There is no such file among the pictures."))
            return None
        if path not in self._taken or alt:
            self._taken[path] = self._add(path, address, document, alt)
        return self._taken[path]

    def _add(self, path: Path, address: str, document: Document, alt: str) -> Media | None:
        try:
            with path.open("rb") as stream:
                media = add_picture(stream, path.name, self._actor, alts={document.locale: alt})
        except InvalidInput as error:
            self._refuse(address, document, str(error))
            return None
        except OSError:
            self._refuse(address, document, _("The file could not be read."))
            return None
        if path not in self._taken:
            self._report.pictures += 1
        return media

    def _refuse(self, address: str, document: Document, reason: str) -> None:
        self._report.problem(address, reason, document.place)

    def _find(self, address: str, document: Document) -> Path | None:
        """The file: beside the document, or in the folder of pictures, below which sites publish it elsewhere.

        `/assets/images/cards/a.png` is found as `cards/a.png`. Nothing outside the two folders is read.
        """
        steps = [step for step in unquote(urlsplit(address).path).split("/") if step]
        if not address.startswith("/"):
            beside = self._inside(document.path.parent.resolve(), steps)
            if beside is not None:
                return beside
        for start in range(len(steps)):
            found = self._inside(self._folder, steps[start:]) if self._folder is not None else None
            if found is not None:
                return found
        return None

    @staticmethod
    def _inside(folder: Path | None, steps: list[str]) -> Path | None:
        if folder is None or any("\0" in step for step in steps):
            return None
        try:
            path = folder.joinpath(*steps).resolve()
            is_picture = path.suffix.lower() in _PICTURES and path.is_file()
        except (OSError, RuntimeError):
            # Longer than any name of a file, or a link that leads to itself.
            return None
        return path if is_picture and path.is_relative_to(folder) else None
