"""The map of the folders, and the rules of the house that no other tool checks."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

TOP_LEVEL = frozenset(
    "cms admin translations babel.cfg static templates tests config.py app.py README.md "
    "pyproject.toml requirements.in requirements.txt requirements-dev.in requirements-dev.txt Makefile CHANGES.md "
    "LICENSE docs deploy benchmarks".split()
)
# What programs write; `.gitignore` keeps it out.
WRITTEN = frozenset({"instance", "node_modules", "htmlcov"})
CMS = frozenset(
    "models content cache security i18n site accounts commands migrations assets background "
    "__init__.py extensions.py connections.py development.py schema.py".split()
)
ADMIN = frozenset({"views"})
LONGEST_FILE = 420
VAGUE_NAMES = frozenset({"utils", "util", "helpers", "helper", "misc", "common", "tools", "lib"})

PYTHON = sorted(path for folder in ("cms", "admin") for path in (ROOT / folder).rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INLINE = re.compile(
    r"""\son[a-z]+=["']|javascript:|\sstyle=["']|<script(?![^>]*\bsrc=)[^>]*>|<style\b""", re.IGNORECASE
)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def names_in(folder: Path) -> set[str]:
    """What a folder holds, without what is hidden or compiled."""
    return {path.name for path in folder.iterdir() if not path.name.startswith((".", "__pycache__"))}


def test_the_top_level_is_fixed():
    """A new file or folder there needs a reason, and a line in this test."""
    assert names_in(ROOT) - WRITTEN <= TOP_LEVEL
    assert {"cms", "admin", "translations", "babel.cfg", "static", "templates", "config.py", "app.py"} <= names_in(ROOT)


def test_each_part_of_the_system_has_its_folder():
    """`cms` is made of the parts that the import rules know."""
    assert names_in(ROOT / "cms") <= CMS
    assert {path.name for path in (ROOT / "admin").iterdir() if path.is_dir()} - {"__pycache__"} == ADMIN


def test_names_say_what_is_inside():
    """No drawer for everything."""
    assert [path for path in PYTHON if path.stem in VAGUE_NAMES] == []


def test_files_are_of_a_size_to_be_read():
    """About 400 lines; migrations are as long as the schema."""
    lengths = {path: len(path.read_text().splitlines()) for path in PYTHON if "versions" not in path.parts}
    assert {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_every_module_says_what_it_is_for():
    """In its first lines; an empty `__init__.py` has nothing to say."""
    silent = [
        path for path in PYTHON if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert [str(path.relative_to(ROOT)) for path in silent] == []


def test_templates_hold_no_script_and_no_style():
    """The security policy would block it."""
    found = {}
    for path in TEMPLATES:
        lines = INLINE.findall(COMMENT.sub("", path.read_text()))
        if lines:
            found[str(path.relative_to(ROOT))] = lines
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        '<p style="color: red">',
        "<script>go()</script>",
        '<script type="module">go()</script>',
        "<style>p {}</style>",
    ],
)
def test_inline_code_would_be_found(text):
    """The search can fail."""
    assert INLINE.search(text)


def test_own_scripts_and_styles_are_no_inline_code():
    """What the templates do use."""
    assert not INLINE.search('<script type="module" src="/static/dist/site.js"></script> <p class="x" data-on="y">')
