"""Two small sites on a Redis to which bad things happen."""

from typing import TYPE_CHECKING, Any

import redis
from sqlalchemy import func, select

from cms.cache import depends_on
from cms.extensions import db
from cms.models import PendingPurge, Tag
from tests.servers import RedisServer

if TYPE_CHECKING:
    from tests.cache.conftest import SmallSite


def listing(environ: dict[str, Any]) -> str:
    depends_on("tags@en")
    return ", ".join(db.session.scalars(select(Tag.name).order_by(Tag.id)))


def kept(site: "SmallSite") -> int:
    with site.app.app_context():
        return db.session.scalar(select(func.count(PendingPurge.id))) or 0


def save(site: "SmallSite", name: str) -> None:
    with site.app.app_context():
        db.session.add(Tag(name=name, slug=name.lower(), locale="en"))
        db.session.commit()


class Days:
    """Two sites on one server, with breakers that a test lets rest as long as it likes."""

    def __init__(self, one: "SmallSite", two: "SmallSite", server: RedisServer) -> None:
        self.one, self.two, self.server = one, two, server
        self.waited: list[float] = []
        for site in (one, two):
            site.pages["/en/"] = site.pages["/en/other"] = listing
            breaker = site.service.breaker
            assert breaker is not None
            breaker._rest = 3600.0
            breaker._spawn = lambda work: work()
            site.service.patience._sleep = self.waited.append
        self.client = redis.Redis.from_url(server.url)

    def rested(self) -> None:
        """The rest of both breakers is over: the next request tries the server."""
        for site in (self.one, self.two):
            assert site.service.breaker is not None
            site.service.breaker._retry_at = 0.0

    def break_connections(self) -> None:
        """Both sites have to connect anew."""
        for site in (self.one, self.two):
            site.service.close()

    def look_for_kept_purges(self) -> None:
        """The time is over for which a process that saw no failure trusts what is cached."""
        for site in (self.one, self.two):
            site.service._shared_delivery._looks.forget()

    def texts(self) -> list[str]:
        """What readers get from both sites."""
        return [site.get("/en/").text for site in (self.one, self.two)]

    def marks(self) -> list[str]:
        return [site.mark("/en/") for site in (self.one, self.two)]
