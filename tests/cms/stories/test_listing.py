"""The list of stories: who sees what, filters that agree with what badges say, pages without gaps, few queries."""

import html
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from channels.contract import StoryKind
from cms.core.database import changing, db
from cms.core.permissions import Actor
from cms.core.refusal import Invalid
from cms.models.roles import Role
from cms.models.stories import Story
from cms.models.story_states import Stage, StoryState, stage
from cms.stories.publishing import scheduling
from cms.stories.queries import listing, search, sharing
from cms.stories.queries.listing import Filters
from cms.stories.review import review
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel
from tests.cms import newsroom
from tests.cms.newsroom import Newsroom
from tests.conftest import Clock


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


@pytest.fixture
def portal(house: Newsroom) -> Channel:
    return newsroom.channel("portal_rss", house.paper, "bao", name="Báo điện tử")


@pytest.fixture
def everything(house: Newsroom, portal: Channel, clock: Clock) -> dict[str, Story]:
    """One story for each way a story can stand, an hour between two of them."""
    made: dict[str, Story] = {}
    editor, lead, paper = house.editor, house.lead, house.paper

    made["draft"] = newsroom.story(editor, paper, now=clock.turn(hours=1))
    made["submitted"] = newsroom.submitted(editor, paper, now=clock.turn(hours=1))
    made["returned"] = newsroom.submitted(editor, paper, now=clock.turn(hours=1))
    with changing() as session:
        review.give_back(session, newsroom.actor(lead), made["returned"].id, reason="Thiếu nguồn", now=clock())
    for state in DeliveryState:
        one = newsroom.approved(editor, lead, paper, now=clock.turn(hours=1))
        newsroom.delivery(one, portal, state, now=clock())
        made[state] = one
    made["approved"] = newsroom.approved(editor, lead, paper, now=clock.turn(hours=1))
    made["retracted"] = newsroom.approved(editor, lead, paper, now=clock.turn(hours=1))
    with changing() as session:
        scheduling.retract(session, newsroom.actor(lead), made["retracted"].id, reason="Sai số liệu", now=clock())
    again = newsroom.approved(editor, lead, paper, now=clock.turn(hours=1))
    newsroom.delivery(again, portal, DeliveryState.EXPIRED, now=clock())
    newsroom.delivery(again, portal, DeliveryState.LIVE, now=clock())
    made["live again after it expired"] = again
    return made


def ids(page: listing.StoryPage) -> list[int]:
    return [row.id for row in page.rows]


def test_the_list_shows_exactly_the_stories_that_may_be_read(
    house: Newsroom, everything: dict[str, Story], clock: Clock
) -> None:
    newsroom.story(house.outsider, house.department, now=clock())
    everywhere = newsroom.person("phap", (Role.VIEWER, house.province), (Role.EDITOR, house.paper))
    session = db.session()
    for someone in (house.editor, house.lead, house.outsider, house.broadcaster, house.admin, house.viewer, everywhere):
        actor = newsroom.actor(someone)
        listed = set(ids(listing.page(session, actor, Filters(), limit=200)))
        readable = set()
        for id_ in session.scalars(db.select(Story.id)):
            found = session.get_one(Story, id_, options=[db.joinedload(Story.unit)], populate_existing=True)
            if sharing.seen(session, actor, found) is not None:
                readable.add(id_)
        assert listed == readable


def test_someone_without_a_role_sees_nothing(house: Newsroom, everything: dict[str, Story]) -> None:
    nobody = newsroom.actor(newsroom.person("ai"))
    assert listing.page(db.session(), nobody, Filters()).rows == []


def test_a_filter_by_stage_gives_the_stories_whose_badge_says_so(house: Newsroom, everything: dict[str, Story]) -> None:
    actor, session = newsroom.actor(house.lead), db.session()
    rows = listing.page(session, actor, Filters(), limit=200).rows
    for wanted in Stage:
        filtered = listing.page(session, actor, Filters(stage=wanted), limit=200)
        assert ids(filtered) == [row.id for row in rows if row.stage is wanted], wanted
        assert filtered.rows, f"the table of stories has none that is {wanted}"


def test_the_badge_of_a_line_is_that_of_the_story(house: Newsroom, everything: dict[str, Story]) -> None:
    rows = {row.id: row for row in listing.page(db.session(), newsroom.actor(house.lead), Filters(), limit=200).rows}
    for name, one in everything.items():
        if name in set(DeliveryState):
            assert rows[one.id].stage is stage(StoryState.APPROVED, [name])
    assert rows[everything["live again after it expired"].id].stage is Stage.LIVE
    assert [c.state for c in rows[everything["live again after it expired"].id].channels] == [DeliveryState.LIVE]


def stepped(actor: Actor, limit: int) -> Iterator[int]:
    """The ids of all pages, one after the other."""
    after: str | None = None
    while True:
        page = listing.page(db.session(), actor, Filters(), after=after, limit=limit)
        yield from ids(page)
        if page.next is None:
            return
        after = page.next


def test_pages_follow_one_another_without_gap_or_repeat(house: Newsroom, everything: dict[str, Story]) -> None:
    actor = newsroom.actor(house.editor)
    whole = ids(listing.page(db.session(), actor, Filters(), limit=200))
    assert len(whole) == len(everything)
    for limit in (1, 3, 7, len(whole), 200):
        assert list(stepped(actor, limit)) == whole


def test_stories_of_one_instant_are_kept_apart_by_their_id(house: Newsroom, clock: Clock) -> None:
    made = [newsroom.story(house.editor, house.paper, now=clock()).id for _ in range(5)]
    actor, session = newsroom.actor(house.editor), db.session()
    first = listing.page(session, actor, Filters(), limit=2)
    second = listing.page(session, actor, Filters(), after=first.next, limit=9)
    assert ids(first) + ids(second) == sorted(made, reverse=True)


