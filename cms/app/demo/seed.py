"""Filling an empty database with the demonstration newsroom, through the same doors as everything else."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import requests
from sqlalchemy import select

from channels.words import N_
from channels.zalo_oa import simulator
from channels.zalo_oa.settings import API, OAUTH
from cms.app import schema
from cms.app.demo.bulletins import begin_bulletin
from cms.app.demo.content import load_stories
from cms.app.demo.lives import Newsroom, plan_plays, plan_story
from cms.app.demo.newsroom import PASSWORD, Script, build, connect
from cms.app.demo.people import load_people
from cms.app.demo.timeline import Clock, Timeline
from cms.app.scheduler_process import config
from cms.core.clock import utc_now
from cms.core.database import changing, db
from cms.core.refusal import Conflict
from cms.core.settings import Settings
from cms.models.plans import Plan
from cms.web.context import settings, store
from scheduler.engine.engine import Engine
from scheduler.storage.tables import Channel

WEEKS_BACK = timedelta(weeks=8)
SIMULATOR_STATE = "zalo-sim.db"
UNFINISHED = "demo-unfinished"
"""A file in the home folder while the demonstration is being built."""


def seed() -> Iterator[str]:
    """Fill the database unless it holds a plan already; yield lines to print: progress, sign-in names, addresses."""
    found = settings()
    unfinished = found.home / UNFINISHED
    if unfinished.exists():
        yield "Lần trước bản trình diễn bị ngắt giữa chừng; dựng lại từ đầu."
        _clear(found)
    if db.session.scalar(select(Plan.id).limit(1)) is None:
        _require_simulator(found)
        yield "Đang dựng bản trình diễn: 32 tin, bài qua tám tuần; khoảng nửa phút …"
        unfinished.touch()
        _live_through(found, utc_now())
        unfinished.unlink()
    yield from _welcome(found)


def _clear(found: Settings) -> None:
    """Empty the database and forget the simulator's state: nobody has worked with what was not finished."""
    db.session.remove()
    db.engine.dispose()
    schema.start_over(found.database)
    for path in found.home.glob(f"{SIMULATOR_STATE}*"):
        path.unlink()


def _require_simulator(found: Settings) -> None:
    if not found.zalo_simulated:
        raise Conflict(N_("Bản trình diễn chỉ dùng bộ mô phỏng Zalo; hãy đặt DAKENH_ZALO_API_URL về máy này."))


def _live_through(found: Settings, end: datetime) -> None:
    clock = Clock(end - WEEKS_BACK)
    script = Script.read()
    with changing() as session:
        build(session, script, found, clock.at)
    connect(db.engine, script, found, clock.at)
    engine = Engine(db.engine, store(), replace(config(found), threads=0), clock)
    timeline = Timeline(engine, db.engine, clock, end)
    room = Newsroom(store(), found.public_url, script.pack.document_codes(), timeline)
    for story in load_stories():
        plan_story(room, story)
    plan_plays(timeline)
    with _zalo(found, clock):
        timeline.live()
    engine.close()
    begin_bulletin(end)


@contextmanager
def _zalo(found: Settings, clock: Clock) -> Iterator[None]:
    """The simulator at the moved clock, at an address of its own: whoever answers at the configured one is left alone.

    It takes pictures on trust meanwhile: our own pages are not up yet.
    """
    server = simulator.Server("127.0.0.1", 0, simulator.make_app(found.home / SIMULATOR_STATE, clock=clock))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    try:
        with _answering_at(address):
            _fetch_pictures(address, "never")
            yield
            _fetch_pictures(address, "loopback")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def _answering_at(address: str) -> Iterator[None]:
    """Let every Zalo channel of this process follow ``address``."""
    before = {name: os.environ.get(name) for name in (API.variable, OAUTH.variable)}
    os.environ.update(dict.fromkeys(before, address))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _fetch_pictures(address: str, how: str) -> None:
    requests.put(f"{address}/_sim/config", json={"fetch_images": how}, timeout=10).raise_for_status()


def _welcome(found: Settings) -> list[str]:
    people = load_people()
    width = max(len(person.username) for person in people)
    feeds = db.session.scalars(select(Channel).where(Channel.active).order_by(Channel.id))
    return [
        f"Đăng nhập tại {found.public_url} với mật khẩu {PASSWORD}:",
        *(f"  {person.username:<{width}}  {person.name} – {person.about}" for person in people),
        "Nguồn tin và bảng điện tử:",
        *(f"  {found.public_url}{path}" for channel in feeds if (path := _address(channel))),
        f"Zalo mô phỏng (không phải Zalo): {found.zalo_api_url}",
    ]


def _address(channel: Channel) -> str:
    if channel.kind == "portal_rss":
        return f"/feeds/{channel.slug}.rss"
    return f"/boards/{channel.slug}/playlist.json" if channel.kind == "led_board" else ""
