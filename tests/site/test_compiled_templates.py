"""Compiled templates are kept where that is possible."""

import errno
import logging
import os
import stat
from collections.abc import Callable

import pytest
from flask import Flask
from jinja2 import bccache


def test_templates_are_compiled_once_where_visitors_are_served(make_app: Callable[..., Flask]) -> None:
    app = make_app(TESTING=False, APP_ENV="production", migrated=True)
    folder = app.config["INSTANCE_PATH"] / "templates"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert app.test_client().get("/en/").status_code == 200
    assert {path.suffix for path in folder.iterdir()} == {".cache"}


def test_a_full_disk_costs_no_page(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(**_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    app = make_app(TESTING=False, APP_ENV="production", migrated=True)
    monkeypatch.setattr(bccache.tempfile, "NamedTemporaryFile", refuse)
    with caplog.at_level(logging.WARNING):
        assert app.test_client().get("/en/").status_code == 200
        assert app.test_client().get("/en/nothing").status_code == 404
    told = [message for message in caplog.messages if message.startswith("Compiled templates cannot be kept: ")]
    assert len(told) == 1
    assert "No space left" in told[0]
