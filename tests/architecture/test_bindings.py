"""What a license is tied to is decided in licensing/bindings alone: nobody else asks for the kind."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.test_house import ROOT, sources

KIND = "binding_kind"


def asks_for_the_kind(source: str) -> list[int]:
    """Lines that compare a kind, filter by one, or name the catalogue's kinds."""
    if KIND not in source and "BindingKind" not in source:
        return []
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Compare) and any(_names_the_kind(part) for part in (node.left, *node.comparators)))
        or (isinstance(node, ast.keyword) and node.arg == KIND and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Name) and node.id == "BindingKind")
    ]


def _names_the_kind(node: ast.expr) -> bool:
    names = (getattr(node, "attr", ""), getattr(node, "id", ""))
    return KIND in names or any(isinstance(each, ast.Constant) and each.value == KIND for each in ast.walk(node))


@pytest.mark.parametrize(
    "source",
    [
        'license.binding_kind == "portal"',
        '"none" != terms.binding_kind',
        'binding_kind in ("portal", "ip")',
        'data.get("binding_kind") == PORTAL',
        'License.objects.filter(binding_kind="portal")',
        "kind = BindingKind.PORTAL",
    ],
)
def test_the_search_finds_what_it_looks_for(source: str) -> None:
    assert asks_for_the_kind(source) == [1]


def test_no_code_outside_bindings_asks_for_the_kind() -> None:
    rooms = [path.relative_to(ROOT) for path in sources()]
    asked = {
        str(path): lines
        for path in rooms
        if path.parts[0] != "catalogue" and path.parts[:3] != ("storefront", "licensing", "bindings")
        if (lines := asks_for_the_kind((ROOT / path).read_text()))
    }
    assert not asked


def test_no_template_asks_for_the_kind() -> None:
    condition = re.compile(r"{%\s*(?:if|elif)[^%]*binding_kind")
    asked = [str(path) for path in (ROOT / "templates").rglob("*.html") if condition.search(path.read_text())]
    assert not asked
