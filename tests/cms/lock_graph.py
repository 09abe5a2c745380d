"""What can be reached from inside a writing transaction, read from the source: every block, every call."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HOUSE = Path(__file__).parents[2]
ROOMS = ("cms", "scheduler", "channels", "media")

OPENERS = frozenset({"changing", "changing_story", "writing", "_changing", "writing_soon"})
"""Context managers in whose block a writing transaction is open."""
CARRIERS = frozenset({"write", "write_surely", "_surely"})
"""Methods that run what they are given inside a writing transaction."""
METHODS = frozenset({"put", "wav", "render", "documents", "publish", "retract", "find", "keep_connected", "send"})
"""What objects do that are slow, where the source does not tell whose method it is."""


@dataclass
class Function:
    """One function: its module, its class if it is a method, its body, and whether it is marked as slow."""

    module: str
    owner: str
    node: ast.AST
    slow: bool


@dataclass
class Source:
    """All functions by full name, and what each module calls them."""

    functions: dict[str, Function] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    blocks: list[tuple[str, list[ast.AST]]] = field(default_factory=list)
    """Where a writing transaction is open: place, and the statements in it."""


def read(texts: Mapping[str, str]) -> Source:
    """Read modules (name → text)."""
    source = Source()
    for module, text in texts.items():
        tree = ast.parse(text)
        source.names[module] = dict(_imports(tree))
        _add(source, module, "", tree)
        source.blocks += _blocks(module, tree)
    return source


def house() -> dict[str, str]:
    """The text of every module of the product."""
    found = {}
    for room in ROOMS:
        for path in sorted((HOUSE / room).rglob("*.py")):
            parts = path.relative_to(HOUSE).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path.read_text("utf-8")
    return found


def slow_under_lock(source: Source) -> list[str]:
    """Return each way from a writing transaction to something slow, as a line."""
    return [line for place, statements in source.blocks for line in _ways(source, place, statements)]


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((one.asname or one.name, f"{node.module}.{one.name}") for one in node.names)
        elif isinstance(node, ast.Import):
            yield from ((one.asname or one.name, one.name) for one in node.names)


def _add(source: Source, module: str, owner: str, node: ast.AST) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            _add(source, module, f"{child.name}.", child)
        elif isinstance(child, ast.FunctionDef):
            slow = any(isinstance(mark, ast.Name) and mark.id == "slow" for mark in child.decorator_list)
            source.functions[f"{module}.{owner}{child.name}"] = Function(module, owner, child, slow)
            _add(source, module, owner, child)


def _called(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _blocks(module: str, tree: ast.AST) -> Iterator[tuple[str, list[ast.AST]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            opens = [one.context_expr for one in node.items if isinstance(one.context_expr, ast.Call)]
            if any(_called(call.func) in OPENERS for call in opens):
                yield f"{module}:{node.lineno}", list(node.body)
        elif isinstance(node, ast.Call) and _called(node.func) in CARRIERS and isinstance(node.func, ast.Attribute):
            yield f"{module}:{node.lineno}", list(node.args)


def _ways(source: Source, place: str, statements: list[ast.AST]) -> Iterator[str]:
    module = place.partition(":")[0]
    waiting = [(name, place) for one in statements for name in _reached(source, module, "", one)]
    seen: set[str] = set()
    while waiting:
        name, way = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        function = source.functions.get(name)
        if name.startswith("?") or (function and function.slow):
            yield f"{way} → {name}"
        elif function:
            inside = _reached(source, function.module, function.owner, function.node)
            waiting += [(other, f"{way} → {name}") for other in inside]


def _reached(source: Source, module: str, owner: str, node: ast.AST) -> Iterator[str]:
    """Full names of the functions that ``node`` calls or hands on; ``?.name`` for a slow method of who knows what."""
    called = {id(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield from _known(source, source.names[module].get(one.id, f"{module}.{one.id}"))
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            base = one.value.id
            home = f"{module}.{owner}".rstrip(".") if base == "self" else source.names[module].get(base, base)
            found = list(_known(source, f"{home}.{one.attr}"))
            yield from found
            if not found and id(one) in called and one.attr in METHODS:
                yield f"?{base}.{one.attr}"


def _known(source: Source, full: str) -> Iterator[str]:
    module, _, name = full.rpartition(".")
    full = source.names.get(module, {}).get(name, full)  # a package that hands on what its modules have
    if full in source.functions:
        yield full
    elif f"{full}.__init__" in source.functions:
        yield f"{full}.__init__"
