"""One decision says how a channel stands: nothing that does not work is ever called well."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as properties
from hypothesis import strategies as st

from channels.access import Access
from channels.words import Words
from scheduler.decisions.channel_standing import GRAVE, NAMES, TODO, ChannelFacts, ChannelStanding, stand
from scheduler.decisions.states import Health

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        (ChannelFacts(), ChannelStanding.OK),
        (ChannelFacts(access=Access.GOOD), ChannelStanding.OK),
        (ChannelFacts(active=False, broken_since=NOW), ChannelStanding.OFF),
        (ChannelFacts(broken_since=NOW - DAY), ChannelStanding.DOCUMENTS_FAILING),
        (ChannelFacts(access=Access.MISSING), ChannelStanding.NOT_CONNECTED),
        (ChannelFacts(access=Access.MISSING, health=Health.NEEDS_AUTH), ChannelStanding.NOT_CONNECTED),
        (ChannelFacts(access=Access.DEAD), ChannelStanding.NEEDS_AUTH),
        (ChannelFacts(access=Access.GOOD, health=Health.NEEDS_AUTH), ChannelStanding.NEEDS_AUTH),
        (ChannelFacts(access=Access.LOST), ChannelStanding.SECRETS_LOST),
        (ChannelFacts(access=Access.ENDING), ChannelStanding.AUTH_ENDING),
        (ChannelFacts(access=Access.GOOD, said="Sắp hết hạn."), ChannelStanding.AUTH_ENDING),
        (ChannelFacts(health=Health.PAUSED, said="Lỗi liên tiếp."), ChannelStanding.PAUSED),
        (ChannelFacts(resume_at=NOW + DAY), ChannelStanding.RESTING),
        (ChannelFacts(resume_at=NOW - DAY), ChannelStanding.OK),
        (ChannelFacts(left_out=1, left_out_since=NOW), ChannelStanding.LEAVES_OUT),
        (ChannelFacts(reports=True), ChannelStanding.NO_KEY),
        (ChannelFacts(reports=True, key_since=NOW - DAY), ChannelStanding.NEVER_SEEN),
        (ChannelFacts(reports=True, key_since=NOW - DAY, seen_at=NOW - DAY * 3, carries=True), ChannelStanding.SILENT),
        (ChannelFacts(reports=True, key_since=NOW - DAY, seen_at=NOW - DAY * 3), ChannelStanding.OK),
        (ChannelFacts(reports=True, key_since=NOW - DAY, seen_at=NOW - DAY / 2, carries=True), ChannelStanding.OK),
    ],
)
def test_how_a_channel_stands(facts: ChannelFacts, standing: ChannelStanding) -> None:
    assert stand(facts, NOW).standing is standing


def test_everything_has_a_name_and_all_but_the_good_and_the_chosen_says_what_to_do() -> None:
    assert set(NAMES) == set(ChannelStanding)
    assert set(ChannelStanding) - set(TODO) == {
        ChannelStanding.OK,
        ChannelStanding.OFF,
        ChannelStanding.DOCUMENTS_FAILING,
    }
    told = stand(ChannelFacts(broken_since=NOW, broken=Words("Hãy sửa.")), NOW)
    assert (str(told.words), told.since) == ("Hãy sửa.", NOW)


MOMENTS = st.none() | st.integers(-100, 100).map(lambda hours: NOW + timedelta(hours=hours))


@properties(max_examples=100)
@given(
    st.builds(
        ChannelFacts, active=st.just(True), health=st.sampled_from(Health), said=st.sampled_from(["", "Chữ."]),
        resume_at=MOMENTS, broken_since=MOMENTS, access=st.sampled_from(Access), left_out=st.integers(0, 2),
        reports=st.booleans(), key_since=MOMENTS, seen_at=MOMENTS, carries=st.booleans(),
    )
)  # fmt: skip
def test_nothing_that_does_not_work_is_well(facts: ChannelFacts) -> None:
    found = stand(facts, NOW)
    if (
        facts.access in (Access.MISSING, Access.DEAD, Access.LOST)
        or facts.broken_since
        or facts.health is Health.NEEDS_AUTH
    ):
        assert found.standing in GRAVE
    if facts.health is not Health.OK or facts.left_out or (facts.reports and facts.seen_at is None):
        assert found.standing is not ChannelStanding.OK
