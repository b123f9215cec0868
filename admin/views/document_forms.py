"""Forms of documents: what an editor works on, what the pressed button does, and what the screen knows beyond."""

from http import HTTPStatus
from typing import Any

from babel.dates import get_timezone_name
from flask import abort, flash, request
from flask_babel import get_locale, get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from markupsafe import Markup, escape

from admin.cells import minute_text, relative_moment
from admin.list_rows import LanguageLinks
from admin.typed_numbers import typed_number
from admin.views.document_lists import DocumentList
from cms.content import publishing, revisions, translating
from cms.content.rendering import render_body
from cms.i18n.locales import lookup
from cms.models.column_types import utc_now
from cms.models.publishable import Status
from cms.models.translatable import Translatable
from cms.security.policy import may, require

ACTIONS = ("save", "submit", "publish", "reschedule", "unpublish")


class DocumentForm(DocumentList):
    """The form of a kind of document."""

    def prefill_existing(self, form: Any, row: Any) -> None:
        """An editor works on the newest draft, not on what visitors see."""
        super().prefill_existing(form, row)
        self.prefill(form, revisions.working_values(row))
        form.publish_at.data = row.scheduled_at
        if "locale" in form:
            del form.locale

    def edit_form(self, obj: Any = None) -> Any:
        """The language of a document never changes, so that the form does not offer it."""
        form = super().edit_form(obj)
        if "locale" in form and obj is not None:
            del form.locale
        return form

    def create_from(self, form: Any, source: Any, locale: str) -> Any:
        """Create, then do what the pressed button says."""
        values, at = self._typed(form)
        pressed = self._pressed()
        if pressed != "save":
            # Before anything is made that could then not be done with as the button says.
            self._require_of_new("publish" if pressed == "publish" else "update", locale or values.get("locale"))
        if source is not None:
            row = translating.begin(source, locale, values, current_user, read=read_revision())
        else:
            row = publishing.create_draft(self.model, values, current_user)
        if pressed == "submit":
            publishing.submit(row, {}, current_user)
        elif pressed == "publish":
            publishing.publish(row, current_user, at=at)
        return row

    def _require_of_new(self, action: str, locale: Any) -> None:
        """Raise Forbidden unless the current user may do this to a document that they make in a language."""
        document = self.model(author_id=current_user.id)
        if issubclass(self.model, Translatable):
            document.locale = locale
        require(current_user, action, document)

    def update_from(self, form: Any, row: Any) -> Any:
        """Do what the pressed button says."""
        values, at = self._typed(form)
        based_on = self.based_on(form)
        pressed = self._pressed()
        if pressed == "publish":
            publishing.publish(row, current_user, values, at=at, based_on=based_on)
        elif pressed == "reschedule":
            publishing.reschedule(row, values, current_user, based_on=based_on)
        elif pressed == "submit":
            publishing.submit(row, values, current_user, based_on=based_on)
        elif pressed == "unpublish":
            publishing.unpublish(row, current_user, values, based_on=based_on)
        else:
            publishing.save_draft(row, values, current_user, based_on=based_on)
        return row

    def url_of_changes(self, row: Any) -> str:
        """The history, which compares the newest version with the one before."""
        return self.get_url(".history_view", id=row.id)

    def _pressed(self) -> str:
        pressed = request.form.get("_action", "save")
        if pressed not in ACTIONS:
            abort(HTTPStatus.BAD_REQUEST)
        if pressed in ("publish", "reschedule", "unpublish") and not may(current_user, "publish", self.model):
            abort(HTTPStatus.FORBIDDEN)
        return pressed

    @staticmethod
    def _typed(form: Any) -> tuple[dict[str, Any], Any]:
        values = form.values()
        return values, values.pop("publish_at", None)

    def tell_saved(self, row: Any, *, created: bool) -> None:
        """Say what happened, to what, with the way there."""
        link = Markup('<a href="{}">{}</a>').format(
            (_path_of(row) if row.is_live else None) or self.get_url(".edit_view", id=row.id), row
        )
        pressed = self._pressed()
        if row.scheduled_at is not None and pressed in ("publish", "reschedule"):
            when = minute_text(row.scheduled_at)
            flash(_sentence(_("%(name)s will be published on %(when)s."), name=link, when=when), "success")
            return
        sentences = {
            "save": _l("%(name)s was saved as a draft."),
            "submit": _l("%(name)s was submitted for review."),
            "publish": _l("%(name)s is published."),
            "unpublish": _l("%(name)s is no longer published."),
        }
        flash(_sentence(str(sentences[pressed]), name=link), "success")

    def _after_save(self, row: Any, created: bool) -> str:
        return self.get_url(".edit_view", id=row.id)

    def form_context(self, form: Any, row: Any, **shown: Any) -> dict[str, Any]:
        """`editing`: what the screen knows of the document beyond its form."""
        source = shown.get("source")
        typed = form.locale.data if "locale" in form else ""
        locale = getattr(row, "locale", "") if row is not None else shown.get("locale") or typed
        editing_context: dict[str, Any] = {
            "status": row.status if row is not None else str(Status.DRAFT),
            "may_publish": may(current_user, "publish", row if row is not None else self.model),
            "may_submit": True,
            "slug_url": self.get_url(".slug_view", id=row.id if row is not None else None),
            "address_prefix": f"/{locale}/posts/" if self.model.__tablename__ == "posts" else f"/{locale}/",
            "locale": locale,
            "language_name": _language_name(locale),
            "timezone_name": _zone_name(),
        }
        if row is not None:
            editing_context |= self._document_context(row)
            source = _readable_source_of(row)
        if source is not None:
            editing_context["source"] = self._source_context(source)
            if row is None:
                # After a refusal: that which the translator began with, however often the form comes back.
                editing_context["source"]["revision"] = read_revision() or translating.text_to_translate(source)
        return {"editing": editing_context, "source": source}

    def _document_context(self, row: Any) -> dict[str, Any]:
        coverage = translating.coverage_of([row])[row.translation_key] if isinstance(row, Translatable) else []
        changed = revisions.draft_of(row)
        saved_at = changed.created_at if changed is not None else row.updated_at
        outdated = any(entry.id == row.id and entry.outdated for entry in coverage)
        path = _path_of(row) or "/"
        return {
            "published": row.is_live,
            "trashed": row.trashed_at is not None,
            "has_draft": row.is_live and row.draft_revision_id is not None,
            "scheduled_at": row.scheduled_at,
            "published_at_text": minute_text(row.published_at) if row.is_live and row.published_at else None,
            "saved_at": saved_at,
            "saved_at_text": _("Saved %(when)s", when=relative_moment(saved_at, utc_now())),
            "preview_url": self.get_url(".preview_view", id=row.id) if _path_of(row) else None,
            "public_url": _path_of(row) if row.is_live else None,
            "address_prefix": path[: path.rfind("/") + 1],
            "history_url": self.get_url(".history_view", id=row.id),
            "delete_id": row.id if self.may("delete", row) else None,
            "restore_url": self.get_url(".restore_view") if row.trashed_at is not None else None,
            "translations": LanguageLinks(self).of(row, coverage) if isinstance(row, Translatable) else [],
            "outdated": self._outdated_context(row) if outdated else None,
            "scheduled_before": self._scheduled_context(row),
        }

    def _scheduled_context(self, row: Any) -> dict[str, Any] | None:
        """What will be published at a moment, where a draft has been saved since that is not in it."""
        version = publishing.scheduled_version(row)
        if version is None or row.draft_revision_id is None or version.id >= row.draft_revision_id:
            return None
        return {
            "number": version.number,
            "when": minute_text(row.scheduled_at),
            "url": self.get_url(".history_view", id=row.id, since=version.id, to=row.draft_revision_id),
        }

    def _outdated_context(self, row: Any) -> dict[str, Any]:
        source = _readable_source_of(row)
        url = self.get_url(".history_view", id=source.id, since=row.source_revision_id) if source is not None else None
        newest = source.live_revision_id if source is not None else None
        return {"url": url, "current_url": self.get_url(".current_view"), "source_revision": newest}

    @staticmethod
    def _source_context(source: Any) -> dict[str, Any]:
        language = lookup(source.locale)
        return {
            "title": str(source),
            "summary": getattr(source, "summary", ""),
            # As readers see it: a video is a still block, and nobody else's host is asked.
            "body": render_body(getattr(source, "body", "")).html,
            "language_name": _language_name(source.locale),
            "code": source.locale,
            "direction": language.direction if language is not None else "ltr",
        }


def read_revision() -> int | None:
    """The revision of the original that the screen showed to whoever sends this form."""
    return typed_number(request.form.get("source_revision"))


def _readable_source_of(row: Any) -> Any | None:
    """What a document was translated from, where there is something, and the current user may read it."""
    source = translating.source_of(row) if isinstance(row, Translatable) else None
    return source if source is not None and may(current_user, "read", source) else None


def _language_name(code: str) -> str:
    """A language by its own name; by its code where the site has it no more."""
    language = lookup(code)
    return language.name if language is not None else code


def _path_of(row: Any) -> str | None:
    """Where readers find a document; None where its kind has no pages."""
    return getattr(row, "public_path", None)


def _sentence(text: str, **values: Any) -> Markup:
    """A translated sentence with links in it; the sentence itself is no markup."""
    return escape(text) % values


def _zone_name() -> str:
    """The editor's time zone by its name in their language."""
    zone = get_timezone()
    if zone is None or str(zone) == "UTC":
        return "UTC"
    return get_timezone_name(zone, width="long", locale=get_locale())
