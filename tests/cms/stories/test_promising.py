"""Scheduling renders before it locks: nobody waits for it, and what changed meanwhile is made again or refused."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, insert, select, text, update

from channels import registry
from cms.core.database import changing, db
from cms.core.refusal import Conflict, Refusal
from cms.models.lexicon import LexiconEntry
from cms.models.people import Unit
from cms.models.plans import Term
from cms.models.stories import Story
from cms.stories.editing import content as contents
from cms.stories.editing import writing
from cms.stories.editing.content import Content
from cms.stories.publishing import promising
from cms.stories.publishing.scheduling import Wish
from cms.stories.queries import lookup
from cms.stories.renditions import outputs
from cms.web.context import store
from scheduler.storage.database import writing as locked
from scheduler.storage.tables import Channel, Delivery, StoredRendition
from tests.cms import newsroom
from tests.cms.newsroom import Newsroom
from tests.conftest import SUNDAY, Clock

BASE = "http://127.0.0.1:8000"
Change = Callable[[Any, Newsroom, Channel], Any]


@pytest.fixture
def house(app: Flask) -> Newsroom:
    return newsroom.newsroom()


@pytest.fixture
def radio(house: Newsroom) -> Channel:
    return newsroom.channel("radio_script", house.paper, "loa", name="Loa", settings={"greeting": "Xin chào."})


@pytest.fixture
def ready(house: Newsroom, clock: Clock) -> Story:
    return newsroom.approved(house.editor, house.lead, house.paper, now=clock(), body="Đội XQZ đi từng nhà.")


def while_rendering(monkeypatch: pytest.MonkeyPatch, kind: str, deed: Callable[[int], None]) -> list[int]:
    """Do ``deed`` in the middle of each rendering; return the numbers of the renderings so far."""
    adapter, seen = registry.adapter(kind), list[int]()
    render = adapter.render

    def slowly(*given: Any) -> Any:
        seen.append(len(seen))
        deed(seen[-1])
        return render(*given)

    monkeypatch.setattr(adapter, "render", slowly)
    return seen


def promise(house: Newsroom, story: Story, channel: Channel) -> list[int]:
    actor = newsroom.actor(house.lead)
    return promising.schedule(store(), BASE, actor, story.id, [Wish(channel.id)], now=SUNDAY)


def test_others_save_while_a_story_is_rendered(
    house: Newsroom, ready: Story, radio: Channel, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body of 20,000 headings used to hold SQLite for half a minute; everybody else's save was refused."""

    def save(_time: int) -> None:
        with locked(engine) as connection:
            connection.execute(text("UPDATE person SET language = 'en'"))

    seen = while_rendering(monkeypatch, radio.kind, save)
    assert len(promise(house, ready, radio)) == 1
    assert seen == [0]


CHANGES: dict[str, Change] = {
    "settings": lambda c, _h, radio: c.execute(
        update(Channel).where(Channel.id == radio.id).values(settings={"greeting": "Kính chào bà con."})
    ),
    "lexicon": lambda c, h, _r: c.execute(
        insert(LexiconEntry).values(
            unit_id=h.paper.id, kind="abbreviation", written="XQZ", say="xe quét rác", after="", before="", source="Sở",
            changed_by=h.editor.id, changed_at=SUNDAY,
        )
    ),
    "unit": lambda c, h, _r: c.execute(update(Unit).where(Unit.id == h.paper.id).values(name="Báo Mới")),
    "column": lambda c, _h, _r: c.execute(update(Term).where(Term.kind == "column").values(label="Số hóa")),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_what_changed_meanwhile_is_in_what_goes_out(
    house: Newsroom, ready: Story, radio: Channel, engine: Engine, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def change(time: int) -> None:
        if time == 0:
            with locked(engine) as connection:
                CHANGES[what](connection, house, radio)

    seen = while_rendering(monkeypatch, radio.kind, change)
    [made] = promise(house, ready, radio)
    assert len(seen) == 2, "made again"
    kept = db.session.scalars(
        select(StoredRendition).join(Delivery, Delivery.rendition_id == StoredRendition.id).where(Delivery.id == made)
    ).one()
    assert kept.sha256 == made_now(house, ready, radio)


def made_now(house: Newsroom, story: Story, channel: Channel) -> str:
    """The hash of what the channel would carry, made from all that is known now."""
    db.session.rollback()
    db.session.expire_all()
    session = db.session()
    found = lookup.story(session, newsroom.actor(house.lead), story.id)
    content = Content.model_validate(lookup.current(found).content)
    around = outputs.surroundings(session, store(), BASE, found.unit, content)
    shown = outputs.output(content, found.id, 1, session.get_one(Channel, channel.id), around)
    assert shown.rendition is not None
    return shown.rendition.sha256


def test_what_never_stands_still_is_refused_and_nothing_is_promised(
    house: Newsroom, ready: Story, radio: Channel, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(time: int) -> None:
        with locked(engine) as connection:
            connection.execute(update(Channel).values(settings={"greeting": f"Chào lần {time}."}))

    while_rendering(monkeypatch, radio.kind, change)
    with pytest.raises(Conflict, match="liên tục bị thay đổi"):
        promise(house, ready, radio)
    assert db.session.scalars(select(Delivery)).all() == []


def test_a_revision_that_was_saved_meanwhile_is_not_overlooked(
    house: Newsroom, ready: Story, radio: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(_time: int) -> None:
        with changing() as session:
            fresh = contents.parse({"title": "Khác", "summary": "a", "body": "b", "column": "chuyen-doi-so"})
            writing.save(session, newsroom.actor(house.editor), ready.id, fresh, base_id=None, now=SUNDAY)

    while_rendering(monkeypatch, radio.kind, save)
    with pytest.raises(Refusal, match="chưa được duyệt"):
        promise(house, ready, radio)
    assert db.session.scalars(select(Delivery)).all() == []
