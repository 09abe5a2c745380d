"""Nothing is left to a thread's end: neither by our own code nor by what the libraries keep for each thread."""

import ast
import threading
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from cms.processes.threads import kept, leaving_nothing
from tests.cms import newsroom
from tests.cms.feeds.press import Press

HOUSE = Path(__file__).resolve().parents[3]

FORBIDDEN = {
    "local": "threading.local",
    "ContextVar": "contextvars",
    "Local": "werkzeug.local",
    "LocalStack": "werkzeug.local",
    "SingletonThreadPool": "a connection for each thread",
    "ThreadLocalRegistry": "an object for each thread",
    "scoped_session": "a session for each thread",
}
"""Names whose use binds an object to a thread, or to a context that ends with it."""


def bound_to_threads(source: str) -> list[str]:
    """The uses of such names in a module: imports of them, and attributes of modules that have them."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            found += [name.name for name in node.names if name.name in FORBIDDEN]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = node.value.id
            found += [node.attr] if node.attr in FORBIDDEN and owner in OWNERS else []
    return found


MODULES = {
    "threading", "_threading_local", "contextvars", "werkzeug.local", "sqlalchemy.pool", "sqlalchemy.util",
    "sqlalchemy.orm",
}  # fmt: skip
OWNERS = {name.rpartition(".")[2] for name in MODULES} | {"orm", "pool", "sa", "sqlalchemy"}


@pytest.mark.parametrize(
    "source",
    [
        "import threading\nx = threading.local()",
        "from threading import local",
        "from contextvars import ContextVar",
        "import contextvars\nx = contextvars.ContextVar('x')",
        "from sqlalchemy.pool import SingletonThreadPool",
        "from werkzeug.local import Local, LocalStack",
        "from sqlalchemy.orm import scoped_session",
    ],
)
def test_what_is_bound_to_a_thread_is_recognised(source: str) -> None:
    assert bound_to_threads(source)


def test_no_code_of_ours_binds_anything_to_a_thread() -> None:
    modules = [path for folder in ("cms", "scheduler", "channels", "media") for path in (HOUSE / folder).rglob("*.py")]
    assert len(modules) > 300
    found = {str(path.relative_to(HOUSE)): bound_to_threads(path.read_text("utf-8")) for path in modules}
    assert {name: uses for name, uses in found.items() if uses} == {}


def in_a_thread(call: Callable[[], Any]) -> Any:
    """What ``call`` gives in a thread of its own."""
    given: list[Any] = []
    thread = threading.Thread(target=lambda: given.append(call()))
    thread.start()
    thread.join()
    return given[0]


def test_what_a_library_keeps_for_a_thread_is_gone_with_the_request() -> None:
    local, variable = threading.local(), ContextVar[object]("variable")

    def library(_environ: Any, start_response: Any) -> Any:
        local.kept = object()
        variable.set(object())
        start_response("200 OK", [])
        return (part for part in (b"a", b"b"))

    def ask(app: Any) -> tuple[bytes, int, int]:
        body, _, _ = run_wsgi_app(app, create_environ())
        return b"".join(body), len(kept()), len(copy_context())

    assert in_a_thread(lambda: ask(library))[1:] == (1, 1)
    assert in_a_thread(lambda: ask(leaving_nothing(library))) == (b"ab", 0, 0)


def test_what_a_thread_had_before_a_request_stays() -> None:
    local = threading.local()

    def ask() -> str:
        local.mine = "mine"
        run_wsgi_app(leaving_nothing(lambda _environ, start: [start("200 OK", []) and b""] and [b""]), create_environ())
        return str(local.mine)

    assert in_a_thread(ask) == "mine"


PLACES = {"kind": "portal_rss", "format": "docx", "slug": "bao", "change": "activate", "decision": "cancel"}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_no_page_leaves_anything_in_its_thread(press: Press, app: Flask) -> None:
    """Every address that is read, by an admin and by an editor; scripts as Word and PDF among them."""
    radio = newsroom.channel("radio_script", press.room.paper, "dai", name="Đài Sông Vàm")
    press.publish(press.portal, radio)
    clients = [newsroom.sign_in(app, one) for one in (press.room.admin, press.room.editor)]
    addresses = [f"/radio/{number}.{ending}" for number in (1, 2) for ending in ("docx", "pdf", "txt")]
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            values = {name: PLACES.get(name, 1) for name in rule.arguments}
            with app.test_request_context():
                addresses.append(_address(app, rule.endpoint, values))

    def ask() -> list[tuple[str, list[Any], int]]:
        left = []
        for client in clients:
            for address in filter(None, addresses):
                client.get(address)
                if kept() or len(copy_context()):
                    left.append((address, list(kept()), len(copy_context())))
        return left

    assert len(addresses) > 80
    assert in_a_thread(ask) == []


def _address(app: Flask, endpoint: str, values: dict[str, Any]) -> str:
    from flask import url_for
    from werkzeug.routing import BuildError

    try:
        return url_for(endpoint, **values)
    except (BuildError, ValueError):
        return ""
