"""The OpenAPI 3.1 document, made from the table of endpoints and the models that their handlers name."""

import inspect
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from cms.api.kit import openapi_parts as parts
from cms.api.kit.expecting import Match
from cms.api.kit.fields import Form
from cms.api.kit.openapi_parts import Json
from cms.api.kit.table import TABLE, Endpoint

REFERENCE = "#/components/schemas/{model}"
Key = tuple[type[BaseModel], JsonSchemaMode]
Schemas = Mapping[Any, Json]
"""References by ``Key``."""


@cache
def document() -> Json:
    """Return the document as plain values."""
    schemas, definitions = models_json_schema(sorted(_models(), key=str), ref_template=REFERENCE)
    paths: dict[str, Json] = {}
    for endpoint in TABLE:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": parts.INFO,
        "servers": [{"url": "/api/v1"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(map(_tag, TABLE))],
        "paths": paths,
        "components": {
            "schemas": {**definitions.get("$defs", {}), **parts.SCHEMAS},
            "responses": parts.PROBLEMS,
            "parameters": parts.PARAMETERS,
            "headers": parts.HEADERS,
            "securitySchemes": parts.SECURITY,
        },
    }


def _models() -> Iterable[Key]:
    for endpoint in TABLE:
        if endpoint.body is not None:
            yield endpoint.body, "validation"
        if endpoint.answer is not None:
            yield endpoint.answer, "serialization"


def _operation(endpoint: Endpoint, schemas: Schemas) -> Json:
    summary, _, description = (inspect.getdoc(endpoint.handler) or "").partition("\n")
    found: Json = {
        "operationId": endpoint.name,
        "tags": [_tag(endpoint)],
        "summary": summary.rstrip("."),
        "security": [{"token": [scope]} for scope in endpoint.scopes] or [{"token": []}],
        "parameters": [*_arguments(endpoint), *_query(endpoint), *_match(endpoint)],
        "responses": _responses(endpoint, schemas),
    }
    if description.strip():
        found["description"] = description.strip()
    if endpoint.body is not None:
        found["requestBody"] = _body(endpoint, schemas)
    return found


def _tag(endpoint: Endpoint) -> str:
    return endpoint.path.split("/")[1]


def _arguments(endpoint: Endpoint) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": parts.argument(kind)}
        for name, kind in endpoint.arguments.items()
    ]


def _query(endpoint: Endpoint) -> list[Json]:
    schema = endpoint.query.model_json_schema(ref_template=REFERENCE)
    definitions = schema.get("$defs", {})
    required = schema.get("required", ())
    return [
        parts.parameter(name, parts.inlined(one, definitions), required=name in required)
        for name, one in schema.get("properties", {}).items()
    ]


def _match(endpoint: Endpoint) -> list[Json]:
    if endpoint.match is Match.NO:
        return []
    return [parts.reference("parameters", "IfMatchRequired" if endpoint.match is Match.MUST else "IfMatch")]


def _body(endpoint: Endpoint, schemas: Schemas) -> Json:
    body = endpoint.body
    assert body is not None  # noqa: S101  # asked by the caller
    mime = "multipart/form-data" if issubclass(body, Form) else "application/json"
    return {"required": endpoint.body_required, "content": {mime: {"schema": schemas[body, "validation"]}}}


def _responses(endpoint: Endpoint, schemas: Schemas) -> Json:
    good = {str(status): _good(endpoint, status, schemas) for status in endpoint.statuses}
    if endpoint.method == "GET":
        good["304"] = {"description": "The caller holds this answer already (If-None-Match)."}
    bad = {str(status): parts.reference("responses", f"Problem{status}") for status in sorted(_bad(endpoint))}
    return {**good, **bad}


def _good(endpoint: Endpoint, status: int, schemas: Schemas) -> Json:
    headers = {"ETag": parts.reference("headers", "ETag")}
    if status == 201:
        headers["Location"] = parts.reference("headers", "Location")
    if endpoint.answer is None:
        content: Json = {mime: {} for mime in endpoint.mimes}
    else:
        content = {"application/json": {"schema": schemas[endpoint.answer, "serialization"]}}
        if "next" in endpoint.answer.model_fields:
            headers["Link"] = parts.reference("headers", "Link")
    return {"description": parts.GOOD[status], "headers": headers, "content": content}


def _bad(endpoint: Endpoint) -> set[int]:
    """What else may be answered: by the door for every call, by what the endpoint takes, by the business."""
    found = {401, 403, 422, 429, *endpoint.refuses}
    if endpoint.arguments:
        found.add(404)
    if endpoint.body is not None:
        found |= {400, 413, 415}
    if endpoint.match is not Match.NO:
        found.add(412)
    if endpoint.match is Match.MUST:
        found.add(428)
    return found
