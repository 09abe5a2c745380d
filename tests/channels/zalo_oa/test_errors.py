"""Zalo's error table: what the engine does and what people read."""

import pytest

from channels.contract import ErrorKind
from channels.zalo_oa.api.errors import RULES, Refusal, to_error
from tests.channels.zalo_oa.running import START

AUTH, REJECTED, TRANSIENT = ErrorKind.AUTH, ErrorKind.REJECTED, ErrorKind.TRANSIENT


@pytest.mark.parametrize(
    ("code", "message", "kind", "after_a_creation"),
    [
        (-32, "Your application reached limit call api", ErrorKind.RATE_LIMITED, ErrorKind.UNCERTAIN),
        (-214, "Article is being processed", TRANSIENT, ErrorKind.UNCERTAIN),
        (-234, "This message cannot be sent at night", TRANSIENT, TRANSIENT),
        (-211, "Out of quota", TRANSIENT, TRANSIENT),
        (-218, "Out of quota receive", TRANSIENT, TRANSIENT),
        (-223, "Your OA has reach the limit quota create article", TRANSIENT, TRANSIENT),
        (-223, "OA has not authorized this API", AUTH, AUTH),
        (-201, "title is invalid", REJECTED, REJECTED),
        (-210, "exceeds limit", REJECTED, REJECTED),
        (-233, "message type invalid", REJECTED, REJECTED),
        (-248, "violates", REJECTED, REJECTED),
        (-100, "attachment_id was expired", REJECTED, REJECTED),
        (-200, "Upload media failed", REJECTED, REJECTED),
        *((code, "x", AUTH, AUTH) for code in (-216, -220, -124, -204, -205, -209, -212, -219, -221, -224, -235)),
        *((code, "x", AUTH, AUTH) for code in (-242, -320, -321, 404)),
        *((code, "x", REJECTED, REJECTED) for code in (-213, -217, -227, -230, -232, -240, -244)),
        (-9999, "điều chưa từng thấy", REJECTED, REJECTED),
    ],
)
def test_what_the_engine_does(code: int, message: str, kind: ErrorKind, after_a_creation: ErrorKind) -> None:
    assert to_error(Refusal(code, message), START, once=False).kind is kind
    assert to_error(Refusal(code, message), START, once=True).kind is after_a_creation


def test_a_limit_ends_with_its_minute() -> None:
    assert to_error(Refusal(-32, ""), START.replace(second=48), once=False).retry_after == 12.0


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("Your application reached limit call api", "Ứng dụng đã gọi Zalo quá số lần"),
        ("OA reached limit call api", "Zalo đang giới hạn số lần gọi"),
        ("", "Zalo đang giới hạn số lần gọi"),
    ],
)
def test_whose_limit_it_is_stands_in_the_message(message: str, said: str) -> None:
    error = to_error(Refusal(-32, message), START, once=False)
    assert (error.kind, said in str(error.words)) == (ErrorKind.RATE_LIMITED, True)


@pytest.mark.parametrize(
    ("utc", "hours"), [("15:00", 8.0), ("16:59", 6 + 1 / 60), ("17:00", 6.0), ("22:59", 1 / 60), ("23:00", 24.0)]
)
def test_the_night_ends_at_six_in_vietnam(utc: str, hours: float) -> None:
    now = START.replace(hour=int(utc[:2]), minute=int(utc[3:]))
    waits = to_error(Refusal(-234, "This message cannot be sent at night"), now, once=True).retry_after
    assert waits == pytest.approx(hours * 3600)


@pytest.mark.parametrize("code", [*RULES, -9999])
def test_every_error_is_one_sentence_or_two_in_vietnamese(code: int) -> None:
    sentence = str(to_error(Refusal(code, "nguyên văn 100%"), START, once=False).words)
    assert sentence.endswith(".")
    assert "%(" not in sentence


def test_an_unknown_error_is_shown_as_it_came() -> None:
    error = to_error(Refusal(-9999, "điều chưa từng thấy"), START, once=False)
    assert "-9999" in str(error.words)
    assert "điều chưa từng thấy" in str(error.words)
    assert error.detail == "-9999 điều chưa từng thấy"
