"""Parts of the OpenAPI document that every operation shares."""

from typing import Any, Literal, get_args, get_origin

from cms.api.kit.fields import MOST_ID

Json = dict[str, Any]

INFO: Json = {
    "title": "Đa Kênh",
    "version": "1",
    "description": (
        "Stories, channels, deliveries, quotas and radio scripts of a newsroom. Instants are UTC in answers and carry "
        "an offset in requests; days and weeks are those of Viet Nam, weeks are ISO weeks. Refusals are RFC 9457 "
        "problem details, in Vietnamese or, with Accept-Language: en, in English."
    ),
}
SECURITY: Json = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of a person (dk_…) with scopes. What it may do is what its scopes and the person's "
        "roles both allow.",
    }
}
GOOD = {
    200: "Done.",
    201: "Made.",
    410: "It was withdrawn; the file says so.",
}
_BAD = {
    400: "The body is missing or is not JSON.",
    401: "No token, or one that is wrong, expired or revoked.",
    403: "The token lacks the scope, or the person the role.",
    404: "There is no such thing, or the caller may not know of it.",
    409: "The state does not allow it, or somebody else was faster; a repetition of what was done already answers so.",
    412: "If-Match names another version than the newest.",
    413: "The body or the picture is too large.",
    415: "The body has another type than the one taken.",
    422: "A field is not acceptable; `errors` says which and why.",
    428: "If-Match is missing.",
    429: "Too many calls for this token; Retry-After says when to go on.",
}


def reference(kind: str, name: str) -> Json:
    """Point at a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


SCHEMAS: Json = {
    "FieldError": {
        "type": "object",
        "description": "A field (a path like content.title) and what is wrong with it, in one sentence.",
        "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
        "required": ["field", "message"],
    },
    "Problem": {
        "type": "object",
        "description": "Problem details (RFC 9457). `type` never changes; `detail` is a sentence for people.",
        "properties": {
            "type": {"type": "string", "format": "uri", "examples": ["urn:dakenh:outdated"]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": reference("schemas", "FieldError")},
            "current_version": {"type": "integer", "description": "The newest version, with 412 for a story."},
        },
        "required": ["type", "title", "status", "detail"],
    },
}
_PROBLEM = {"application/problem+json": {"schema": reference("schemas", "Problem")}}
_TEXT = {"schema": {"type": "string"}}
PROBLEMS: Json = {f"Problem{status}": {"description": text, "content": _PROBLEM} for status, text in _BAD.items()}
PROBLEMS["Problem401"]["headers"] = {"WWW-Authenticate": _TEXT}
PROBLEMS["Problem429"]["headers"] = {"Retry-After": _TEXT}
HEADERS: Json = {
    "ETag": {"description": "Identifies the answer. For stories and deliveries it begins with the version.", **_TEXT},
    "Link": {"description": 'The next page, rel="next"; absent on the last.', **_TEXT},
    "Location": {"description": "The path of what was made.", **_TEXT},
}
_MATCH = {"name": "If-Match", "in": "header", "schema": {"type": "string", "examples": ['"7"', '"7-1f3c9a"', "*"]}}
PARAMETERS: Json = {
    "IfMatch": {
        **_MATCH,
        "required": False,
        "description": "ETag, or its version alone, of what was read; refused with 412 if there is a newer version.",
    },
    "IfMatchRequired": {
        **_MATCH,
        "required": True,
        "description": "ETag, or its version alone, of what was read. `*` overwrites whatever is there.",
    },
}


def argument(kind: Any) -> Json:
    """Return the schema of a path argument."""
    if kind is int:
        return {"type": "integer", "minimum": 1, "maximum": MOST_ID}
    if get_origin(kind) is Literal:
        return {"type": "string", "enum": list(get_args(kind))}
    return {"type": "string", "minLength": 1}


def parameter(name: str, schema: Json, *, required: bool) -> Json:
    """Return a query parameter; null cannot be written in an address, so it is left out of the schema."""
    told = {key: value for key, value in schema.items() if key not in {"title", "description"}}
    choices = [one for one in told.pop("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        told |= choices[0]
    elif choices:
        told["anyOf"] = choices
    if told.get("default", "") is None:
        del told["default"]
    found: Json = {"name": name, "in": "query", "required": required, "schema": told}
    if "description" in schema:
        found["description"] = schema["description"]
    return found


def inlined(schema: Any, definitions: Json) -> Any:
    """Return ``schema`` with its references replaced by what they mean."""
    if isinstance(schema, list):
        return [inlined(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        named = definitions[schema["$ref"].rpartition("/")[2]]
        return {**inlined(named, definitions), **{key: value for key, value in schema.items() if key != "$ref"}}
    return {key: inlined(value, definitions) for key, value in schema.items()}
