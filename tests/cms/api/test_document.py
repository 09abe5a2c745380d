"""The OpenAPI document: valid, complete, and open to everyone."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask

from cms.api.kit.openapi import document
from cms.api.kit.table import TABLE, endpoint
from cms.people.accounts.tokens import SCOPES
from tests.cms.api.machine import BASE, Machine

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def references(part: Any) -> Iterator[str]:
    """Every ``$ref`` in a part of the document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for one in part.values():
            yield from references(one)
    elif isinstance(part, list):
        for one in part:
            yield from references(one)


def test_the_document_is_valid_openapi(app: Flask) -> None:
    schemathesis.openapi.from_dict(document()).validate()


def test_every_reference_leads_somewhere_and_every_component_is_used(app: Flask) -> None:
    found = set(references(document()))
    components = document()["components"]
    there = {
        f"#/components/{kind}/{name}" for kind in ("schemas", "responses", "parameters", "headers")
        for name in components[kind]
    }  # fmt: skip
    assert found == there


def test_every_endpoint_is_described(app: Flask) -> None:
    paths = document()["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert described == {(entry.method, entry.path) for entry in TABLE}
    for entry in TABLE:
        operation = paths[entry.path][entry.method.lower()]
        assert operation["operationId"] == entry.name
        assert operation["summary"]
        assert {scope for one in operation["security"] for scope in one["token"]} == set(entry.scopes)
        assert {"401", "403", "422", "429"} <= set(operation["responses"])


def test_the_guide_lists_every_call_and_every_scope(app: Flask) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(GET|POST|PUT|PATCH) (/\S+)` \|", guide, re.MULTILINE)
    assert sorted(listed) == sorted((entry.method, entry.path) for entry in TABLE)
    assert set(re.findall(r"^\| `([a-z]+:[a-z]+)` \|", guide, re.MULTILINE)) == set(SCOPES)


def test_names_of_operations_are_unique(app: Flask) -> None:
    names = [entry.name for entry in TABLE]
    assert len(set(names)) == len(names)


def test_everybody_reads_the_document_and_keeps_it(app: Flask) -> None:
    nobody = Machine(app)
    answer = nobody.call("GET", "/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == document()
    assert nobody.call("HEAD", "/openapi.json").data == b""
    again = nobody.call("GET", "/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert document()["servers"] == [{"url": BASE}]


def test_the_document_names_no_secret_and_no_machine(app: Flask) -> None:
    text = Machine(app).call("GET", "/openapi.json").text
    for word in ("secret_key", "password", "app_secret", "/work", "/home"):
        assert word not in text


def test_a_scope_that_does_not_exist_stops_the_start(app: Flask) -> None:
    with pytest.raises(ValueError, match="no such scope"):
        endpoint("GET", "/nothing", "stories:steal")
    used = {scope for entry in TABLE for scope in entry.scopes}
    assert used == set(SCOPES)
