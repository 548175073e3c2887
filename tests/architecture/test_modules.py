"""How modules are named, how long they are, and what must never stand in them."""

import ast
import re

from tests.architecture.layout import ROOT, is_module, python_files, short, templates, tree

MOST_LINES = 400
DRAWERS = {"utils", "util", "helpers", "helper", "misc", "lib", "tools", "stuff", "functions", "shared"}
MANAGERS = {"objects", "_default_manager", "_base_manager", "all_objects"}
NETWORK = {"smtplib", "imaplib", "http.client", "urllib.request", "requests", "httpx", "socket"}
MAY_CONNECT = ("common/delivery/", "config/supervisor.py")
UNESCAPED = re.compile(r"\|\s*safe(seq)?\b|\{%\s*autoescape\s+off")
INLINE = re.compile(r"<style\b|<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+\s*=\s*[\"']|\sstyle\s*=\s*[\"']")


def test_modules_are_short() -> None:
    wrong = [
        f"{short(file)} has {lines} lines"
        for file in [*python_files(), *sorted((ROOT / "tests").rglob("*.py"))]
        if (lines := file.read_text().count("\n")) > MOST_LINES
    ]
    assert not wrong, "\n".join([*wrong, f"Above {MOST_LINES} lines it becomes a package of the same name."])


def test_no_module_is_a_drawer() -> None:
    wrong = [
        short(file)
        for file in python_files()
        if {file.stem, *file.parts} & DRAWERS or re.search(r"[a-z]\d$", file.stem)
    ]
    assert not wrong, f"{wrong}: name a module by the one thing it does."


def test_pages_and_declarations_reach_rows_only_through_selectors_and_services() -> None:
    wrong = [
        f"{short(file)}:{node.lineno} uses .{node.attr}"
        for file in python_files()
        if is_module(file, "views", "records", "forms") and not short(file).startswith("common/records/")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS
    ]
    assert not wrong, "\n".join([*wrong, "Ask a selector for rows, a service for an operation."])


def test_no_text_is_marked_safe_but_the_cells_of_tables_and_our_own_guides() -> None:
    wrong = [
        f"{short(file)}:{node.lineno} calls {name}"
        for file in python_files()
        if short(file) not in ("common/records/cells.py", "common/help/guides.py")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and (name := _name(node.func)) in {"mark_safe", "SafeString"}
    ]
    wrong += [short(file) for file in templates() if UNESCAPED.search(file.read_text())]
    assert not wrong, "\n".join([*wrong, "Use format_html or a template; foreign HTML has its own door."])


def test_no_text_is_translated_inside_a_formatted_one() -> None:
    wrong = [
        f"{short(file)}:{node.lineno}"
        for file in python_files()
        for outer in ast.walk(tree(file))
        if isinstance(outer, ast.JoinedStr)
        for node in ast.walk(outer)
        if isinstance(node, ast.Call) and _name(node.func) in {"_", "gettext", "ngettext", "pgettext"}
    ]
    assert not wrong, f"{wrong}: gettext cannot find these texts; name them before."


def test_templates_hold_no_inline_script_or_style() -> None:
    wrong = [
        f"{short(file)}: {found[0].strip()}"
        for file in templates()
        if "email" not in file.parts and (found := INLINE.search(file.read_text()))
    ]
    assert not wrong, "\n".join([*wrong, "The content policy forbids it: use a class or a module."])


def test_only_the_outbound_door_opens_connections() -> None:
    wrong = [
        f"{short(file)}:{node.lineno} imports {sorted(found)}"
        for file in python_files()
        if not short(file).startswith(MAY_CONNECT)
        for node in ast.walk(tree(file))
        if (found := _imported(node) & NETWORK)
    ]
    assert not wrong, "\n".join([*wrong, "Send through the outbound door in common/delivery."])


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return set()
