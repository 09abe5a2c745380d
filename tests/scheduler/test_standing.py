"""One decision says how a channel stands: nothing that does not work is ever called well."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as properties
from hypothesis import strategies as st

from channels.access import Access
from channels.words import Words
from scheduler.decisions.channel_standing import GRAVE, NAMES, TODO, Facts, Standing, stand
from scheduler.decisions.states import Health

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        (Facts(), Standing.OK),
        (Facts(access=Access.GOOD), Standing.OK),
        (Facts(active=False, broken_since=NOW), Standing.OFF),
        (Facts(broken_since=NOW - DAY), Standing.DOCUMENTS_FAILING),
        (Facts(access=Access.MISSING), Standing.NOT_CONNECTED),
        (Facts(access=Access.MISSING, health=Health.NEEDS_AUTH), Standing.NOT_CONNECTED),
        (Facts(access=Access.DEAD), Standing.NEEDS_AUTH),
        (Facts(access=Access.GOOD, health=Health.NEEDS_AUTH), Standing.NEEDS_AUTH),
        (Facts(access=Access.LOST), Standing.SECRETS_LOST),
        (Facts(access=Access.ENDING), Standing.AUTH_ENDING),
        (Facts(access=Access.GOOD, said="Sắp hết hạn."), Standing.AUTH_ENDING),
        (Facts(health=Health.PAUSED, said="Lỗi liên tiếp."), Standing.PAUSED),
        (Facts(resume_at=NOW + DAY), Standing.RESTING),
        (Facts(resume_at=NOW - DAY), Standing.OK),
        (Facts(left_out=1, left_out_since=NOW), Standing.LEAVES_OUT),
        (Facts(reports=True), Standing.NO_KEY),
        (Facts(reports=True, key_since=NOW - DAY), Standing.NEVER_SEEN),
        (Facts(reports=True, key_since=NOW - DAY, seen_at=NOW - DAY * 3, carries=True), Standing.SILENT),
        (Facts(reports=True, key_since=NOW - DAY, seen_at=NOW - DAY * 3), Standing.OK),
        (Facts(reports=True, key_since=NOW - DAY, seen_at=NOW - DAY / 2, carries=True), Standing.OK),
    ],
)
def test_how_a_channel_stands(facts: Facts, standing: Standing) -> None:
    assert stand(facts, NOW).standing is standing


def test_everything_has_a_name_and_all_but_the_good_and_the_chosen_says_what_to_do() -> None:
    assert set(NAMES) == set(Standing)
    assert set(Standing) - set(TODO) == {Standing.OK, Standing.OFF, Standing.DOCUMENTS_FAILING}
    told = stand(Facts(broken_since=NOW, broken=Words("Hãy sửa.")), NOW)
    assert (str(told.words), told.since) == ("Hãy sửa.", NOW)


MOMENTS = st.none() | st.integers(-100, 100).map(lambda hours: NOW + timedelta(hours=hours))


@properties(max_examples=100)
@given(
    st.builds(
        Facts, active=st.just(True), health=st.sampled_from(Health), said=st.sampled_from(["", "Chữ."]),
        resume_at=MOMENTS, broken_since=MOMENTS, access=st.sampled_from(Access), left_out=st.integers(0, 2),
        reports=st.booleans(), key_since=MOMENTS, seen_at=MOMENTS, carries=st.booleans(),
    )
)  # fmt: skip
def test_nothing_that_does_not_work_is_well(facts: Facts) -> None:
    found = stand(facts, NOW)
    if (
        facts.access in (Access.MISSING, Access.DEAD, Access.LOST)
        or facts.broken_since
        or facts.health is Health.NEEDS_AUTH
    ):
        assert found.standing in GRAVE
    if facts.health is not Health.OK or facts.left_out or (facts.reports and facts.seen_at is None):
        assert found.standing is not Standing.OK
