"""The pictures of the media library. A name stands for its content, so browsers keep what they have got."""

from flask import Blueprint, Response, send_file
from werkzeug.exceptions import NotFound

from cms.content.media_library import file_for
from cms.site.ranges import ignore_other_ranges

media = Blueprint("media", __name__)

ONE_YEAR = 365 * 24 * 3600


@media.get("/media/<name>")
def serve(name: str) -> Response:
    """A picture, or one of its sizes."""
    path = file_for(name)
    if path is None:
        raise NotFound
    ignore_other_ranges()
    try:
        response = send_file(path, max_age=ONE_YEAR, conditional=True)
    except FileNotFoundError:
        # It was deleted in between.
        raise NotFound from None
    response.cache_control.public = True
    response.cache_control.immutable = True
    return response
