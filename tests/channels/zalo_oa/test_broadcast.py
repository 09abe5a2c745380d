"""When and to whom Zalo takes a broadcast: decisions by table and by rule."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.followers import BroadcastArticle, BroadcastOrder
from channels.localtime import ZONE
from channels.words import Words
from channels.zalo_oa.audience import broadcast, followers
from channels.zalo_oa.audience.broadcast import AGES, GENDERS, LEAD, Allowance, BadTarget, Chosen, Target
from channels.zalo_oa.audience.cities import CITIES

DAY = timedelta(days=1)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


def local(text: str) -> datetime:
    """An instant by the clocks of Viet Nam."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


NOW = local("2026-11-23T10:00")


@pytest.mark.parametrize(
    ("at", "taken"),
    [
        ("05:59:59", False), ("06:00:00", True), ("12:00:00", True), ("21:59:59", True), ("22:00:00", False),
        ("00:00:00", False),
    ],
)  # fmt: skip
def test_zalo_takes_nothing_at_night(at: str, taken: bool) -> None:
    instant = local(f"2026-11-23T{at}")
    assert broadcast.is_open(instant) is taken
    assert (broadcast.may_call(instant) is None) is taken


@pytest.mark.parametrize(
    ("now", "earliest"),
    [
        ("2026-11-23T10:00:00", "2026-11-23T10:40"),
        ("2026-11-23T10:00:01", "2026-11-23T10:41"),
        ("2026-11-23T05:00:00", "2026-11-23T06:40"),
        ("2026-11-23T06:00:00", "2026-11-23T06:40"),
        ("2026-11-23T21:19:00", "2026-11-23T21:59"),
        ("2026-11-23T21:20:00", "2026-11-24T06:40"),
        ("2026-11-23T23:30:00", "2026-11-24T06:40"),
        ("2026-11-23T00:10:00", "2026-11-23T06:40"),
    ],
)
def test_the_soonest_time(now: str, earliest: str) -> None:
    assert broadcast.soonest(local(now)) == local(earliest)


@given(INSTANTS)
def test_the_soonest_time_can_always_be_kept(now: datetime) -> None:
    wanted = broadcast.soonest(now)
    assert broadcast.when_refused(wanted, now) is None
    assert broadcast.is_open(broadcast.call_at(wanted))
    assert wanted - now >= LEAD
    assert wanted - now < DAY


@given(INSTANTS, st.integers(0, 60 * 24 * 60))
def test_whatever_is_accepted_can_be_called_with_its_lead(now: datetime, minutes: int) -> None:
    wanted = now + timedelta(minutes=minutes)
    if broadcast.when_refused(wanted, now) is None:
        assert wanted - broadcast.call_at(wanted) == LEAD
        assert broadcast.is_open(broadcast.call_at(wanted))
        assert broadcast.is_open(wanted)
        assert broadcast.call_at(wanted) > now - broadcast.MINUTE - timedelta(seconds=1)


def article(number: int = 1, **change: object) -> Chosen:
    values = {"id": number, "title": f"Bài {number}", "live": True, **change}
    return Chosen(**values)  # type: ignore[arg-type]  # a table of cases changes any field


def said(articles: list[Chosen], allowance: Allowance, wanted: datetime | None = None) -> list[str]:
    found = broadcast.refusals(articles, wanted or NOW + timedelta(hours=2), allowance, NOW)
    return [one.text for one in found]


PLENTY = Allowance(4, 0, 40)


@pytest.mark.parametrize(
    ("articles", "allowance", "expected"),
    [
        ([article()], PLENTY, []),
        ([article(number) for number in range(5)], PLENTY, []),
        ([article(number) for number in range(6)], PLENTY, [broadcast.TOO_MANY]),
        ([], PLENTY, [broadcast.TOO_FEW]),
        ([article(), article()], PLENTY, [broadcast.TWICE]),
        ([article(live=False)], PLENTY, [broadcast.NOT_LIVE]),
        ([article(shown=False)], PLENTY, [broadcast.HIDDEN]),
        ([article(until=NOW + timedelta(hours=2))], PLENTY, [broadcast.ENDS_BEFORE]),
        ([article(until=NOW + timedelta(hours=3))], PLENTY, []),
        ([article()], Allowance(4, 4, 40), [broadcast.NO_QUOTA]),
        ([article()], Allowance(4, 3, 0), [broadcast.NO_QUOTA_ZALO]),
        ([article()], Allowance(None, 99, None), []),
        ([article(live=False), article(2, shown=False)], Allowance(1, 1), [
            broadcast.NOT_LIVE, broadcast.HIDDEN, broadcast.NO_QUOTA]),
    ],
)  # fmt: skip
def test_everything_in_the_way_is_said_at_once(
    articles: list[Chosen], allowance: Allowance, expected: list[str]
) -> None:
    assert said(articles, allowance) == expected


