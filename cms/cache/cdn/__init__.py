"""A content delivery network in front: what it is told of each page, and of each purge. Off unless it is set up."""

from flask import Flask

from cms.cache.cdn.keys import Keys
from cms.cache.cdn.telling import SETTLED, Network, Teller
from cms.cache.outbox import Outbox
from cms.models.cdn_purge import CdnPurge


def keys_of(app: Flask, secret: bytes) -> Keys | None:
    """The keys of a site whose pages bear any."""
    header: str | None = app.config.get("CDN_KEY_HEADER")
    return Keys(header, app.config["CDN_LIFETIME"], secret) if header else None


def teller_of(app: Flask, keys: Keys) -> tuple[Teller, Outbox] | None:
    """Who tells the network of purges, and the rows that are told; None where it is not to be told."""
    url: str | None = app.config.get("CDN_PURGE_URL")
    if not url:
        return None
    rows = Outbox(app, CdnPurge.__table__)  # type: ignore[arg-type]  # a Table
    # In tests, pages that are given a moment too long are looked for by themselves.
    again_after = 0.0 if app.testing else SETTLED
    return Teller(rows, Network(url, keys, app.config["CDN_PURGE_CREDENTIAL"]), again_after), rows
