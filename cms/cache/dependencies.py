"""What the page that is being rendered depends on.

Functions that read for a public page call `depends_on()`; outside of a cached page that does nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cms.cache.tags import object_tag

if TYPE_CHECKING:
    from cms.cache.fragments import Rendering


class UndeclaredDependency(Exception):
    """A cached page read something that it did not declare, so it would not be rendered anew when that changes."""


@dataclass
class Recording:
    """What one rendering declared and, where `strict`, what it read."""

    strict: bool = False
    # Where parts are kept that other pages show as well; None where the page itself will not be kept.
    rendering: "Rendering | None" = None
    tags: set[str] = field(default_factory=set)
    # Object tag -> the tags of which one covers it; and the tables of which rows were selected.
    loaded: dict[str, frozenset[str]] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)

    def verify(self) -> None:
        """Raise UndeclaredDependency where something was read that no declared tag covers."""
        uncovered = sorted(name for name, covering in self.loaded.items() if covering.isdisjoint(self.tags))
        heads = {tag.split(":")[0].split("@")[0].split("*")[0] for tag in self.tags}
        uncovered += sorted(f"any row of {table}" for table in self.tables - heads)
        if uncovered:
            raise UndeclaredDependency(
                f"The page read {', '.join(uncovered)} and declared only {', '.join(sorted(self.tags)) or 'nothing'}: "
                "the query function that reads it must call depends_on()."
            )


_current: ContextVar[Recording | None] = ContextVar("cms.cache.recording", default=None)


def depends_on(*items: Any) -> None:
    """Declare that the page being rendered depends on objects or tags. None is passed over."""
    recording = _current.get()
    if recording is None:
        return
    for item in items:
        if item is not None:
            recording.tags.add(item if isinstance(item, str) else object_tag(item))


def current_recording() -> Recording | None:
    """The recording of the page that is being rendered, or None."""
    return _current.get()


@contextmanager
def recording(*, strict: bool = False, rendering: "Rendering | None" = None) -> Iterator[Recording]:
    """Record what is declared within the block; with `strict`, also what is read."""
    record = Recording(strict=strict, rendering=rendering)
    token = _current.set(record)
    try:
        yield record
    finally:
        _current.reset(token)


@contextmanager
def part_of_recording(outer: Recording) -> Iterator[Recording]:
    """Record what a part of the page declares and reads. When it is done, the page depends on all of it as well.

    Raises UndeclaredDependency at its end, where the recording is strict.
    """
    with recording(strict=outer.strict, rendering=outer.rendering) as record:
        yield record
    if record.strict:
        record.verify()
    outer.tags |= record.tags
    outer.loaded |= record.loaded
    outer.tables |= record.tables


@contextmanager
def unrecorded() -> Iterator[None]:
    """For work within a request that the page does not depend on, such as publishing what has become due."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)
