"""A newsroom with a portal and a board, and a scheduler on another connection that really brings stories out."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine

from cms.app import scheduler_process
from cms.core.database import changing
from cms.models.stories import Revision, Story
from cms.stories.editing import content as contents
from cms.stories.editing import writing
from cms.stories.publishing import promising, scheduling
from cms.stories.publishing.scheduling import Wish
from cms.stories.review import review
from cms.web.context import Context, context
from scheduler.engine.engine import Engine as Scheduler
from scheduler.storage.tables import Channel
from tests.cms import newsroom
from tests.conftest import Clock

HOUSE = Path(__file__).resolve().parents[3]
ELSEWHERE = """
import sys
from datetime import datetime
from pathlib import Path
from media.storage.store import Store
from scheduler.orders import promises
from scheduler.engine.config import EngineConfig
from scheduler.storage.database import open_engine, writing
from scheduler.engine.engine import Engine
url, folder, story, at = sys.argv[1:]
now, database = datetime.fromisoformat(at), open_engine(url)
with writing(database) as connection:
    promises.withdraw(connection, story_id=int(story), reason="Sai số liệu", now=now)
engine = Engine(database, Store(Path(folder)), EngineConfig(threads=0), lambda: now)
engine.run_due(), engine.refresh_documents()
"""


class Press:
    """Stories go out from here, and are called back."""

    def __init__(self, app: Flask, engine: Engine, clock: Clock) -> None:
        self.app = app
        self.room = newsroom.newsroom()
        self.portal = newsroom.channel("portal_rss", self.room.paper, "bao", name="Báo Sông Vàm")
        self.board = newsroom.channel("led_board", self.room.paper, "cong-bao", name="Bảng cổng tòa soạn")
        self.clock = clock
        self.context: Context = context()
        config = scheduler_process.config(self.context.settings)
        self.scheduler = Scheduler(engine, self.context.store, config, clock)

    def publish(self, *channels: Channel, **fields: Any) -> Story:
        """Write, approve and bring out a story on the portal, or on ``channels``."""
        room = self.room
        story = newsroom.approved(room.editor, room.lead, room.paper, now=self.clock(), **fields)
        self._bring_out(story, channels or (self.portal,))
        return story

    def correct(self, story: Story, *channels: Channel, **fields: Any) -> None:
        """Bring out another revision in which ``fields`` differ."""
        editor, lead, now = newsroom.actor(self.room.editor), newsroom.actor(self.room.lead), self.clock()
        with changing() as session:
            before = session.get_one(Revision, session.get_one(Story, story.id).current_id)
            content = contents.parse({**before.content, **fields})
            after = writing.save(session, editor, story.id, content, base_id=before.id, now=now)
            review.submit(session, editor, story.id, now=now)
            review.approve(session, lead, story.id, revision_id=after.id, now=now)
        self._bring_out(story, channels or (self.portal,))

    def _bring_out(self, story: Story, channels: tuple[Channel, ...]) -> None:
        wishes = [Wish(channel.id) for channel in channels]
        base, lead = self.context.settings.public_url, newsroom.actor(self.room.lead)
        promising.schedule(self.context.store, base, lead, story.id, wishes, now=self.clock())
        self.work()

    def retract(self, story: Story) -> None:
        """Call the story back from everywhere."""
        with changing() as session:
            lead = newsroom.actor(self.room.lead)
            scheduling.retract(session, lead, story.id, reason="Sai số liệu", now=self.clock())
        self.work()

    def retract_elsewhere(self, story: Story) -> None:
        """Call it back in another process."""
        settings = self.context.settings
        what = [settings.database, str(settings.media), str(story.id), self.clock().isoformat()]
        subprocess.run([sys.executable, "-c", ELSEWHERE, *what], cwd=HOUSE, check=True, timeout=60)

    def work(self) -> None:
        """Let the scheduler do what is due."""
        self.scheduler.run_due()
        self.scheduler.refresh_documents()

    def change(self, channel: Channel, **values: Any) -> None:
        """Change a channel's row, as its admin would."""
        with changing() as session:
            row = session.get_one(Channel, channel.id)
            for name, value in values.items():
                setattr(row, name, value)
            row.version += 1


def titles(body: bytes) -> list[str]:
    """The titles in a JSON Feed or a playlist."""
    read: Mapping[str, Any] = json.loads(body)
    return [item["title"] for item in read["items"]]
