"""The media library: a grid of pictures, uploads, and what each shows in every language."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from flask import abort, flash, jsonify, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from admin.cells import size_text
from admin.registry import view_for
from admin.typed_numbers import typed_number
from admin.views.model import ModelScreen
from cms.content import media_library
from cms.content.editing import version_of
from cms.content.errors import Conflict, InvalidInput
from cms.content.picture_uses import places_using
from cms.content.searching.finding import Search
from cms.content.searching.words import wanted
from cms.extensions import db
from cms.i18n.locales import lookup, site_locales
from cms.models import Media
from cms.security.policy import may, visible

TILES = 24
FILES_AT_ONCE = 50


@view_for(Media)
class MediaView(ModelScreen):
    """Pictures as tiles, with a panel about one of them."""

    list_template = "admin/media_list.html"
    create_template = "admin/media_upload.html"
    edit_template = "admin/media_form.html"
    page_size = TILES
    page_size_options = (24, 48, 96)
    list_parameters = frozenset({"show"})
    extra_endpoint_actions: ClassVar[Mapping[str, str]] = {"browse": "read", "upload": "create"}

    # --- the library ---

    def render(self, template: str, **kwargs: Any) -> str:
        """Every screen gets the languages, and how sizes and pictures are shown."""
        told = {"languages": site_locales(), "thumbnail": media_library.thumbnail_url, "size_text": size_text}
        return super().render(template, **told, **kwargs)

    def list_context(self, data: list[Any], return_url: str) -> dict[str, Any]:
        """The picture that the panel is about, and where it is shown."""
        asked = request.args.get("show")
        shown = self.fetch(asked, "read") if asked else None
        return {"shown": shown, "places": self.places_of(shown) if shown is not None else []}

    def places_of(self, media: Media) -> list[Any]:
        """The documents that show a picture, as far as the current user may know of them."""
        return [place for place in places_using(media) if may(current_user, "read", place)]

    def place_url(self, place: Any) -> str | None:
        """Where a document that shows a picture is edited, for those who may."""
        if not may(current_user, "update", place):
            return None
        return self.get_url(f"admin_{place.__tablename__}.edit_view", id=place.id)

    @expose("/browse/")
    def browse(self) -> Any:
        """A page of pictures for the choosers: `{items: [{id, title, thumb, url, width, height, alt}], next}`."""
        number = typed_number(request.args.get("page"), longest=5) or 1
        query = select(Media).where(visible(current_user, "read", Media)).options(selectinload(Media.texts))
        typed = request.args.get("q", "")[:200]
        if typed.strip():
            query = query.where(Search(Media, wanted(typed)).all())
        first = max(number - 1, 0) * TILES
        rows = db.session.scalars(query.order_by(Media.id.desc()).offset(first).limit(TILES + 1)).all()
        language = lookup(request.args.get("locale", ""))
        code = language.code if language is not None else ""
        return jsonify(
            items=[describe(media, code) for media in rows[:TILES]], next=number + 1 if len(rows) > TILES else None
        )

    @expose("/upload/", methods=("POST",))
    def upload(self) -> Any:
        """Take in one picture for a script: answers {"location", "id", "alt", "width", "height"} or {"error"}."""
        file = request.files.get("file")
        if file is None:
            return jsonify(error=_("Choose a file.")), HTTPStatus.UNPROCESSABLE_ENTITY
        language = lookup(request.form.get("locale", ""))
        alts = {language.code: request.form.get("alt", "")} if language is not None else {}
        try:
            media = media_library.add_picture(file.stream, file.filename or "", current_user, alts=alts)
        except InvalidInput as error:
            return jsonify(error=str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
        return jsonify(location=f"/media/{media.filename}", **describe(media, language.code if language else ""))

    # --- adding and describing ---

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Any:
        """Upload several pictures; those that cannot be taken are named with the reason, the others are kept."""
        if request.method == "GET":
            return self.render(self.create_template, problem=None)
        files = [file for file in request.files.getlist("upload") if file.filename]
        if not files or len(files) > FILES_AT_ONCE:
            problem = _("Choose between one and %(count)s files.", count=FILES_AT_ONCE)
            return self.render(self.create_template, problem=problem), HTTPStatus.UNPROCESSABLE_ENTITY
        taken = []
        for file in files:
            try:
                taken.append(media_library.add_picture(file.stream, file.filename or "", current_user))
            except InvalidInput as error:
                db.session.rollback()
                flash(f"{file.filename}: {error}", "error")
        if not taken:
            return self.render(self.create_template, problem=None), HTTPStatus.UNPROCESSABLE_ENTITY
        flash(ngettext("%(num)d picture was added.", "%(num)d pictures were added.", len(taken)), "success")
        return redirect(self.get_url(".index_view", show=taken[0].id if len(taken) == 1 else None))

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Any:
        """Say what a picture shows, language by language."""
        media = self.fetch(request.args.get("id"), "update")
        if request.method == "GET":
            return self._show_texts(media, {}, HTTPStatus.OK)
        texts = {
            locale.code: (request.form.get(f"alt-{locale.code}", ""), request.form.get(f"caption-{locale.code}", ""))
            for locale in site_locales()
        }
        try:
            media_library.describe_picture(
                media,
                current_user,
                title=request.form.get("title", ""),
                texts=texts,
                based_on=request.form.get("_over") or request.form.get("version") or None,
            )
        except InvalidInput as error:
            return self._show_texts(media, error.errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        except Conflict as error:
            db.session.rollback()
            url = self.get_url(".edit_view", id=media.id)
            overtaken = {"sentence": str(error), "url": url, "version": version_of(media)}
            return self._show_texts(media, {}, HTTPStatus.CONFLICT, overtaken)
        self.tell_saved(media, created=False)
        return redirect(self.get_url(".index_view", show=media.id))

    def _show_texts(
        self, media: Media, errors: Mapping[str, Any], status: HTTPStatus, overtaken: Mapping[str, str] | None = None
    ) -> Any:
        typed = request.form if request.method == "POST" else {"title": media.title, "version": version_of(media)}
        values = dict(typed)
        if request.method == "GET":
            for text in media.texts:
                values |= {f"alt-{text.locale}": text.alt, f"caption-{text.locale}": text.caption}
        places = self.places_of(media)
        shown = {"values": values, "errors": errors, "places": places, "overtaken": overtaken}
        return self.render(self.edit_template, model=media, **shown), status

    @expose("/ajax/update/", methods=("POST",))
    def ajax_update(self) -> Any:
        """Nothing of a picture is changed in the list."""
        abort(HTTPStatus.BAD_REQUEST)

    def delete_one(self, row: Any) -> None:
        """Delete a picture that nothing shows."""
        media_library.delete_picture(row, current_user)


def describe(media: Media, locale: str) -> dict[str, Any]:
    """A picture as the scripts of the back office know it."""
    text = media.text_in(locale)
    return {
        "id": media.id,
        "title": media.title,
        "thumb": media_library.thumbnail_url(media),
        "url": f"/media/{media.filename}",
        "width": media.width,
        "height": media.height,
        "alt": text.alt if text is not None else "",
        "caption": text.caption if text is not None else "",
    }
