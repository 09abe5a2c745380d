"""The table of endpoints: a handler's own annotations say what it takes and gives, so that the checks of a request,
the OpenAPI document and the code cannot differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from cms.api.kit.calls import File, Reply
from cms.api.kit.expecting import Match
from cms.people.accounts.tokens import SCOPES

Handler = Callable[..., Any]
H = TypeVar("H", bound=Handler)
Method = Literal["GET", "POST", "PUT", "PATCH"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path.

    ``scopes``: one of them is needed; none means that any valid token will do. ``body`` None takes no body, ``answer``
    None gives a file of one of ``mimes``. ``statuses`` are the good ones, ``refuses`` what the business may answer.
    """

    method: Method
    path: str
    scopes: tuple[str, ...]
    query: type[BaseModel]
    body: type[BaseModel] | None
    answer: type[BaseModel] | None
    arguments: Mapping[str, Any]
    match: Match
    statuses: tuple[int, ...]
    refuses: tuple[int, ...]
    mimes: tuple[str, ...]
    handler: Handler

    @property
    def name(self) -> str:
        """The operation's name: the handler's."""
        return self.handler.__name__

    @property
    def body_required(self) -> bool:
        """Whether a call without a body cannot be meant."""
        return self.body is not None and any(field.is_required() for field in self.body.model_fields.values())

    @property
    def rule(self) -> str:
        """The path as Flask routes it."""
        rule = self.path
        for name, kind in self.arguments.items():
            rule = rule.replace(f"{{{name}}}", f"<{_converter(kind)}{name}>")
        return rule


TABLE: list[Endpoint] = []
"""Every endpoint, in the order of the modules."""


def endpoint(
    method: Method,
    path: str,
    *scopes: str,
    match: Match = Match.NO,
    statuses: tuple[int, ...] = (200,),
    refuses: tuple[int, ...] = (),
    mimes: tuple[str, ...] = (),
) -> Callable[[H], H]:
    """Enter a handler ``(call: Call[Query, Body], **path arguments) -> Reply[Model] | File`` into the table."""
    unknown = set(scopes) - set(SCOPES)
    if unknown:
        raise ValueError(f"{path}: no such scope: {unknown}")

    def enter(handler: H) -> H:
        hints = get_type_hints(handler)
        answer, (query, body) = hints.pop("return"), get_args(hints.pop("call"))
        TABLE.append(
            Endpoint(
                method, path, scopes, query, _model(body), _answered(answer), hints, match, statuses, refuses, mimes,
                handler,
            )
        )  # fmt: skip
        return handler

    return enter


def _model(body: Any) -> type[BaseModel] | None:
    return None if body is type(None) else body


def _answered(answer: Any) -> type[BaseModel] | None:
    if answer is File:
        return None
    if get_origin(answer) is not Reply:
        raise TypeError(f"a handler gives back Reply[Model] or File, not {answer}")
    model: type[BaseModel] = get_args(answer)[0]
    return model


def _converter(kind: Any) -> str:
    if kind is int:
        return "int:"
    if get_origin(kind) is Literal:
        return f"any({','.join(get_args(kind))}):"
    return ""
