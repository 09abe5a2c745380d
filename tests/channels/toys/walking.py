"""A story's way over a channel of any kind, through pages and services that know it from its adapter alone."""

import re
from dataclasses import dataclass, replace

from flask import Flask
from sqlalchemy import select

from cms.app.scheduler_process import config
from cms.core.database import db
from cms.models.people import Person
from cms.models.roles import Role
from cms.stories.publishing import promising, scheduling
from cms.stories.publishing.scheduling import Wish
from cms.web.context import context
from scheduler.decisions.states import DeliveryState
from scheduler.engine.engine import Engine
from scheduler.storage.tables import Channel, Delivery
from tests.cms.channels.test_channel_pages import filled
from tests.cms.newsroom import Browser, actor, approved, person, sign_in
from tests.cms.quotas.pages import cell_of, page
from tests.cms.quotas.province import Province
from tests.conftest import Clock

WEEK = "2026-W47"


@dataclass(frozen=True)
class Walk:
    """Who walks where."""

    app: Flask
    there: Province
    clock: Clock
    editor: Person
    lead: Person
    admin: Browser

    @classmethod
    def begin(cls, app: Flask, there: Province, clock: Clock) -> "Walk":
        """The people of the paper, and the province's admin in a browser."""
        paper, province = there.units["bao"], there.units["tinh"]
        editor, lead = person("biên", (Role.EDITOR, paper)), person("duyệt", (Role.LEAD, paper))
        return cls(app, there, clock, editor, lead, sign_in(app, person("quản", (Role.ADMIN, province))))

    def channel(self, kind: str, **settings: str) -> Channel:
        """A channel made by its form, and saved again unchanged."""
        assert re.search(rf'kind={kind}"', self.admin.get("/channels/new").text)
        sent = filled(self.admin.get(f"/channels/new?kind={kind}").text)
        sent |= {"name": "Kênh thử", "slug": "kenh-thu", "unit": str(self.there.units["bao"].id), "medium": "newspaper"}
        made = self.admin.post("/channels/new", data=sent | settings)
        assert made.status_code == 303, made.text
        where = made.headers["Location"]
        assert self.admin.post(f"{where}/edit", data=filled(self.admin.get(f"{where}/edit").text)).status_code == 303
        db.session.rollback()
        return db.session.scalars(select(Channel)).one()

    def schedule(self, channel: Channel, priority: str = "", **fields: str) -> int:
        """A story written, approved, promised and worked by the engine; the id of its delivery."""
        now = self.clock()
        story = approved(self.editor, self.lead, self.there.units["bao"], now=now, **fields)
        wish = [Wish(channel.id, priority=priority)]
        made = promising.schedule(context().store, "http://127.0.0.1:8000", actor(self.lead), story.id, wish, now=now)[
            0
        ]
        self.work()
        return made

    def work(self) -> None:
        """Let the engine do all that is due, with the keys of the installation."""
        db.session.rollback()
        engine = Engine(db.engine, context().store, replace(config(context().settings), threads=0), self.clock)
        while engine.run_due():
            pass
        engine.refresh_documents()
        engine.close()

    def delivery(self, number: int) -> Delivery:
        """The delivery as it stands."""
        db.session.rollback()
        return db.session.get_one(Delivery, number)

    def retract(self, number: int) -> None:
        """Call its story back, and let the engine do so."""
        db.session.rollback()
        story = self.delivery(number).story_id
        scheduling.retract(db.session(), actor(self.lead), story, reason="Nhầm số.", now=self.clock())
        db.session.commit()
        self.work()
        assert self.delivery(number).state == DeliveryState.WITHDRAWN

    def counted(self) -> str:
        """The cell of the quota board in which items of the channel count."""
        board = page(self.admin, f"/quotas?period={WEEK}")
        return cell_of(board, self.there, "1", "bao")
