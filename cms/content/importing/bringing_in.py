"""Bringing a folder of Markdown files in, through the services that the screens use.

Each document keeps, in the record of activity, a fingerprint of what was brought in. So a second run changes
nothing; a file that has changed since is brought in again; and what an editor has changed here is left alone.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import ObjectDeletedError

from cms.content import audit, publishing, revisions, translating
from cms.content.addresses import free_slug
from cms.content.errors import ContentError, changed_meanwhile
from cms.content.holding import hold, is_deadlock
from cms.content.importing.adapting import adapt
from cms.content.importing.documents import Document, Identity, LocaleOf, read_documents
from cms.content.importing.front_matter import moment_of, text_of, words_of
from cms.content.importing.markdown import to_html
from cms.content.importing.references import Links, Pictures
from cms.content.importing.report import Outcome, Report
from cms.content.importing.values import Topics, category_for, column_values
from cms.content.transactions import one_transaction
from cms.extensions import db
from cms.models import AuditEntry, Page, Post, User
from cms.models.column_types import utc_now
from cms.security.policy import SYSTEM

ACTION = "import"
KINDS: dict[str, type[Post] | type[Page]] = {"posts": Post, "pages": Page}
"""What files can become."""
DEEPEST = 20
"""How far below the top a page is looked for; deeper ones are in a circle."""


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
        self._pictures = Pictures(_folder_of_pictures(options), options.actor, self.report)
        self._topics = Topics(self.documents, options.default_locale, self.report)
        self._accounts: dict[str, User | None] = {}
        self._rows = self._find_rows()
        self._records = self._find_records()
        self._heads = {document.identity: document.head for document in self.documents}
        self._slugs = self._choose_slugs()
        addresses = {identity: self._address(identity) for identity in {**self._rows, **self._slugs}}
        self._links = Links(addresses, self._pictures, self.report)
        # Parents come before what stands below them.
        self.documents.sort(key=lambda it: addresses[it.identity].count("/"))
        self._started = utc_now() - timedelta(minutes=1)

    def bring_in(self, document: Document) -> None:
        """Brings one document in; what is refused is reported, and no document is left half done."""
        try:
            outcome = self._bring_in(document)
        except ContentError as error:
            outcome = self._leave(document, error)
        except ObjectDeletedError:
            outcome = self._leave(document, changed_meanwhile())
        except OperationalError as error:
            if not is_deadlock(error):
                raise
            outcome = self._leave(document, changed_meanwhile())
        self.report.count(outcome)

    def _leave(self, document: Document, error: ContentError) -> Outcome:
        db.session.rollback()
        self.report.problem(document.place, error)
        return Outcome.LEFT

    def _bring_in(self, document: Document) -> Outcome:
        row = self._rows.get(document.identity)
        # Pictures and topics are taken in on the way, each with a commit of its own.
        values = self._values(document)
        stated = self._stated(document)
        fingerprint = _fingerprint({**values, **{name: text for name, text in stated.items() if text}})
        if row is not None and self._record_of(row).get("fingerprint") == fingerprint:
            return Outcome.UNCHANGED
        # Document and record at once: what lacks its record would look like the work of an editor the next time.
        with one_transaction():
            return self._write(row, document, values, stated, fingerprint)

    def _write(
        self, row: Any, document: Document, values: dict[str, Any], stated: dict[str, str], fingerprint: str
    ) -> Outcome:
        if row is not None:
            # An import takes long: what an editor has done meanwhile is seen before it is decided.
            hold(row)
            reason = self._reason_to_leave(row)
            if reason:
                self.report.problem(document.place, reason)
                return Outcome.LEFT
            self._change(row, document, values)
            if stated["author"] != self._record_of(row).get("author", ""):
                author = self._author(document)
                row.author_id = author.id if author is not None else row.author_id
        else:
            row = self._create(document, values)
        audit.record(
            self.options.actor,
            ACTION,
            row,
            fingerprint=fingerprint,
            slug=stated["slug"],
            author=stated["author"],
            revision=revisions.latest_revision_id(row),
            folder=self.options.folder.resolve().name,
        )
        created = document.identity not in self._rows
        self._rows[document.identity] = row
        return Outcome.CREATED if created else Outcome.UPDATED

    def _reason_to_leave(self, row: Any) -> str:
        record = self._record_of(row)
        if row.trashed_at is not None:
            return _("It is in the trash here, and was left there.")
        if not record:
            return _("It was written here, not imported, and was left as it is.")
        if record.get("folder") != self.options.folder.resolve().name:
            return _("A file of this name was imported from another folder; it was left as it is.")
        if record.get("revision") != revisions.latest_revision_id(row):
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
        media = self._pictures.take(image, document, words_of(document.head, "image_alt")) if image else None
        values["featured_image_id"] = media.id if media is not None else None
        if options.model is Post:
            category = category_for(document, options.actor)
            values["category_id"] = category.id if category is not None else None
            values["tags"] = self._topics.tags_for(document, options.actor)
        else:
            parent = self._rows.get((document.locale, text_of(document.head, "parent")))
            values["parent_id"] = parent.id if parent is not None else None
            values["position"] = document.order or 0
        return values

    def _stated(self, document: Document) -> dict[str, str]:
        """What the head says beside the values: where the document stands, whose it is, and its date."""
        dated = self._dated(document.identity)
        author = self._account(document)
        return {
            "slug": text_of(document.head, "slug"),
            "author": author.username if author is not None else "",
            "date": dated.isoformat() if dated is not None else "",
        }

    def _create(self, document: Document, values: dict[str, Any]) -> Any:
        options = self.options
        slug = self._slugs[document.identity]
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
        """A changed file goes where its document stands: to readers, to the moment that is set, or into its draft."""
        slug = self._slugs[document.identity]
        values = {**values, "slug": slug} if slug != row.slug else values
        if self.options.publish and (row.is_live or row.scheduled_at is not None):
            dated = self._dated(document.identity)
            moment = dated or row.scheduled_at or row.published_at or self._moment(document)
            publishing.publish(row, self.options.actor, values, at=moment)
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

    def _dated(self, identity: Identity) -> datetime | None:
        """The date in the head of a file, or else in that of the file that it is a translation of."""
        _locale, name = identity
        heads = (self._heads.get(identity, {}), self._heads.get((self.options.default_locale, name), {}))
        return moment_of(heads[0], "date") or moment_of(heads[1], "date")

    def _moment(self, document: Document) -> datetime:
        """The date that readers see: that of the file, or one that keeps the order, the first file the newest."""
        dated, source = self._dated(document.identity), self._source(document)
        if dated is None and source is not None:
            dated = source.scheduled_at or source.published_at
        if dated is not None:
            return dated
        first = min((it.order for it in self.documents if it.order is not None), default=0)
        return self._started - timedelta(minutes=(document.order or first) - first)

    def _author(self, document: Document) -> User | None:
        author = self._account(document)
        if author is None and text_of(document.head, "author"):
            reason = _("There is no account of this name; the author was left out.")
            self.report.problem(text_of(document.head, "author").lower(), reason, document.place)
        return author or self.options.author

    def _account(self, document: Document) -> User | None:
        """The account that the head names as the author, or None; one query for each name."""
        username = text_of(document.head, "author").lower()
        if username and username not in self._accounts:
            self._accounts[username] = db.session.scalar(select(User).where(User.username == username))
        return self._accounts.get(username)

    def _find_rows(self) -> dict[Identity, Any]:
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

    def _record_of(self, row: Any) -> Mapping[str, Any]:
        """What the row's last import left in the record; empty where it was written here."""
        return self._records.get(row.id, {})

    def _choose_slugs(self) -> dict[Identity, str]:
        """The slug of every document: that of its row, unless the head says another now, or a free one."""
        chosen: dict[Identity, str] = {}
        # By language and parent: what files of this run that are not stored yet are going to have.
        promised: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for document in self.documents:
            identity = document.identity
            row, stated = self._rows.get(identity), text_of(document.head, "slug")
            if row is not None and not (stated and self._may_move(row, stated)):
                chosen[identity] = row.slug
            else:
                scope, own = {"locale": document.locale}, row.id if row is not None else None
                siblings = promised[document.locale, text_of(document.head, "parent")]
                chosen[identity] = free_slug(self.options.model, stated or document.name, scope, own, siblings)
                siblings.add(chosen[identity])
        return chosen

    def _may_move(self, row: Any, stated: str) -> bool:
        return stated != self._record_of(row).get("slug", "") and not self._reason_to_leave(row)

    def _address(self, identity: Identity, depth: int = 0) -> str:
        """Where a document is or will be found."""
        row = self._rows.get(identity)
        if row is not None and self._stays(row, identity):
            return str(row.public_path)
        locale, slug = identity[0], self._slugs[identity]
        if self.options.model is Post:
            return f"/{locale}/posts/{slug}"
        parent = (locale, text_of(self._heads[identity], "parent"))
        if (parent in self._slugs or parent in self._rows) and depth < DEEPEST:
            return f"{self._address(parent, depth + 1)}/{slug}"
        return f"/{locale}/{slug}"

    def _stays(self, row: Any, identity: Identity) -> bool:
        """Whether a document stays where it is for now, whatever its file says."""
        if identity not in self._slugs or self._reason_to_leave(row):
            return True
        dated = self._dated(identity)
        return row.is_live and (not self.options.publish or (dated is not None and dated > utc_now()))


def _folder_of_pictures(options: Options) -> Path | None:
    """The folder that was named, or the one within the imported folder, unless that is a link to somewhere else."""
    if options.images is not None:
        return options.images if options.images.is_dir() else None
    images = options.folder / "images"
    is_own = images.is_dir() and images.resolve().is_relative_to(options.folder.resolve())
    return images if is_own else None


def _fingerprint(values: Mapping[str, Any]) -> str:
    """What tells two states of a file apart, pictures and topics included."""
    plain = {name: [item.id for item in value] if name == "tags" else value for name, value in values.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
