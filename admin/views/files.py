"""The file manager: Flask-Admin's, with every endpoint answered by `cms.content.site_files`.

Flask-Admin gives the addresses; what it does behind them on its own (following links, matching prefixes, overwriting,
showing the server's paths and errors) is not used. Each answer is a page with a sentence and the right status.
"""

import io
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, ClassVar

from flask import abort, current_app, flash, redirect, request, send_file
from flask_admin import expose
from flask_admin.contrib.fileadmin import BaseFileAdmin
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from admin.cells import moment_cell, size_text
from admin.typed_numbers import typed_number
from admin.views.secure import ChokePoint
from cms.content import site_files
from cms.content.errors import Conflict, ContentError, InvalidInput, NotFound
from cms.content.file_names import KINDS, ending
from cms.content.safe_folder import Entry
from cms.security.permissions import FILES_MANAGE

# Names that one request moves or deletes.
BULK_LIMIT = 500
SORT_ORDERS = {"name": _l("By name"), "newest": _l("Newest first"), "largest": _l("Largest first")}
ENDPOINTS = (
    "index_view", "upload", "download", "thumbnail", "mkdir", "rename", "move", "delete", "edit", "action_view",
)  # fmt: skip


def says_where_the_disk_fails(view: Callable[..., Any]) -> Callable[..., Any]:
    """Answer 503 with a sentence where the folder cannot be read or written; the log has the reason.

    What a service refuses is answered by the views where something typed is kept, else by the site's error pages.
    """

    @wraps(view)
    def answered(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except OSError:
            current_app.logger.exception("The file manager could not use its folder")
            abort(HTTPStatus.SERVICE_UNAVAILABLE, _("The files cannot be reached at the moment. Try again later."))

    return answered


def status_of(error: ContentError) -> HTTPStatus:
    """The status that a refusal is answered with."""
    if isinstance(error, NotFound):
        return HTTPStatus.NOT_FOUND
    return HTTPStatus.CONFLICT if isinstance(error, Conflict) else HTTPStatus.UNPROCESSABLE_ENTITY


class FilesView(ChokePoint, BaseFileAdmin):
    """The screens of the site's own files."""

    endpoint_permissions: ClassVar[Mapping[str, str]] = dict.fromkeys(ENDPOINTS, FILES_MANAGE)
    purpose = "media"
    icon = "folder"

    @expose("/")
    @expose("/b/<path:path>")
    @says_where_the_disk_fails
    def index_view(self, path: str = "") -> Any:
        """A folder: its files and folders, or what a search found below it; with the details of one of them."""
        search = request.args.get("search", "")[:200]
        order = request.args.get("sort", "name")
        listing = site_files.list_folder(
            path, current_user, search=search, order=order, page=page_number(request.args.get("page", ""))
        )
        shown = self._shown(request.args.get("show"))
        return self.render(
            "admin/files/list.html",
            listing=listing,
            search=search,
            order=order if order in SORT_ORDERS else "name",
            orders=SORT_ORDERS,
            trail=self._trail(path),
            shown=shown,
            **self._describing(),
        )

    def _shown(self, path: str | None) -> Entry | None:
        """What the side panel is about; nothing where it is gone."""
        if not path:
            return None
        try:
            return site_files.describe(path, current_user)
        except NotFound:
            return None

    def _describing(self) -> dict[str, Any]:
        """What templates need to show a file."""
        return {
            "size_text": size_text,
            "moment": moment_cell,
            "has_thumbnail": site_files.may_be_listed_as_picture,
            "may_edit": site_files.may_be_edited,
            "ending": ending,
        }

    def _trail(self, path: str) -> list[tuple[str, str]]:
        """The folders above a folder, from the root on, with their addresses."""
        names = path.split("/") if path else []
        above = ["/".join(names[:count]) for count in range(len(names))]
        return [(folder.rpartition("/")[2] or self.name, self.folder_url(folder)) for folder in above]

    def folder_url(self, path: str, **arguments: Any) -> str:
        """The address of a folder's screen."""
        return str(self.get_url(".index_view", path=path or None, **arguments))

    @expose("/upload/", methods=("GET", "POST"))
    @expose("/upload/<path:path>", methods=("GET", "POST"))
    @says_where_the_disk_fails
    def upload(self, path: str = "") -> Any:
        """Take in one file or several; what was refused is listed, the rest is kept."""
        if not site_files.describe(path, current_user).is_folder:
            abort(HTTPStatus.NOT_FOUND)
        if request.method == "GET":
            return self._upload_screen(path, [], HTTPStatus.OK)
        sent = [file for file in request.files.getlist("upload") if file.filename]
        if not sent:
            return self._upload_screen(path, [(None, _("Choose a file."))], HTTPStatus.UNPROCESSABLE_ENTITY)
        taken, refused, status = [], [], HTTPStatus.OK
        for file in sent:
            try:
                overwrite = bool(request.form.get("overwrite"))
                taken.append(
                    site_files.upload(path, file.filename or "", file.stream, current_user, overwrite=overwrite)
                )
            except ContentError as error:
                refused.append((file.filename, str(error)))
                status = status_of(error)
        if taken:
            flash(ngettext("%(num)d file was uploaded.", "%(num)d files were uploaded.", len(taken)), "success")
        if refused:
            return self._upload_screen(path, refused, status)
        return redirect(self.folder_url(path, show=taken[0] if len(taken) == 1 else None))

    def _upload_screen(self, path: str, refused: list[tuple[str | None, str]], status: HTTPStatus) -> Any:
        return self.render(
            "admin/files/upload.html",
            path=path,
            refused=refused,
            overwrite=bool(request.form.get("overwrite")),
            endings=sorted(KINDS),
            trail=[*self._trail(path), (path.rpartition("/")[2] or self.name, self.folder_url(path))],
        ), status

    @expose("/download/<path:path>")
    @says_where_the_disk_fails
    def download(self, path: str) -> Any:
        """A file, to be saved and never shown."""
        file, entry = site_files.open_for_reading(path, current_user)
        return send_file(
            file, mimetype="application/octet-stream", as_attachment=True, download_name=entry.name, max_age=0
        )

    @expose("/thumbnail/<path:path>")
    @says_where_the_disk_fails
    def thumbnail(self, path: str) -> Any:
        """A small copy of a picture; its address changes with the file, so that browsers may keep it."""
        content = site_files.thumbnail(path, current_user)
        response = send_file(io.BytesIO(content), mimetype="image/webp")
        response.headers["Cache-Control"] = "private, max-age=604800, immutable"
        return response

    @expose("/mkdir/", methods=("GET", "POST"))
    @expose("/mkdir/<path:path>", methods=("GET", "POST"))
    @says_where_the_disk_fails
    def mkdir(self, path: str = "") -> Any:
        """Make a folder in a folder."""
        if not site_files.describe(path, current_user).is_folder:
            abort(HTTPStatus.NOT_FOUND)

        def make(name: str) -> str:
            made = site_files.make_folder(path, name, current_user)
            flash(_("The folder “%(name)s” was made.", name=made.rpartition("/")[2]), "success")
            return self.folder_url(made)

        return self._named(make, path, _("New folder"), _("Make folder"), "")

    @expose("/rename/", methods=("GET", "POST"))
    @says_where_the_disk_fails
    def rename(self) -> Any:
        """Give a file or folder another name."""
        path = request.values.get("path", "")
        entry = site_files.describe(path, current_user)
        if not path:
            abort(HTTPStatus.NOT_FOUND)

        def give(name: str) -> str:
            renamed = site_files.rename(path, name, current_user)
            new_name = renamed.rpartition("/")[2]
            flash(_("“%(old)s” is now called “%(new)s”.", old=entry.name, new=new_name), "success")
            return self.folder_url(entry.parent, show=renamed)

        return self._named(give, entry.parent, _("Rename “%(name)s”", name=entry.name), _("Rename"), entry.name, path)

    def _named(
        self, change: Callable[[str], str], folder: str, title: str, button: str, name: str, path: str | None = None
    ) -> Any:
        """A form that asks for a name; `change` takes it and returns where to go."""
        problem, status = None, HTTPStatus.OK
        if request.method == "POST":
            name = request.form.get("name", "")
            try:
                return redirect(change(name))
            except (InvalidInput, Conflict) as error:
                problem, status = str(error), status_of(error)
        return self.render(
            "admin/files/name.html",
            title=title,
            button=button,
            name=name,
            path=path,
            problem=problem,
            back=self.folder_url(folder),
            trail=[*self._trail(folder), (folder.rpartition("/")[2] or self.name, self.folder_url(folder))],
        ), status

    @expose("/move/", methods=("GET", "POST"))
    @says_where_the_disk_fails
    def move(self) -> Any:
        """Put files and folders into another folder."""
        paths = request.values.getlist("path")[:BULK_LIMIT]
        if request.method == "GET" or "folder" not in request.form:
            return self._move_screen(paths, None, HTTPStatus.OK)
        folder = request.form["folder"]
        try:
            site_files.move(paths, folder, current_user)
        except (InvalidInput, Conflict) as error:
            return self._move_screen(paths, str(error), status_of(error))
        flash(ngettext("%(num)d file was moved.", "%(num)d files were moved.", len(paths)), "success")
        return redirect(self.folder_url(folder))

    def _move_screen(self, paths: list[str], problem: str | None, status: HTTPStatus) -> Any:
        entries = [entry for path in paths if (entry := self._shown(path)) is not None]
        if not entries:
            abort(HTTPStatus.NOT_FOUND)
        parent = entries[0].parent
        return self.render(
            "admin/files/move.html",
            entries=entries,
            folders=site_files.folders(current_user),
            parent=parent,
            chosen=request.form.get("folder", parent),
            problem=problem,
            back=self.folder_url(parent),
            trail=[*self._trail(parent), (parent.rpartition("/")[2] or self.name, self.folder_url(parent))],
        ), status

    @expose("/delete/", methods=("POST",))
    @says_where_the_disk_fails
    def delete(self) -> Any:
        """Delete one file, or one folder with all that is in it."""
        return self._delete([request.form.get("path") or request.form.get("id", "")])

    def _delete(self, paths: list[str]) -> Any:
        deleted = site_files.delete(paths, current_user)
        if len(deleted) == 1:
            flash(_("“%(name)s” was deleted.", name=deleted[0].rpartition("/")[2]), "success")
        else:
            flash(ngettext("%(num)d file was deleted.", "%(num)d files were deleted.", len(deleted)), "success")
        return redirect(self.folder_url(paths[0].rpartition("/")[0]))

    @expose("/action/", methods=("POST",))
    @says_where_the_disk_fails
    def action_view(self) -> Any:
        """Do something to what is ticked."""
        paths = request.form.getlist("rowid")[:BULK_LIMIT]
        name = request.form.get("action")
        if not paths or name not in ("delete", "move"):
            abort(HTTPStatus.BAD_REQUEST)
        if name == "move":
            # Shown here: an address that holds so many names would be too long.
            return self._move_screen(paths, None, HTTPStatus.OK)
        return self._delete(paths)

    @expose("/edit/", methods=("GET", "POST"))
    @says_where_the_disk_fails
    def edit(self) -> Any:
        """Change a text."""
        path = request.args.get("path", "")
        text = site_files.read_text(path, current_user)
        problem, status, content, version = None, HTTPStatus.OK, text.text, text.version
        if request.method == "POST":
            content = request.form.get("content", "")
            version = request.form.get("version") or text.version
            try:
                site_files.write_text(path, content, version, current_user)
            except (InvalidInput, Conflict) as error:
                problem, status = str(error), status_of(error)
            else:
                flash(_("“%(name)s” was saved.", name=path.rpartition("/")[2]), "success")
                return redirect(self.get_url(".edit", path=path))
        parent = path.rpartition("/")[0]
        return self.render(
            "admin/files/edit.html",
            path=path,
            name=path.rpartition("/")[2],
            content=content,
            version=version,
            problem=problem,
            back=self.folder_url(parent, show=path),
            trail=[*self._trail(parent), (parent.rpartition("/")[2] or self.name, self.folder_url(parent))],
        ), status


def page_number(text: str) -> int:
    """The number of a page as it stands in an address; 1 where that is no number."""
    number = typed_number(text)
    return number if number is not None else 1


def files_view() -> FilesView:
    """The view as `init_admin` adds it."""
    return FilesView(name=_l("Files"), endpoint="admin_files", url="/admin/files")
