"""Where text comes in over HTTP: query, form, cookies, file names and JSON are clean before anything reads them."""

import json
import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from flask import Flask, Request
from pydantic_core import from_json
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.utils import cached_property

from media.characters import clean, clean_values, is_clean

AS_TYPED = frozenset({"password", "old", "again"})
"""Fields of forms that hold a password: it is hashed as it was typed, now and on the day it was chosen."""
_NOT_ASCII = re.compile(rb"[\x00-\x20\x7f-\xff]")
"""Bytes that a query may only hold as ``%XX``; raw ones that are no UTF-8 are more than werkzeug reads."""


class CleanRequest(Request):
    """A request whose texts are clean (``media.characters``) and whose address of the sender is one, or empty."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.remote_addr = _address(self.remote_addr)
        self.query_string = _NOT_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], self.query_string)

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The query."""
        return ImmutableMultiDict(_cleaned(super().args))

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The cookies that can be ours, which are ASCII; signatures are compared byte by byte."""
        found = super().cookies.items(multi=True)
        return ImmutableMultiDict([(name, value) for name, value in found if (name + value).isascii()])

    def _load_form_data(self) -> None:
        """Read the form and the files once, as werkzeug does."""
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        self.__dict__["form"] = ImmutableMultiDict(_cleaned(self.__dict__["form"], as_typed=AS_TYPED))
        self.__dict__["files"] = ImmutableMultiDict(_named(self.__dict__["files"]))


def init_app(app: Flask) -> None:
    """Refuse addresses that can lead nowhere before any view looks for what they name."""
    app.request_class = CleanRequest
    app.url_value_preprocessor(_only_clean)


def clean_json(data: bytes) -> bytes:
    """Return a JSON document with every text in it clean; what cannot be read is returned as it is, to be refused."""
    try:
        text = data.decode()
        if "\\u" not in text and clean(text) == text:
            return data
        return json.dumps(clean_values(from_json(data)), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return data


def _only_clean(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    for value in (values or {}).values():
        if isinstance(value, str) and not is_clean(value):
            raise NotFound


def _cleaned(sent: MultiDict[str, str], as_typed: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    for name, value in sent.items(multi=True):
        yield clean(name), value if name in as_typed else clean(value)


def _named(files: MultiDict[str, FileStorage]) -> Iterator[tuple[str, FileStorage]]:
    for name, file in files.items(multi=True):
        if file.filename:
            file.filename = " ".join(clean(file.filename).split())
        yield clean(name), file


def _address(said: str | None) -> str:
    """Return the sender's address; a proxy that is believed may still hand on what somebody made up."""
    bare = (said or "").strip()
    host, _, port = bare.rpartition(":")
    for one in (bare, host.strip("[]") if port.isdecimal() else ""):
        try:
            return str(ip_address(one))
        except ValueError:
            continue
    return ""
