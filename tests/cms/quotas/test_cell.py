"""A number opens to the items that make it, and says what no longer does."""

from datetime import datetime

import pytest

from channels.contract import Evidence
from channels.localtime import noon
from cms.core.permissions import SYSTEM, Actor
from cms.core.refusal import NotFound, Refusal
from cms.models.roles import Role
from cms.models.stories import Story
from cms.models.story_states import StoryState
from cms.quotas.board.cell import Cell, Entry, history, open_cell
from cms.quotas.board.ready_stories import ready
from cms.quotas.counting.evidence import Progress
from cms.quotas.counting.status import Status
from scheduler.decisions.states import DeliveryState
from tests.cms.quotas.province import Province, at

NOW = at("2026-11-18", "12:00")


def opened(
    province: Province, quota: str, unit: str, period: str = "2026-W47", now: datetime = NOW, by: Actor = SYSTEM
) -> Cell:
    return open_cell(province.session, by, province.quotas[quota].id, unit, period, now)


def only(found: Cell) -> Entry:
    (entry,) = found.entries
    return entry


def test_a_delivered_story_shows_where_and_when_it_was_out(province: Province) -> None:
    live = province.on("bao", "newspaper", "2026-11-17", title="Nộp hồ sơ từ nhà")
    live.link = "https://bao.example/1"
    province.session.commit()
    entry = only(opened(province, "1", "bao"))
    assert (entry.step, entry.proof, entry.at) == (Progress.COUNTED, Evidence.RECEIPT, at("2026-11-17"))
    assert (entry.title, entry.channel, entry.by) == ("Nộp hồ sơ từ nhà", "Kênh newspaper của bao", "Nguyễn Minh Khôi")
    assert (entry.delivery_id, entry.link) == (live.id, "https://bao.example/1")


def test_what_was_called_back_is_still_shown_with_the_reason(province: Province) -> None:
    channel = province.channel("bao", "newspaper")
    province.delivery(province.story(), channel, at("2026-11-17"), DeliveryState.WITHDRAWN, reason="Sai số liệu")
    found = opened(province, "1", "bao")
    assert found.score.retracted == 1
    assert (only(found).step, only(found).note) == (Progress.RETRACTED, "Sai số liệu")


def test_a_story_on_two_channels_shows_both_though_it_counts_once(province: Province) -> None:
    story = province.story("so")
    for medium in ("portal", "website"):
        province.delivery(story, province.channel("so", medium), at("2026-11-17"))
    found = opened(province, "3", "so")
    assert (found.score.tally.counted, len(found.entries)) == (1, 2)


def test_the_days_on_which_a_board_showed_an_item_are_one_line(province: Province) -> None:
    shown = province.on("so", "led_board", "2026-11-16", "led_board", kind="notice", topics=("cong-thong-tin",))
    for day in ("2026-11-16", "2026-11-17"):
        province.play(shown, at(day, "12:00"))
    done, ahead = opened(province, "4", "so").entries[::-1]
    assert (done.step, done.days, done.at) == (Progress.COUNTED, 2, noon(at("2026-11-17").date()))
    assert (ahead.step, ahead.days) == (Progress.SCHEDULED, 5)


def test_a_record_shows_what_it_was_and_who_recorded_it(province: Province) -> None:
    kept = province.recorded("5", "so", "2026-11-17", "500 tờ gấp")
    entry = only(opened(province, "5", "so"))
    assert (entry.record_id, entry.note, entry.by, entry.delivery_id) == (
        kept.id,
        "500 tờ gấp",
        "Nguyễn Minh Khôi",
        None,
    )


def test_a_delivered_story_is_named_as_its_channel_names_it(province: Province) -> None:
    live = province.on("bao", "newspaper", "2026-11-17", title="Nộp hồ sơ từ nhà")
    province.session.get_one(Story, live.story_id).title = "Tiêu đề của bản đang sửa"
    province.session.commit()
    assert only(opened(province, "1", "bao")).title == "Nộp hồ sơ từ nhà"


def test_a_record_of_a_story_that_was_called_back_says_so_and_counts_no_more(province: Province) -> None:
    story = province.story("so", title="Tờ gấp")
    province.recorded("5", "so", "2026-11-17", "500 tờ gấp", story)
    assert opened(province, "5", "so").score.tally.counted == 1
    story.state = StoryState.RETRACTED
    province.session.commit()
    found = opened(province, "5", "so")
    assert (found.score.tally.counted, found.score.retracted) == (0, 1)
    assert (only(found).step, only(found).note) == (Progress.RETRACTED, "500 tờ gấp")

    province.delivery(story, province.channel("so", "portal"), at("2026-11-16"), DeliveryState.WITHDRAWN)
    story.state = StoryState.DRAFT
    province.session.commit()
    assert opened(province, "5", "so").score.tally.counted == 0
    province.delivery(story, province.channel("so", "website"), at("2026-11-18"))
    assert opened(province, "5", "so").score.tally.counted == 1


