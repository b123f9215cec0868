"""Videos: how they are stored, and how a page offers them without asking another host before the reader does."""

import re
from urllib.parse import parse_qs, urlsplit

from flask_babel import gettext as _

from cms.content.markup_tree import Element

EMBED_ADDRESS = re.compile(r"https://www\.youtube-nocookie\.com/embed/[A-Za-z0-9_-]{11}(\?start=[0-9]{1,6})?")
"""The only address that a stored `<iframe>` may have (matched in full)."""

_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_HOSTS = frozenset(
    {"youtube.com", "www.youtube.com", "m.youtube.com", "www.youtube-nocookie.com", "youtube-nocookie.com"}
)
_SHORT_HOSTS = frozenset({"youtu.be", "www.youtu.be"})
_PATHS_WITH_ID = frozenset({"embed", "shorts", "live", "v"})
_CLOCK = re.compile(r"(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,6})s?)?")


def embed_address(address: str) -> str | None:
    """The address to store for a video: on YouTube's host without cookies.

    Takes any address that YouTube itself hands out (watch page, short link, share link, embed). Returns None
    for everything else.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    if parts.scheme not in {"http", "https", ""}:
        return None
    query = parse_qs(parts.query)
    video = _video_id(parts.hostname or "", parts.path, query)
    if video is None:
        return None
    start = _seconds((query.get("start") or query.get("t") or [""])[0])
    return f"https://www.youtube-nocookie.com/embed/{video}" + (f"?start={start}" if start else "")


def still(iframe: Element) -> Element:
    """What the public page shows in place of a stored video: a still block that is a link to the video.

    Takes the stored `<iframe>`. A script turns a click on `a[data-embed]` into the player; without a script the
    link leads to the video's own page. Nothing is asked of another host before the click. What it gives may stand
    wherever text may: in a paragraph, in emphasis, in a heading.
    """
    address = iframe.attributes["src"]
    parts = urlsplit(address)
    video = parts.path.rpartition("/")[2]
    start = parts.query.partition("start=")[2]
    title = iframe.attributes.get("title", "").strip()
    label = _("Play the video: %(title)s", title=title) if title else _("Play the video")
    link = Element(
        "a",
        {
            "class": "video-still",
            "href": f"https://www.youtube.com/watch?v={video}" + (f"&t={start}s" if start else ""),
            "rel": "noopener",
            "data-embed": f"{address}{'&' if start else '?'}autoplay=1",
            "data-title": title or _("Video"),
        },
        [
            Element("span", {"class": "video-play", "aria-hidden": "true"}),
            Element("span", {"class": "video-label"}, [label]),
            Element("span", {"class": "video-note"}, [_("Playing it loads content from YouTube.")]),
        ],
    )
    return Element("span", {"class": "video"}, [link])


def _video_id(host: str, path: str, query: dict[str, list[str]]) -> str | None:
    steps = [step for step in path.split("/") if step]
    candidate = ""
    if host in _SHORT_HOSTS and steps:
        candidate = steps[0]
    elif host in _HOSTS and steps == ["watch"]:
        candidate = query.get("v", [""])[0]
    elif host in _HOSTS and len(steps) == 2 and steps[0] in _PATHS_WITH_ID:
        candidate = steps[1]
    return candidate if _VIDEO_ID.fullmatch(candidate) else None


def _seconds(clock: str) -> int:
    """`90`, `90s` or `1m30s` in seconds; 0 for anything else."""
    match = _CLOCK.fullmatch(clock)
    if match is None:
        return 0
    hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return min(hours * 3600 + minutes * 60 + seconds, 999_999)
