"""No circle of modules inside a room, and no import hidden in a function to make one possible."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("catalogue", "checkout", "cms", "storefront")


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """Groups of modules that import each other, however long the way round (strongly connected components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    groups: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        path.append(module)
        for other in graph.find_modules_directly_imported_by(module):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in path:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            group = path[path.index(module) :]
            del path[path.index(module) :]
            if len(group) > 1:
                groups.append(sorted(group))

    for module in sorted(graph.modules):
        if module not in index:
            visit(module)
    return groups


@pytest.mark.parametrize("room", ROOMS)
def test_no_modules_import_each_other_in_a_circle(room):
    assert circles(grimp.build_graph(room, cache_dir=None)) == []


def test_the_rule_finds_a_circle():
    graph = grimp.ImportGraph()
    for module in ("a", "b", "c", "d"):
        graph.add_module(module)
    for importer, imported in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
        graph.add_import(importer=importer, imported=imported)
    assert circles(graph) == [["a", "b", "c"]]


#: Modules that import another of ours inside a function, and why.
LATE = {
    "storefront/gateways/payments/stripe/account.py": "the SDK takes longer to import than any page should",
}


INDENTED = re.compile(rf"(^[ \t]+|[:;][ \t]*)from ({'|'.join(ROOMS)})\b", re.MULTILINE)


def late_imports(source: str) -> list[int]:
    """Lines at which a function imports a module of ours."""
    if not INDENTED.search(source):
        return []
    return [
        node.lineno
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ROOMS
    ]


def test_no_function_hides_an_import() -> None:
    """Apps import their receivers when they are ready, as Django asks."""
    found = {
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and path.name != "apps.py" and late_imports(path.read_text())
    }
    assert found == set(LATE)


def test_models_are_imported_not_looked_up() -> None:
    looked_up = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts and "apps.get_model" in path.read_text()
    ]
    assert looked_up == []
