"""What the templates of public pages are given: everything is read here, so that a template asks for nothing.

The public site and the preview in the back office call the same functions, and so show the same page.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from babel.dates import format_skeleton
from flask_babel import get_locale
from markupsafe import Markup, escape

from cms.cache import depends_on
from cms.cache.fragments import Part, part, parts, shared
from cms.cache.tags import ui_tag
from cms.content import post_lists, queries
from cms.content.media_library import picture_of, pictures_by_name
from cms.content.rendering import Picture, RenderedBody, picture_names, render_body
from cms.content.searching.excerpts import excerpt
from cms.content.searching.words import plain
from cms.content.settings import posts_per_page, site_settings
from cms.i18n.locales import LocaleInfo, describe, site_locales
from cms.models import Category, Media, Page, Post, Tag
from cms.models.base import Model, columns_of

RELATED = 3
RECENT = 5
TOPICS = 16
# Characters of a text, markup included, in which its beginning is looked for.
LOOKED_AT = 4_000
ARABIC_ARTICLE = "ال"

Links = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class LanguageLink:
    """A language of the site as one page offers it; `path` is None where the page is not translated into it."""

    language: LocaleInfo
    path: str | None
    is_current: bool


@dataclass(frozen=True)
class Frame:
    """What stands around the content of every public page. Paths are of this site, `base_url` makes them absolute.

    `tags` are those of its settings and menus; `query` is what of the page's address stands from `?` on, where another
    language must show the same.
    """

    settings: Mapping[str, str]
    language: LocaleInfo
    languages: tuple[LanguageLink, ...]
    header_menu: Links
    footer_menu: Links
    path: str
    base_url: str
    tags: frozenset[str] = frozenset()
    query: str = ""

    def around(self, name: str, caller: Callable[[], str]) -> Markup:
        """The head or the foot of the page, which is kept for every page of the language that marks the same link.

        In the block that is given, `page_address` stands for the page's own.
        """
        own = {home_path(self.language.code), *(url for _label, url in self.header_menu)}
        marked = self.path if self.path in own else ""
        missing = tuple(link.language.code for link in self.languages if link.path is None)
        code = self.language.code
        kept = part(name, code, marked, missing, read=lambda: self, tags=self.tags).show(caller)
        return Markup(kept.replace(self.page_address, escape(_quoted(self.path + self.query))))  # noqa: S704 - both are escaped

    @property
    def page_address(self) -> str:
        """Stands for `path` in what is kept for many pages."""
        return "/.the-path-of-this-page."

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
    """A post or a page with all that its page shows; `beginning` stands in for a summary that nobody has written."""

    document: Any
    body: RenderedBody
    picture: Picture | None
    caption: str
    beginning: str

    @property
    def has_contents(self) -> bool:
        """Whether the text is long enough for a table of contents to help."""
        return len(self.body.contents) >= 3 and self.body.reading_minutes >= 3


def site_codes() -> list[str]:
    """The codes of the site's languages."""
    return [info.code for info in site_locales()]


def home_path(locale: str) -> str:
    """The path of the home page of a language."""
    return f"/{locale}/"


def _quoted(path: str) -> str:
    """A path as the value of a query parameter, in the spelling of `url_for`."""
    return quote(path, safe="!$'()*,/:;?@")


def month_name(year: int, month: int) -> str:
    """A month as a title in the current language: "November 2026"."""
    name: str = format_skeleton("yMMMM", datetime(year, month, 15, tzinfo=UTC), locale=get_locale())
    return name[:1].upper() + name[1:]


def frame(locale: str, path: str, base_url: str, versions: Mapping[str, str], query: str = "") -> Frame:
    """Everything around the content of a page.

    `versions` holds the paths under which the same content can be read, by language; `path` is the page's own.
    Three queries where no other page of the language has asked them.
    """
    depends_on(ui_tag(locale))
    (settings, header_menu, footer_menu), tags = shared("frame", locale, read=lambda: _read_around(locale))
    languages = tuple(
        LanguageLink(info, path if info.code == locale else versions.get(info.code), info.code == locale)
        for info in site_locales()
    )
    return Frame(
        settings=settings,
        language=describe(locale),
        languages=languages,
        header_menu=header_menu,
        footer_menu=footer_menu,
        path=path,
        base_url=base_url,
        tags=tags,
        query=query,
    )


def _read_around(locale: str) -> tuple[Mapping[str, str], Links, Links]:
    """What of a frame is the same on every page of a language: settings, menus of the head and the foot."""
    return site_settings(locale), queries.menu_links("header", locale), queries.menu_links("footer", locale)


def versions_of(document: Any) -> dict[str, str]:
    """The paths of a document's live rows by language, its own included."""
    rows = [document, *queries.translations_of(document)]
    return {row.locale: row.public_path for row in rows}


def cards(ids: Sequence[int], kind: str = "card", *, leading: bool = False) -> list[Part[Card]]:
    """Posts as a list shows them. One query reads those whose card no page has at hand, two where they have pictures.

    `kind` tells cards apart that templates show differently; where one is `leading`, the first is of the kind "lead".
    """
    kinds = ["lead" if leading and place == 0 else kind for place in range(len(ids))]
    return parts("card", list(zip(ids, kinds, strict=True)), _read_cards)


def _read_cards(missing: list[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], Card, Sequence[Any]]]:
    posts = post_lists.posts_of_cards([one[0] for one in missing])
    for one in missing:
        post = posts.get(one[0])
        if post is not None:
            card = Card(post, _picture(post.featured_image, post.locale))
            yield one, card, (post, post.author, post.category, post.featured_image)


def side_column(locale: str) -> Part[SideColumn]:
    """Recent posts and the topics that are written about most."""
    return part("side", locale, read=lambda: _read_side(locale))


def _read_side(locale: str) -> SideColumn:
    topics = [tag for tag, _uses in post_lists.most_used_tags(locale, TOPICS)]
    return SideColumn(post_lists.recent_posts(locale, RECENT), topics)


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
        beginning=_beginning_of("".join(texts)),
    )


def _beginning_of(html: str) -> str:
    """The first words of a text, as search engines and previews show them."""
    head = html if len(html) <= LOOKED_AT else html[:LOOKED_AT].rpartition("<")[0]
    return excerpt(plain(head), ())


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
        "related": cards(post_lists.related_posts(post, RELATED), "related"),
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
