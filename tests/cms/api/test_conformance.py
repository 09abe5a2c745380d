"""Generated calls, good and bad, against the API's own document: no fault of ours, and every answer as described."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.cms.api.conftest import Machines
from tests.cms.api.machine import Machine
from tests.cms.newsroom import Newsroom, approved, story, submitted
from tests.conftest import SUNDAY

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
"""The stricter of the two databases."""

CASES = 6
"""Generated calls for each operation and way of generating."""
CHECKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
]
"""Left out is only ``positive_data_acceptance``: rules such as "not in the past" cannot be said in a schema."""


@pytest.fixture
def peopled(app: Flask, room: Newsroom, machines: Machines) -> Newsroom:
    """Something for generated calls to hit: stories of every stage and a promised delivery."""
    story(room.editor, room.paper, now=SUNDAY)
    submitted(room.editor, room.paper, now=SUNDAY)
    made = approved(room.editor, room.lead, room.paper, now=SUNDAY)
    wish = {"channel": "bao-song-vam", "at": "2026-11-23T08:00:00+07:00"}
    machines.lead.post(f"/stories/{made.id}/schedule", {"channels": [wish]})
    return room


def operations(app: Flask) -> Iterator[Any]:
    """Every operation of the document."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        yield found.ok()


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_generated_calls_are_answered_as_described(
    app: Flask, peopled: Newsroom, machines: Machines, mode: GenerationMode
) -> None:
    headers = {"Authorization": f"Bearer {machines.lead.token}"}
    for operation in operations(app):
        strategy = operation.as_strategy(generation_mode=mode)

        @settings(
            max_examples=CASES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=strategy)
        def hold(case: Case[Any]) -> None:
            with app.app_context():
                answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKED)

        hold()


def test_the_checks_would_see_a_fault(app: Flask, peopled: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.api.resources.me.Me.model_dump_json", lambda _: '{"name": 7}')
    (operation,) = (one for one in operations(app) if one.path == "/me")
    case = operation.Case()
    with app.app_context():
        answer = case.call(headers={"Authorization": f"Bearer {Machine(app, peopled.lead).token}"})
    with pytest.raises(BaseException, match="schema"):
        case.validate_response(answer, checks=CHECKED)
