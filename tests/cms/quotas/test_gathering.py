"""What counts, what is promised, what waits and what was called back, read from the tables as they are."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from channels.localtime import from_local
from cms.core.permissions import SYSTEM
from cms.models.stories import Story
from cms.models.story_states import StoryState
from cms.quotas.board import board
from cms.quotas.board.cell import open_cell
from cms.quotas.counting.status import Status
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Delivery
from tests.cms.quotas.province import Province, at

WEEK = "2026-W47"
"""16 to 22 November 2026."""
WEDNESDAY = at("2026-11-18", "12:00")
NOTHING = (0, 0, 0, 0)


def numbers(
    province: Province, quota: str, unit: str, period: str = WEEK, now: datetime = WEDNESDAY
) -> tuple[int, int, int, int]:
    """Counted, scheduled, waiting for approval, called back: on the board, and the same in the opened cell."""
    found = board.report(province.session, SYSTEM, period, now)
    score = found.cells[province.units[unit].id, province.quotas[quota].id]
    opened = open_cell(province.session, SYSTEM, province.quotas[quota].id, unit, period, now)
    assert opened.score == score
    tally = score.tally
    return tally.counted, tally.scheduled, tally.in_review, score.retracted


def test_nothing_counts_before_anything_was_done(province: Province) -> None:
    assert numbers(province, "1", "bao") == NOTHING


def test_a_delivery_counts_once_the_channel_has_confirmed_it(province: Province) -> None:
    province.on("bao", "newspaper", "2026-11-17")
    assert numbers(province, "1", "bao") == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("state", "observed", "expected"),
    [
        (DeliveryState.LIVE, "changed", (1, 0, 0, 0)),
        (DeliveryState.LIVE, "?gone", (1, 0, 0, 0)),
        (DeliveryState.LIVE, "hidden", (0, 0, 0, 1)),
        (DeliveryState.UNKNOWN, "gone", (0, 0, 0, 1)),
    ],
)
def test_what_readers_do_not_see_any_more_stops_counting(
    province: Province, state: DeliveryState, observed: str, expected: tuple[int, int, int, int]
) -> None:
    province.on("bao", "newspaper", "2026-11-17")
    province.session.execute(update(Delivery).values(state=state, observed=observed))
    assert numbers(province, "1", "bao") == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (DeliveryState.LIVE, (1, 0, 0, 0)),
        (DeliveryState.EXPIRED, (1, 0, 0, 0)),
        (DeliveryState.SCHEDULED, (0, 1, 0, 0)),
        (DeliveryState.SENDING, (0, 1, 0, 0)),
        (DeliveryState.UNKNOWN, (0, 1, 0, 0)),
        (DeliveryState.WITHDRAWN, (0, 0, 0, 1)),
        (DeliveryState.WITHDRAWING, (0, 0, 0, 1)),
        (DeliveryState.FAILED, NOTHING),
        (DeliveryState.MISSED, NOTHING),
        (DeliveryState.CANCELLED, NOTHING),
    ],
)
def test_what_a_delivery_is_worth(
    province: Province, state: DeliveryState, expected: tuple[int, int, int, int]
) -> None:
    channel = province.channel("bao", "newspaper")
    province.delivery(province.story(), channel, at("2026-11-20"), state)
    assert numbers(province, "1", "bao", now=at("2026-11-20", "12:00")) == expected


def test_a_live_item_whose_correction_is_in_doubt_still_counts(province: Province) -> None:
    live = province.on("bao", "newspaper", "2026-11-17")
    live.state = DeliveryState.UNKNOWN
    province.session.commit()
    assert numbers(province, "1", "bao") == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("day", "time", "week"),
    [
        ("2026-11-15", "23:59", "2026-W46"),
        ("2026-11-16", "00:00", "2026-W47"),
        ("2026-11-22", "23:59", "2026-W47"),
        ("2026-11-23", "00:00", "2026-W48"),
    ],
)
def test_weeks_turn_at_midnight_in_viet_nam(province: Province, day: str, time: str, week: str) -> None:
    province.delivery(province.story(), province.channel("bao", "newspaper"), at(day, time))
    later = at("2026-11-28")
    weeks = ("2026-W46", "2026-W47", "2026-W48")
    assert [one for one in weeks if numbers(province, "1", "bao", one, later)[0]] == [week]


def test_the_same_story_on_two_channels_of_a_unit_counts_once(province: Province) -> None:
    story = province.story("so")
    for medium in ("portal", "website", "website"):
        province.delivery(story, province.channel("so", medium), at("2026-11-17"))
    assert numbers(province, "3", "so") == (1, 0, 0, 0)


def test_the_same_story_counts_for_each_unit_that_published_it(province: Province) -> None:
    story = province.story("tinh")
    for unit in ("so", "huyen-b"):
        province.delivery(story, province.channel(unit, "portal"), at("2026-11-17"))
    assert numbers(province, "3", "so")[0] == numbers(province, "3", "huyen-b")[0] == 1


def test_a_story_is_counted_at_its_furthest_step(province: Province) -> None:
    story = province.story("so")
    province.delivery(story, province.channel("so", "portal"), at("2026-11-17"))
    province.delivery(story, province.channel("so", "website"), at("2026-11-20"), DeliveryState.SCHEDULED)
    assert numbers(province, "3", "so") == (1, 0, 0, 0)


@pytest.mark.parametrize(
    "about",
    [{"column": "doi-song"}, {"column": ""}, {"kind": "slogan"}, {"kind": "notice"}],
)
def test_items_of_another_column_or_kind_do_not_count(province: Province, about: dict[str, str]) -> None:
    province.on("bao", "newspaper", "2026-11-17", **about)
    assert numbers(province, "1", "bao") == NOTHING


@pytest.mark.parametrize("medium", ["portal", "zalo", ""])
def test_channels_of_another_medium_or_of_none_do_not_count(province: Province, medium: str) -> None:
    province.on("bao", medium, "2026-11-17")
    assert numbers(province, "1", "bao") == NOTHING


def test_what_is_counted_is_the_revision_that_went_out(province: Province) -> None:
    live = province.on("bao", "newspaper", "2026-11-17")
    province.edit(live.story_id, kind="slogan", column="doi-song")
    assert numbers(province, "1", "bao")[0] == 1
    other = province.on("bao", "newspaper", "2026-11-17", kind="slogan", column="doi-song")
    province.edit(other.story_id, kind="article", column="chuyen-doi-so")
    assert numbers(province, "1", "bao")[0] == 1


def test_a_story_called_back_after_it_ran_out_stops_counting(province: Province) -> None:
    ended = province.on("bao", "newspaper", "2026-11-17")
    province.session.execute(update(Delivery).values(state=DeliveryState.EXPIRED))
    province.session.commit()
    assert numbers(province, "1", "bao") == (1, 0, 0, 0)
    province.session.execute(update(Story).where(Story.id == ended.story_id).values(state=StoryState.RETRACTED))
    province.session.commit()
    assert numbers(province, "1", "bao") == (0, 0, 0, 1)


def test_a_monthly_quota_is_counted_over_its_month_whatever_week_is_shown(province: Province) -> None:
    province.on("so", "portal", "2026-11-02")
    province.on("so", "portal", "2026-10-31")
    assert numbers(province, "3", "so") == (1, 0, 0, 0)


def test_a_quota_without_a_number_is_counted_over_what_is_shown(province: Province) -> None:
    for day in ("2026-11-02", "2026-11-17", "2026-11-18"):
        province.on("so", "zalo", day, "zalo_oa")
    assert numbers(province, "3-zalo", "so")[0] == 2
    assert numbers(province, "3-zalo", "so", "2026-11")[0] == 3


# Radio: what counts is what was aired.


def test_a_script_counts_when_it_was_aired_and_not_before(province: Province) -> None:
    script = province.on("huyen-b", "loudspeaker", "2026-11-16", "radio_script")
    assert numbers(province, "2", "huyen-b") == (0, 1, 0, 0)
    province.broadcast(script, "huyen-b", at("2026-11-17", "05:30"))
    assert numbers(province, "2", "huyen-b") == (1, 0, 0, 0)


def test_a_broadcast_counts_for_the_unit_that_aired_it(province: Province) -> None:
    script = province.on("huyen-b", "loudspeaker", "2026-11-16", "radio_script")
    province.broadcast(script, "xa-b", at("2026-11-17", "05:30"))
    assert numbers(province, "2", "xa-b") == (1, 0, 0, 0)
    assert numbers(province, "2", "huyen-b") == (0, 1, 0, 0)


def test_a_voided_broadcast_does_not_count_and_the_script_waits_again(province: Province) -> None:
    script = province.on("huyen-b", "loudspeaker", "2026-11-16", "radio_script")
    province.broadcast(script, "huyen-b", at("2026-11-17", "05:30"), voided=True)
    assert numbers(province, "2", "huyen-b") == (0, 1, 0, 0)


def test_a_script_that_was_called_back_stops_counting_though_it_was_aired(province: Province) -> None:
    channel = province.channel("huyen-b", "loudspeaker", "radio_script")
    script = province.delivery(province.story("huyen-b"), channel, at("2026-11-16"), DeliveryState.WITHDRAWN)
    province.broadcast(script, "huyen-b", at("2026-11-16", "09:30"))
    assert numbers(province, "2", "huyen-b") == (0, 0, 0, 1)


def test_a_script_of_last_week_that_nobody_aired_is_no_promise_any_more(province: Province) -> None:
    province.on("huyen-b", "loudspeaker", "2026-11-10", "radio_script")
    assert numbers(province, "2", "huyen-b") == NOTHING
    assert numbers(province, "2", "huyen-b", "2026-W46") == NOTHING


def test_a_script_whose_time_has_run_out_is_no_promise(province: Province) -> None:
    channel = province.channel("huyen-b", "loudspeaker", "radio_script")
    province.delivery(province.story("huyen-b"), channel, at("2026-11-16"), until=at("2026-11-17"))
    assert numbers(province, "2", "huyen-b") == NOTHING


def test_every_broadcast_counts_where_times_count(province: Province) -> None:
    script = province.on("huyen-b", "loudspeaker", "2026-11-16", "radio_script", topics=("dich-vu-cong",))
    for day in ("2026-11-16", "2026-11-17", "2026-11-18"):
        province.broadcast(script, "huyen-b", at(day, "11:00"))
    assert numbers(province, "2-lan", "huyen-b")[0] == 3
    assert numbers(province, "2", "huyen-b")[0] == 1


def test_a_quota_about_a_topic_counts_only_what_names_it(province: Province) -> None:
    for topics in ((), ("an-toan",), ("an-toan", "dich-vu-cong")):
        script = province.on("huyen-b", "loudspeaker", "2026-11-16", "radio_script", topics=topics)
        province.broadcast(script, "huyen-b", at("2026-11-17"))
    assert numbers(province, "2-lan", "huyen-b")[0] == 1


# Boards: what counts is what was shown, once a day.


def notice(province: Province, day: str, until: str | None = None, **about: Any) -> Delivery:
    told: dict[str, Any] = {"kind": "notice", "topics": ("cong-thong-tin",), **about}
    board = province.channel("so", "led_board", "led_board")
    ends = from_local(datetime.fromisoformat(until)) if until else None
    return province.delivery(province.story("so", **told), board, at(day), until=ends)


def test_an_item_counts_once_for_each_day_on_which_its_board_showed_it(province: Province) -> None:
    shown = notice(province, "2026-11-14", until="2026-11-18T10:00")
    for time in ("08:00", "08:10", "23:59"):
        province.play(shown, at("2026-11-16", time))
    province.play(shown, at("2026-11-17", "00:00"))
    assert numbers(province, "4", "so", now=at("2026-11-19")) == (2, 0, 0, 0)


def test_a_day_counts_different_items_once_each(province: Province) -> None:
    for _ in range(2):
        shown = notice(province, "2026-11-14", until="2026-11-17T10:00")
        province.play(shown, at("2026-11-16"))
        province.play(shown, at("2026-11-16", "10:00"))
    assert numbers(province, "4", "so", now=at("2026-11-19"))[0] == 2


def test_what_a_board_carries_is_promised_for_today_and_each_day_to_come(province: Province) -> None:
    notice(province, "2026-11-10")
    assert numbers(province, "4", "so")[:2] == (0, 5)
    found = board.report(province.session, SYSTEM, WEEK, WEDNESDAY)
    score = found.cells[province.units["so"].id, province.quotas["4"].id]
    assert score.verdict.status is Status.MISSED
    assert (score.met, score.of) == (0, 7)


def test_what_will_end_is_promised_up_to_its_end(province: Province) -> None:
    notice(province, "2026-11-10", until="2026-11-20T10:00")
    assert numbers(province, "4", "so")[1] == 3


def test_what_begins_later_is_promised_from_then_on(province: Province) -> None:
    later = province.channel("so", "led_board", "led_board")
    story = province.story("so", kind="notice", topics=("cong-thong-tin",))
    province.delivery(story, later, at("2026-11-21"), DeliveryState.SCHEDULED)
    assert numbers(province, "4", "so")[1] == 2


def test_an_item_that_introduces_none_of_the_asked_for_platforms_does_not_count(province: Province) -> None:
    shown = notice(province, "2026-11-14", topics=("an-toan",))
    province.play(shown, at("2026-11-16"))
    assert numbers(province, "4", "so") == NOTHING


def test_what_a_board_showed_stops_counting_when_it_is_called_back(province: Province) -> None:
    board_channel = province.channel("so", "led_board", "led_board")
    story = province.story("so", kind="notice", topics=("cong-thong-tin",))
    shown = province.delivery(story, board_channel, at("2026-11-16"), DeliveryState.WITHDRAWN)
    province.play(shown, at("2026-11-16", "09:30"))
    assert numbers(province, "4", "so") == (0, 0, 0, 1)


# What people record, and what waits for approval.


def test_a_record_counts_for_its_quota_alone(province: Province) -> None:
    province.recorded("5", "so", "2026-11-17")
    assert numbers(province, "5", "so", "2026-Q4")[0] == 1
    assert numbers(province, "5-truong", "so", "2026")[0] == 0


def test_a_record_may_stand_for_what_no_channel_of_ours_did(province: Province) -> None:
    province.recorded("1", "bao", "2026-11-17", "Báo in số 12, trang 3")
    assert numbers(province, "1", "bao")[0] == 1


def test_a_record_of_a_story_that_is_out_counts_with_it_once(province: Province) -> None:
    live = province.on("bao", "newspaper", "2026-11-17")
    province.recorded("1", "bao", "2026-11-17", "Cũng in trên báo giấy", province.session.get_one(Story, live.story_id))
    assert numbers(province, "1", "bao")[0] == 1


def test_a_voided_record_does_not_count(province: Province) -> None:
    record = province.recorded("5", "so", "2026-11-17")
    record.voided_at = WEDNESDAY
    province.session.commit()
    assert numbers(province, "5", "so") == NOTHING


def test_what_waits_with_the_lead_shows_in_the_running_period_only(province: Province) -> None:
    province.story("bao", state=StoryState.SUBMITTED)
    province.story("bao", state=StoryState.DRAFT)
    province.story("so", state=StoryState.SUBMITTED)
    assert numbers(province, "1", "bao") == (0, 0, 1, 0)
    assert numbers(province, "1", "bao", "2026-W46") == NOTHING
    assert numbers(province, "1", "bao", "2026-W48") == NOTHING


def test_a_story_in_review_must_name_the_topic_that_a_quota_is_about(province: Province) -> None:
    province.story("huyen-b", state=StoryState.SUBMITTED)
    province.story("huyen-b", state=StoryState.SUBMITTED, topics=("dich-vu-cong",))
    assert numbers(province, "2-lan", "huyen-b")[2] == 1
    assert numbers(province, "2", "huyen-b")[2] == 2


def test_a_story_in_review_is_no_leaflet(province: Province) -> None:
    province.story("so", state=StoryState.SUBMITTED)
    assert numbers(province, "5", "so") == NOTHING


def test_a_promise_for_another_week_belongs_to_that_week(province: Province) -> None:
    channel = province.channel("bao", "newspaper")
    for days in (2, 7):
        province.delivery(province.story(), channel, WEDNESDAY + timedelta(days=days), DeliveryState.SCHEDULED)
    assert numbers(province, "1", "bao")[1] == 1
    assert numbers(province, "1", "bao", "2026-W48")[1] == 1
