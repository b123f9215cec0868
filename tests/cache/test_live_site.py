"""Zero stale reads where it counts: two sets of server processes, one Redis, one PostgreSQL, everything changing; and
nginx before each set, which serves pages from files.

A round is a handful of changes at once, by forms and by services, while readers ask for pages without pause and check
the versions that these name. Then nothing changes for a moment, and pages from both sets are compared with what a
server without a page cache says.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff

import pytest

from tests.cache.changing_site import MARK, ChangingSite
from tests.live_site import LiveSite, live_site
from tests.nginx import is_required, nginx
from tests.servers import running_redis
from tests.stress import amount

# Changes in all, those at once, and pages that are compared after them.
CHANGES = amount(24, 3000)
AT_ONCE = amount(4, 8)
COMPARED = 2 * AT_ONCE
# Rounds after which every page is compared.
SWEEP = 20


class Stress:
    """Writers, readers, and what was found."""

    def __init__(self, live: LiveSite) -> None:
        self.live = live
        self.asked = (*live.ports, *live.fronts)
        self.site = ChangingSite(live, seed=7)
        self.chance = random.Random(11)
        self.done = threading.Event()
        self.lock = threading.Lock()
        self.stale: list[str] = []
        self.failed: list[str] = []
        self.marks: Counter[str] = Counter()
        self.quiet: Counter[str] = Counter()
        self.figures: Counter[str] = Counter()

    def ask(self, port: int, path: str) -> object:
        """Ask for a page as a visitor, and check the versions it names."""
        least = dict(self.site.saved)
        try:
            reply = self.live.visitor(port).get(path)
        except OSError as error:
            self.failed.append(f"{path}: {error!r}")
            raise
        older = [f"{name}.{found}" for name, found in MARK.findall(reply.text) if int(found) < least.get(name, 0)]
        with self.lock:
            self.figures["requests"] += 1
            self.marks[reply.mark] += 1
            if self.site.is_quiet(path):
                self.quiet[reply.mark] += 1
            if older:
                self.stale.append(
                    f"{path} names {older}, saved were {[least[one.rpartition('.')[0]] for one in older]}"
                )
            if reply.status >= 500:
                self.failed.append(f"{path}: {reply.status}")
        return reply.content

    def read(self, seed: int) -> None:
        """Ask for one page after the other, of either set, until told to stop."""
        choose = random.Random(seed)
        while not self.done.is_set():
            self.ask(choose.choice(self.asked), choose.choice(self.site.paths))

    def compare(self, path: str) -> None:
        """Both sets, and nginx before them, say what the server without a page cache says."""
        for port in self.asked:
            begun, fresh = time.time(), self.fresh(path)
            served = self.ask(port, path)
            if served != fresh and any(begun <= moment <= time.time() for moment in self.site.due):
                # Something became due in between, which makes two honest answers differ: once all is past, they agree.
                self.figures["became due meanwhile"] += 1
                time.sleep(max(0.0, max(self.site.due) - time.time()))
                begun, fresh, served = time.time(), self.fresh(path), self.ask(port, path)
            self.figures["comparisons"] += 1
            if served != fresh:
                late = [round(begun - moment, 2) for moment in self.site.due if begun - moment < 10]
                self.stale.append(f"{path} (due {late} s ago) differs from a fresh page: {difference(served, fresh)}")

    def fresh(self, path: str) -> object:
        """What the page is now."""
        return self.live.visitor(self.live.fresh).get(path).content

    def write(self, change: Callable[[int], list[str]], version: int) -> None:
        """Make one change; from its end on, nobody may see what was before."""
        for name in change(version):
            self.site.saved[name] = version
        self.figures["changes"] += 1

    def round(self, pool: ThreadPoolExecutor, number: int) -> None:
        """Some changes at once, then a comparison."""
        chosen = dict(self.site.choose() for _ in range(AT_ONCE))
        versions = range(number * AT_ONCE, (number + 1) * AT_ONCE)
        list(pool.map(self.write, chosen.values(), versions))
        concerned = {self.site.at.get(name, "/en/") for name in chosen}
        with self.live.app.app_context():
            self.site.note_addresses()
        concerned |= {self.site.at.get(name, "/pt/") for name in chosen}
        if number % SWEEP == 0:
            paths = self.site.paths
            print(self.found(), flush=True)
        else:
            paths = [*concerned, *self.chance.sample(self.site.paths, COMPARED - len(concerned))]
        list(pool.map(self.compare, paths))

    def run(self) -> None:
        """All rounds, with readers beside them; the first thing that is wrong ends it."""
        begun = time.monotonic()
        readers = [threading.Thread(target=self.read, args=(seed,)) for seed in range(3)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self.compare, self.site.quiet_paths()))
            for reader in readers:
                reader.start()
            try:
                number = 0
                while self.figures["changes"] < CHANGES and not self.stale and not self.failed:
                    number += 1
                    self.round(pool, number)
            finally:
                self.done.set()
                for reader in readers:
                    reader.join()
            time.sleep(max(0.0, max(self.site.due, default=0.0) - time.time()))
            list(pool.map(self.compare, self.site.paths if number > SWEEP else self.site.quiet_paths()))
        self.figures["seconds"] = round(time.monotonic() - begun)

    def found(self) -> str:
        """The figures so far, in a line."""
        hits = {
            name: round((marks["hit"] + marks["file"]) / marks.total(), 3)
            for name, marks in (("all", self.marks), ("quiet", self.quiet))
        }
        return f"{dict(self.figures)}, {dict(self.marks)}, stale {len(self.stale)}, share of hits {hits}"


def difference(served: object, fresh: object) -> str:
    """The lines that differ."""
    lines = [str(one).split("\\n") for one in (served, fresh)]
    return "\n".join(line for line in unified_diff(*lines, lineterm="", n=0))


@pytest.fixture(scope="module")
def live(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """Servers of this test's own; with nginx before them, where there is one."""
    folder = tmp_path_factory.mktemp("fronted")
    fronted = nginx() is not None or is_required()
    with running_redis() as redis, live_site(postgresql_url, redis, folder, fronted=fronted) as site:
        yield site


@pytest.mark.stress
def test_no_process_serves_less_than_was_saved_and_unrelated_pages_stay(live: LiveSite) -> None:
    stress = Stress(live)
    stress.run()
    print(f"\n{stress.found()}")
    assert stress.stale == []
    assert stress.failed == []
    assert stress.figures["changes"] >= CHANGES
    # What is shown in other languages concerns these only where it is shown everywhere: one rendering each, for all
    # processes together.
    assert stress.quiet["miss"] <= len(stress.site.quiet_paths()) * (stress.site.everywhere + 1)
    assert stress.quiet["hit"] > stress.quiet["miss"]
    assert not live.fronts or stress.quiet["file"] > stress.quiet["miss"]
