"""Parts of pages that are rendered once and shown on many pages: the card of a post, the column beside a list.

A fragment is kept under the rules of a page: it has the tags that were declared while it was made, the purge sequence
of the page it was first made for, and a moment at which it ends. It is used for a page only where no tag of it was
purged up to the sequence that this page was begun at, and the page takes over its tags. So whatever makes a fragment
stale makes every page stale that shows it. (See docs/decisions/0011-fragments.md.)

Fragments are used only while a page is rendered that may be kept: that page knows nothing of who asks, and so neither
does a fragment. Everywhere else (previews, development, while Redis is away) they are made anew and not kept.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from markupsafe import Markup

from cms.cache.breaker import Unavailable
from cms.cache.dependencies import Recording, current_recording, part_of_recording
from cms.cache.near import Near
from cms.cache.stamps import Stamps, still_valid
from cms.cache.tags import EVERYTHING, object_tag

T = TypeVar("T")
Key = tuple[Hashable, ...]


class Fragment:
    """A part that is kept. `content` is markup, or data of which nobody may change anything.

    `sequence` was read before its first query; `validated_at` is the sequence at which its stamps were last found
    good; from `expires` (seconds since 1970) on it must not be used.
    """

    __slots__ = ("byte_size", "content", "expires", "sequence", "tags", "used", "validated_at")

    def __init__(self, content: Any, tags: Iterable[str], sequence: int, expires: float) -> None:
        self.content = content
        self.tags = tuple(tags)
        self.sequence = sequence
        self.expires = expires
        self.validated_at = sequence
        self.used = False
        # Data are small; what counts is markup.
        self.byte_size = 1000 + 60 * len(self.tags) + (len(content) if isinstance(content, str) else 0)


class Fragments:
    """The fragments that this process has at hand. `clock` gives seconds since 1970."""

    def __init__(self, stamps: Stamps, clock: Callable[[], float], most_bytes: int) -> None:
        self._stamps = stamps
        self._clock = clock
        self._near: Near[Key, Fragment] = Near(most_entries=50_000, most_bytes=most_bytes)

    def clear(self) -> None:
        """Forget everything."""
        self._near.clear()

    def look_up(self, keys: Sequence[Key], sequence: int) -> list[Fragment | None]:
        """The fragments that may be shown on a page that was begun at `sequence`; None for each that may not.

        One look at the stamps for all of them, and none where nothing was purged since the last one.
        """
        now = self._clock()
        found = [self._near.get(key) for key in keys]
        fresh: set[Fragment] = set()
        doubtful: list[Fragment] = []
        for one in found:
            if one is not None and one.expires > now and one.sequence <= sequence:
                if one.validated_at == sequence:
                    fresh.add(one)
                else:
                    doubtful.append(one)
        if doubtful:
            for one in self._valid(doubtful):
                one.validated_at = sequence
                fresh.add(one)
        return [one if one in fresh else None for one in found]

    def keep(self, key: Key, fragment: Fragment) -> None:
        """Have a fragment at hand for other pages; whether it is still fresh is seen whenever one asks."""
        if fragment.expires > self._clock():
            self._near.put(key, fragment)

    def _valid(self, fragments: Sequence[Fragment]) -> set[Fragment]:
        tags = sorted({tag for one in fragments for tag in one.tags})
        try:
            stamps = dict(zip(tags, self._stamps.read(tags), strict=True))
        except Unavailable:
            return set()
        return {one for one in fragments if still_valid([stamps[tag] for tag in one.tags], one.sequence)}


class Rendering:
    """What fragments need to know of the page that is being rendered.

    `sequence` is the page's own, read before its first query: none that is made for it may bear a newer one, since
    what it shows may have been read at any time since then. `ends` is the moment from which what is rendered now
    must not be used. `place` is what else addresses in it may depend on: where the application is mounted.
    """

    def __init__(self, fragments: Fragments, sequence: int, ends: float, place: str) -> None:
        self._fragments = fragments
        self._sequence = sequence
        self._ends = ends
        self._place = place

    def look_up(self, keys: Sequence[Key]) -> list[Fragment | None]:
        """The fragments that the page may show."""
        return self._fragments.look_up([(self._place, *key) for key in keys], self._sequence)

    def keep(self, key: Key, content: Any, tags: Iterable[str]) -> None:
        """Keep what was made for this page."""
        fragment = Fragment(content, sorted({*tags, EVERYTHING}), self._sequence, self._ends)
        self._fragments.keep((self._place, *key), fragment)


class Part(Generic[T]):
    """A part of the page that is being rendered: its markup where it is at hand, else the data to render it from.

    Templates show it with `{% call part.show() %}…{% endcall %}`; the block between is rendered only where it must
    be, and may use nothing but `part.data` and what is the same on every page of the language.
    """

    def __init__(
        self, key: Key, *, markup: Markup | None = None, data: T | None = None, tags: Iterable[str] = ()
    ) -> None:
        self._key = key
        self._markup = markup
        self._data = data
        self._tags = frozenset(tags)

    @property
    def data(self) -> T:
        """What the part is rendered from. Only the block that is given to `show` may ask for it."""
        if self._data is None:
            raise LookupError(f"The part {self._key!r} is at hand, so its data were not read.")
        return self._data

    def show(self, caller: Callable[[], str]) -> Markup:
        """The markup of the part."""
        if self._markup is not None:
            return self._markup
        record = current_recording()
        if record is None or record.rendering is None:
            return Markup(caller())  # noqa: S704 - a template rendered it
        with part_of_recording(record) as own:
            own.tags |= self._tags
            markup = Markup(caller())  # noqa: S704 - a template rendered it
        record.rendering.keep(self._key, markup, own.tags)
        return markup


def parts(
    name: str,
    arguments: Sequence[Key],
    read: Callable[[list[Key]], Iterable[tuple[Key, T, Iterable[Any]]]],
) -> list[Part[T]]:
    """One part for each of `arguments`, in their order; those for which there is nothing are left out.

    `read` is given the arguments of those that are not at hand, and gives for each (arguments, data, the objects and
    tags that the part depends on). It should not ask more questions for more of them.
    """
    record = current_recording()
    keys = [(name, *one) for one in arguments]
    held = _held(record, keys)
    missing = [one for one, fragment in zip(arguments, held, strict=True) if fragment is None]
    made: dict[Key, Part[T]] = {}
    if missing:
        for one, data, items in read(missing):
            tags = [item if isinstance(item, str) else object_tag(item) for item in items if item is not None]
            made[one] = Part((name, *one), data=data, tags=tags)
            if record is not None:
                record.tags.update(tags)
    shown: list[Part[T]] = []
    for one, fragment in zip(arguments, held, strict=True):
        if fragment is not None:
            shown.append(Part((name, *one), markup=fragment.content))
        elif one in made:
            shown.append(made[one])
    return shown


def part(name: str, *arguments: Hashable, read: Callable[[], T], tags: Iterable[str] = ()) -> Part[T]:
    """A part; `read` gives the data to render it from, and is called where it is not at hand.

    `tags` are those of what else goes into it, and was read before (see `shared`).
    """
    record = current_recording()
    key = (name, *arguments)
    held = _held(record, [key])[0]
    if held is not None:
        return Part(key, markup=held.content)
    if record is None:
        return Part(key, data=read())
    with part_of_recording(record) as own:
        own.tags.update(tags)
        data = read()
    return Part(key, data=data, tags=own.tags)


def shared(name: str, *arguments: Hashable, read: Callable[[], T]) -> tuple[T, frozenset[str]]:
    """Data that many pages are rendered from, such as the menus, and the tags that they depend on.

    Nobody may change anything of them, and they must outlive the request: no objects of the database session.
    """
    record = current_recording()
    key = (name, *arguments)
    held = _held(record, [key])[0]
    if held is not None:
        return held.content, frozenset(held.tags)
    if record is None:
        return read(), frozenset()
    with part_of_recording(record) as own:
        data = read()
    if record.rendering is not None:
        record.rendering.keep(key, data, own.tags)
    return data, frozenset(own.tags)


def _held(record: Recording | None, keys: list[Key]) -> Sequence[Fragment | None]:
    """The fragments at hand; the page that is being rendered depends on what they depend on."""
    if record is None or record.rendering is None:
        return [None] * len(keys)
    held = record.rendering.look_up(keys)
    for fragment in held:
        if fragment is not None:
            record.tags.update(fragment.tags)
    return held
