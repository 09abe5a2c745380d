"""Trouble on demand: what the caller sees, and whether the call had its effect."""

import pytest
import requests

from tests.channels.zalo_oa.running import Running
from tests.channels.zalo_oa.test_simulator_articles import article


def create(simulator: Running, timeout: float = 0.3) -> requests.Response:
    return simulator.session.post(
        f"{simulator.url}/v2.0/article/create",
        json=article(),
        headers={"access_token": "access-1"},
        timeout=timeout,
    )


def listed(simulator: Running) -> None:
    """Let the time of a job pass and read the list, which brings it to its end."""
    simulator.clock.advance(21)
    simulator.api("GET", "article/getslice", offset="0", limit="10", type="normal")


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(("fault", "error"), [("timeout", requests.ReadTimeout), ("reset", requests.ConnectionError)])
def test_the_line_breaks(simulator: Running, fault: str, error: type[Exception], when: str, made: int) -> None:
    simulator.fault("article/create", fault, when)
    with pytest.raises(error):
        create(simulator)
    listed(simulator)
    assert len(simulator.articles()) == made


def test_a_reset_is_a_reset(simulator: Running) -> None:
    simulator.fault("article/create", "reset")
    with pytest.raises(requests.ConnectionError, match="reset"):
        create(simulator)


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ("500", 500, "Internal Server Error"),
        ("html502", 502, "<h1>502 Bad Gateway</h1>"),
        ("html200", 200, "<h1>Hệ thống đang bảo trì</h1>"),
        ("empty", 200, ""),
        ("429", 429, "Too Many Requests"),
        ("-32", 200, '"error": -32'),
        ("-216", 200, '"error": -216'),
    ],
)
def test_the_answer_is_wrong(simulator: Running, fault: str, status: int, text: str, when: str, made: int) -> None:
    simulator.fault("article/create", fault, when)
    answer = create(simulator)
    listed(simulator)
    assert answer.status_code == status
    assert text in answer.text
    assert len(simulator.articles()) == made


def test_a_slow_call_has_its_effect_although_the_caller_left(simulator: Running) -> None:
    simulator.fault("article/create", "slow", "after", seconds=0.5)
    with pytest.raises(requests.ReadTimeout):
        create(simulator)
    listed(simulator)
    assert len(simulator.articles()) == 1


def test_a_job_that_is_never_ready(simulator: Running) -> None:
    simulator.fault("article/create", "never_ready")
    token = create(simulator).json()["data"]["token"]
    simulator.clock.advance(86_400)
    assert simulator.api("POST", "article/verify", {"token": token})["error"] == -214


@pytest.mark.parametrize("call", ["article/create", "article/verify"])
def test_a_picture_that_cannot_be_fetched(simulator: Running, call: str) -> None:
    simulator.fault(call, "image_fails")
    token = create(simulator).json()["data"]["token"]
    answer = simulator.api("POST", "article/verify", {"token": token})
    assert (answer["error"], answer["message"]) == (-200, "Upload media failed")


def test_a_fault_strikes_at_its_call_and_as_often_as_asked(simulator: Running) -> None:
    simulator.fault("oa/getoa", "-32", nth=2, times=2)
    assert [simulator.api("GET", "oa/getoa")["error"] for _ in range(4)] == [0, -32, -32, 0]


def test_the_log_names_calls_and_faults_but_no_secret(simulator: Running) -> None:
    simulator.fault("article/create", "500", "after")
    create(simulator)
    simulator.token(grant_type="refresh_token", refresh_token="refresh-1")

    first, second = simulator.calls()

    assert (first["call"], first["fault"], first["error"]) == ("article/create", "500 after", "0")
    assert first["body"]["title"] == "Nộp hồ sơ tại nhà"
    assert (second["call"], second["body"]["refresh_token"]) == ("oauth/access_token", "•••")
    assert not any(secret in str([first, second]) for secret in ("refresh-1", "access-1", "bi-mat"))


@pytest.mark.parametrize("body", [{"fault": "gremlin"}, {"fault": "500", "call": "oa/getoa", "often": 3}, []])
def test_a_fault_that_makes_no_sense_is_refused(simulator: Running, body: object) -> None:
    answer = simulator.session.post(f"{simulator.url}/_sim/faults", json=body, timeout=10)
    assert answer.status_code == 400
