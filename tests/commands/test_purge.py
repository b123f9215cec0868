"""`flask purge`."""

from flask import Flask

from tests.site_client import SiteClient


def test_every_page_is_made_anew(app: Flask) -> None:
    visitor = SiteClient.of(app)
    assert [visitor.get("/en/").headers["X-Cache"] for _ in range(2)][1] == "hit"
    reply = app.test_cli_runner().invoke(args=["purge"])
    assert (reply.exit_code, reply.output) == (0, "Every cached page is made anew.\n")
    assert visitor.get("/en/").headers["X-Cache"] == "miss"
