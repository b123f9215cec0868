"""A new content type is one file: everything else is derived from it."""

import subprocess
import sys
from pathlib import Path


def test_a_content_type_declared_in_one_file_has_everything(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.admin.recipe_site", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == "walked"
