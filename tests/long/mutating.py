"""Breaks one module in one place before the tests import it: `pytest -p tests.long.mutating` with KONTOR_MUTANT set.

KONTOR_MUTANT is `common.policy.scopes:17`: the module, and which of its mutants. A mutant takes one thing away: a
condition, one side of an alternative or of a union, one element of a set, one negation.
"""

from __future__ import annotations

import ast
import copy
import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

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


class Breaker(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the mutant in place of the module."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname != self.mutant.module or PathFinder.find_spec(fullname, path) is None:
            return None
        origin = str(path_of(fullname))
        return importlib.util.spec_from_file_location(fullname, origin, loader=self)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.tree, str(path_of(self.mutant.module)), "exec"), module.__dict__)


if chosen := os.environ.get("KONTOR_MUTANT", ""):
    name, _colon, number = chosen.partition(":")
    sys.meta_path.insert(0, Breaker(mutants(name)[int(number)]))
