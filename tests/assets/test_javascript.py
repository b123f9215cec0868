"""What jsmin would damage, and joining modules without a build tool."""

from pathlib import Path

import pytest
from jsmin import jsmin

from cms.assets import javascript
from tests.script_syntax import syntax_errors

ROOT = Path(__file__).parents[2] / "static" / "src" / "js"

TRAPS = [
    "const a = `it's`;\nconst b = 1;\n",
    'const a = `x  ${b ? `y  z` : "q"}  w`;\nconst c = 2;\n',
    "if (x) /['\"]/.test(y);\nconst after = 1;\n",
    "const f = (x) => /['\"]/.test(x);\nconst after = 1;\n",
    "const r = x.replace(/[/'\"]/g, '');\nconst after = 1;\n",
    "const s = 'https://example.org'; // it's a comment\nconst after = 1;\n",
    "const a = b\n`tagged`\n",
    "let a = 1\n++b\n",
    "const x = 1 .toString();\n",
    "return_ = a / b / c; // 'quote\nconst after = 1;\n",
    "class A {\n  #secret = 1;\n  static #count = 0;\n  has(o) { return #secret in o; }\n}\n",
    "const big = 1_000n ** 2n;\nconst y = a ?? b;\nconst z = a?.b?.[c];\n",
]


def meaning(source: str) -> list[str]:
    """The tokens of a script."""
    return [token for token, _ in javascript._tokens(source)]


@pytest.mark.parametrize("source", TRAPS)
def test_what_jsmin_damages_is_kept(source: str) -> None:
    small = javascript.minify(source)
    assert small == source or meaning(small) == meaning(source)
    assert syntax_errors(small.encode()) == syntax_errors(source.encode())


def test_the_traps_are_real() -> None:
    """jsmin as it comes still damages some of them: when it no longer does, the guard can go."""
    assert any("after" in source and "after" not in jsmin(source) for source in TRAPS)


def test_comments_and_space_go() -> None:
    assert javascript.minify("// note\nconst a  =  1;\n\n/* more */\nconst b = 2;\n") == "const a=1;const b=2;\n"


def test_a_line_break_that_ends_a_statement_stays() -> None:
    small = javascript.minify("const a = b\nconst c = d\n")
    assert "b\nconst" in small


@pytest.mark.parametrize(
    "broken", ["const a = `never closed", "const a = `${ never closed", "const \x01 = 1;", "a = 'x"]
)
def test_what_cannot_be_read_is_left_as_it_was(broken: str) -> None:
    assert javascript.minify(broken) == broken


def test_a_lost_end_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "const a = 1;\nconst b = 2;\n"
    monkeypatch.setattr(javascript, "jsmin", lambda text, **_: text[:13])
    assert javascript.minify(source) == source


def test_a_lost_line_break_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "let a = b\n(c)\n"
    monkeypatch.setattr(javascript, "jsmin", lambda text, **_: text.replace("\n", " "))
    assert javascript.minify(source) == source


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.js")), ids=lambda path: path.stem)
def test_every_script_of_ours_can_be_joined_and_gets_smaller(path: Path) -> None:
    part = javascript.as_part(path.read_text("utf-8"))
    small = javascript.minify(part)
    assert syntax_errors(small.encode()) == []
    if len(part) > 300:
        assert len(small) < 0.95 * len(part)


def test_modules_are_ordered_so_that_what_is_imported_comes_first(tmp_path: Path) -> None:
    (tmp_path / "entry.js").write_text('import "./a.js";\nimport { c } from "./c.js";\nc();\n')
    (tmp_path / "a.js").write_text('import {\n  b,\n  c,\n} from "./c.js";\n')
    (tmp_path / "c.js").write_text('import "./a.js";\nexport function c() {}\nexport const b = 1;\n')
    assert [path.name for path in javascript.module_order(tmp_path / "entry.js")] == ["c.js", "a.js", "entry.js"]


def test_a_part_has_neither_imports_nor_exports() -> None:
    imports = 'import { a } from "./a.js";\nimport "./b.js";\n'
    source = 'export async function f() {}\nexport const g = import("./c.js");\n'
    assert javascript.as_part(imports + source) == 'async function f() {}\nconst g = import("./c.js");\n'


@pytest.mark.parametrize(
    "source",
    [
        'import { a as b } from "./a.js";\n',
        'import a from "./a.js";\n',
        'import * as a from "./a.js";\n',
        "export default 1;\n",
        'export { a } from "./a.js";\n',
    ],
)
def test_what_cannot_be_joined_is_refused(source: str) -> None:
    with pytest.raises(javascript.UnsupportedScriptError):
        javascript.as_part(source)


def test_names_that_would_collide_are_found() -> None:
    assert javascript.names_declared_twice(["const a = 1;\nfunction b() {}\n", "export function b() {}\n"]) == ["b"]
    assert javascript.names_declared_twice(["{ const a = 1; }\n", "const a = 2;\n"]) == []
