"""The house's rules, as far as a machine can check them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import order

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("storefront", "catalogue", "checkout", "cms")
MAX_FILE_LINES = 250
MAX_FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "manager.py"}


def sources() -> list[Path]:
    return [
        path
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if ("migrations" not in path.parts and path.name != "base.py") or path.parent.name == "payments"
    ]


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements within a tree; what they are made of is not looked at, which is most of it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield child
            yield from statements(child)


def test_rooms_import_only_what_lies_below_them():
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_files_stay_small_enough_to_read_at_once():
    long = {str(p.relative_to(ROOT)): n for p in sources() if (n := len(p.read_text().splitlines())) > MAX_FILE_LINES}
    assert not long


def test_functions_stay_short():
    long = []
    for path in sources():
        for node in statements(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = [n for n in node.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
                lines = (node.end_lineno or 0) - (body[0].lineno if body else node.lineno) + 1
                if lines > MAX_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.name} {lines}")
    assert not long


def test_no_file_is_a_drawer_for_everything():
    assert not [str(p) for p in sources() if p.name in FORBIDDEN_NAMES]


def test_money_rooms_hold_no_float_and_no_blanket_except():
    bad = []
    for room in ("storefront/billing", "storefront/gateways/payments", "catalogue/plans", "storefront/core/money.py"):
        start = ROOT / room
        for path in [start] if start.is_file() else sorted(start.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float":
                    bad.append(f"{path.relative_to(ROOT)}:{node.lineno} float()")
                if isinstance(node, ast.ExceptHandler) and getattr(node.type, "id", "") in (
                    "Exception",
                    "BaseException",
                ):
                    bad.append(f"{path.relative_to(ROOT)}:{node.lineno} except {node.type.id}")
    assert not bad


@pytest.mark.parametrize("word", ["get_class", "get_model"])
def test_oscar_classes_are_imported_not_looked_up(word):
    users = [
        str(path.relative_to(ROOT))
        for path in sources()
        if "oscar.core.loading" in (text := path.read_text())
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom)
        and node.module == "oscar.core.loading"
        and any(a.name == word for a in node.names)
    ]
    assert not users


def test_only_billing_reads_the_json_of_license_terms():
    """Everybody else reads ``InvoiceLine.license_terms`` (core.license_terms) or the columns beside it."""
    own = {"storefront/billing/models/invoices.py", "storefront/billing/services/invoices.py"}
    path_or_key = re.compile(r"license_terms_json|license_terms(__|\[|\.get\()")
    code = [path for path in sources() if str(path.relative_to(ROOT)) not in own]
    pages = sorted((ROOT / "templates").rglob("*.html"))
    assert not [str(path) for path in (*code, *pages) if path_or_key.search(path.read_text())]


def test_files_that_are_known_to_be_slow_exist():
    assert not [name for name in order.SLOW if not (*(ROOT / "tests").rglob(name),)]
