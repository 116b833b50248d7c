"""A text that is translated while a module is imported stays in the language of that moment for everybody."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.test_house import ROOT, sources

AT_ONCE = frozenset({"gettext", "ngettext", "pgettext", "npgettext", "override", "get_language"})
_NAMED = re.compile(rf"\b({'|'.join(sorted(AT_ONCE))})\b")
_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def frozen(code: str) -> list[int]:
    """Lines that translate at once and run at import: outside all functions, or for their defaults and decorators."""
    if not _NAMED.search(code):
        return []
    tree = ast.parse(code)
    names = {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for each in node.names
        if each.name in AT_ONCE
    }
    called = [node for node in _run_at_import(tree) if isinstance(node, ast.Call)]
    return [node.lineno for node in called if ast.unparse(node.func) in names | {f"translation.{n}" for n in AT_ONCE}]


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, _LATER):
        children: list[ast.AST] = list(ast.iter_child_nodes(node))
    else:
        defaults = [each for each in (*node.args.defaults, *node.args.kw_defaults) if each is not None]
        children = [*defaults, *getattr(node, "decorator_list", ())]
    for child in children:
        yield from _run_at_import(child)


def test_nothing_is_translated_while_a_module_is_imported() -> None:
    assert not [f"{path.relative_to(ROOT)}:{line}" for path in sources() for line in frozen(path.read_text())]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("A = _('x')", [2]),
        ("class A:\n    b = _('x')", [3]),
        ("class A:\n    c = [{'d': _('x')}]", [3]),
        ("def f(a=_('x')): ...", [2]),
        ("class A:\n    def f(self):\n        return _('x')", []),
        ("a = lambda: _('x')", []),
        ("a = lazy('x')", []),
    ],
)
def test_what_runs_at_import_is_known(code: str, lines: list[int]) -> None:
    imported = "from django.utils.translation import gettext as _, gettext_lazy as lazy\n"
    assert frozen(imported + code) == lines


def test_the_module_of_translations_counts_too() -> None:
    assert frozen("from django.utils import translation\nA = translation.gettext('x')") == [2]
