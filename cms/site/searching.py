"""The search of the public site. What people type is without end, so its pages are not kept in the page cache."""

from urllib.parse import urlencode

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms.content import presenting
from cms.content.search import LONGEST_QUERY, search
from cms.security.rate_limits import limit_searches
from cms.site.addresses import base_url, settle_language

searching = Blueprint("searching", __name__)


@searching.get("/search/<language:locale>")
@limit_searches
def results(locale: str) -> ResponseReturnValue:
    """The form, and what was found for the words in `?q=`."""
    if answer := settle_language():
        return answer
    query = request.args.get("q", "")[:LONGEST_QUERY].strip()
    versions = {code: url_for("searching.results", locale=code) for code in presenting.site_codes()}
    words = f"?{urlencode({'q': query})}" if query else ""
    frame = presenting.frame(locale, versions[locale], base_url(), versions, words)
    page = render_template("site/search.html", frame=frame, query=query, hits=search(locale, query))
    response = make_response(page)
    response.headers["Cache-Control"] = "private, no-store"
    return response
