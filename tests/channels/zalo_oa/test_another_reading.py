"""The adapter relies on nothing that the document does not promise: the same life of an article on another API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from channels.contract import ChannelError, ErrorKind
from channels.zalo_oa.api.connection import connected
from tests.channels.zalo_oa.driving import Engine, MemoryVault, engine, piece
from tests.channels.zalo_oa.other import Manners, Other, speaking
from tests.channels.zalo_oa.running import APP_SECRET, Clock

MANNERS: dict[str, dict[str, Any]] = {
    "as the document shows": {},
    "error as a string": {"error_as": str},
    "no error when all is well": {"with_error": False},
    "no message": {"with_message": False},
    "ids as numbers": {"ids_as": int},
    "job as a number": {"job_as": int},
    "times as strings": {"times_as": str},
    "times in seconds": {"in_seconds": True},
    "no times": {"with_times": False},
    "oldest first": {"newest_first": False},
    "oldest first, no total": {"newest_first": False, "with_total": False},
    "total as a string": {"total_as": str, "newest_first": False},
    "no total": {"with_total": False},
    "more keys": {"extra": True},
    "data null": {"null_data": True},
    "with a byte order mark": {"bom": True},
    "zipped": {"zipped": True},
    "an empty list is null": {"empty_list": "medias: null"},
    "an empty list is nothing": {"empty_list": "no data"},
    "an empty list is an empty object": {"empty_list": "empty object"},
    "without an envelope of data": {"flat": True},
    "no details of what is gone": {"gone_is_empty": True},
    "another code for what is gone": {"gone_code": -200},
    "an unknown code for what is gone": {"gone_code": -1234},
    "details without a description": {"describes": False},
    "no details at all": {"gives_details": False},
    "a tracking link in the details": {"shows_link": "as sent"},
    "a rewritten tracking link": {"shows_link": "rewritten"},
}


@contextmanager
def delivery(manners: dict[str, Any]) -> Iterator[tuple[Other, Engine]]:
    clock = Clock()
    with speaking(clock, Manners(**manners)) as api:
        vault = MemoryVault(
            app_secret=APP_SECRET,
            access_token=api.access,
            refresh_token=api.refresh,
            expires_at="2026-11-30T04:00:00+00:00",
        )
        yield api, engine(api, vault=vault)  # type: ignore[arg-type]  # of a simulator only the address is used


def fill(api: Other, count: int) -> None:
    """Articles of others, a minute apart."""
    for number in range(count):
        api.create({"title": f"Bài khác {number}", "description": "x", "cover": {}, "status": "show", "body": [],
                    "comment": "show"})  # fmt: skip
        api.clock.advance(60)


@pytest.mark.parametrize("manners", MANNERS.values(), ids=MANNERS)
@pytest.mark.parametrize("others", [0, 25])
def test_an_article_is_made_found_again_corrected_and_removed(manners: dict[str, Any], others: int) -> None:
    with delivery(manners) as (api, run):
        fill(api, others)
        made_at = api.clock()
        assert run.run() == "live"
        assert run.live is not None
        assert len(api.kept) == others + 1
        assert run.live.provider_id == str(api.number)
        assert run.live.link == f"https://oa.example/{api.number}"

        found = run.adapter.find(replace(run.order(), live=None, called_at=made_at), run.account)
        assert found is not None
        assert found.provider_id == run.live.provider_id

        run.rendition = run.adapter.render(piece(title="Bản đã sửa"), run.account.settings)
        assert run.run() == "live"
        assert api.kept[api.number]["title"] == "Bản đã sửa"

        for _ in range(2):
            run.adapter.retract(run.order(), run.account)
        assert api.number not in api.kept
        assert len(api.kept) == others


@pytest.mark.parametrize("manners", MANNERS.values(), ids=MANNERS)
@pytest.mark.parametrize("others", [0, 25])
def test_what_is_not_there_is_not_found(manners: dict[str, Any], others: int) -> None:
    with delivery(manners) as (api, run):
        fill(api, others)
        assert run.adapter.find(replace(run.order(), called_at=api.clock()), run.account) is None


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_long_list_is_not_read_to_its_end(newest_first: bool) -> None:
    with delivery({"newest_first": newest_first}) as (api, run):
        fill(api, 400)
        api.asked.clear()
        assert run.adapter.find(replace(run.order(), called_at=api.clock()), run.account) is None
        assert len(api.asked) <= 4


def test_a_list_that_cannot_be_read_to_its_end_proves_nothing() -> None:
    with delivery({"with_times": False}) as (api, run):
        fill(api, 400)
        with pytest.raises(ChannelError) as raised:
            run.adapter.find(replace(run.order(), called_at=api.clock()), run.account)
        assert raised.value.kind is ErrorKind.UNCERTAIN
        assert "quá dài" in str(raised.value.words)


def test_what_stands_in_front_of_a_list_too_long_to_be_read_is_found() -> None:
    with delivery({"with_times": False}) as (api, run):
        fill(api, 400)
        made_at = api.clock()
        assert run.run() == "live"
        found = run.adapter.find(replace(run.order(), live=None, called_at=made_at), run.account)
        assert found is not None
        assert found.provider_id == str(api.number)


def test_an_answer_that_is_no_list_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with delivery({}) as (api, run):
        monkeypatch.setattr(api, "getslice", lambda _body: {"items": []})
        with pytest.raises(ChannelError) as raised:
            run.adapter.find(replace(run.order(), called_at=api.clock()), run.account)
        assert raised.value.kind is ErrorKind.UNCERTAIN


def test_many_articles_of_one_morning_hide_none() -> None:
    with delivery({}) as (api, run):
        made_at = api.clock()
        assert run.run() == "live"
        for number in range(150):
            api.create({**api.kept[api.number], "title": f"Bài cùng sáng {number}"})
        found = run.adapter.find(replace(run.order(), live=None, called_at=made_at), run.account)
        assert run.live is not None
        assert found is not None
        assert found.provider_id == run.live.provider_id


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_correction_whose_job_is_forgotten_is_sent_again(jobs: int) -> None:
    with delivery({}) as (api, run):
        run.run()
        api.manners.forgets_jobs = jobs
        run.rendition = run.adapter.render(piece(title="Bản đã sửa"), run.account.settings)
        assert run.run() == "live"
        assert api.kept[api.number]["title"] == "Bản đã sửa"


def test_an_article_whose_job_is_forgotten_is_found_in_the_list() -> None:
    with delivery({"forgets_jobs": 1}) as (api, run):
        assert run.run() == "live"
        assert len(api.kept) == 1


def test_pictures_refused_at_once_are_tried_once_more() -> None:
    with delivery({"refuses_pictures": 1}) as (api, run):
        assert run.run() == "live"
        assert len(api.kept) == 1
    with delivery({"refuses_pictures": 2}) as (api, run):
        assert run.run() == "failed"
        assert api.kept == {}


@pytest.mark.parametrize("gives_details", [True, False])
def test_an_article_that_may_not_be_removed_is_hidden(gives_details: bool) -> None:
    with delivery({"may_remove": False, "gives_details": gives_details}) as (api, run):
        run.run()
        with pytest.raises(ChannelError) as raised:
            run.adapter.retract(run.order(), run.account)
        assert raised.value.kind is ErrorKind.TRANSIENT
        assert "đang được ẩn" in str(raised.value.words)
        assert api.kept[api.number]["status"] == "hide"
        run.adapter.retract(run.order(), run.account)


def test_an_article_listed_without_an_id_is_not_called_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    with delivery({}) as (api, run):
        made_at = api.clock()
        run.run()
        whole = api.getslice
        monkeypatch.setattr(
            api, "getslice", lambda body: {"medias": [{**one, "id": None} for one in whole(body)["medias"]], "total": 1}
        )
        with pytest.raises(ChannelError) as raised:
            run.adapter.find(replace(run.order(), live=None, called_at=made_at), run.account)
        assert raised.value.kind is ErrorKind.UNCERTAIN


def test_two_articles_of_one_title_without_details_are_left_to_a_person() -> None:
    with delivery({"gives_details": False}) as (api, run):
        made_at = api.clock()
        run.run()
        api.create(dict(api.kept[api.number]))
        with pytest.raises(ChannelError) as raised:
            run.adapter.find(replace(run.order(), live=None, called_at=made_at), run.account)
        assert raised.value.kind is ErrorKind.UNCERTAIN


def test_a_token_of_a_short_life_is_not_renewed_with_every_call() -> None:
    with delivery({}) as (api, run):
        api.clock.advance(timedelta(days=30).total_seconds())
        with connected(run.account) as connection:
            for _ in range(5):
                connection.get("article/getslice", offset=0, limit=1, type="normal")
        assert [name for name, _ in api.asked].count("access_token") == 1
        assert run.account.vault.read()["renew_at"] < run.account.vault.read()["expires_at"]
