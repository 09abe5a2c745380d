"""Every request has a line, what is dear is in a dear one, and a worker has threads for all lines and for polls."""

import re

import pytest
from flask import Flask

from cms.admission import lines
from cms.admission.lines import HELPED, POLLS, READS, AdmissionLine, line_of, rooms, threads

DEAR_BY_NAME = re.compile(
    r"preview|download|listen|upload|export|try_out|history|\bquotas\.(board|table|cell)|quota\b|report|print|docx|pdf"
)
"""Whatever is called so converts, draws, prints, speaks or counts."""

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def endpoints(app: Flask) -> set[str]:
    """Flask's names of all that can be asked for."""
    return {rule.endpoint for rule in app.url_map.iter_rules()}


LISTS = (
    lines.TYPED, lines.DEAR, lines.DEEDS, lines.SEARCHES, lines.POLLED, lines.WATCHED, lines.ENTRIES, lines.PUBLIC,
    lines.UPLOADS,
)  # fmt: skip


@SQLITE
def test_the_lists_name_only_what_there_is(app: Flask) -> None:
    assert frozenset().union(*LISTS) - endpoints(app) == set()


def test_nothing_is_in_two_lists() -> None:
    assert sum(map(len, LISTS)) == len(frozenset().union(*LISTS))


@SQLITE
def test_what_is_called_like_something_dear_is_in_the_line_of_what_is_dear(app: Flask) -> None:
    named = {one for one in endpoints(app) if DEAR_BY_NAME.search(one)}
    assert len(named) > 15
    assert {one for one in named if line_of(one, "GET", "") not in {*HELPED, AdmissionLine.UPLOAD}} == set()


@pytest.mark.parametrize(
    ("endpoint", "method", "query", "line"),
    [
        ("stories.preview_new", "POST", "", AdmissionLine.TYPED),
        ("stories.save", "POST", "", AdmissionLine.DEED),
        ("stories.index", "GET", "", AdmissionLine.PAGE),
        ("stories.index", "GET", "q=", AdmissionLine.PAGE),
        ("stories.index", "GET", "kind=article&q=a", AdmissionLine.DEAR),
        ("api.list_stories", "GET", "q=a", AdmissionLine.DEAR),
        ("stories.keep", "POST", "", AdmissionLine.SAVE),
        ("stories.story", "HEAD", "", AdmissionLine.PAGE),
        ("api.read_me", "GET", "", AdmissionLine.API),
        ("people.sign_in", "POST", "", AdmissionLine.ENTRY),
        ("monitoring.healthz", "GET", "", AdmissionLine.HEALTH),
        ("", "GET", "", AdmissionLine.PUBLIC),
    ],
)
def test_which_line_a_request_belongs_to(endpoint: str, method: str, query: str, line: AdmissionLine) -> None:
    assert line_of(endpoint, method, query) is line


@SQLITE
def test_every_way_to_change_something_waits_apart_from_pages(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - READS:
            assert line_of(rule.endpoint, method, "") is not AdmissionLine.PAGE, rule.endpoint


@pytest.mark.parametrize("helpers", [0, 1, 2, 3, 4, 5, 16])
def test_with_every_line_full_there_are_threads_for_polls(helpers: int) -> None:
    found = rooms(helpers)
    assert set(found) == set(AdmissionLine)
    assert threads(helpers) - sum(room.running + room.waiting for room in found.values()) == POLLS
    if helpers > 2:
        assert found[AdmissionLine.TYPED].running + found[AdmissionLine.DEAR].running < helpers, (
            "a deed always finds a helper"
        )
