"""Every frame that a playlist names can be fetched: those of stories from the store, the board's own beside it."""

import json
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import Client
from werkzeug.wrappers import Response

from channels.contract import Feed
from channels.led_board.adapter import LedBoard
from channels.led_board.settings import Settings as BoardSettings
from cms.core.settings import Settings
from cms.feeds.fast_path import FastPath
from cms.web.context import Context
from media.storage.store import Store
from scheduler.storage.tables import Channel, ChannelDocument

NOW = datetime(2026, 11, 22, 1, 20, tzinfo=UTC)
OWN = BoardSettings(width=128, height=64, evergreen_texts=("Tổng đài 1022",))


def test_the_boards_own_frames_are_answered_under_the_address_in_its_playlist(
    settings: Settings, engine: Engine
) -> None:
    made = LedBoard().documents(Feed("bang", "Bảng", "UBND xã", OWN, "http://localhost", NOW))
    with Session(engine) as session, session.begin():
        channel = Channel(kind="led_board", slug="bang", name="Bảng", unit_id=1, created_at=NOW)
        session.add(channel)
        session.flush()
        session.add_all(
            ChannelDocument(
                channel_id=channel.id,
                name=document.name,
                mime=document.mime,
                body=document.body,
                etag=document.etag,
                modified=document.modified,
                stale_at=document.stale_at,
                version=0,
            )
            for document in made
        )
    store = Store(settings.media)
    kept = store.put(b"a frame of a story").sha256
    client = Client(FastPath(Response("", 404), Context(settings, lambda: NOW, store), engine))
    assets = json.loads(client.get("/boards/bang/playlist.json").data)["assets"]
    assert len(assets) == 2
    for asset in assets:
        answer = client.get(asset["url"])
        assert (answer.status_code, answer.mimetype, len(answer.data)) == (200, "image/png", asset["bytes"])
    assert client.get(f"/boards/bang/assets/{kept}.png").data == b"a frame of a story"
    unknown = f"/boards/bang/assets/{'0' * 64}.png"
    assert client.get(unknown).status_code == 404
