"""A request leaves nothing behind in the thread that served it.

The server ends threads that have nothing to do. What a library keeps for each thread (a parser, a connection, a value
of a context variable) is destroyed while the interpreter takes the thread's state down. A destructor that needs the
interpreter then ends the whole process, before Python 3.12.4 (python/cpython#119585). So it goes with the request.
"""

import ctypes
from collections.abc import Callable, Iterable
from contextvars import copy_context
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_thread_dict: Any = ctypes.pythonapi.PyThreadState_GetDict
_thread_dict.restype = ctypes.c_void_p  # borrowed: as an object it would be released once too often


def kept() -> dict[Any, Any]:
    """What libraries and ``threading.local`` keep for this thread, as the interpreter holds it."""
    address = _thread_dict()
    found: dict[Any, Any] = ctypes.cast(address, ctypes.py_object).value if address else {}
    return found


def leaving_nothing(inner: WsgiApp) -> WsgiApp:
    """Wrap ``inner`` so that its answer is complete when it returns, and its thread is as it was before."""

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        before = set(kept())
        try:
            return copy_context().run(_whole, inner, environ, start_response)
        finally:
            held = kept()
            for name in set(held) - before:
                held.pop(name, None)

    return answer


def _whole(inner: WsgiApp, environ: Environ, start_response: StartResponse) -> list[bytes]:
    parts = inner(environ, start_response)
    try:
        return [b"".join(parts)]
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
