"""Parts of pages that other pages show as well: kept, shared, and never older than the page that shows them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from markupsafe import Markup
from sqlalchemy import select

from cms.cache import depends_on, purge_now
from cms.cache.breaker import Unavailable
from cms.cache.dependencies import UndeclaredDependency, current_recording
from cms.cache.fragments import part, parts, shared
from cms.extensions import db
from cms.models import Tag
from tests.cache.conftest import Clock, SmallSite
from tests.cache.test_moments import plan


class Box:
    """A part that tells how often it was read and rendered; `text` is what it shows at present."""

    def __init__(self, *tags: str) -> None:
        self.tags = tags
        self.text = "first"
        self.read_count = 0
        self.rendered_count = 0

    def read(self) -> str:
        depends_on(*self.tags)
        self.read_count += 1
        return self.text

    def page(self, environ: dict[str, Any]) -> str:
        """A page that shows the box, and depends on nothing else but itself."""
        depends_on(f"page:{environ['PATH_INFO']}")
        return self.show()

    def show(self) -> str:
        box = part("box", "en", read=self.read)

        def caller() -> str:
            self.rendered_count += 1
            return f"[{box.data}]"

        return str(box.show(caller))

    @property
    def counts(self) -> tuple[int, int]:
        return self.read_count, self.rendered_count


@pytest.fixture
def box(site: SmallSite) -> Box:
    """A box that two pages show."""
    made = Box("posts:1")
    site.pages |= {"/en/a": made.page, "/en/b": made.page}
    return made


def change(site: SmallSite, box: Box, text: str) -> None:
    box.text = text
    with site.app.app_context():
        purge_now("posts:1")


def test_a_part_is_made_once_for_many_pages(site: SmallSite, box: Box) -> None:
    assert [site.get(path).text for path in ("/en/a", "/en/b")] == ["[first]"] * 2
    assert box.counts == (1, 1)


def test_a_change_reaches_every_page_that_shows_the_part(site: SmallSite, box: Box) -> None:
    """Also the page that only took the part and asked nothing itself: it depends on all that the part does."""
    for number, text in enumerate(("second", "third"), start=2):
        for path in ("/en/a", "/en/b", "/en/a"):
            site.get(path)
        change(site, box, text)
        assert [site.get(path).text for path in ("/en/b", "/en/a")] == [f"[{text}]"] * 2
        assert box.counts == (number, number)


def test_another_change_leaves_the_part(site: SmallSite, box: Box) -> None:
    site.get("/en/a")
    with site.app.app_context():
        purge_now("page:/en/a")
    assert site.mark("/en/a") == "miss"
    assert site.mark("/en/a") == "hit"
    assert box.counts == (1, 1)


def test_a_page_with_an_older_part_can_be_kept(site: SmallSite, box: Box) -> None:
    """The part was made before something else of the page was purged; it is still as good as new."""
    site.get("/en/a")
    with site.app.app_context():
        purge_now("page:/en/b")
    assert [site.mark("/en/b") for _ in range(2)] == ["miss", "hit"]
    assert box.counts == (1, 1)


def test_a_change_after_the_part_was_taken_makes_the_page_stale(site: SmallSite, box: Box) -> None:
    """The page bears the sequence at which the part was found fresh, none that is newer."""
    site.get("/en/a")

    def overtaken(environ: dict[str, Any]) -> str:
        text = box.page(environ)
        if box.text == "first":
            change(site, box, "second")
        return text

    site.pages["/en/b"] = overtaken
    assert site.get("/en/b").text == "[first]"
    assert [site.get(path).text for path in ("/en/b", "/en/a", "/en/b")] == ["[second]"] * 3


def test_a_part_that_was_overtaken_while_it_was_made_is_not_used(site: SmallSite, box: Box) -> None:
    """It bears the sequence from before the first query of its page, whenever it was finished."""
    read = box.read

    def overtaken() -> str:
        text = read()
        if text == "first":
            change(site, box, "second")
        return text

    box.read = overtaken  # type: ignore[method-assign]
    assert site.get("/en/a").text == "[first]"
    assert [site.get(path).text for path in ("/en/b", "/en/a")] == ["[second]"] * 2


def test_what_was_read_before_the_part_began_counts_for_it(site: SmallSite, box: Box) -> None:
    """A change between the beginning of the page and that of the part: the page may have read before it."""

    def early(environ: dict[str, Any]) -> str:
        held = box.text
        if held == "first":
            change(site, box, "second")
            box.text = held
        text = box.page(environ)
        box.text = "second"
        return text

    site.pages["/en/a"] = early
    assert site.get("/en/a").text == "[first]"
    assert site.get("/en/b").text == "[second]"


def test_several_processes_never_show_an_older_part(two_sites: tuple[SmallSite, SmallSite]) -> None:
    box = Box("posts:1")
    for site in two_sites:
        site.pages |= {"/en/a": box.page, "/en/b": box.page}
        assert site.get("/en/a").text == "[first]"
    change(two_sites[0], box, "second")
    assert [site.get(path).text for site in two_sites for path in ("/en/a", "/en/b")] == ["[second]"] * 4


def test_a_part_ends_at_the_next_planned_moment(site: SmallSite, box: Box, clock: Clock) -> None:
    site.service.clock = clock
    with site.app.app_context():
        plan(7, datetime.fromtimestamp(clock.now + 60, UTC))
    site.get("/en/a")
    clock.now += 59
    site.get("/en/b")
    assert box.counts == (1, 1)
    box.text = "second"
    clock.now += 1
    with site.app.app_context():
        purge_now("page:/en/a")
    assert site.get("/en/a").text == "[second]"


def test_parts_are_neither_used_nor_kept_where_pages_are_not(site: SmallSite, box: Box) -> None:
    site.service.on = False
    assert [site.get("/en/a").text for _ in range(2)] == ["[first]"] * 2
    assert box.counts == (2, 2)
    site.service.on = True
    site.get("/en/a")
    site.service.on = False
    assert site.get("/en/b").text == "[first]"
    assert box.counts == (4, 4)
    assert box.show() == "[first]"
    assert box.counts == (5, 5)


def test_what_cannot_be_shown_to_be_fresh_is_made_anew(
    site: SmallSite, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(tags: Any) -> Any:
        raise Unavailable("the cache server does not answer")

    site.get("/en/a")
    with site.app.app_context():
        purge_now("something:else")
    with monkeypatch.context() as patch:
        patch.setattr(site.service.stamps, "read", unreadable)
        sequence = site.service.stamps.sequence(fresh=True)
        assert site.service.fragments.look_up([("", "box", "en")], sequence) == [None]
    assert site.get("/en/b").text == "[first]"
    assert box.counts == (1, 1)


def test_clearing_the_cache_forgets_the_parts(site: SmallSite, box: Box) -> None:
    site.get("/en/a")
    site.service.forget_everything()
    site.get("/en/b")
    assert box.counts == (2, 2)


def test_the_data_of_a_part_that_is_at_hand_were_not_read(site: SmallSite, box: Box) -> None:
    site.get("/en/a")
    site.pages["/en/b"] = lambda environ: part("box", "en", read=box.read).data
    with pytest.raises(LookupError, match="box"):
        site.get("/en/b")


def test_a_failure_leaves_nothing_behind(site: SmallSite, box: Box) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    site.pages["/en/b"] = lambda environ: str(part("box", "en", read=box.read).show(broken))
    with pytest.raises(ZeroDivisionError):
        site.get("/en/b")
    assert site.get("/en/a").text == "[first]"
    assert box.counts == (2, 1)


def test_a_part_must_declare_what_it_reads(site: SmallSite) -> None:
    """Not only its page: another page would show the part without having read anything."""

    def undeclared() -> Sequence[Tag]:
        return db.session.scalars(select(Tag)).all()

    def page(environ: dict[str, Any]) -> str:
        depends_on("tags@en")
        return str(part("count", read=undeclared).show(lambda: "some"))

    site.pages["/en/"] = page
    with pytest.raises(UndeclaredDependency, match="any row of tags"):
        site.get("/en/")


class Cards:
    """Many parts of a kind."""

    def __init__(self) -> None:
        self.asked: list[list[Any]] = []

    def read(self, missing: list[tuple[Any, ...]]) -> Any:
        self.asked.append([one[0] for one in missing])
        return [(one, f"card {one[0]}", (f"posts:{one[0]}", None)) for one in missing if one[0] != 404]

    def page(self, *numbers: int) -> Callable[[dict[str, Any]], str]:
        def page(environ: dict[str, Any]) -> str:
            depends_on("posts@en")
            shown = parts("card", [(number,) for number in numbers], self.read)
            return " ".join(one.show(lambda one=one: one.data) for one in shown)

        return page


def test_only_what_is_not_at_hand_is_read_and_all_of_it_at_once(site: SmallSite) -> None:
    cards = Cards()
    site.pages |= {"/en/a": cards.page(1, 2, 3), "/en/b": cards.page(4, 3, 404, 2, 5), "/en/c": cards.page(5, 1)}
    assert site.get("/en/a").text == "card 1 card 2 card 3"
    assert site.get("/en/b").text == "card 4 card 3 card 2 card 5"
    assert site.get("/en/c").text == "card 5 card 1"
    assert cards.asked == [[1, 2, 3], [4, 404, 5]]
    with site.app.app_context():
        purge_now("posts:1")
    assert site.mark("/en/b") == "hit"
    assert site.get("/en/c").text == "card 5 card 1"
    assert cards.asked[2:] == [[1]]


def test_one_look_at_the_stamps_for_all_parts_of_a_kind(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    cards = Cards()
    site.pages |= {"/en/a": cards.page(1, 2, 3), "/en/b": cards.page(1, 2, 3), "/en/c": cards.page(3, 2, 1)}
    site.get("/en/a")
    with site.app.app_context():
        purge_now("something:else")
    looks: list[Any] = []
    read = site.service.stamps.read
    monkeypatch.setattr(site.service.stamps, "read", lambda tags: looks.append(tags) or read(tags))
    site.get("/en/b")
    site.get("/en/c")
    assert len(looks) == 1


def test_data_are_shared_with_what_they_depend_on(site: SmallSite) -> None:
    read: list[str] = []

    def menu() -> tuple[str, ...]:
        depends_on("menus@en")
        read.append("menu")
        return ("Home", "About")

    def page(environ: dict[str, Any]) -> str:
        links, tags = shared("menu", "en", read=menu)
        head = part("head", read=lambda: links, tags=tags)
        return str(head.show(lambda: ", ".join(head.data)))

    site.pages |= {"/en/a": page, "/en/b": page}
    assert [site.get(path).text for path in ("/en/a", "/en/b")] == ["Home, About"] * 2
    assert read == ["menu"]
    with site.app.app_context():
        purge_now("menus@en")
    assert [site.mark(path) for path in ("/en/b", "/en/a")] == ["miss", "miss"]
    assert read == ["menu"] * 2
    site.service.on = False
    site.get("/en/a")
    assert read == ["menu"] * 3


def test_outside_of_a_page_everything_is_made(site: SmallSite) -> None:
    assert current_recording() is None
    assert shared("menu", "en", read=lambda: 1) == (1, frozenset())
    (one,) = parts("card", [(1,)], Cards().read)
    assert one.show(lambda: one.data) == Markup("card 1")


def test_nothing_is_asked_twice_about_plans_while_nothing_is_purged(
    site: SmallSite, box: Box, count_queries: Any
) -> None:
    """A plan that is made, moved or dropped is itself a purge."""
    site.get("/en/a")
    with count_queries() as queries:
        site.get("/en/b")
    assert len(queries) == 0
    with site.app.app_context():
        plan(1, datetime(2099, 1, 1, tzinfo=UTC))
    with count_queries() as queries:
        assert site.mark("/en/a") == "miss"
    assert len(queries) >= 1
