"""`flask mirror`: what it says where it cannot do its work. What it does is tested in tests/cache/mirror."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from cms.cache.mirror import process
from cms.cache.mirror.folder import Folder
from cms.commands.mirror import nginx_away
from tests.nginx import CONFIGURATION
from tests.servers import RedisServer

MakeApp = Callable[..., Flask]


def output(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["mirror", *arguments])
    return result.exit_code, result.output.strip()


def test_it_needs_a_folder_and_redis(make_app: MakeApp, tmp_path: Path) -> None:
    code, said = output(make_app())
    assert code == 1
    assert said == "Error: PAGE_MIRROR: name the folder for the pages, such as /run/babelpress."
    code, said = output(make_app(PAGE_MIRROR=tmp_path / "pages"))
    assert code == 1
    assert said.startswith("Error: REDIS_URL: ")


def test_one_is_enough(make_app: MakeApp, tmp_path: Path, shared_redis: RedisServer) -> None:
    app = make_app(PAGE_MIRROR=tmp_path / "pages", REDIS_URL=shared_redis.url)
    folder = Folder(tmp_path / "pages")
    code, said = output(app)
    folder.close()
    assert code == 1
    assert said.endswith("has a mirror already; one is enough.")


def test_it_says_what_is_wrong_with_the_folder(make_app: MakeApp, tmp_path: Path, shared_redis: RedisServer) -> None:
    (tmp_path / "pages").write_text("a file")
    code, said = output(make_app(PAGE_MIRROR=tmp_path / "pages", REDIS_URL=shared_redis.url))
    assert code == 1
    assert "File exists" in said


@pytest.mark.parametrize("superseded", [False, True])
def test_it_goes_on_as_a_newer_release(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, superseded: bool) -> None:
    """A process that is superseded becomes that one: whoever watches over it sees no end."""
    replaced: list[list[str]] = []

    class Keeper:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.superseded = superseded

        def run(self, place: Path) -> None:
            """It has stopped."""

    monkeypatch.setattr(process, "build", Keeper)
    monkeypatch.setattr("os.execv", lambda program, arguments: replaced.append([program, *arguments]))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    code, said = output(make_app(PAGE_MIRROR=Path("/run/somewhere")), "--megabytes", "5")
    assert (code, said) == (0, "Pages are kept as files in /run/somewhere (stop it with Ctrl+C)")
    assert replaced == ([[sys.executable, sys.executable, *sys.orig_argv[1:]]] if superseded else [])


def test_it_prints_what_nginx_finds_pages_by(make_app: MakeApp) -> None:
    code, said = output(make_app(), "--print-marks")
    assert code == 0
    assert "map $babelpress_scheme $babelpress_mark" in said


def test_what_nginx_says_while_the_program_is_away_comes_from_the_catalogues(make_app: MakeApp) -> None:
    """Where a text was translated anew: flask mirror --print-away > deploy/nginx/babelpress-away.conf"""
    app = make_app()
    with app.app_context():
        printed = nginx_away()
    assert (CONFIGURATION / "babelpress-away.conf").read_text(encoding="utf-8") == printed
    code, said = output(app, "--print-away")
    assert (code, said) == (0, printed.strip())


def test_a_site_says_it_in_its_own_languages(make_app: MakeApp) -> None:
    with make_app(SITE_LOCALES=("pt", "ar"), DEFAULT_LOCALE="pt").app_context():
        printed = nginx_away()
    assert 'default "pt";' in printed
    assert 'direction {\n    pt "ltr";\n    ar "rtl";\n}' in printed
    assert "Voltamos já" in printed
    assert "Back in a moment" not in printed


def test_no_text_can_be_anything_but_a_text(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["cms.commands.mirror"], "_", lambda _text: r'"; $host <b> \ \' {}')
    with make_app(SITE_LOCALES=("en",), DEFAULT_LOCALE="en").app_context():
        assert '    en "&#34;; &#36;host &lt;b&gt; &#92; &#92;&#39; {}";\n' in nginx_away()
