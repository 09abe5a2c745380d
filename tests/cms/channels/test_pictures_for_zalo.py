"""Zalo fetches every picture itself, as a stranger: our own portal really gives it away, in the form Zalo takes."""

import socket
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import requests
from flask import Flask
from PIL import Image
from sqlalchemy import Engine as Database
from werkzeug.serving import make_server

from cms.app.scheduler_process import config
from cms.core.database import changing
from cms.core.settings import Settings
from cms.stories.editing import pictures
from cms.stories.publishing import promising
from cms.stories.publishing.scheduling import Wish
from cms.web.context import store
from scheduler.engine.engine import Engine
from scheduler.storage.vault import Keys, put_secrets
from tests.channels.zalo_oa.running import APP_ID, APP_SECRET, Running, running, serving
from tests.channels.zalo_oa.running import Clock as SimulatorClock
from tests.cms.newsroom import Newsroom, actor, approved, channel, newsroom
from tests.conftest import SUNDAY, Clock


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The newsroom under an address at which it can really be reached."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})


@pytest.fixture
def portal(app: Flask, settings: Settings) -> Iterator[str]:
    """The address of the newsroom, served over HTTP."""
    port = int(settings.public_url.rpartition(":")[2])
    server = make_server("127.0.0.1", port, app.wsgi_app, threaded=True)
    with serving(server):
        yield settings.public_url


@pytest.fixture
def zalo(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "zalo.sqlite", SimulatorClock(SUNDAY)) as run:
        yield run


def scanned(width: int, height: int) -> bytes:
    """A PNG of noise, as heavy as a scanner's."""
    out = BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(out, "PNG", compress_level=1)
    return out.getvalue()


def uploaded(news: Newsroom, name: str, data: bytes) -> str:
    picture = pictures.keep(store(), pictures.clean(data))
    with changing() as session:
        return pictures.add(session, actor(news.editor), news.paper.id, name, picture, SUNDAY).sha256


def deliver(engine: Engine, clock: Clock, zalo: Running) -> None:
    for _ in range(8):
        engine.run_due()
        clock.turn(seconds=30)
        zalo.clock.advance(30)


def test_a_story_with_heavy_pictures_arrives_with_pictures_that_anybody_can_open(
    app: Flask, engine: Database, settings: Settings, clock: Clock, portal: str, zalo: Running
) -> None:
    news = newsroom()
    oa = channel(
        "zalo_oa", news.paper, "zalo",
        settings={"app_id": APP_ID, "author": "Báo", "api_url": zalo.url, "oauth_url": zalo.url},
    )  # fmt: skip
    with changing() as session:
        pair = {"app_secret": APP_SECRET, "access_token": zalo.access, "refresh_token": zalo.refresh}
        put_secrets(session.connection(), oa.id, pair, Keys(settings.encryption_keys), SUNDAY)
    heavy = scanned(2400, 1600)
    assert len(heavy) > 5_000_000
    cover = uploaded(news, "ảnh bìa có dấu.png", heavy)
    small = uploaded(news, "biểu đồ.png", scanned(300, 200))
    made = approved(
        news.editor, news.lead, news.paper, now=SUNDAY,
        cover={"sha256": cover, "alt": "Một cửa"}, pictures=[{"sha256": small, "alt": "Biểu đồ"}],
        body=f"Mở đầu.\n\n![Biểu đồ](/media/{small}.png)\n\nKết.",
    )  # fmt: skip
    promising.schedule(store(), settings.public_url, actor(news.lead), made.id, [Wish(oa.id)], now=SUNDAY)
    worker = Engine(engine, store(), config(settings), clock)
    deliver(worker, clock, zalo)
    worker.close()

    (article,) = zalo.articles()
    addresses = [article["payload"]["cover"]["photo_url"]]
    addresses += [block["url"] for block in article["payload"]["body"] if block["type"] == "image"]
    assert len(addresses) == 2
    for address in addresses:
        assert address.startswith(f"{portal}/media/")
        assert address.isascii()
        stranger = requests.get(address, timeout=10, allow_redirects=False)
        assert stranger.status_code == 200
        assert stranger.headers["Content-Type"] in {"image/jpeg", "image/png"}
        assert len(stranger.content) <= 1_000_000
        assert Image.open(BytesIO(stranger.content)).format in {"JPEG", "PNG"}
        assert "Set-Cookie" not in stranger.headers
