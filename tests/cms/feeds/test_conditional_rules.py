"""Whatever a client sends as a condition, the answer is a decision and never an error."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from cms.feeds.conditional import http_date, not_modified

MODIFIED = datetime(2026, 11, 22, 1, 0, 0, 600_000, tzinfo=UTC)
HEADERS = st.one_of(
    st.none(),
    st.text(st.characters(max_codepoint=255), max_size=60),
    st.from_regex(
        r"[A-Z][a-z]{2}, [0-9]{1,3} (Jan|Feb|Nov) [0-9]{1,6} [0-9:]{0,9} ([+-][0-9]{1,6}|GMT|XYZ)", fullmatch=True
    ),
)


@given(tag=HEADERS, since=HEADERS)
@example(tag=None, since="Sun, 22 Nov 2026 01:00:00 +9999")
@example(tag=None, since="Mon, 01 Jan 0001 00:00:00 +1400")
@example(tag=None, since="Fri, 31 Dec 9999 23:59:59 -1400")
@example(tag=None, since="Sun, 22 Nov 2026 01:00:00 -0000")
def test_any_header_is_answered(tag: str | None, since: str | None) -> None:
    assert not_modified('"a"', MODIFIED, tag, since) in {True, False}


@given(seconds=st.integers(-(10**8), 10**8))
def test_a_date_decides_by_whole_seconds(seconds: int) -> None:
    held = http_date(MODIFIED + timedelta(seconds=seconds))
    assert not_modified('"a"', MODIFIED, None, held) is (seconds >= 0)
