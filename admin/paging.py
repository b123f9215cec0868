"""Which page of a list is asked for, and the way to one that exists."""

import re
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from admin.typed_numbers import LONGEST

# Pages of a list that are more than these are not all linked to; the number of one can be typed.
FEW_PAGES = 7
_NO_DIGIT = re.compile(r"\D")


def typed_page(text: str | None) -> int | None:
    """The page that somebody has typed, counted from 0; None where that is none.

    People count from 1, in the digits of their script, and separate them as the page itself does.
    """
    digits = _NO_DIGIT.sub("", text or "")
    return int(digits) - 1 if 0 < len(digits) <= LONGEST and int(digits) > 0 else None


def to_nearest_page(asked: int) -> Response:
    """From a page beyond an end of the shown list to that end: rows may have gone since the address was made."""
    arguments: dict[str, Any] = request.args.to_dict(flat=False)
    for name in ("at", "page"):
        arguments.pop(name, None)
    if asked > 0:
        arguments["page"] = -1
    return redirect(url_for(request.endpoint or "", **arguments))
