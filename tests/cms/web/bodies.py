"""Calls of the API: plausible ones made from each endpoint's own schema, then one value at a time broken."""

from collections.abc import Iterator, Mapping
from typing import Any

from cms.api.kit.fields import Form
from cms.api.kit.table import TABLE, Endpoint
from cms.api.views import blueprint
from tests.cms.web.hostile import FAR, LONG, ODD

WORDS = {
    "unit": "huyen-b", "channel": "truyen-thanh", "title": "Tin mới", "at": "2026-11-25T08:00:00+07:00",
    "started_at": "2026-11-22T06:00:00+07:00", "air_at": "2026-11-25T17:30:00+07:00", "language": "vi",
    "period": "2026-W47", "event_id": "su-kien-0001", "kind": "article", "column": "chuyen-doi-so",
}  # fmt: skip
WRONG: tuple[Any, ...] = (ODD, LONG, int(FAR), -1, [[]], {"\x00": "\x00"})
NESTED = 8
Call = tuple[str, str, dict[str, Any]]


def broken_bodies(arguments: Mapping[str, object]) -> Iterator[Call]:
    """Every endpoint with a JSON body: deep, huge and odd documents, then each of its fields broken."""
    for entry in TABLE:
        if entry.body is None or issubclass(entry.body, Form):
            continue
        path, schema = _path(entry, arguments), entry.body.model_json_schema()
        good = _sample(schema, schema.get("$defs", {}))
        yield entry.method, path, {"json": good}
        yield entry.method, path, {"data": b'{"a":' * 20_000, "content_type": "application/json"}
        for place in _places(good):
            for value in WRONG:
                yield entry.method, path, {"json": _with(good, place, value)}


def broken_queries(arguments: Mapping[str, object]) -> Iterator[Call]:
    """Every endpoint with a query: each of its parameters broken."""
    for entry in TABLE:
        for name in entry.query.model_fields:
            for value in (ODD, LONG, FAR, "20261122T010000000000-999999999999999"):
                yield entry.method, _path(entry, arguments), {"query_string": {name: value}}


def _path(entry: Endpoint, arguments: Mapping[str, object]) -> str:
    path = f"{blueprint.url_prefix}{entry.path}"
    for name in entry.arguments:
        path = path.replace(f"{{{name}}}", str(arguments.get(name, "docx" if name == "format" else 1)))
    return path


def _sample(schema: Mapping[str, Any], known: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
    """A value that fits a JSON schema well enough to get past the first check."""
    for several in ("anyOf", "oneOf", "allOf"):
        schema = schema.get(several, [schema])[0]
    if "$ref" in schema:
        return _sample(known[schema["$ref"].rpartition("/")[2]], known, name, depth)
    if choices := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return choices[0]
    match schema.get("type"):
        case "object" if depth < NESTED:
            return {key: _sample(one, known, key, depth + 1) for key, one in schema.get("properties", {}).items()}
        case "array":
            return [_sample(schema.get("items", {}), known, name, depth + 1)]
    plain = {"integer": 1, "number": 1, "boolean": True, "null": None}
    return plain.get(schema.get("type", ""), WORDS.get(name, "x" * max(1, schema.get("minLength", 1))))


def _places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the single values of a document are."""
    if isinstance(value, dict | list) and value:
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(one, (*above, key))
    else:
        yield above


def _with(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    key, *rest = place
    if isinstance(value, dict):
        return {**value, key: _with(value[key], tuple(rest), new)}
    return [_with(one, tuple(rest), new) if number == key else one for number, one in enumerate(value)]
