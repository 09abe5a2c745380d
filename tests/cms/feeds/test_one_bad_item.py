"""A story that breaks a channel: readers get all others, and every page for people and machines says what is wrong."""

import json
from typing import Any

import feedparser
import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from cms.core.database import changing, db
from scheduler.storage.tables import Channel, Delivery, StoredRendition
from tests.cms.feeds.press import Press
from tests.cms.newsroom import sign_in


def titles(press: Press, client: FlaskClient) -> set[str]:
    """What readers of the portal's three feeds get, which must be the same."""
    found = [
        {entry.title for entry in feedparser.parse(client.get(f"/feeds/bao.{name}").data).entries}
        for name in ("rss", "atom")
    ]
    found.append({entry["title"] for entry in json.loads(client.get("/feeds/bao.json").data)["items"]})
    assert found[0] == found[1] == found[2]
    return found[0]


def hurt(story_id: int, document: Any) -> int:
    """Replace what is stored of a story on the portal; return the delivery."""
    with changing() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.story_id == story_id)).one()
        session.get_one(StoredRendition, delivery.rendition_id).document = document
        session.get_one(Channel, delivery.channel_id).version += 1
        return delivery.id


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "Chữ &#11; có dấu lạ trong thân bài, đủ dài để đọc."},
        {"body": 'Một [liên kết](https://bao.vn "tên &#11; lạ") trong bài.'},
        {"body": "Một [liên kết](https://bao.vn/&#11;a) trong bài."},
        {"body": "Một [liên kết](https://[::1/a) trong bài."},
        {"body": "![ảnh &#8; lạ](/media/a.png) và chữ &#xFFFE; &#xD800; &#0; &#x1F;"},
        {"variants": {"portal_rss": {"body": "Bản riêng &#11; cho cổng"}}},
    ],
)
def test_an_odd_character_anywhere_keeps_no_story_out_and_no_retraction_back(
    press: Press, client: FlaskClient, fields: dict[str, Any]
) -> None:
    old = press.publish(title="Tin cũ sẽ gỡ")
    press.clock.turn(minutes=1)
    press.publish(title="Tin lạ", **fields)
    press.clock.turn(minutes=1)
    press.publish(title="Tin sau")
    press.retract(old)
    shown = titles(press, client)
    assert "Tin sau" in shown
    assert "Tin cũ sẽ gỡ" not in shown
    assert "Tin lạ" in shown, "an odd character is dropped, not the story"


def test_people_and_monitors_are_told_of_what_is_left_out_and_of_its_end(press: Press, client: FlaskClient) -> None:
    bad, _good = press.publish(title="Tin hỏng"), press.publish(title="Tin lành")
    assert "left_out" not in json.loads(client.get("/healthz").data)
    kept = dict(db.session.scalars(select(StoredRendition).where(StoredRendition.story_id == bad.id)).one().document)
    delivery_id = hurt(bad.id, {"title": "Tin hỏng"})
    press.clock.turn(minutes=1)
    press.work()
    since = press.clock()
    assert titles(press, client) == {"Tin lành"}
    told = json.loads(client.get("/healthz").data)
    assert (told["left_out"], told["left_out_since"], told["needs_person"]) == (1, since.isoformat(), 1)
    assert told["status"] != "ok"
    lead = sign_in(press.app, press.room.lead)
    for page in (f"/deliveries/{delivery_id}", "/deliveries/attention", "/deliveries"):
        text = lead.get(page).text
        assert "Bị bỏ ra ngoài" in text
    for page in (f"/deliveries/{delivery_id}", "/deliveries/attention"):
        text = lead.get(page).text
        assert "các tin khác vẫn hiện" in text
        assert "its checksum differs" in text
        assert "Thử lại ngay" in text
    admin = sign_in(press.app, press.room.admin)
    assert "1 lượt cần xử lý" in admin.get(f"/channels/{press.portal.id}").text
    assert samples(client)["dakenh_deliveries_left_out"] == {"bao": 1}
    hurt(bad.id, kept)
    assert lead.post(f"/deliveries/{delivery_id}/retry").status_code == 303
    press.work()
    press.scheduler.refresh_documents()
    assert titles(press, client) == {"Tin lành", "Tin hỏng"}
    assert "left_out" not in json.loads(client.get("/healthz").data)
    assert "Bị bỏ ra ngoài" not in lead.get("/deliveries").text


