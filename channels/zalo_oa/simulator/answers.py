"""The shapes Zalo answers in: HTTP 200 with ``error`` and ``message``, whatever went wrong."""

import json
from collections.abc import Mapping

from werkzeug.wrappers import Response

NOWHERE = 404
EMPTY_API = "You are accessing an empty or invalid API. Please check again."
"""What answers a path that is none."""


class Refused(Exception):
    """A business error of the API: answered as HTTP 200 with this code and message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def as_json(body: object, status: int = 200) -> Response:
    """``body`` as JSON, letters kept as they are."""
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json; charset=utf-8")


def success(data: Mapping[str, object] | None = None) -> Response:
    """The envelope of a call that worked."""
    body: dict[str, object] = {"error": 0, "message": "Success"}
    return as_json(body if data is None else {"data": data, **body})


def refusal(code: int, message: str, status: int = 200) -> Response:
    """The envelope of a call that did not."""
    return as_json({"error": code, "message": message}, status)


def error_of(response: Response) -> str:
    """The ``error`` of an answer as the log shows it; empty when the body is no envelope."""
    try:
        body = json.loads(response.get_data())
    except ValueError:
        return ""
    return str(body.get("error", 0)) if isinstance(body, dict) else ""
