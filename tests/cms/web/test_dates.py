"""Days and times are read in every way that people here write them, and in no other."""

from contextlib import suppress
from datetime import date, datetime, time

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from cms.api.kit.fields import Day
from cms.core.refusal import Invalid
from cms.web.input import form_values
from cms.web.input.dates import as_typed, read_day, read_moment
from tests.cms import newsroom

SUNDAY, EVENING = date(2026, 11, 22), datetime(2026, 11, 22, 17, 30)


@pytest.mark.parametrize("text", ["22/11/2026", " 22/11/2026 ", "22-11-2026", "22.11.2026", "2026-11-22"])
def test_a_day(text: str) -> None:
    assert read_day(text) == SUNDAY


@pytest.mark.parametrize(
    "text",
    [
        "22/11/2026 17:30", "22/11/2026, 17:30", "17:30 22/11/2026", "17h30 ngày 22/11/2026", "17:30, ngày 22/11/2026",
        "lúc 17 giờ 30 phút 22-11-2026", "2026-11-22T17:30", "2026-11-22T17:30:00", "2026-11-22 17:30",
    ],
)  # fmt: skip
def test_a_moment(text: str) -> None:
    assert read_moment(text) == EVENING


SAID = {
    "17:30": (
        "5h30 chiều", "5 giờ 30 phút chiều", "chiều 5h30", "5:30 PM", "5:30pm", "5:30 p.m.", "05:30 CH", "17g30",
        "17 g 30", "17h30'", "17h30ph", "17.30", "17 rưỡi", "17h rưỡi", "5 rưỡi chiều", "5 giờ rưỡi chiều",
        "18h kém 30",
        "6 giờ kém 30 phút chiều", "17h30 chiều", "17H30", "17 GIỜ 30 PHÚT", "lúc 17h30", "vào lúc 17h30",
        "17:30 GMT+7", "17:30 (GMT+7)", "17h\u00a030", "17:30:00",
    ),
    "20:00": ("8 giờ tối", "8h tối", "20h", "8 tối", "tối 8h", "8:00 PM", "8 giờ đêm", "20 giờ đúng", "20g"),
    "00:00": ("0h", "0 giờ", "12:00 AM", "12 am", "00:00", "12:00 SA"),
    "12:00": ("12h", "12 giờ trưa", "12:00 PM", "12 pm", "12 trưa", "12 giờ chiều"),
    "09:05": ("9 giờ 5 phút", "9h05", "9h5 sáng", "9:05", "9 giờ 05", "9:05 AM", "sáng 9h05"),
    "06:45": ("7h kém 15", "7 giờ kém 15", "7 giờ kém 15 phút sáng", "6h45", "7g kém 15"),
    "18:45": ("7h kém 15 tối", "tối 7 giờ kém 15"),
    "13:00": ("1 giờ trưa", "1h chiều", "13h trưa"),
    "23:00": ("11h đêm", "11 giờ khuya", "23h", "11 giờ tối"),
    "05:00": ("5 giờ rạng sáng", "5 giờ sáng", "5 am"),
}  # fmt: skip


@pytest.mark.parametrize(("clock", "said"), [(clock, said) for clock, all_ in SAID.items() for said in all_])
def test_a_clock_as_people_say_it(clock: str, said: str) -> None:
    meant = datetime.combine(date(2026, 12, 5), time.fromisoformat(clock))
    assert read_moment(f"{said} 05/12/2026") == meant
    assert read_moment(f"5.12.2026, {said}") == meant
    assert read_moment(f"{said} thứ Bảy ngày 5 tháng 12 năm 2026") == meant


@pytest.mark.parametrize("said", ["24h00", "24:00", "24h", "24 giờ"])
def test_twenty_four_hours_are_midnight_at_the_end_of_the_day(said: str) -> None:
    assert read_moment(f"{said} 31/12/2026") == datetime(2027, 1, 1)


@pytest.mark.parametrize(
    "said",
    [
        "12 giờ đêm", "2 giờ đêm", "12h sáng", "12h tối", "13h sáng", "5h trưa", "9h chiều", "3h tối", "17:30 AM",
        "0:30 PM", "13 giờ khuya", "5h sáng chiều", "5:30 AM chiều", "7", "1730", "17:3", "17:60", "17h60", "25h",
        "24h30",
        "24:01", "-5h", "5h-6h", "0h kém 5", "7h kém", "kém 15", "tối", "rưỡi", "5h30 mai", "17:30 GMT+9", "17:30Z",
        "17h30 18h",
        "１７:30", "5h 30 15", "17:30.5", "17,30",
    ],
)  # fmt: skip
def test_what_can_be_meant_in_two_ways_or_is_no_clock_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_moment(f"{said} 05/12/2026")


