"""What a page of a list shows."""

import re
from typing import Any

LINK = re.compile(r'class="list__link"[^>]*>([^<]+)<')


def titles(reply: Any) -> list[str]:
    """The titles of the rows, in their order."""
    assert reply.status_code == 200
    return LINK.findall(reply.text)
