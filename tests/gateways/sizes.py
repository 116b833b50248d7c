"""How large payment gateways are: ``python -m tests.gateways.sizes`` writes the table of docs/payment-gateways.md."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/payment-gateways.md"
GATEWAYS, STAND_INS = ROOT / "storefront/gateways/payments", ROOT / "storefront/sandbox"
HEAD = "| gateway | files | lines of code | of its stand-in |\n|---|---|---|---|\n"
_ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<files>\d+) \| (?P<code>\d+) \| (?P<stand_in>\d+|none) \|$", re.MULTILINE)
_LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENDMARKER}


@dataclass(frozen=True)
class Size:
    name: str
    files: int
    code: int
    stand_in: int


def sizes() -> list[Size]:
    """Of every package with a ``Gateway``, the smallest first."""
    found = [_size(package.parent) for package in sorted(GATEWAYS.glob("*/__init__.py"))]
    return sorted(found, key=lambda each: each.code)


def told() -> dict[str, Size]:
    """What the page says."""
    rows = _ROW.finditer(PAGE.read_text())
    return {
        row["name"]: Size(row["name"], int(row["files"]), int(row["code"]), int(row["stand_in"].replace("none", "0")))
        for row in rows
    }


def code_lines(path: Path) -> int:
    """Lines that hold something beside comments and docstrings."""
    text = path.read_text()
    documented = set(_docstring_lines(ast.parse(text)))
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _LAYOUT:
            held.update(range(token.start[0], token.end[0] + 1))
    return len(held - documented)


def _docstring_lines(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and first.end_lineno:
                yield from range(first.lineno, first.end_lineno + 1)


def _size(package: Path) -> Size:
    stand_in = STAND_INS / package.name
    return Size(package.name, len(list(package.glob("*.py"))), _code(package), _code(stand_in))


def _code(package: Path) -> int:
    return sum(map(code_lines, package.glob("*.py")))


def write() -> None:
    rows = "".join(f"| `{each.name}` | {each.files} | {each.code} | {each.stand_in or 'none'} |\n" for each in sizes())
    text = PAGE.read_text()
    before, _, after = text.partition(HEAD)
    rest = _ROW.sub("", after).lstrip("\n")
    PAGE.write_text(f"{before}{HEAD}{rows}\n{rest}")


if __name__ == "__main__":
    write()
