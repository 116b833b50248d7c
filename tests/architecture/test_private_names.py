"""Nothing private of a library is read, called, written or overridden: it changes without notice."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("storefront", "catalogue", "checkout", "cms")
#: Documented although they begin with an underscore: Django's model API, and the standard library's named tuples.
DOCUMENTED = {"_meta", "_default_manager", "_base_manager", "_state", "_replace", "_asdict", "_fields", "_make"}

#: Where there is none of these, nothing need be read: a private attribute that is not of ``self`` or ``cls``, a private
#: name that is imported, or one in quotes.
_MAY_TAKE = re.compile(
    rf"(?<!\bself)(?<!\bcls)\._(?!_|(?:{'|'.join(name[1:] for name in sorted(DOCUMENTED))})\b)"
    r"|import (?:\([^)]*|[^\n(]*)\b_[a-zA-Z]"
    r"|[\"']_[a-zA-Z]"
)


def modules() -> list[tuple[str, Path]]:
    return [
        (".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path)
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in {"_", *DOCUMENTED}


def names_made_by(tree: ast.AST) -> set[str]:
    """Private names a module gives to things of its own."""
    made: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                made.add(node.name)
            case ast.Name(id=name, ctx=ast.Store()):
                made.add(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                made.add(name)
    return made


def strangers(source: str) -> list[str]:
    """Private names that a module takes from elsewhere."""
    if not _MAY_TAKE.search(source):
        return []
    tree = ast.parse(source)
    own = names_made_by(tree)
    taken = []
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass  # looked up in the class, below
            case ast.Attribute(attr=name) if is_private(name) and name not in own:
                taken.append(f"{node.lineno}: {ast.unparse(node)}")
            case ast.ImportFrom(names=aliases) | ast.Import(names=aliases):
                taken += [
                    f"{node.lineno}: import {alias.name}"
                    for alias in aliases
                    if any(is_private(part) for part in alias.name.split("."))
                ]
            case ast.Call(func=ast.Name(id="getattr" | "setattr" | "hasattr" | "delattr"), args=[_, key, *_]):
                if isinstance(key, ast.Constant) and isinstance(key.value, str) and is_private(key.value):
                    taken.append(f"{node.lineno}: {ast.unparse(node)}")
    return taken


def is_ours(klass: type) -> bool:
    return klass.__module__.split(".")[0] in ROOMS


def inherited(klass: type, written: set[str]) -> Iterator[str]:
    """Private names of the libraries' classes above ``klass`` that it overrides, or uses on itself; ``written``: all
    words of its module."""
    private: dict[str, str] = {}
    for base in klass.__mro__[1:]:
        if base.__module__ != "builtins" and not is_ours(base):
            names = written.intersection(vars(base))
            private |= {name: f"{base.__module__}.{base.__qualname__}" for name in names if is_private(name)}
    if not private:
        return
    mine = {name for each in klass.__mro__ if is_ours(each) for name in vars(each)}
    for name in vars(klass).keys() & private.keys():
        if not is_generated(klass, name):
            yield f"overrides {name} of {private[name]}"
    try:
        tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(klass)))
    except (OSError, TypeError, SyntaxError):  # made by a library: an enumeration's or a form's class
        return
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if name in private and name not in mine:
                yield f"uses {name} of {private[name]}"


def is_generated(klass: type, name: str) -> bool:
    """Whether a library's metaclass put the name there, as Django's and enum's do."""
    try:
        source = inspect.getsource(klass)
    except (OSError, TypeError):
        return True
    return f"{name} =" not in source and f"def {name}(" not in source


def test_no_module_takes_a_private_name_of_another():
    taken = {name: found for name, path in modules() if (found := strangers(path.read_text()))}
    assert not taken


def test_no_class_overrides_or_uses_what_its_library_keeps_private():
    found = {}
    for name, path in modules():
        if path.name in ("gunicorn_conf.py", "wsgi.py", "asgi.py", "__main__.py") or "settings" in path.parts:
            continue
        module, written = importlib.import_module(name), set(re.findall(r"\w+", path.read_text()))
        for klass in vars(module).values():
            if (
                inspect.isclass(klass)
                and klass.__module__ == name
                and (problems := sorted(set(inherited(klass, written))))
            ):
                found[f"{name}.{klass.__qualname__}"] = problems
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "line._info = 1",
        "x = basket._lines",
        "from django.db.models.query import _thing",
        "import django._internal",
        "getattr(page, '_cached', None)",
        "del request._cart",
    ],
)
def test_the_rule_finds_what_it_forbids(source):
    assert strangers(source)


@pytest.mark.parametrize(
    "source", ["x._meta.fields", "row._replace(a=1)", "self._own = 1", "class A:\n    _kept = 1\nA._kept", "_ = 1"]
)
def test_the_rule_lets_own_and_documented_names_be(source):
    assert not strangers(source)
