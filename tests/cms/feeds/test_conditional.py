"""A client that already holds the content is told so, and only then."""

from datetime import UTC, datetime

import pytest

from cms.feeds.conditional import http_date, not_modified

MODIFIED = datetime(2026, 11, 22, 1, 2, 3, 456_000, tzinfo=UTC)
SAME = "Sun, 22 Nov 2026 01:02:03 GMT"
OLDER = "Sun, 22 Nov 2026 01:02:02 GMT"


@pytest.mark.parametrize(
    ("if_none_match", "if_modified_since", "expected"),
    [
        ('"abc"', None, True),
        ('W/"abc"', None, True),
        ('"x", "abc"', None, True),
        ("*", None, True),
        ('"x"', None, False),
        ("abc", None, False),
        (None, SAME, True),
        (None, OLDER, False),
        ('"x"', SAME, False),
        ('"abc"', OLDER, True),
        (None, "yesterday", False),
        (None, "", False),
        (None, None, False),
    ],
)
def test_the_tag_wins_over_the_date(if_none_match: str | None, if_modified_since: str | None, expected: bool) -> None:
    assert not_modified('"abc"', MODIFIED, if_none_match, if_modified_since) is expected


def test_a_date_is_written_as_http_wants_it() -> None:
    assert http_date(MODIFIED) == SAME