@pytest.mark.parametrize(
    "text",
    [
        "8 giờ ngày 30 22/11/2026", "8 giờ lúc 30 22/11/2026", "8h, 30 22/11/2026", "8h 22/11/2026 30",
        "8h chủ nhật 30 22/11/2026", "8 giờ 22/11/2026 kém 15",
    ],
)  # fmt: skip
def test_numbers_that_are_said_apart_are_not_put_together_into_one_time(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_moment(text)


@pytest.mark.parametrize(
    "text",
    [
        "Chủ nhật, 22/11/2026", "chủ nhật 22-11-2026", "CN 22/11/2026", "ngày 22 tháng 11 năm 2026",
        "22 tháng 11, 2026", "2026/11/22", "22 / 11 / 2026", "Sunday, 22/11/2026", "Chủ nhật, ngày 22.11.2026",
    ],
)  # fmt: skip
def test_a_day_with_its_weekday_or_its_month_in_words(text: str) -> None:
    assert read_day(text) == SUNDAY


def test_a_weekday_that_is_another_day_is_refused() -> None:
    for text in ("Thứ Hai, 22/11/2026", "thứ 7 22/11/2026", "Monday 22/11/2026"):
        with pytest.raises(ValueError, match=r".*"):
            read_day(text)


@pytest.mark.parametrize(
    "day", ["31/12/1999", "1/1/2200", "22/11/9999", "22/11/0001", "9999-12-31", "0001-01-01", "22/11/0226"]
)
def test_days_far_off_are_refused_by_every_reader(day: str) -> None:
    for read in (read_day, lambda text: read_moment(f"{text} 17:30"), lambda text: read_moment(f"{text}T17:30")):
        with pytest.raises(ValueError, match=r".*"):
            read(day)
    with pytest.raises(Invalid):
        form_values.day({"day": day}, "day")
    with pytest.raises(Invalid):
        form_values.instant({"at": f"17:30 {day}"}, "at")
    with pytest.raises(ValueError, match=r".*"):
        TypeAdapter(Day).validate_python(day)


def test_midnight_after_the_last_day_is_refused_too() -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_moment("24h00 31/12/2199")


@given(st.text(alphabet="0123456789:hg giờphútkémrưỡisángchiềutốiAPM/.-T", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_day, read_moment):
        with suppress(ValueError):
            assert 2000 <= read(text).year <= 2199


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31)),
    st.sampled_from(["{h}:{m:02}", "{h}h{m:02}", "{h} giờ {m} phút", "{h}g{m:02}", "{h12}:{m:02} {ap}"]),
)
def test_every_minute_is_read_however_it_is_written(at: datetime, form: str) -> None:
    at = at.replace(second=0, microsecond=0)
    ap = "AM" if at.hour < 12 else "PM"
    said = form.format(h=at.hour, m=at.minute, h12=at.hour % 12 or 12, ap=ap)
    assert read_moment(f"{said} {at:%d/%m/%Y}") == at


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_browser_is_told_what_the_server_reads(app: Flask) -> None:
    browser = newsroom.sign_in(app, newsroom.newsroom().editor)
    told = browser.get("/typed-time", query_string={"text": "5h30 chiều 05/12/2026", "moment": ""})
    assert told.get_json() == {
        "value": "2026-12-05T17:30", "typed": "05/12/2026 17:30", "said": "Thứ Bảy, 05/12/2026 17:30 GMT+7",
    }  # fmt: skip
    assert told.headers["Cache-Control"] == "no-store"
    day = browser.get("/typed-time", query_string={"text": "2026-12-05"}).get_json()
    assert day == {"value": "2026-12-05", "typed": "05/12/2026", "said": "Thứ Bảy, 05/12/2026"}
    wrong = browser.get("/typed-time", query_string={"text": "12 giờ đêm 05/12/2026", "moment": ""}).get_json()
    assert wrong == {"value": "", "typed": "", "said": ""}


def test_a_full_hour_needs_no_minutes() -> None:
    assert read_moment("22/11/2026 17h") == read_moment("17 giờ 22/11/2026") == datetime(2026, 11, 22, 17)


@pytest.mark.parametrize(
    "text", ["", "mai", "11/22/2026", "31/11/2026", "22/11/26", "22/11-2026", "22/11/20261", "122/11/2026"]
)
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_day(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "22/11/2026", "2026-11-22", "17:30", "22/11/2026 25:00", "22/11/2026 17:60",
        "22/11/2026 17:30 23/11/2026", "2026-11-22T17:30Z", "2026-11-22T17:30+07:00", "22/11/2026 1730",
    ],
)  # fmt: skip
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_moment(text)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31)).map(lambda at: at.replace(second=0, microsecond=0)))
def test_what_is_shown_is_read_again(at: datetime) -> None:
    assert read_moment(as_typed(at.isoformat(), moment=True)) == at
    assert read_day(as_typed(at.date().isoformat())) == at.date()


def test_what_cannot_be_read_stays_as_it_was_entered() -> None:
    assert as_typed("ngày mai") == "ngày mai"
    assert as_typed("22/11/2026", moment=True) == "22/11/2026"
