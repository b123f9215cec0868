"""The benchmarks run, each part of them: what they measure here means nothing."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks import static_file
from benchmarks.report import report
from benchmarks.servers import ROOT


def test_every_part_runs_and_is_written_down(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    command = [sys.executable, "benchmarks/run.py", "--quick", "--json", str(target)]
    run = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(target.read_text())
    names = {(row["contestant"], row["server"]) for row in figures["rates"]}
    assert {
        ("bare WSGI function", "granian"),
        ("cached page, in process", "granian"),
        ("cached page, Redis", "granian"),
        ("Flask view, constant", "granian"),
        ("Flask-Caching decorator, Redis", "granian"),
    } <= names
    # nginx is no part of what the project installs.
    assert (("static file", "nginx") in names) is (static_file.program() is not None)
    for row in figures["rates"]:
        assert row["requests a second"] > 0
        assert row["microseconds"] > 0
        assert row["share of rate"] > 0
    assert ("home rendered, from parts at hand", "granian") in names
    kinds = {"home", "home, page 50", "post", "tag", "category", "author", "archive", "page", "feed"}
    assert {row["page"] for row in figures["uncached"]} == kinds
    for row in figures["uncached"]:
        assert row["cold"][1] > row["warm"][1] > 0
    assert "list" in {row["group"] for row in figures["backoffice"]}
    assert {row["posts"] for row in figures["backoffice"]} == {300}
    assert [row["what"] for row in figures["start"]] == ["1 process", "1 process, Redis", "2 processes, Redis"]
    assert all(row["first reply, s"] > 0 and row["together: PSS, MB"] > 10 for row in figures["start"])
    assert report(figures) in run.stdout
