"""The life of a document: draft, review, publication now or at a moment, withdrawal, trash.

The newest text of a live document waits in a revision beside it; publishing copies the revision onto the row.
Each function has the document to itself, checks permission, changes, audits and commits.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import defer

from cms.content import audit, revisions
from cms.content.addresses import line_above, slug_is_taken
from cms.content.editing import insert, lay, version_of
from cms.content.errors import Conflict, ContentError, InvalidInput, NotFound, changed_meanwhile
from cms.content.holding import held_rows, on_held_row
from cms.content.transactions import commit, flush
from cms.content.validation import clean
from cms.extensions import db
from cms.models import Page, Revision
from cms.models.base import Model, model_by_table
from cms.models.column_types import utc_now
from cms.models.publishable import Publishable, Status
from cms.models.translatable import Translatable
from cms.security.policy import SYSTEM, Forbidden, may_each, require


def create_draft(model: Any, values: Mapping[str, Any], actor: Any) -> Any:
    """A new document, as a draft; committed. Raises Forbidden, InvalidInput."""
    require(actor, "create", model)
    return keep_new(insert(model, values, actor), actor)


def keep_new(document: Any, actor: Any) -> Any:
    """Give a document that was just inserted its first revision, and commit."""
    document.status = Status.DRAFT
    revision = revisions.add_revision(document, revisions.snapshot(document), actor, "draft")
    document.draft_revision_id = revision.id
    audit.record(actor, "create", document)
    commit()
    return document


@on_held_row
def save_draft(document: Any, values: Mapping[str, Any], actor: Any, *, based_on: str | None = None) -> Revision:
    """Keep values as the newest draft; visitors see no difference; committed.

    `based_on` is the `version_of` what the actor saw. Raises Forbidden, InvalidInput, Conflict.
    """
    require(actor, "update", document)
    revision = _keep(document, values, actor, "draft", based_on)
    audit.record(actor, "update", document, revision=revision.number)
    commit()
    return revision


@on_held_row
def submit(document: Any, values: Mapping[str, Any], actor: Any, *, based_on: str | None = None) -> None:
    """Keep values as the newest draft and ask for review; committed. Raises as `save_draft`."""
    require(actor, "update", document)
    _keep(document, values, actor, "review", based_on)
    if not document.is_live:
        document.status = Status.REVIEW
    document.submitted_at = utc_now()
    audit.record(actor, "submit", document)
    commit()


@on_held_row
def publish(
    document: Any,
    actor: Any,
    values: Mapping[str, Any] | None = None,
    *,
    at: datetime | None = None,
    based_on: str | None = None,
) -> None:
    """Publish the newest draft, with `values` laid over it: now, or at a moment; committed.

    A moment that is past is the date that readers see, and publication is at once. What readers see already is not
    published again, which would call its translations out of date. Raises Forbidden, InvalidInput, Conflict.
    """
    require(actor, "publish", document)
    if document.trashed_at is not None:
        raise Conflict(_("This is in the trash. Bring it back first."))
    _check_version(document, based_on)
    data = revisions.snapshot(document, _working(document) | _cleaned(document, values or {}))
    if at is None and document.scheduled_at is None and _is_published(document, data):
        return
    later = at is not None and at > utc_now()
    revision = revisions.add_revision(document, data, actor, "schedule" if later else "publish", at if later else None)
    _drop_schedule(document, but=revision.id)
    if later:
        document.draft_revision_id = revision.id
        document.scheduled_at = at
        if not document.is_live:
            _lay_over(document, data)
        audit.record(actor, "schedule", document, at=at.isoformat() if at else None)
    else:
        _go_live(document, revision, at or utc_now(), set_date=at is not None)
        audit.record(actor, "publish", document, revision=revision.number)
    commit()


def scheduled_version(document: Any) -> Revision | None:
    """The revision that will be published at a moment, or None; a newer draft may be waiting beside it."""
    if document.scheduled_at is None:
        return None
    waiting = (
        select(Revision)
        .where(*_is_scheduled(document))
        .order_by(Revision.publish_at, Revision.id)
        .options(defer(Revision.data))
    )
    return db.session.scalars(waiting.limit(1)).one_or_none()


@on_held_row
def reschedule(document: Any, values: Mapping[str, Any], actor: Any, *, based_on: str | None = None) -> None:
    """Publish the newest draft, with `values` laid over it, at the moment that is set, in place of the version of then.

    Committed. Raises Forbidden, InvalidInput, and Conflict where no moment is set, as when it has passed meanwhile.
    """
    require(actor, "publish", document)
    if document.scheduled_at is None or document.scheduled_at <= utc_now():
        raise Conflict(_("The moment that was set has passed meanwhile. What you typed is still here."))
    publish(document, actor, values, at=document.scheduled_at, based_on=based_on)


@on_held_row
def unpublish(
    document: Any, actor: Any, values: Mapping[str, Any] | None = None, *, based_on: str | None = None
) -> None:
    """Withdraw a document, or cancel its schedule; its newest text, with `values` over it, stays as a draft.

    Committed. Raises Forbidden, InvalidInput, Conflict.
    """
    require(actor, "publish", document)
    _check_version(document, based_on)
    draft = _working(document)
    # What was typed now is checked; what has been there is no reason to leave anything on the site.
    typed = {name: value for name, value in (values or {}).items() if name not in draft or value != draft[name]}
    given = _cleaned(document, typed)
    _drop_schedule(document)
    document.status = Status.DRAFT
    document.submitted_at = None
    _keep(document, given, actor, "draft", None, check=False)
    audit.record(actor, "unpublish", document)
    commit()


@on_held_row
def trash(document: Any, actor: Any) -> None:
    """Move a document to the trash; visitors no longer see it; committed. Raises Forbidden, Conflict."""
    if not may_trash_each(actor, type(document))(document):
        raise Forbidden(_("You are not allowed to do this."))
    if document.trashed_at is not None:
        return
    _drop_schedule(document)
    document.trashed_at = utc_now()
    document.submitted_at = None
    audit.record(actor, "trash", document)
    commit()


def may_trash_each(actor: Any, model: type[Model]) -> Callable[[Any], bool]:
    """Says of each document of a kind whether the actor may move it to the trash, or from there delete it for good.

    Taking a live document off the site is as much as unpublishing it: whoever may not do that, may not do this.
    """
    may_delete, may_publish = (may_each(actor, action, model) for action in ("delete", "publish"))
    return lambda document: may_delete(document) and (not document.is_live or may_publish(document))


@on_held_row
def restore(document: Any, actor: Any) -> None:
    """Take a document out of the trash, as a draft; committed. Raises Forbidden."""
    require(actor, "delete", document)
    if document.trashed_at is None:
        return
    document.trashed_at = None
    document.status = Status.DRAFT
    # As with every document that nobody sees: the row shows its draft, in lists as in the form.
    draft = revisions.draft_of(document)
    if draft is not None:
        _lay_over_what_fits(document, draft.data)
    document.draft_revision_id = document.draft_revision_id or document.live_revision_id
    audit.record(actor, "restore", document)
    commit()


@on_held_row
def delete_for_good(document: Any, actor: Any) -> None:
    """Delete a document that is in the trash, with its history; committed. Raises Forbidden, Conflict."""
    require(actor, "delete", document)
    if document.trashed_at is None:
        raise Conflict(_("Move it to the trash first."))
    audit.record(actor, "delete", document)
    document.draft_revision_id = document.live_revision_id = None
    flush()
    revisions.forget(document)
    db.session.delete(document)
    commit()


@on_held_row
def return_to(document: Any, revision_id: int, actor: Any) -> None:
    """Make an older revision the newest draft; visitors see no difference; committed.

    Raises Forbidden, NotFound.
    """
    require(actor, "update", document)
    old = revisions.revision_of(document, revision_id)
    if old is None:
        raise NotFound(_("There is no such revision."))
    values = revisions.contents(document, old.data)
    _keep(document, values, actor, "restore", None, check=False)
    audit.record(actor, "update", document, returned_to=old.number)
    commit()


def apply_due(now: datetime | None = None) -> int:
    """Publish every revision whose moment has come; returns how many. Committed.

    Called whenever a public page is rendered, so that no worker is needed; one query where nothing is due. Of
    several processes that find the same revision, the one that holds its document first publishes it. Raises
    OperationalError where the database cannot be written to at that moment.
    """
    now = now or utc_now()
    due = db.session.execute(
        select(Revision.id, Revision.model, Revision.object_id, Revision.publish_at)
        .where(Revision.publish_at <= now)
        .order_by(Revision.publish_at, Revision.id)
        .limit(100)
    ).all()
    return sum(_publish_due(one.id, one.model, one.object_id, one.publish_at or now) for one in due)


def _publish_due(revision_id: int, table: str, object_id: int, moment: datetime) -> bool:
    try:
        document = _held_document(table, object_id)
        if not _claim(revision_id, moment):
            db.session.rollback()
            return False
        if document is None or document.trashed_at is not None:
            commit()
            return False
        _go_live(document, db.session.get_one(Revision, revision_id), moment, set_date=True)
        audit.record(SYSTEM, "publish", document, scheduled=True)
        commit()
    except OperationalError:
        # The database was busy, or gone for a moment: the schedule stays, and is tried again.
        db.session.rollback()
        raise
    except (ContentError, SQLAlchemyError) as error:
        _give_up(revision_id, table, object_id, moment, reason=str(error))
        return False
    return True


def _held_document(table: str, object_id: int) -> Any:
    """The document of a revision, held; None where it is gone, or its kind is."""
    model: Any = model_by_table(table)
    if model is None or not issubclass(model, Publishable):
        return None
    return held_rows(model, [object_id]).get(object_id)


def _claim(revision_id: int, moment: datetime) -> bool:
    """Take a moment from a revision; whether it had it still."""
    claim = (
        update(Revision)
        .where(Revision.id == revision_id, Revision.publish_at == moment)
        .values(publish_at=None)
        # No page shows a revision; what becomes of its document is purged by the changes of its row.
        .execution_options(cache_tags=(), synchronize_session="fetch")
    )
    return bool(db.session.execute(claim).rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE gives a cursor result


def _give_up(revision_id: int, table: str, object_id: int, moment: datetime, reason: str) -> None:
    """Drop a schedule that cannot be kept, as where its address was taken; the draft stays, the record says why."""
    db.session.rollback()
    document = _held_document(table, object_id)
    if document is None or not _claim(revision_id, moment):
        db.session.rollback()
        return
    document.scheduled_at = None
    audit.record(SYSTEM, "schedule_failed", document, reason=reason)
    commit()


def _keep(
    document: Any, values: Mapping[str, Any], actor: Any, kind: str, based_on: str | None, *, check: bool = True
) -> Revision:
    """A new draft revision; a row that nobody sees yet takes the values at once.

    Without `check` they are an older text, of which the row takes what fits: the address may be another's by now.
    """
    _check_version(document, based_on)
    given = _cleaned(document, values) if check else dict(values)
    data = revisions.snapshot(document, _working(document) | given)
    revision = revisions.add_revision(document, data, actor, kind)
    if not document.is_live:
        (_lay_over if check else _lay_over_what_fits)(document, data)
    document.draft_revision_id = revision.id
    return revision


def _working(document: Any) -> dict[str, Any]:
    return revisions.working_values(document)


def _cleaned(document: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = clean(type(document), values, document)
    allowed = {column.key for column in document.revised_columns()}
    allowed |= {relation.key for relation in document.revised_relations()}
    unknown = set(cleaned) - allowed - {"locale"}
    if unknown:
        raise InvalidInput({name: _("This cannot be changed here.") for name in sorted(unknown)})
    if "locale" in cleaned and cleaned["locale"] != document.locale:
        raise InvalidInput({"locale": _("The language of a document cannot be changed; translate it instead.")})
    return {name: value for name, value in cleaned.items() if name in allowed}


def _check_version(document: Any, based_on: str | None) -> None:
    if based_on is not None and based_on != version_of(document):
        raise changed_meanwhile()


def _is_published(document: Any, data: Mapping[str, Any]) -> bool:
    """Whether readers see just this, which the row says, and no draft waits."""
    if not document.is_live or document.draft_revision_id is not None or document.live_revision_id is None:
        return False
    return revisions.snapshot(document) == data


def _lay_over(document: Any, data: Mapping[str, Any]) -> None:
    lay(document, revisions.contents(document, data))


def _lay_over_what_fits(document: Any, data: Mapping[str, Any]) -> None:
    """Lay a revision over a row, but for a place that it cannot have any more: it keeps its own.

    Another document may have its address by now, or the page above it may be below it.
    """
    values = revisions.contents(document, data)
    scope: dict[str, Any] = {"locale": document.locale} if isinstance(document, Translatable) else {}
    fits = True
    if isinstance(document, Page):
        scope["parent_id"] = values.get("parent_id", document.parent_id)
        fits = document.id not in line_above(scope["parent_id"])
    slug = values.get("slug")
    if slug is not None and slug_is_taken(type(document), slug, scope, document.id):
        fits = False
    lay(document, {name: value for name, value in values.items() if fits or name not in ("slug", "parent_id")})


def _go_live(document: Any, revision: Revision, moment: datetime, *, set_date: bool) -> None:
    _lay_over(document, revision.data)
    document.status = Status.PUBLISHED
    document.live_revision_id = revision.id
    if document.draft_revision_id is None or document.draft_revision_id <= revision.id:
        document.draft_revision_id = None
        document.submitted_at = None
    document.scheduled_at = None
    document.last_published_at = moment
    if set_date or document.published_at is None:
        document.published_at = moment
    flush()


def _is_scheduled(document: Any) -> list[ColumnElement[bool]]:
    """Conditions for the revisions of a document that wait for a moment."""
    return [
        Revision.model == document.__tablename__,
        Revision.object_id == document.id,
        Revision.publish_at.is_not(None),
    ]


def _drop_schedule(document: Any, but: int | None = None) -> None:
    for revision in db.session.scalars(select(Revision).where(*_is_scheduled(document))).all():
        if revision.id != but:
            revision.publish_at = None
    document.scheduled_at = None