def test_a_story_in_review_is_shown_unless_it_already_counts(province: Province) -> None:
    again = province.on("bao", "newspaper", "2026-11-17")
    province.story("bao", state=StoryState.SUBMITTED, title="Đang chờ")
    province.session.get_one(Story, again.story_id).state = StoryState.SUBMITTED
    province.session.commit()
    found = opened(province, "1", "bao")
    assert [(step, [entry.title for entry in entries]) for step, entries in found.by_step()][1:] == [
        (Progress.REVIEW, ["Đang chờ"])
    ]


def test_items_of_other_quotas_units_and_times_are_not_shown(province: Province) -> None:
    province.on("bao", "newspaper", "2026-11-09")
    province.on("bao", "newspaper", "2026-11-17", column="doi-song")
    province.on("so", "newspaper", "2026-11-17")
    assert opened(province, "1", "bao").entries == []


def test_an_heir_shows_who_did_it(province: Province) -> None:
    province.on("huyen-a", "portal", "2026-05-05", topics=("an-toan",))
    entry = only(opened(province, "5-nam", "xa-moi", "2026"))
    assert entry.unit.code == "huyen-a"


def test_the_parts_of_a_week_are_told_one_by_one(province: Province) -> None:
    found = opened(province, "4", "so")
    assert [part.verdict.status for part in found.parts][:3] == [Status.MISSED, Status.MISSED, Status.AT_RISK]


def test_a_long_list_is_cut_and_says_so(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.quotas.board.cell.MOST", 2)
    for day in (16, 17, 18):
        province.on("bao", "newspaper", f"2026-11-{day}")
    found = opened(province, "1", "bao")
    assert (len(found.entries), found.more, found.score.tally.counted) == (2, 1, 3)


@pytest.mark.parametrize(
    ("quota", "unit", "role", "where"),
    [
        ("1", "so", Role.ADMIN, "tinh"),
        ("1", "khong-co", Role.ADMIN, "tinh"),
        ("1", "bao", Role.VIEWER, "huyen-b"),
        ("2", "huyen-a", Role.ADMIN, "tinh"),
    ],
)
def test_what_is_no_duty_or_beyond_ones_reach_is_not_there(
    province: Province, quota: str, unit: str, role: Role, where: str
) -> None:
    with pytest.raises(NotFound, match="chỉ tiêu này"):
        opened(province, quota, unit, by=province.actor(role, where))


def test_an_unknown_quota_is_not_there(province: Province) -> None:
    with pytest.raises(NotFound):
        open_cell(province.session, SYSTEM, 9_999_999, "bao", None, NOW)


def test_a_bad_period_is_refused(province: Province) -> None:
    with pytest.raises(Refusal, match="kỳ"):
        opened(province, "1", "bao", "hôm qua")


def test_earlier_periods_are_told_with_their_figures(province: Province) -> None:
    for day in ("2026-11-02", "2026-11-10", "2026-11-11", "2026-11-17"):
        province.on("bao", "newspaper", day)
    told = history(province.session, SYSTEM, opened(province, "1", "bao"), NOW, back=4)
    assert [score.period.code for score in told] == ["2026-W44", "2026-W45", "2026-W46", "2026-W47"]
    assert [score.tally.counted for score in told] == [0, 1, 2, 1]


def test_history_begins_with_the_plan(province: Province) -> None:
    january = at("2026-01-14")
    told = history(province.session, SYSTEM, opened(province, "1", "bao", "2026-W03", january), january)
    assert [score.period.code for score in told] == ["2026-W01", "2026-W02", "2026-W03"]


def test_history_of_work_without_a_number_follows_what_is_shown(province: Province) -> None:
    for day in ("2026-10-05", "2026-11-05", "2026-11-06"):
        province.on("so", "zalo", day, "zalo_oa")
    told = history(province.session, SYSTEM, opened(province, "3-zalo", "so", "2026-11"), NOW, back=2)
    assert [score.tally.counted for score in told] == [1, 2]


def test_approved_stories_that_fit_can_be_scheduled_at_once(province: Province) -> None:
    channel = province.channel("bao", "newspaper")
    channel.weekly_slots = [{"weekday": 5, "time": "07:30"}]
    out = province.story("bao", title="Đã lên kênh")
    province.delivery(out, channel, at("2026-11-17"))
    province.story("bao", title="Bài sẵn sàng")
    province.story("bao", title="Khẩu hiệu", kind="slogan")
    province.story("bao", title="Chuyên mục khác", column="doi-song")
    province.story("bao", title="Chưa duyệt", state=StoryState.SUBMITTED)
    province.story("so", title="Của đơn vị khác")
    found = opened(province, "1", "bao")
    offered = ready(province.session, province.actor(Role.LEAD, "bao"), found, NOW)
    assert [title for _, title in offered.stories] == ["Bài sẵn sàng"]
    assert [(outlet.name, outlet.slot) for outlet in offered.outlets] == [(channel.name, at("2026-11-20", "07:30"))]
    nothing = ready(province.session, province.actor(Role.EDITOR, "bao"), found, NOW)
    assert not nothing.stories


def test_nothing_is_offered_once_a_quota_is_met(province: Province) -> None:
    for day in (16, 17):
        province.on("bao", "newspaper", f"2026-11-{day}")
    province.story("bao")
    found = opened(province, "1", "bao")
    assert not ready(province.session, province.actor(Role.LEAD, "bao"), found, NOW).stories
