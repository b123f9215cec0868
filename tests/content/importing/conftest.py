"""The folder that is imported."""

from pathlib import Path
from typing import Any

import pytest

from tests.content.importing.imported_folder import Write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "guides"
    path.mkdir()
    return path


@pytest.fixture
def write(folder: Path) -> Write:
    """Writes a file below the folder that is imported: `write("en/a.md", "text", title="A")`."""

    def write_file(place: str, text: str | bytes = "Text.", **head: Any) -> Path:
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            lines = "".join(f"{name}: {value}\n" for name, value in head.items())
            path.write_text(f"---\n{lines}---\n{text}\n" if head else text, encoding="utf-8")
        return path

    return write_file
