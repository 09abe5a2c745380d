"""A refusal need not be the truth: before anything is made again, or called failed, the list is asked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from channels.contract import ChannelError, ErrorKind
from channels.zalo_oa.articles.publishing import STRANGE_MAX
from tests.channels.zalo_oa.driving import piece
from tests.channels.zalo_oa.test_another_reading import delivery

STRANGE = (-999, "Có lỗi gì đó")
REFUSALS = [
    (-216, "Access token is invalid"),
    (-220, "access_token is expired or removed"),
    (-200, "Upload media failed"),
    (-201, "title is invalid"),
    (-211, "Out of quota"),
    (-223, "Your OA has reach the limit quota create article"),
    (-223, "has not authorized this API"),
    (-32, "Your application reached limit call api"),
    (404, "You are accessing an empty or invalid API..."),
    STRANGE,
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_an_article_that_was_made_and_refused_all_the_same_is_made_once(refusal: tuple[int, str]) -> None:
    with delivery({}) as (api, run):
        api.instead["create"] = [refusal]
        assert run.run() == "live"
        assert run.live is not None
        assert [run.live.provider_id] == [str(number) for number in api.kept]


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_refusal_is_believed_where_the_list_does_not_show_the_article(refusal: tuple[int, str]) -> None:
    with delivery({}) as (api, run):
        api.refuse["create"] = refusal
        run.step()
        assert run.live is None
        assert api.kept == {}
        api.refuse.clear()
        run.state = "sending"
        run.run()
        assert len(api.kept) == 1


@pytest.mark.parametrize("times", [1, STRANGE_MAX])
def test_a_strange_answer_about_a_job_is_asked_again(times: int) -> None:
    with delivery({}) as (api, run):
        api.instead["verify"] = [STRANGE] * times
        assert run.run() == "live"
        assert len(api.kept) == 1


def test_an_article_in_the_list_is_live_whatever_is_said_of_its_job() -> None:
    with delivery({}) as (api, run):
        api.instead["verify"] = [STRANGE] * 50
        assert run.run() == "live"
        assert len(api.kept) == 1


def test_an_article_is_not_called_failed_while_neither_job_nor_list_answers_well() -> None:
    with delivery({}) as (api, run):
        api.refuse = {"verify": STRANGE, "getslice": STRANGE}
        assert run.run() == "sending"  # the engine goes on asking, and tells a person in time
        assert len(api.kept) == 1


def test_a_strange_answer_that_stays_is_told_in_its_own_words() -> None:
    with delivery({}) as (api, run):
        api.refuse["verify"] = STRANGE
        run.state = "sending"
        run.step()
        api.kept.clear()
        assert run.run() == "failed"
        assert "Có lỗi gì đó" in str(run.problems[-1].words)
        assert [name for name, _ in api.asked].count("verify") == STRANGE_MAX + 1


@pytest.mark.parametrize("call", ["getslice", "getdetail"])
def test_a_question_that_is_refused_says_nothing_about_the_article(call: str) -> None:
    with delivery({}) as (api, run):
        made_at = api.clock()
        run.run()
        api.instead[call] = [STRANGE]
        looking = replace(run.order(), live=None, called_at=made_at)
        with pytest.raises(ChannelError) as raised:
            run.adapter.find(looking, run.account)
        assert raised.value.kind is ErrorKind.UNCERTAIN
        assert run.adapter.find(looking, run.account) is not None


@pytest.mark.parametrize("hours", [-12, -1, 1, 12])
@pytest.mark.parametrize("manners", [{}, {"gives_details": False}, {"describes": False}, {"shows_link": "as sent"}])
def test_a_wrong_clock_at_zalo_makes_no_second_article(manners: dict[str, object], hours: int) -> None:
    with delivery({**manners, "behind": hours * 3600.0}) as (api, run):
        api.instead["create"] = [(-32, "Your application reached limit call api")]
        assert run.run() in {"live", "unknown"}
        assert len(api.kept) == 1


def test_a_listed_article_without_details_is_not_called_absent() -> None:
    with delivery({}) as (api, run):
        made_at = api.clock()
        run.run()
        api.manners.details_of_new = False
        with pytest.raises(ChannelError) as raised:
            run.adapter.find(replace(run.order(), live=None, called_at=made_at), run.account)
        assert raised.value.kind is ErrorKind.UNCERTAIN


def test_another_body_under_the_same_title_and_summary_is_another_article() -> None:
    with delivery({}) as (api, run):
        made_at = api.clock()
        run.run()
        other = run.adapter.render(piece(body="Hôm nay mất điện ở xã khác."), run.account.settings)
        run.clock.advance(timedelta(minutes=1).total_seconds())
        with pytest.raises(ChannelError) as raised:
            run.adapter.find(replace(run.order(), live=None, rendition=other, called_at=made_at), run.account)
        assert raised.value.kind is ErrorKind.UNCERTAIN


@pytest.mark.parametrize("wrap", ["<p>{}</p>", "{}\n", "<b>{}</b>"])
def test_a_body_that_zalo_has_dressed_differently_is_the_same(wrap: str) -> None:
    with delivery({}) as (api, run):
        made_at = api.clock()
        run.run()
        for block in api.kept[api.number]["body"]:
            block["content"] = wrap.format(block["content"])
        found = run.adapter.find(replace(run.order(), live=None, called_at=made_at), run.account)
        assert found is not None
