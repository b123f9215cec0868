"""Bringing a folder of Markdown files in, through the services that the screens use.

Each document keeps, in the record of activity, a fingerprint of what was brought in. So a second run changes
nothing; a file that has changed since is brought in again; and what an editor has changed here is left alone.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from cms.content import audit, publishing, revisions, translating
from cms.content.addresses import free_slug
from cms.content.errors import ContentError
from cms.content.importing.adapting import adapt
from cms.content.importing.documents import Document, LocaleOf, read_documents
from cms.content.importing.front_matter import moment_of, text_of
from cms.content.importing.markdown import to_html
from cms.content.importing.references import Links, Pictures
from cms.content.importing.report import Outcome, Report
from cms.content.importing.values import category_for, column_values, tags_for
from cms.content.transactions import commit
from cms.extensions import db
from cms.models import AuditEntry, Page, Post, User
from cms.models.column_types import utc_now
from cms.security.policy import SYSTEM

ACTION = "import"
KINDS: dict[str, type[Post] | type[Page]] = {"posts": Post, "pages": Page}
"""What files can become."""


@dataclass(frozen=True)
class Options:
    """How a folder is brought in.

    `model` is Post or Page; `images` the folder of pictures (the folder `images` within the imported one where it
    is None); `author` whose posts they become where a file names nobody; `publish` whether visitors see them.
    """

    folder: Path
    default_locale: str
    locale_of: LocaleOf
    model: type[Post] | type[Page] = Post
    images: Path | None = None
    author: User | None = None
    publish: bool = True
    actor: Any = SYSTEM


class MarkdownImport:
    """One run: `documents` says what there is, `bring_in` takes one, `report` what came of it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.report = Report()
        self.documents = read_documents(options.folder, options.locale_of, options.default_locale, self.report)
        images = options.images or options.folder / "images"
        self._pictures = Pictures(images if images.is_dir() else None, options.actor, self.report)
        self._rows = self._find_rows()
        self._records = self._find_records()
        self._slugs = self._choose_slugs()
        addresses = self._addresses()
        self._links = Links(addresses, self._pictures, self.report)
        # Parents come before what stands below them.
        self.documents.sort(key=lambda it: addresses[it.locale, it.name].count("/"))
        self._started = utc_now() - timedelta(minutes=1)

    def bring_in(self, document: Document) -> None:
        """Brings one document in; what is refused is reported, and no document is left half done."""
        try:
            outcome = self._bring_in(document)
        except ContentError as error:
            db.session.rollback()
            self.report.problem(document.place, error)
            outcome = Outcome.LEFT
        self.report.count(outcome)

    def _bring_in(self, document: Document) -> Outcome:
        row = self._rows.get((document.locale, document.name))
        values = self._values(document)
        fingerprint = _fingerprint(values)
        if row is not None:
            record = self._records.get(row.id, {})
            if record.get("fingerprint") == fingerprint:
                return Outcome.UNCHANGED
            reason = self._reason_to_leave(row, record)
            if reason:
                self.report.problem(document.place, reason)
                return Outcome.LEFT
            self._change(row, document, values)
        else:
            row = self._create(document, values)
        audit.record(
            self.options.actor,
            ACTION,
            row,
            fingerprint=fingerprint,
            revision=revisions.latest_revision_id(row),
            folder=self.options.folder.resolve().name,
        )
        commit()
        created = (document.locale, document.name) not in self._rows
        self._rows[document.locale, document.name] = row
        return Outcome.CREATED if created else Outcome.UPDATED

    def _reason_to_leave(self, row: Any, record: Mapping[str, Any]) -> str:
        if row.trashed_at is not None:
            return _("It is in the trash here, and was left there.")
        if record and record.get("folder") != self.options.folder.resolve().name:
            return _("A file of this name was imported from another folder; it was left as it is.")
        if record and record.get("revision") != revisions.latest_revision_id(row):
            return _("It was changed here since it was imported, and was left as it is.")
        return ""

    def _values(self, document: Document) -> dict[str, Any]:
        """The values to store, pictures and topics taken in on the way."""
        options = self.options
        body = adapt(
            to_html(document.text),
            link=lambda address: self._links.resolve(address, document),
            picture=lambda address, alt: self._pictures.resolve(address, document, alt),
        )
        values = {**column_values(document), "body": body}
        image = text_of(document.head, "image")
        media = self._pictures.take(image, document, text_of(document.head, "image_alt")) if image else None
        values["featured_image_id"] = media.id if media is not None else None
        if options.model is Post:
            category = category_for(document, options.actor)
            values["category_id"] = category.id if category is not None else None
            values["tags"] = tags_for(document, options.actor)
        else:
            parent = self._rows.get((document.locale, text_of(document.head, "parent")))
            values["parent_id"] = parent.id if parent is not None else None
            values["position"] = document.order or 0
        return values

    def _create(self, document: Document, values: dict[str, Any]) -> Any:
        options = self.options
        slug = self._slugs[document.locale, document.name]
        author = self._author(document)
        given = {**values, "slug": slug, "locale": document.locale, "author_id": author.id if author else None}
        source = self._source(document)
        if source is not None:
            row = translating.begin(source, document.locale, given, options.actor)
        else:
            key = document.key(options.model.__tablename__)
            row = publishing.create_draft(options.model, {**given, "translation_key": key}, options.actor)
        if options.publish:
            publishing.publish(row, options.actor, at=self._moment(document))
        return row

    def _change(self, row: Any, document: Document, values: dict[str, Any]) -> None:
        if self.options.publish and row.is_live:
            publishing.publish(row, self.options.actor, values, at=row.published_at)
        else:
            publishing.save_draft(row, values, self.options.actor)
        source = self._source(document)
        if source is not None:
            translating.mark_current(row, self.options.actor)

    def _source(self, document: Document) -> Any | None:
        """The row that this document is a translation of: that of the default language."""
        if document.locale == self.options.default_locale:
            return None
        row = self._rows.get((self.options.default_locale, document.name))
        return row if row is not None and row.trashed_at is None else None

    def _moment(self, document: Document) -> datetime:
        """The date that readers see: that of the file, or one that keeps the order, the first file the newest."""
        dated = moment_of(document.head, "date")
        if dated is not None:
            return dated
        source = self._source(document)
        if source is not None and source.published_at is not None:
            return source.published_at
        first = min((it.order for it in self.documents if it.order is not None), default=0)
        return self._started - timedelta(minutes=(document.order or first) - first)

    def _author(self, document: Document) -> User | None:
        username = text_of(document.head, "author").lower()
        if not username:
            return self.options.author
        user = db.session.scalar(select(User).where(User.username == username))
        if user is None:
            reason = _("There is no account of this name; the author was left out.")
            self.report.problem(username, reason, document.place)
        return user or self.options.author

    def _find_rows(self) -> dict[tuple[str, str], Any]:
        """The rows that there are already, of each document in every language; one query."""
        model: Any = self.options.model
        names = {document.key(model.__tablename__): document.name for document in self.documents}
        rows = db.session.scalars(select(model).where(model.translation_key.in_(names))).all()
        return {(row.locale, names[row.translation_key]): row for row in rows}

    def _find_records(self) -> dict[int, dict[str, Any]]:
        """What each row's last import left in the record; one query."""
        ids = [row.id for row in self._rows.values()]
        entries = db.session.scalars(
            select(AuditEntry)
            .where(
                AuditEntry.action == ACTION,
                AuditEntry.model == self.options.model.__tablename__,
                AuditEntry.object_id.in_(ids),
            )
            .order_by(AuditEntry.id)
        )
        return {entry.object_id: entry.details for entry in entries if entry.object_id is not None}

    def _choose_slugs(self) -> dict[tuple[str, str], str]:
        """The slug of every document: that of its row, or a free one made of the file's name."""
        chosen: dict[tuple[str, str], str] = {}
        for document in self.documents:
            identity = (document.locale, document.name)
            row = self._rows.get(identity)
            wanted = text_of(document.head, "slug") or document.name
            scope = {"locale": document.locale}
            chosen[identity] = row.slug if row is not None else free_slug(self.options.model, wanted, scope)
        return chosen

    def _addresses(self) -> dict[tuple[str, str], str]:
        """Where each document is or will be found."""
        addresses = {identity: row.public_path for identity, row in self._rows.items()}
        heads = {(document.locale, document.name): document.head for document in self.documents}
        prefix = "posts/" if self.options.model is Post else ""
        for (locale, name), slug in self._slugs.items():
            path, parent = slug, text_of(heads[locale, name], "parent")
            while (locale, parent) in self._slugs and self.options.model is Page and path.count("/") < 20:
                path = f"{self._slugs[locale, parent]}/{path}"
                parent = text_of(heads[locale, parent], "parent")
            addresses.setdefault((locale, name), f"/{locale}/{prefix}{path}")
        return addresses


def _fingerprint(values: Mapping[str, Any]) -> str:
    """What tells two states of a file apart, pictures and topics included."""
    plain = {name: [item.id for item in value] if name == "tags" else value for name, value in values.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