@pytest.mark.parametrize("cursor", ["x", "20261122T010000000000-", "' OR 1=1", "99999999T999999999999-1", "é"])
def test_a_cursor_that_was_never_given_is_refused(house: Newsroom, cursor: str) -> None:
    with pytest.raises(Invalid):
        listing.page(db.session(), newsroom.actor(house.editor), Filters(), after=cursor)


def test_filters_narrow_by_unit_with_all_below_column_kind_author_and_words(house: Newsroom, clock: Clock) -> None:
    mine = newsroom.story(house.editor, house.paper, now=clock(), title="Chợ quê nhận chuyển khoản")
    other = newsroom.story(house.colleague, house.paper, now=clock(), kind="notice", column="doi-song-so")
    actor, session = newsroom.actor(house.admin), db.session()

    def found(**wanted: object) -> list[int]:
        return ids(listing.page(session, actor, Filters(**wanted)))  # type: ignore[arg-type]

    assert found(unit_id=house.province.id) == [other.id, mine.id]
    assert found(unit_id=house.district.id) == []
    assert found(column="doi-song-so") == [other.id]
    assert found(kind=StoryKind.NOTICE) == [other.id]
    assert found(author_id=house.editor.id) == [mine.id]
    assert found(query="cho que chuyen kho") == [mine.id]
    assert found(query="không có chữ này") == []
    assert found(query="!!! ???") == []


def test_what_is_searched_cannot_break_out_of_the_query(house: Newsroom, clock: Clock) -> None:
    newsroom.story(house.editor, house.paper, now=clock())
    for nasty in ('"', "a* OR b", "NEAR(", "' --", ":*", "&|!", "(", "\\"):
        listing.page(db.session(), newsroom.actor(house.editor), Filters(query=nasty))
    assert search.terms("NEAR(a)") == ["near", "a"]


def test_the_page_asks_the_database_equally_often_for_one_story_and_for_fifty(
    app: Flask, house: Newsroom, portal: Channel, clock: Clock
) -> None:
    client = newsroom.sign_in(app, house.editor)
    newsroom.delivery(newsroom.story(house.editor, house.paper, now=clock()), portal, DeliveryState.LIVE, now=clock())
    client.get("/")
    with newsroom.counted() as few:
        assert client.get("/").status_code == 200
    for _ in range(30):
        one = newsroom.story(house.editor, house.paper, now=clock())
        newsroom.delivery(one, portal, DeliveryState.LIVE, now=clock())
    with newsroom.counted() as many:
        assert client.get("/?q=nop ho so&mine=1").status_code == 200
    assert len(many) == len(few)
    assert len(queries(few)) <= 8
    assert not [statement for statement in queries(many) if "content" in statement]


def queries(statements: list[str]) -> list[str]:
    return [statement for statement in statements if statement.lstrip().upper().startswith("SELECT")]


def test_the_page_says_what_to_do_when_there_is_nothing(app: Flask, house: Newsroom, clock: Clock) -> None:
    client = newsroom.sign_in(app, house.editor)
    assert "Chưa có tin, bài nào." in client.get("/").get_data(as_text=True)
    newsroom.story(house.editor, house.paper, now=clock())
    page = client.get("/?stage=live").get_data(as_text=True)
    assert "Không có tin, bài nào khớp với điều kiện lọc." in page
    assert "Bỏ lọc" in page


def test_odd_addresses_of_the_list_show_the_list(app: Flask, house: Newsroom, clock: Clock) -> None:
    newsroom.story(house.editor, house.paper, now=clock(), title="Tin duy nhất")
    client = newsroom.sign_in(app, house.editor)
    for odd in ("?stage=nope", "?kind=x&unit=abc", "?unit=99999999999999999999", "?mine=&q="):
        assert "Tin duy nhất" in client.get("/" + odd).get_data(as_text=True)
    assert client.get("/?after=x&kind=article").location == "/?kind=article"


def test_only_those_who_write_are_offered_to_write(app: Flask, house: Newsroom) -> None:
    for someone, offered in ((house.editor, True), (house.lead, True), (house.viewer, False), (house.admin, False)):
        page = newsroom.sign_in(app, someone).get("/").get_data(as_text=True)
        assert ("/stories/new" in page) is offered


def test_the_inbox_lists_only_what_the_lead_decides_oldest_first(house: Newsroom, clock: Clock) -> None:
    second = newsroom.submitted(house.editor, house.paper, now=clock.turn(hours=2))
    first = newsroom.submitted(house.editor, house.paper, now=clock() - timedelta(hours=1))
    newsroom.story(house.editor, house.paper, now=clock())
    newsroom.submitted(house.outsider, house.department, now=clock())
    rows = listing.waiting_for(db.session(), newsroom.actor(house.lead))
    assert [row.id for row in rows] == [first.id, second.id]
    assert listing.waiting_for(db.session(), newsroom.actor(house.editor)) == []


@pytest.mark.parametrize(
    "written",
    [
        "chuy\u00adển đổi", "chuy\u200bển đ\u2060ổi", "chuyển\u00a0đổi", "chuyển\u2009đổi", "chuyển\u202fđổi",
        "\ufeffchuyển đổi", "chuye\u0302\u0309n ð\u00f4\u0309i", "CHUYỂN ÐỔI", "Copyright© chuy\u00adển đổi",
        "chuy&shy;ển&nbsp;đổi", "chuy\u200dển đổi",
    ],
)  # fmt: skip
def test_what_is_not_seen_hides_nothing_from_search(written: str) -> None:
    assert search.terms(html.unescape(written))[-2:] == search.terms("chuyển đổi") == ["chuyen", "doi"]
