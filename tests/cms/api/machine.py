"""A machine that calls the API with a token, and what it asks of every refusal."""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from cms.core.database import changing
from cms.core.permissions import SYSTEM
from cms.models.people import Person
from cms.people.accounts import tokens
from cms.people.accounts.tokens import SCOPES
from tests.cms.newsroom import LONG_AGO, visitor

BASE = "/api/v1"
PROBLEM = "application/problem+json"


class Machine:
    """Calls with one token; without a person, without a token."""

    def __init__(self, app: Flask, someone: Person | None = None, scopes: Iterable[str] = SCOPES) -> None:
        self.client = visitor(app)
        self.token = token(someone, scopes) if someone else ""

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        """Call ``path`` below /api/v1."""
        headers = dict(more.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return self.client.open(BASE + path, method=method, headers=headers, **more)

    def get(self, path: str, **query: Any) -> Any:
        """Read ``path``, which must be there."""
        answer = self.call("GET", path, **({"query_string": query} if query else {}))
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, body: object = None, status: int = 200, **more: Any) -> Any:
        """Post ``body`` as JSON; ``status`` must be the answer's."""
        answer = self.call("POST", path, json=body, **more) if body is not None else self.call("POST", path, **more)
        assert answer.status_code == status, answer.text
        return answer.json


def token(someone: Person, scopes: Iterable[str] = SCOPES) -> str:
    """A new token of ``someone``."""
    with changing() as session:
        person = session.get_one(Person, someone.id)
        return tokens.create(
            session, SYSTEM, person, name="máy", scopes=scopes, expires_at=None, now=LONG_AGO
        )  # fmt: skip


def refusal(answer: TestResponse, status: int, code: str = "") -> Any:
    """The problem document of an answer that must be one."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == PROBLEM
    told = answer.json
    assert told is not None
    assert told["status"] == status
    assert told["detail"]
    assert not code or told["type"] == f"urn:dakenh:{code}"
    return told


ARTICLE = {
    "title": "Nộp hồ sơ từ nhà",
    "summary": "Không phải chờ ở bộ phận một cửa.",
    "body": "Người dân đăng nhập bằng VNeID rồi nộp hồ sơ.\n\nHồ sơ được trả lời trong ngày làm việc.",
    "column": "chuyen-doi-so",
}
"""A story that is complete enough to be submitted."""
