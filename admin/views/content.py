"""The screen of everything publishable: drafts, review, publication, translation, history."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from flask import abort, flash, g, jsonify, redirect, render_template, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import current_user

from admin import change_words
from admin.typed_numbers import typed_number
from admin.unchanged_lines import with_few_unchanged
from admin.views.document_forms import DocumentForm, read_revision
from cms.cache import unrecorded
from cms.content import comparing, presenting, publishing, revisions, translating
from cms.content.addresses import free_slug
from cms.extensions import db
from cms.i18n.locales import describe, site_locales
from cms.models.sluggable import Sluggable
from cms.models.translatable import Translatable
from cms.security.headers import allow_framing
from cms.security.policy import may


class ContentView(DocumentForm):
    """A screen for documents."""

    create_template = edit_template = "admin/content_form.html"
    history_template = "admin/content_history.html"
    extra_endpoint_actions: ClassVar[Mapping[str, str]] = {
        "slug_view": "read",
        "preview_view": "read",
        "history_view": "read",
        "return_view": "update",
        "current_view": "update",
        "restore_view": "delete",
    }

    @expose("/slug/")
    def slug_view(self) -> Any:
        """The address that a title would get."""
        if not issubclass(self.model, Sluggable):
            abort(HTTPStatus.NOT_FOUND)
        locale = request.args.get("locale", "")
        if locale not in {one.code for one in site_locales()}:
            abort(HTTPStatus.BAD_REQUEST)
        scope: dict[str, Any] = {"locale": locale}
        if "parent_id" in self.model.slug_scope():
            scope["parent_id"] = typed_number(request.args.get("parent"))
        title = request.args.get("title", "")[:200]
        return jsonify(slug=free_slug(self.model, title, scope, typed_number(request.args.get("id"))))

    @expose("/preview/")
    def preview_view(self) -> Any:
        """The newest draft as the public page will look."""
        row = self.fetch(request.args.get("id"), "read")
        if not (isinstance(row, Translatable) and hasattr(row, "public_path")):
            # Such a kind has no pages.
            abort(HTTPStatus.NOT_FOUND)
        return self.preview_of(row)

    def preview_of(self, row: Any) -> Any:
        """The public page of a document with its newest draft laid over it; nothing is stored."""
        values = revisions.working_values(row)
        g.locale = row.locale
        refresh()
        with db.session.no_autoflush, unrecorded():
            revisions.put(row, values)
            found = presenting.document_page(row, request.host_url.rstrip("/"))
            page = render_template(found[0], preview=True, **found[1]) if found is not None else None
        db.session.rollback()
        if page is None:
            abort(HTTPStatus.NOT_FOUND)
        allow_framing()
        return page

    @expose("/history/")
    def history_view(self) -> Any:
        """The revisions of a document, and what changed between two of them."""
        row = self.fetch(request.args.get("id"), "read")
        entries = revisions.history(row)
        older, newer = self._compared(row, entries)
        return self.render(
            self.history_template,
            model=row,
            entries=entries,
            older=older,
            newer=newer,
            with_few_unchanged=with_few_unchanged,
            words=change_words,
            text_language=describe(row.locale) if isinstance(row, Translatable) else None,
            changes=comparing.compare(row, older, newer) if older is not None and newer is not None else [],
            may_return=may(current_user, "update", row),
            return_url=self.get_url(".edit_view", id=row.id),
        )

    @staticmethod
    def _compared(row: Any, entries: Any) -> tuple[Any, Any]:
        def asked(name: str, default: Any) -> Any:
            number = typed_number(request.args.get(name))
            return (revisions.revision_of(row, number) if number is not None else None) or default

        newer = asked("to", entries[0] if entries else None)
        older = asked("since", None)
        if older is None and newer is not None:
            older = next((entry for entry in entries if entry.number < newer.number), None)
        return older, newer

    @expose("/return/", methods=("POST",))
    def return_view(self) -> Any:
        """Make an earlier revision the newest draft."""
        row = self.fetch(request.form.get("id"), "update")
        number = typed_number(request.form.get("revision"))
        if number is None:
            abort(HTTPStatus.BAD_REQUEST)
        publishing.return_to(row, number, current_user)
        flash(_("The earlier version is your draft now."), "success")
        return redirect(self.get_url(".edit_view", id=row.id))

    @expose("/current/", methods=("POST",))
    def current_view(self) -> Any:
        """Say that a translation follows its source again."""
        row = self.fetch(request.form.get("id"), "update")
        if not issubclass(self.model, Translatable):
            abort(HTTPStatus.NOT_FOUND)
        if translating.mark_current(row, current_user, read=read_revision()):
            flash(_("This translation is marked as up to date."), "success")
        else:
            flash(_("The original was published anew meanwhile. Please look at what changed since."), "warning")
        return redirect(self.get_url(".edit_view", id=row.id))

    @expose("/restore/", methods=("POST",))
    def restore_view(self) -> Any:
        """Take a document out of the trash."""
        row = self.fetch(request.form.get("id"), "delete")
        publishing.restore(row, current_user)
        flash(_("“%(name)s” is back as a draft.", name=row), "success")
        return redirect(self.get_url(".edit_view", id=row.id))
