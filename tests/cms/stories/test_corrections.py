"""What is live can be corrected at any time, and what waits takes the approved correction."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from cms.core.database import changing, db
from cms.models.stories import Revision, Story
from cms.stories.editing import content as contents
from cms.stories.editing import writing
from cms.stories.publishing import promising
from cms.stories.publishing.scheduling import Wish
from cms.stories.review import approval, review
from cms.web.context import context
from scheduler.decisions.states import DeliveryState
from scheduler.storage.tables import Channel, Delivery, StoredRendition
from tests.cms import newsroom
from tests.cms.deliveries.press import work
from tests.cms.newsroom import Newsroom
from tests.cms.stories.writing_desk import text
from tests.conftest import Clock

LATER = {"days": 2}


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


@pytest.fixture
def portal(house: Newsroom) -> Channel:
    return newsroom.channel("portal_rss", house.paper, "bao", name="Báo điện tử")


@pytest.fixture
def elsewhere(house: Newsroom) -> Channel:
    return newsroom.channel("portal_rss", house.department, "so", name="Cổng của Sở")


@pytest.fixture
def ready(house: Newsroom, clock: Clock) -> Story:
    return newsroom.approved(house.editor, house.lead, house.paper, now=clock(), title="Bản một")


def promise(house: Newsroom, story: Story, channel: Channel, clock: Clock, *, later: bool) -> int:
    """Promise the story to a channel by a lead of its unit, now or in two days."""
    from cms.models.people import Unit
    from cms.models.roles import Role

    unit = db.session.get_one(Unit, channel.unit_id)
    name = f"lead-{channel.id}"
    lead = house.lead if unit.id == house.paper.id else newsroom.person(name, (Role.LEAD, unit))
    at = clock() + timedelta(**LATER) if later else None
    wishes = [Wish(channel.id, at)]
    return promising.schedule(
        context().store, "http://127.0.0.1:8000", newsroom.actor(lead), story.id, wishes, now=clock()
    )[0]


def rewrite(house: Newsroom, story: Story, clock: Clock, **fields: object) -> int:
    """Save and hand in another revision as the editor; return its id."""
    with changing() as session:
        newest = session.get_one(Revision, session.get_one(Story, story.id).current_id)
        content = contents.parse({**newest.content, **fields})
        editor = newsroom.actor(house.editor)
        made = writing.save(session, editor, story.id, content, base_id=newest.id, now=clock())
        review.submit(session, editor, story.id, now=clock())
        return made.id


def carried(delivery_id: int) -> tuple[str, int, str]:
    """State, revision and title of what a delivery is to carry."""
    db.session.rollback()
    row = db.session.get_one(Delivery, delivery_id, populate_existing=True)
    rendition = db.session.get_one(StoredRendition, row.rendition_id)
    return row.state, rendition.revision, rendition.title


def approve(house: Newsroom, story: Story, revision_id: int, clock: Clock) -> approval.Approved:
    return approval.approve(
        context().store, "http://127.0.0.1:8000", newsroom.actor(house.lead), story.id,
        revision_id=revision_id, now=clock(),
    )  # fmt: skip


def test_a_live_story_is_corrected_while_another_units_channel_waits_and_that_one_takes_the_correction(
    house: Newsroom, ready: Story, portal: Channel, elsewhere: Channel, clock: Clock
) -> None:
    live = promise(house, ready, portal, clock, later=False)
    work(clock)
    waiting = promise(house, ready, elsewhere, clock, later=True)
    second = rewrite(house, ready, clock, title="Bản hai")
    assert carried(waiting) == ("scheduled", 1, "Bản một")
    when = db.session.get_one(Delivery, waiting).scheduled_at
    done = approve(house, ready, second, clock)
    assert (done.moved, done.taken_back) == (("Cổng của Sở",), ())
    assert carried(waiting) == ("scheduled", 2, "Bản hai")
    assert db.session.get_one(Delivery, waiting).scheduled_at == when
    assert carried(live) == ("live", 1, "Bản một")
    clock.turn(**LATER)
    work(clock)
    state, revision, _title = carried(waiting)
    assert (state, revision) == ("live", 2)


def test_a_channel_that_cannot_carry_the_correction_does_not_go_out_with_the_mistake(
    house: Newsroom, ready: Story, portal: Channel, clock: Clock
) -> None:
    promise(house, ready, portal, clock, later=False)
    work(clock)
    board = newsroom.channel("led_board", house.paper, "bang", name="Bảng", settings={"width": 64, "height": 32})
    waiting = promise(house, ready, board, clock, later=True)
    long = rewrite(house, ready, clock, title="Một tiêu đề dài không bảng nào chứa nổi " * 6)
    done = approve(house, ready, long, clock)
    assert done.taken_back == ("Bảng",)
    assert carried(waiting)[0] == DeliveryState.CANCELLED
    assert "không lên được kênh này" in db.session.get_one(Delivery, waiting).reason


def test_the_question_names_what_is_taken_back_and_what_stays(
    app: Flask, house: Newsroom, ready: Story, portal: Channel, elsewhere: Channel, clock: Clock
) -> None:
    promise(house, ready, portal, clock, later=True)
    promise(house, ready, elsewhere, clock, later=True)
    page = text(newsroom.sign_in(app, house.lead).get(f"/stories/{ready.id}"))
    assert "Bỏ lịch trên: Báo điện tử? Bài sẽ không lên các kênh này. Vẫn giữ lịch trên: Cổng của Sở." in page
    assert "<textarea" in page
    inside = page.partition('<form id="editor"')[2].partition("</form>")[0]
    assert 'name="kind"' in inside, "no form stands in another"
    newsroom.sign_in(app, house.lead).post(f"/stories/{ready.id}/unschedule")
    db.session.rollback()
    states = dict(db.session.execute(select(Delivery.channel_id, Delivery.state)).all())
    assert states == {portal.id: "cancelled", elsewhere.id: "scheduled"}


def test_a_story_that_waits_only_on_its_own_channels_stays_locked(
    app: Flask, house: Newsroom, ready: Story, portal: Channel, clock: Clock
) -> None:
    promise(house, ready, portal, clock, later=True)
    page = text(newsroom.sign_in(app, house.editor).get(f"/stories/{ready.id}"))
    assert "Bài đang chờ phát hành nên đã khóa" in page
