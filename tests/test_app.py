"""What the factory does beside calling others."""

import gc
import stat
from collections.abc import Callable

from flask import Flask, render_template_string


def test_templates_are_compiled_once_where_visitors_are_served(make_app: Callable[..., Flask]) -> None:
    app = make_app(TESTING=False, APP_ENV="production", migrated=True)
    folder = app.config["INSTANCE_PATH"] / "templates"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert app.test_client().get("/en/").status_code == 200
    assert {path.suffix for path in folder.iterdir()} == {".cache"}


def test_what_is_loaded_is_not_looked_through_for_garbage() -> None:
    assert gc.get_freeze_count() > 50_000
    # What requests leave behind is, before it is much.
    assert gc.get_threshold()[0] == 50_000


def test_tests_keep_nothing(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    with app.test_request_context("/"):
        render_template_string("{{ 1 }}")
    assert not (app.config["INSTANCE_PATH"] / "templates").exists()
