"""Videos: what is stored, and what a page shows in their place."""

import pytest

from cms.content.embeds import EMBED_ADDRESS, embed_address, still
from cms.content.markup_tree import Element, serialise

HOST = "https://www.youtube-nocookie.com/embed/0fKBhvDjuy0"


@pytest.mark.parametrize(
    ("address", "stored"),
    [
        ("https://www.youtube.com/watch?v=0fKBhvDjuy0", HOST),
        ("http://m.youtube.com/watch?v=0fKBhvDjuy0&list=x", HOST),
        ("//youtube.com/embed/0fKBhvDjuy0", HOST),
        ("https://youtu.be/0fKBhvDjuy0?si=x", HOST),
        ("https://www.youtube.com/shorts/0fKBhvDjuy0", HOST),
        ("https://www.youtube.com/live/0fKBhvDjuy0?t=90", f"{HOST}?start=90"),
        (" https://youtu.be/0fKBhvDjuy0?t=1h2m3s ", f"{HOST}?start=3723"),
        ("https://www.youtube-nocookie.com/embed/0fKBhvDjuy0?start=7", f"{HOST}?start=7"),
        ("https://youtu.be/0fKBhvDjuy0?t=soon", HOST),
        ("https://youtu.be/0fKBhvDjuy0?t=99999999", HOST),
        ("https://youtu.be/tooshort", None),
        ("https://youtu.be/", None),
        ("https://www.youtube.com/watch?list=x", None),
        ("https://www.youtube.com/user/0fKBhvDjuy0", None),
        ("https://vimeo.com/0fKBhvDjuy0", None),
        ("javascript://youtube.com/embed/0fKBhvDjuy0", None),
        ("https://[youtube.com/embed/0fKBhvDjuy0", None),
        ("", None),
    ],
)
def test_every_address_of_a_video_is_known(address: str, stored: str | None) -> None:
    assert embed_address(address) == stored
    assert stored is None or EMBED_ADDRESS.fullmatch(stored)


@pytest.mark.usefixtures("app_context")
def test_the_still_asks_no_other_host_and_leads_to_the_video() -> None:
    html = serialise(still(Element("iframe", {"src": f"{HOST}?start=65", "title": "Powers of <Ten>"})))
    assert "<iframe" not in html
    assert "<img" not in html
    assert 'href="https://www.youtube.com/watch?v=0fKBhvDjuy0&amp;t=65s"' in html
    assert f'data-embed="{HOST}?start=65&amp;autoplay=1"' in html
    assert "Powers of &lt;Ten&gt;" in html


@pytest.mark.usefixtures("app_context")
def test_a_video_without_a_title_has_a_name() -> None:
    link = still(Element("iframe", {"src": HOST})).find("a")
    assert link is not None
    assert link.attributes["data-embed"] == f"{HOST}?autoplay=1"
    assert link.attributes["data-title"]
    assert link.text().strip()
