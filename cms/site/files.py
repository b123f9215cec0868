"""The site's own files, as visitors get them: what a browser could execute is only ever downloaded."""

import unicodedata
from urllib.parse import quote

from flask import Blueprint, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from cms.content import site_files
from cms.content.file_names import kind_of
from cms.site.ranges import ignore_other_ranges

files = Blueprint("files", __name__)

# For what a browser opens by itself: a file is shown in a room of its own, without scripts, forms or a way out.
FILE_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"


@files.get("/files/<path:path>")
def serve(path: str) -> Response:
    """A file, whole or in part; whoever has it already is told so.

    What could be used as code or style by a page, wherever that page is, does not get the type that would allow it.
    """
    ignore_other_ranges()
    file, entry = site_files.open_public(path)
    kind = kind_of(entry.name)
    response = Response(
        wrap_file(request.environ, file),
        mimetype=None,
        content_type="application/octet-stream" if kind.active else kind.mime,
        direct_passthrough=True,
    )
    response.content_length = entry.size
    response.last_modified = entry.changed_at
    response.set_etag(entry.version)
    response.headers.extend(_disposition(entry.name, inline=kind.inline))
    # Kept by browsers, but asked for again each time: the file under this name may be another one tomorrow.
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    try:
        return response.make_conditional(request.environ, accept_ranges=True, complete_length=entry.size)
    except RequestedRangeNotSatisfiable:
        file.close()
        raise


def _disposition(name: str, *, inline: bool) -> Headers:
    """How a file is shown and under which name it is saved, whatever its script (RFC 6266 with RFC 5987)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    options = {"filename": plain}
    if plain != name:
        options["filename*"] = f"UTF-8''{quote(name, safe='')}"
    headers = Headers()
    headers.set("Content-Disposition", "inline" if inline else "attachment", **options)
    return headers
