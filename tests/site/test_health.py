"""`/healthz`."""

from sqlalchemy.exc import OperationalError

from cms.content import health


def test_ready(client):
    """As soon as pages can be served: never kept, for anybody."""
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.text == "ok\n"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert client.head("/healthz").status_code == 200


def test_not_ready(client, monkeypatch):
    """Without the database; strangers are not told why."""

    def refuse(*_args):
        raise OperationalError("SELECT 1", {}, Exception("secret path"))

    monkeypatch.setattr(health.db.session, "execute", refuse)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.text == "unavailable\n"
