"""Mutants of a module. Each takes one thing away: a condition, one side of an alternative or of a union, one
element of a set, one negation. `broken(mutant)` puts it in the place of the real module in this process.

As a plugin, `pytest -p tests.long.mutating` with KONTOR_MUTANT=common.policy.scopes:17 runs with that one throughout.
"""

from __future__ import annotations

import ast
import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
UNIONS = (ast.BitOr, ast.BitAnd, ast.Add)


@dataclass(frozen=True)
class Mutant:
    """One broken version of a module: where, what stood there, what stands there now."""

    module: str
    line: int
    before: str
    after: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.before} → {self.after}"


def path_of(module: str) -> Path:
    return ROOT / (module.replace(".", "/") + ".py")


def mutants(module: str) -> list[Mutant]:
    """Every mutant of a module, in order."""
    source = ast.parse(path_of(module).read_text())
    said = {id(inner) for node in ast.walk(source) for hint in hints(node) for inner in ast.walk(hint)}
    found = []
    for index, node in enumerate(ast.walk(source)):
        if id(node) in said:
            continue
        for change in changes(node):
            tree = copy.deepcopy(source)
            target = list(ast.walk(tree))[index]
            line, before, after = apply(target, change)
            found.append(Mutant(module, line, before, after, ast.fix_missing_locations(tree)))
    return found


def hints(node: ast.AST) -> list[ast.AST]:
    """The annotations of a node: they decide nothing."""
    names = ("annotation", "returns")
    return [hint for name in names if isinstance(hint := getattr(node, name, None), ast.AST)]


def changes(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """What can be taken away at a node."""
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield "test", True
        yield "test", False
    if isinstance(node, ast.comprehension):
        yield from (("ifs", place) for place in range(len(node.ifs)))
    if isinstance(node, ast.BoolOp):
        yield from (("values", place) for place in range(len(node.values)))
    if isinstance(node, ast.BinOp) and isinstance(node.op, UNIONS):
        yield "side", "left"
        yield "side", "right"
    if isinstance(node, ast.Set) and len(node.elts) > 1:
        yield from (("elts", place) for place in range(len(node.elts)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not", None
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn | ast.Eq | ast.NotEq):
        yield "compare", None


def apply(node: Any, change: tuple[str, Any]) -> tuple[int, str, str]:
    """Change the node in place; its line, and what it was and is."""
    kind, what = change
    shown = node.test if kind == "test" else node
    line, before = getattr(shown, "lineno", 0), ast.unparse(shown)
    if kind == "test":
        node.test = ast.copy_location(ast.Constant(what), node.test)
        return line, before, str(what)
    if kind == "ifs":
        line, before = node.ifs[what].lineno, f"if {ast.unparse(node.ifs[what])}"
        del node.ifs[what]
        return line, before, "(gone)"
    if kind in ("values", "elts"):
        del getattr(node, kind)[what]
        if kind == "values" and len(node.values) == 1:
            after = ast.unparse(node.values[0])
            node.values.append(ast.Constant(isinstance(node.op, ast.And)))
            return line, before, after
    elif kind == "side":
        kept = getattr(node, what)
        node.left, node.op, node.right = kept, ast.BitOr(), copy.deepcopy(kept)
        if isinstance(kept, ast.List):
            node.op, node.right = ast.Add(), ast.List([], ast.Load())
    elif kind == "not":
        node.op = ast.Not()
        node.operand = ast.UnaryOp(ast.Not(), node.operand)
    elif kind == "compare":
        opposite = {ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
        node.ops[0] = opposite[type(node.ops[0])]()
    return line, before, ast.unparse(ast.fix_missing_locations(node))


@contextmanager
def broken(mutant: Mutant) -> Iterator[None]:
    """Inside, every function and constant of the module is the mutant's, for whoever holds it."""
    module = import_module(mutant.module)
    mutated = codes(compile(mutant.tree, str(path_of(mutant.module)), "exec"))
    functions = {function.__qualname__: function for function in functions_of(module)}
    kept = {name: function.__code__ for name, function in functions.items()}
    values = dict(module.__dict__)
    for name, function in functions.items():
        function.__code__ = mutated[name]
    constants = [node for node in mutant.tree.body if isinstance(node, ast.Assign)]
    exec(compile(ast.Module(constants, []), "constants", "exec"), module.__dict__)
    try:
        yield
    finally:
        for name, function in functions.items():
            function.__code__ = kept[name]
        module.__dict__.update(values)


def codes(code: CodeType) -> dict[str, CodeType]:
    """The code of every function below, by its qualified name."""
    found: dict[str, CodeType] = {}
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            found |= {inner.co_qualname: inner, **codes(inner)}
    return found


def functions_of(module: ModuleType) -> Iterator[FunctionType]:
    """The functions and methods written in a module."""
    owners: list[Any] = [module]
    owners += [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
    for owner in owners:
        for member in vars(owner).values():
            function = member.fget if isinstance(member, property) else member
            if isinstance(function, FunctionType) and function.__code__.co_filename == module.__file__:
                yield function


@pytest.fixture(autouse=True, scope="session")
def _mutant_of_the_run() -> Iterator[None]:
    """The mutant the environment names, for all tests of the run."""
    name, _colon, number = os.environ.get("KONTOR_MUTANT", "").partition(":")
    if not name:
        yield
        return
    with broken(mutants(name)[int(number)]):
        yield
