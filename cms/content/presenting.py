"""What the templates of public pages are given: everything is read here, so that a template asks for nothing.

The public site and the preview in the back office call the same functions, and so show the same page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel.dates import format_skeleton
from flask_babel import get_locale

from cms.cache import depends_on
from cms.cache.tags import ui_tag
from cms.content import queries
from cms.content.media_library import picture_of, pictures_by_name
from cms.content.rendering import Picture, RenderedBody, picture_names, render_body
from cms.content.settings import posts_per_page, site_settings
from cms.i18n.locales import LocaleInfo, describe, site_locales
from cms.models import Category, Media, Page, Post, Tag
from cms.models.base import Model, columns_of

RELATED = 3
RECENT = 5
TOPICS = 16
ARABIC_ARTICLE = "ال"


@dataclass(frozen=True)
class LanguageLink:
    """A language of the site as one page offers it; `path` is None where the page is not translated into it."""

    language: LocaleInfo
    path: str | None
    is_current: bool


@dataclass(frozen=True)
class Frame:
    """What stands around the content of every public page. Paths are of this site, `base_url` makes them absolute."""

    settings: Mapping[str, str]
    language: LocaleInfo
    languages: tuple[LanguageLink, ...]
    header_menu: Sequence[tuple[str, str]]
    footer_menu: Sequence[tuple[str, str]]
    path: str
    base_url: str

    @property
    def name(self) -> str:
        """The name of the site in the page's language."""
        return self.settings["site_name"]

    @property
    def per_page(self) -> int:
        """How many posts a list shows."""
        return posts_per_page(dict(self.settings))

    @property
    def translations(self) -> list[LanguageLink]:
        """The other languages in which this very page can be read."""
        return [link for link in self.languages if link.path is not None and not link.is_current]


@dataclass(frozen=True)
class Card:
    """A post in a list, with its picture if it has one."""

    post: Post
    picture: Picture | None

    @property
    def letter(self) -> str:
        """The letter that stands in for a picture: the first of the title, behind quotation marks and articles."""
        title = self.post.title.removeprefix(ARABIC_ARTICLE)
        return next((letter.upper() for letter in title if letter.isalnum()), "·")


@dataclass(frozen=True)
class SideColumn:
    """What stands beside a list."""

    recent: Sequence[Post]
    topics: Sequence[Tag]


@dataclass(frozen=True)
class Article:
    """A post or a page with all that its page shows."""

    document: Any
    body: RenderedBody
    picture: Picture | None
    caption: str

    @property
    def has_contents(self) -> bool:
        """Whether the text is long enough for a table of contents to help."""
        return len(self.body.contents) >= 3 and self.body.reading_minutes >= 3


def site_codes() -> list[str]:
    """The codes of the site's languages."""
    return [info.code for info in site_locales()]


def month_name(year: int, month: int) -> str:
    """A month as a title in the current language: "November 2026"."""
    name: str = format_skeleton("yMMMM", datetime(year, month, 15, tzinfo=UTC), locale=get_locale())
    return name[:1].upper() + name[1:]


def frame(locale: str, path: str, base_url: str, versions: Mapping[str, str]) -> Frame:
    """Everything around the content of a page.

    `versions` holds the paths under which the same content can be read, by language; `path` is the page's own.
    Three queries, whatever the page.
    """
    depends_on(ui_tag(locale))
    languages = tuple(
        LanguageLink(info, path if info.code == locale else versions.get(info.code), info.code == locale)
        for info in site_locales()
    )
    return Frame(
        settings=site_settings(locale),
        language=describe(locale),
        languages=languages,
        header_menu=queries.menu_links("header", locale),
        footer_menu=queries.menu_links("footer", locale),
        path=path,
        base_url=base_url,
    )


def versions_of(document: Any) -> dict[str, str]:
    """The paths of a document's live rows by language, its own included."""
    rows = [document, *queries.translations_of(document)]
    return {row.locale: row.public_path for row in rows}


def cards(posts: Iterable[Post]) -> list[Card]:
    """Posts as a list shows them; their pictures are loaded already."""
    return [Card(post, _picture(post.featured_image, post.locale)) for post in posts]


def side_column(locale: str) -> SideColumn:
    """Recent posts and the topics that are written about most."""
    topics = [tag for tag, _uses in queries.most_used_tags(locale, TOPICS)]
    return SideColumn(queries.recent_posts(locale, RECENT), topics)


def article(document: Any) -> Article:
    """A document's texts as they are shown, one after the other, and its leading picture."""
    texts = [getattr(document, key) or "" for key in keys_of_kind(type(document), "markup")]
    pictures = pictures_by_name(picture_names(*texts), document.locale)
    media = getattr(document, "featured_image", None)
    depends_on(media)
    text = media.text_in(document.locale) if media is not None else None
    return Article(
        document=document,
        body=render_body("".join(texts), pictures),
        picture=_picture(media, document.locale),
        caption=text.caption if text is not None else "",
    )


def keys_of_kind(model: type[Model], kind: str) -> list[str]:
    """The names of a model's columns of one kind, in their order."""
    return [column.key for column in columns_of(model) if column.info.get("kind") == kind]


def post_page(post: Post, base_url: str) -> dict[str, Any]:
    """The context of `site/post.html`."""
    earlier, later = queries.neighbours(post) if post.published_at is not None else (None, None)
    return {
        "frame": frame(post.locale, post.public_path, base_url, versions_of(post)),
        "article": article(post),
        "post": post,
        "earlier": earlier,
        "later": later,
        "related": cards(queries.related_posts(post, RELATED)),
    }


def page_page(page: Page, base_url: str) -> dict[str, Any]:
    """The context of `site/page.html`."""
    return {
        **other_page(page, base_url),
        "ancestors": queries.ancestors(page),
        "children": queries.children(page),
    }


def document_page(document: Any, base_url: str) -> tuple[str, dict[str, Any]] | None:
    """The template and the context of a document's public page, or None where its kind has none."""
    if isinstance(document, Post):
        return "site/post.html", post_page(document, base_url)
    if isinstance(document, Page):
        return "site/page.html", page_page(document, base_url)
    if type(document) in queries.public_models():
        return "site/document.html", other_page(document, base_url)
    return None


def other_page(document: Any, base_url: str) -> dict[str, Any]:
    """The context of `site/document.html`, which shows any content type by the kinds of its columns."""
    summaries = [getattr(document, key) for key in keys_of_kind(type(document), "summary")]
    return {
        "frame": frame(document.locale, document.public_path, base_url, versions_of(document)),
        "article": article(document),
        "document": document,
        "title": str(document),
        "summary": next(filter(None, summaries), ""),
    }


def topic_page(topic: Tag | Category, base_url: str) -> dict[str, Any]:
    """The context of the head of `site/list.html` for a tag or a category."""
    return {"frame": frame(topic.locale, topic.public_path, base_url, versions_of(topic)), "topic": topic}


def _picture(media: Media | None, locale: str) -> Picture | None:
    return picture_of(media, locale) if media is not None else None
