"""What is believed of a call that says it comes from Zalo."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.zalo_oa.audience import webhook
from channels.zalo_oa.audience.webhook import Kind, Ours, Verdict
from channels.zalo_oa.simulator.webhook import mac as zalo_signs

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
OURS = Ours("app-1", "oa-1", "khóa-của-oa")


def event(**change: Any) -> dict[str, Any]:
    known = {
        "event_name": "follow", "app_id": "app-1", "oa_id": "oa-1", "follower": {"id": "8123"},
        "timestamp": str(round(NOW.timestamp() * 1000)),
    }  # fmt: skip
    return {name: value for name, value in {**known, **change}.items() if value is not None}


def raw(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()


def signed(body: bytes, said: dict[str, Any], secret: str = OURS.secret) -> str:
    """As the simulator signs, which was written from the document and not from our check."""
    return f"mac={zalo_signs(str(said.get('app_id', '')), body, str(said.get('timestamp', '')), secret)}"


def judged(said: dict[str, Any], ours: Ours = OURS, now: datetime = NOW) -> tuple[Verdict, webhook.Event | None]:
    body = raw(said)
    return webhook.judge(body, signed(body, said), ours, now)


def test_a_follow_and_an_unfollow_are_counted_with_their_time() -> None:
    verdict, found = judged(event())
    assert verdict is Verdict.COUNTED
    assert found is not None
    assert (found.kind, found.at) == (Kind.FOLLOW, NOW)
    assert "8123" not in found.key, "who it was is not kept"
    assert judged(event(event_name="unfollow"))[1] != found


@pytest.mark.parametrize(
    "said",
    [
        event(app_id="app-2"),
        event(oa_id="oa-2"),
        event(app_id=None),
    ],
)
def test_what_is_for_somebody_else_is_refused_though_well_signed(said: dict[str, Any]) -> None:
    assert judged(said) == (Verdict.FORGED, None)


def test_without_a_key_nothing_is_believed() -> None:
    body = raw(event())
    assert webhook.judge(body, signed(body, event(), ""), Ours("app-1", "oa-1", ""), NOW)[0] is Verdict.FORGED


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"\xff", b"{", b'{"a":' * 5000, b"null"])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    assert webhook.judge(body, "mac=" + "0" * 64, OURS, NOW) == (Verdict.FORGED, None)


@pytest.mark.parametrize("name", ["user_send_text", "oa_send_text", "user_seen_message", "", "FOLLOW"])
def test_other_events_are_answered_and_forgotten(name: str) -> None:
    assert judged(event(event_name=name)) == (Verdict.IGNORED, None)


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (timedelta(hours=2), Verdict.COUNTED),
        (timedelta(hours=24), Verdict.COUNTED),
        (timedelta(hours=24, seconds=1), Verdict.IGNORED),
        (timedelta(days=400), Verdict.IGNORED),
        (timedelta(minutes=-10), Verdict.COUNTED),
        (timedelta(minutes=-11), Verdict.IGNORED),
    ],
)
def test_an_old_event_is_a_replay(age: timedelta, verdict: Verdict) -> None:
    """Zalo tries again for two hours; a capture that is played months later counts nobody."""
    assert judged(event(), now=NOW + age)[0] is verdict


@pytest.mark.parametrize("timestamp", [None, "", "gần đây", "1" * 30, "-1", {"a": 1}])
def test_a_time_that_is_none_is_no_reason_to_stumble(timestamp: object) -> None:
    assert judged(event(timestamp=timestamp))[0] in {Verdict.IGNORED, Verdict.FORGED}


def test_a_time_in_seconds_is_understood() -> None:
    verdict, found = judged(event(timestamp=round(NOW.timestamp())))
    assert verdict is Verdict.COUNTED
    assert found is not None
    assert found.at == NOW


def test_the_same_event_has_the_same_key_and_a_message_goes_by_its_id() -> None:
    keys = {judged(event())[1], judged(event())[1]}
    assert len(keys) == 1
    named = event(message={"msg_id": "m1"})
    assert judged(named)[1] == judged({**named, "source": "qr"})[1]
    assert judged(named)[1] != judged(event(message={"msg_id": "m2"}))[1]


@given(st.integers(0, 1_000), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_noticed(place: int, change: int) -> None:
    body = bytearray(raw(event()))
    signature = signed(bytes(body), event())
    body[place % len(body)] ^= change
    assert webhook.judge(bytes(body), signature, OURS, NOW)[0] is Verdict.FORGED


@given(st.text(max_size=80))
def test_no_other_signature_fits(signature: str) -> None:
    body = raw(event())
    if signature.strip().removeprefix("mac=").lower() != signed(body, event()).removeprefix("mac="):
        assert webhook.judge(body, signature, OURS, NOW)[0] is Verdict.FORGED