def test_a_channel_whose_documents_cannot_be_made_as_they_should_says_so_everywhere(
    press: Press, client: FlaskClient
) -> None:
    gone, _stays = press.publish(title="Tin sẽ gỡ"), press.publish(title="Tin lành")
    with changing() as session:
        channel = session.get_one(Channel, press.portal.id)
        channel.settings = {"max_items": "nhiều", "title": "Báo"}
        channel.version += 1
    press.retract(gone)
    press.scheduler.refresh_documents()
    assert titles(press, client) == {"Tin lành"}
    since = press.clock()
    told = json.loads(client.get("/healthz").data)
    assert told["documents_failing"] == {"bao": since.isoformat()}
    assert told["documents_failing_since"] == since.isoformat()
    assert told["status"] == "documents-failing" or told["heartbeat_age_s"] is None
    press.clock.turn(seconds=90)
    assert samples(client)["dakenh_documents_failing_seconds"] == {"bao": 90}
    sentence = "Hệ thống không tạo được nội dung của kênh như cấu hình"
    admin, lead = sign_in(press.app, press.room.admin), sign_in(press.app, press.room.lead)
    for page in (f"/channels/{press.portal.id}", "/channels", "/deliveries/attention"):
        assert sentence in admin.get(page).text
    assert "max_items" in admin.get(f"/channels/{press.portal.id}").text
    assert sentence in lead.get("/deliveries/attention").text


ODD: list[Any] = [[], [1], 7, "chữ", {"text": None}, {"text": 3, "values": []}, {"text": "%(x)s", "values": {}}, {}]


def test_rows_with_damaged_columns_take_no_list_down(press: Press, client: FlaskClient) -> None:
    good = press.publish(title="Tin lành")
    bad: dict[int, int] = {}
    for odd in ODD:
        story = press.publish(title="Tin hỏng")
        with changing() as session:
            row = session.scalars(select(Delivery).where(Delivery.story_id == story.id)).one()
            row.problem = row.evidence = row.progress = odd
            stored = session.get_one(StoredRendition, row.rendition_id)
            stored.document, stored.files = odd, odd
            bad[row.id] = story.id
    with changing() as session:
        for channel in (press.board, press.portal):
            row_of: Any = session.get_one(Channel, channel.id)
            row_of.settings, row_of.version = [7], row_of.version + 1
    press.scheduler.refresh_documents()
    assert titles(press, client) == {"Tin lành"}
    admin, lead = sign_in(press.app, press.room.admin), sign_in(press.app, press.room.lead)
    assert "Tin lành" in lead.get("/deliveries").text
    assert "Tin lành" in lead.get("/calendar").text
    for page in ("/deliveries/attention", "/channels", f"/channels/{press.portal.id}", f"/channels/{press.board.id}"):
        assert admin.get(page).status_code == 200, page
    for delivery_id, story_id in bad.items():
        assert lead.get(f"/deliveries/{delivery_id}").status_code == 200
        assert lead.get(f"/stories/{story_id}").status_code == 200
        assert client.get(f"/tin/{story_id}").status_code in (200, 404, 410)
    assert client.get(f"/tin/{good.id}").status_code == 200
    assert client.get("/metrics").status_code == 200
    assert client.get("/healthz").status_code == 200


def samples(client: FlaskClient) -> dict[str, dict[str, float]]:
    """Metrics with the channel as their only label."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        family.name: {sample.labels["channel"]: sample.value for sample in family.samples}
        for family in families
        if family.samples and set(family.samples[0].labels) == {"channel"}
    }
