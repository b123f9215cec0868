"""`make check`: every script of ours is a module that parses.

A parser from the development requirements does it, so that no Node is needed. Run as a program, it names the place of
each error and ends with 1 where there is one.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import tree_sitter
import tree_sitter_javascript

ROOT = Path(__file__).parent.parent
SCRIPTS = ROOT / "static" / "src" / "js"


def syntax_errors(source: bytes) -> list[int]:
    """The lines, counted from 1, at which a script does not parse."""
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))
    return sorted({node.start_point.row + 1 for node in _errors(parser.parse(source).root_node)})


def _errors(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    if node.is_error or node.is_missing:
        yield node
    elif node.has_error:
        for child in node.children:
            yield from _errors(child)


def main() -> int:
    """Check all scripts; the exit status says whether all parse."""
    scripts = sorted(SCRIPTS.rglob("*.js"))
    broken = [f"{path.relative_to(ROOT)}:{line}" for path in scripts for line in syntax_errors(path.read_bytes())]
    for place in broken:
        print(f"{place}: not valid JavaScript")
    print(f"{len(scripts)} scripts, {len(broken)} errors")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