@pytest.mark.parametrize(
    ("allowance", "left"),
    [
        (Allowance(4, 1, 40), 3),
        (Allowance(4, 1, 2), 2),
        (Allowance(None, 9, 2), 2),
        (Allowance(4, 9, None), 0),
        (Allowance(None, 0, None), None),
    ],
)
def test_the_stricter_count_is_told(allowance: Allowance, left: int | None) -> None:
    assert allowance.remaining == left


@pytest.mark.parametrize(
    ("reset", "at", "start", "end"),
    [
        (1, "2026-11-23T10:00", "2026-11-01T00:00", "2026-12-01T00:00"),
        (23, "2026-11-23T00:00", "2026-11-23T00:00", "2026-12-23T00:00"),
        (24, "2026-11-23T23:59", "2026-10-24T00:00", "2026-11-24T00:00"),
        (31, "2026-11-23T10:00", "2026-10-31T00:00", "2026-11-30T00:00"),
        (31, "2027-02-28T10:00", "2027-02-28T00:00", "2027-03-31T00:00"),
        (15, "2026-01-02T10:00", "2025-12-15T00:00", "2026-01-15T00:00"),
        (15, "2026-12-31T10:00", "2026-12-15T00:00", "2027-01-15T00:00"),
    ],
)
def test_the_period_begins_on_the_day_the_package_was_bought(reset: int, at: str, start: str, end: str) -> None:
    assert broadcast.period(reset, local(at)) == (local(start), local(end))


@given(st.integers(1, 31), INSTANTS)
def test_periods_follow_each_other_without_gap(reset: int, at: datetime) -> None:
    start, end = broadcast.period(reset, at)
    assert start <= at < end
    assert broadcast.period(reset, end)[0] == end
    assert broadcast.period(reset, start - timedelta(microseconds=1))[1] == start


def test_a_target_is_what_zalo_takes_and_reads_back() -> None:
    target = broadcast.target_of("2", ["4", "3", "3"], ["48", "9"])
    assert target.payload() == {"gender": "2", "ages": "3,4", "cities": "9,48"}
    assert broadcast.target_from(target.payload()) == target


@given(
    st.sampled_from(sorted(GENDERS)), st.sets(st.sampled_from(sorted(AGES))), st.sets(st.sampled_from(sorted(CITIES)))
)
def test_everybody_is_nobody_left_out(gender: str, ages: set[str], cities: set[str]) -> None:
    target = broadcast.target_of(gender, list(ages), list(cities))
    assert target.everybody is (target.payload() == {})
    assert broadcast.target_from(target.payload()) == target
    if ages == set(AGES) and cities == set(CITIES) and gender == "0":
        assert target == Target()


@pytest.mark.parametrize(
    ("gender", "ages", "cities"), [("3", [], []), ("0", ["8"], []), ("0", [], ["64"]), ("x", [], [])]
)
def test_a_group_that_zalo_does_not_know_is_refused(gender: str, ages: list[str], cities: list[str]) -> None:
    with pytest.raises(BadTarget):
        broadcast.target_of(gender, ages, cities)


def test_the_message_is_as_documented() -> None:
    order = BroadcastOrder((BroadcastArticle("a1", "Một"), BroadcastArticle("a2", "Hai")), {"cities": "20"})
    assert followers.message(order) == {
        "recipient": {"target": {"cities": "20"}},
        "message": {
            "attachment": {
                "type": "template",
                "payload": {
                    "template_type": "media",
                    "elements": [
                        {"media_type": "article", "attachment_id": "a1"},
                        {"media_type": "article", "attachment_id": "a2"},
                    ],
                },
            }
        },
    }


def test_the_account_is_read_in_all_its_spellings() -> None:
    found = followers.standing({"oa_id": "1", "is_verified": "true", "oa_type": "4", "num_follower": "12"}, {}, None)
    assert (found.account_id, found.verified, found.government, found.followers) == ("1", True, True, 12)
    assert found.problem is not None
    told = followers.standing({"oaid": 1, "is_verified": False, "oa_type": 2}, {"remain": "3", "total": 4}, None)
    assert (told.account_id, told.verified, told.government, told.left, told.total) == ("1", False, False, 3, 4)
    assert told.problem is None
    assert followers.standing({}, {}, Words("x")).verified is None


@pytest.mark.parametrize(
    ("quota", "left"),
    [
        ({"type": "media", "remain": "3", "total": 4}, 3),
        ({"": [{"remain": 3, "total": 4}]}, 3),
        ({"": [{"remain": 3}, {"remain": 1}]}, None),
        ({"": []}, None),
        ({}, None),
    ],
)
def test_a_quota_is_read_in_every_shape_that_says_which_one_it_is(quota: dict[str, object], left: int | None) -> None:
    assert followers.standing({}, quota, None).left == left
