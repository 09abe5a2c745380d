"""A script whose stored text is damaged: lists and bulletins of all others stay, and it is never read."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from cms.core.database import changing, db
from scheduler.storage.tables import Delivery
from tests.cms.deliveries.press import promised, work
from tests.cms.newsroom import Newsroom, channel, newsroom, sign_in
from tests.conftest import Clock


@pytest.fixture
def news(app: Flask) -> Newsroom:
    return newsroom()


@pytest.mark.parametrize("hurt", ["{", "[]", "7", "{}", '{"lines": 3, "estimate": "x", "priority": []}', '"chữ"'])
def test_one_damaged_script_hides_no_other(app: Flask, news: Newsroom, clock: Clock, hurt: str) -> None:
    if hurt == "{" and db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps nothing but JSON")
    station = channel("radio_script", news.paper, "truyen-thanh")
    bad, good = (promised(app, news, station, title=title) for title in ("Kịch bản hỏng", "Kịch bản lành"))
    work(clock)
    cast = "CAST(:value AS jsonb)" if db.engine.dialect.name == "postgresql" else ":value"
    with changing() as session:
        rendition: Any = session.get_one(Delivery, bad).rendition_id
        session.execute(
            text(f"UPDATE rendition SET document = {cast} WHERE id = :id"), {"value": hurt, "id": rendition}
        )
    reader = sign_in(app, news.admin)
    for page in ("/radio", "/radio?shelf=all", "/radio?shelf=new"):
        answer = reader.get(page)
        assert (page, answer.status_code) == (page, 200)
        assert "Kịch bản lành" in answer.text
    for name in ("txt", "docx", "pdf"):
        assert reader.get(f"/radio/{good}.{name}").status_code == 200
        refused = reader.get(f"/radio/{bad}.{name}")
        assert refused.status_code == 409
        assert "bị hỏng" in refused.text
    assert reader.get(f"/radio/{bad}/prompter").status_code == 409
    assert reader.get(f"/radio/{bad}").status_code == 200
