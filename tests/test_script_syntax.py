"""The check of the scripts' syntax can fail, and knows today's JavaScript."""

import pytest

from tests.script_syntax import syntax_errors


@pytest.mark.parametrize(
    "source",
    [
        "import { a } from './b.js';\nexport const c = a?.b ?? 3;",
        "class A { #p = 1; static { A.q = 1; } }",
        "x ??= /[/]`'/u.test(`${y}`); for await (const z of y) z();",
    ],
)
def test_modern_scripts_parse(source):
    """What browsers take today is no error."""
    assert syntax_errors(source.encode()) == []


@pytest.mark.parametrize(
    ("source", "line"), [("let a = 1;\nconst b = ;", 2), ("f(`x${1`", 1), ("if (a) {\n", 1), ("a = 1 1;", 1)]
)
def test_broken_scripts_are_found(source, line):
    """An error is found, at its line or where the text ends."""
    assert syntax_errors(source.encode())[0] >= line
