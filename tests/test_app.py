"""What the factory does beside calling others."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, render_template_string

# What `flask serve` does before its processes are copied, on a site that needs nothing done.
LOADING = """
import importlib, sys
import app
importlib.import_module("cms.commands.prepare")
app.create_app()
print(*sys.modules)
"""
# Of the parts that take long to load, those that a site without Redis needs seldom or never.
NOT_LOADED = (
    "alembic",
    "celery",
    "cms.content.demo.creating",
    "email_validator",
    "flask_migrate",
    "markdown_it",
    "redis",
    *(f"cms.commands.{name}" for name in ("importing", "mirror", "pictures", "translations", "users", "worker")),
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules of a process that is about to serve."""
    settings = {"APP_ENV": "demo", "INSTANCE_PATH": str(tmp_path_factory.mktemp("instance"))}
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    run = [sys.executable, "-c", LOADING]
    root = Path(__file__).parent.parent
    done = subprocess.run(run, cwd=root, env=environment | settings, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", NOT_LOADED)
def test_a_process_that_serves_does_not_load_what_it_does_not_need(loaded: set[str], module: str) -> None:
    assert "cms.commands.prepare" in loaded
    assert module not in loaded


def test_what_is_loaded_is_not_looked_through_for_garbage() -> None:
    assert gc.get_freeze_count() > 50_000
    # What requests leave behind is, before it is much.
    assert gc.get_threshold()[0] == 50_000


def test_tests_keep_nothing(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    with app.test_request_context("/"):
        render_template_string("{{ 1 }}")
    assert not (app.config["INSTANCE_PATH"] / "templates").exists()
