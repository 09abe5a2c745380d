"""The playlist is the same for the same content, promises no more than a lease, and says what was withdrawn."""

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from channels.contract import Feed, Tombstone
from channels.led_board.dialects import smil
from channels.led_board.playlist import Playlist, frame_name
from channels.led_board.settings import Settings
from channels.led_board.windows import operating
from tests.channels.led_board.stories import (
    ADAPTER,
    ARTICLE,
    HOUR,
    NOTICE,
    NOW,
    SLOGAN,
    documents,
    feed,
    live,
    playlist,
)

PLAIN = Settings(width=128, height=64, show_summary=False)
STANDING = Settings(width=128, height=64, evergreen_texts=("Cổng Dịch vụ công | dichvucong.gov.vn | 1800 1096",))
NEWS, SERVICE = live(ARTICLE, PLAIN, delivery=11), live(NOTICE, PLAIN, delivery=12)
GONE = Tombstone(9, 5, 2, "Tin cũ", NOW - HOUR, ("a" * 64,))
DAY = timedelta(days=1)


def test_an_item_says_what_to_show_how_long_and_until_when() -> None:
    found = playlist(feed(NEWS, SERVICE, settings=PLAIN))
    news, service = found["items"]
    assert (news["item_id"], news["story_id"], news["revision"], news["evergreen"]) == (11, 8, 3, False)
    assert (news["valid_from"], news["valid_until"]) == ("2026-11-22T00:20:00Z", "2026-11-22T07:00:00Z")
    assert (service["evergreen"], service["valid_until"]) == (True, "2026-12-21T17:00:00Z")
    assert news["dwell_ms"] == sum(page["dwell_ms"] for page in news["pages"])
    assert news["pages"][0]["text"] == ARTICLE.title
    assert (found["stale_after"], found["takeover"], found["timezone"]) == (
        "2026-11-22T07:00:00Z",
        None,
        "Asia/Ho_Chi_Minh",
    )
    assert Playlist.model_validate(found).board == "bang"


def test_every_page_has_an_asset_that_can_be_verified() -> None:
    found = playlist(feed(NEWS, SERVICE, settings=STANDING))
    assets = {asset["sha256"]: asset for asset in found["assets"]}
    pages = [page for item in found["items"] for page in item["pages"]] + [found["plate"]]
    for page in pages:
        asset = assets[page["sha256"]]
        assert page["url"] == asset["url"] == f"https://bao.example/boards/bang/assets/{page['sha256']}.png"
        assert (asset["w"], asset["h"], asset["mime"]) == (128, 64, "image/png")
    sizes = {file.sha256: file.size for item in (NEWS, SERVICE) for file in item.rendition.files}
    assert all(assets[name]["bytes"] == size for name, size in sizes.items())


def test_frames_of_the_boards_own_texts_are_documents_because_no_rendition_brings_them_to_the_store() -> None:
    made = documents(feed(NEWS, settings=STANDING))
    stored = {file.sha256 for file in NEWS.rendition.files}
    for asset in playlist(feed(NEWS, settings=STANDING))["assets"]:
        if asset["sha256"] not in stored:
            body = made[frame_name(asset["sha256"])].body
            assert (hashlib.sha256(body).hexdigest(), len(body)) == (asset["sha256"], asset["bytes"])


@given(st.permutations([11, 12, 13, 14]), st.integers(0, 39))
@settings(max_examples=30, deadline=None)
def test_order_does_not_depend_on_how_items_arrive_nor_bytes_on_the_minute(order: list[int], minute: int) -> None:
    items = {
        11: NEWS,
        12: SERVICE,
        13: replace(NEWS, delivery_id=13),
        14: live(SLOGAN, PLAIN, delivery=14, since=NOW - DAY),
    }
    now = NOW.replace(minute=20) + timedelta(minutes=minute)
    shuffled = documents(feed(*(items[key] for key in order), settings=PLAIN, now=now))
    straight = documents(feed(*items.values(), settings=PLAIN))
    assert {name: document.body for name, document in shuffled.items()} == {
        name: document.body for name, document in straight.items()
    }
    shown = [item["item_id"] for item in playlist(feed(*(items[key] for key in order), settings=PLAIN))["items"]]
    assert shown == [11, 13, 12, 14]


@given(st.integers(0, 200), st.integers(2, 24))
@settings(max_examples=60, deadline=None)
def test_a_lease_is_never_longer_than_promised_and_always_outlives_the_next_renewal(minutes: int, hours: int) -> None:
    now = NOW + timedelta(minutes=minutes)
    lease = Settings(width=128, height=64, show_summary=False, lease_hours=hours)
    made = documents(feed(NEWS, settings=lease, now=now))["playlist.json"]
    found = Playlist.model_validate_json(made.body)
    assert now + (hours - 1) * HOUR < found.items[0].valid_until <= now + hours * HOUR
    assert made.stale_at is not None
    assert now < made.stale_at <= now + HOUR
    assert found.items[0].valid_until > made.stale_at
    assert found.generated_at <= now


@pytest.mark.parametrize(
    ("until", "shown_until", "stale_at"),
    [
        (NOW + timedelta(minutes=10), "2026-11-22T01:30:00Z", "2026-11-22T01:30:00"),
        (NOW + 3 * HOUR, "2026-11-22T04:20:00Z", "2026-11-22T02:00:00"),
        (NOW + 60 * DAY, "2026-11-22T07:00:00Z", "2026-11-22T02:00:00"),
        (None, "2026-11-22T07:00:00Z", "2026-11-22T02:00:00"),
    ],
)
def test_an_end_that_is_nearer_than_the_lease_wins(until: datetime | None, shown_until: str, stale_at: str) -> None:
    made = documents(feed(replace(NEWS, until=until), settings=PLAIN))["playlist.json"]
    assert playlist(feed(replace(NEWS, until=until), settings=PLAIN))["items"][0]["valid_until"] == shown_until
    assert made.stale_at == datetime.fromisoformat(stale_at).replace(tzinfo=UTC)


@pytest.mark.parametrize(("until", "shown"), [(NOW, 0), (NOW - HOUR, 0), (NOW + timedelta(seconds=1), 1)])
def test_windows_are_half_open(until: datetime, shown: int) -> None:
    assert len(playlist(feed(replace(NEWS, until=until), settings=PLAIN))["items"]) == shown


def test_a_later_hour_renews_the_lease_and_changes_the_etag() -> None:
    first = documents(feed(NEWS, settings=PLAIN))
    same = documents(feed(NEWS, settings=PLAIN, now=NOW + timedelta(minutes=39)))
    later = documents(feed(NEWS, settings=PLAIN, now=NOW + timedelta(minutes=40)))
    assert first["playlist.json"].etag == same["playlist.json"].etag != later["playlist.json"].etag
    assert first["current.png"].etag == later["current.png"].etag
    assert first["playlist.json"].etag == f'"{playlist(feed(NEWS, settings=PLAIN))["feed_version"]}"'


def test_a_withdrawn_item_is_gone_and_its_files_are_to_be_deleted() -> None:
    before = playlist(feed(NEWS, SERVICE, settings=PLAIN))
    files = tuple(file.sha256 for file in NEWS.rendition.files)
    gone = Tombstone(NEWS.delivery_id, 8, 3, ARTICLE.title, NOW, files)
    after = playlist(feed(SERVICE, settings=PLAIN, tombstones=[GONE, gone]))
    assert [item["item_id"] for item in after["items"]] == [12]
    assert [one["item_id"] for one in after["retracted"]] == [11, 9]
    assert after["retracted"][0] == {
        "item_id": 11,
        "revision": 3,
        "asset_sha256": list(files),
        "at": "2026-11-22T01:20:00Z",
    }
    assert not set(files) & {asset["sha256"] for asset in after["assets"]}
    assert before["feed_version"] != after["feed_version"]
    assert after["generated_at"] == "2026-11-22T01:20:00Z"


def test_a_file_that_another_item_still_shows_is_not_to_be_deleted() -> None:
    files = tuple(file.sha256 for file in NEWS.rendition.files)
    again = playlist(feed(NEWS, settings=PLAIN, tombstones=[replace(GONE, files=(*files, "b" * 64))]))
    assert again["retracted"][0]["asset_sha256"] == ["b" * 64]


def test_the_boards_own_texts_are_always_there_and_never_reported_as_plays() -> None:
    found = playlist(feed(settings=STANDING))
    assert [(item["item_id"], item["story_id"], item["evergreen"]) for item in found["items"]] == [(0, None, True)]
    said = " ".join(page["text"].replace("\n", " ") for page in found["items"][0]["pages"])
    assert said == "Cổng Dịch vụ công dichvucong.gov.vn Hỗ trợ: 1800 1096"


def test_an_empty_board_still_has_its_plate() -> None:
    made = documents(feed(settings=PLAIN))
    found = playlist(feed(settings=PLAIN))
    assert found["items"] == []
    assert hashlib.sha256(made["current.png"].body).hexdigest() == found["plate"]["sha256"]
    assert found["plate"]["text"] == "UBND huyện Bến Lức"


def test_the_frame_to_show_now_is_the_first_of_the_playlist_with_or_without_the_files_bytes() -> None:
    first = hashlib.sha256(documents(feed(NEWS, settings=PLAIN))["current.png"].body).hexdigest()
    assert first == playlist(feed(NEWS, settings=PLAIN))["items"][0]["pages"][0]["sha256"]
    whole = live(ARTICLE, PLAIN, delivery=11, bare=False)
    assert documents(feed(whole, settings=PLAIN))["current.png"].body == whole.rendition.files[0].data
    tiny = Settings(width=64, height=32, max_pages=1)
    assert documents(feed(live(SLOGAN, PLAIN, delivery=1), settings=tiny))["current.png"].body


@pytest.mark.parametrize(
    ("clock", "opens", "closes", "first", "second"),
    [
        ("08:20", "05:00", "22:00", ("22 05:00", "22 22:00"), ("23 05:00", "23 22:00")),
        ("23:30", "05:00", "22:00", ("22 05:00", "22 22:00"), ("23 05:00", "23 22:00")),
        ("01:00", "18:00", "02:00", ("21 18:00", "22 02:00"), ("22 18:00", "23 02:00")),
        ("08:20", "06:00", "06:00", ("22 00:00", "25 00:00"), None),
    ],
)
def test_hours_of_operation_become_instants_and_nights_belong_to_their_first_day(
    clock: str, opens: str, closes: str, first: tuple[str, str], second: tuple[str, str] | None
) -> None:
    vietnam = timedelta(hours=7)
    now = datetime.fromisoformat(f"2026-11-22T{clock}").replace(tzinfo=UTC) - vietnam
    found = [
        tuple((edge + vietnam).strftime("%d %H:%M") for edge in (window.start, window.end))
        for window in operating(now, opens, closes)
    ]
    assert found[:2] == ([first, second] if second else [first])


def test_the_next_change_is_told_so_that_a_board_need_not_wait_for_its_poll() -> None:
    ends = replace(NEWS, until=NOW + timedelta(minutes=5))
    assert playlist(feed(ends, settings=PLAIN))["next_change_at"] == "2026-11-22T01:25:00Z"
    assert playlist(feed(NEWS, settings=PLAIN))["next_change_at"] == "2026-11-22T15:00:00Z"  # it closes at 22:00


def test_boards_poll_at_their_own_pace_within_a_tenth() -> None:
    asked = Settings(width=128, height=64, poll_seconds=100)
    pauses = {playlist(feed(settings=asked, slug=f"bang-{n}"))["poll_after_s"] for n in range(30)}
    assert pauses <= set(range(100, 111))
    assert len(pauses) > 5


def test_the_smil_index_shows_the_same_pages_and_ends_them_by_the_players_own_clock() -> None:
    root = ET.fromstring(documents(feed(NEWS, SERVICE, settings=PLAIN))["playlist.smil"].body)
    space = {"s": "http://www.w3.org/ns/SMIL"}
    pictures = root.findall(".//s:seq/s:img", space)
    pages = [page for item in playlist(feed(NEWS, SERVICE, settings=PLAIN))["items"] for page in item["pages"]]
    assert [picture.get("src") for picture in pictures[:-1]] == [page["url"] for page in pages]
    assert [picture.get("dur") for picture in pictures[:-1]] == [f"{page['dwell_ms'] / 1000:g}s" for page in pages]
    assert pictures[0].get("expr") == "adapi-compare(adapi-date(),'2026-11-22T14:00:00')<0"
    assert pictures[-1].get("expr") == "adapi-compare(adapi-date(),'2026-12-22T00:00:00')>=0"
    layout = root.find(".//s:root-layout", space)
    assert layout is not None
    assert (layout.get("width"), layout.get("height")) == ("128", "64")


def test_the_plain_text_has_one_key_a_line_and_its_value_after_the_first_comma() -> None:
    told = replace(ARTICLE, title="Một, hai, ba")
    body = documents(feed(live(told, PLAIN, delivery=1), settings=PLAIN))["playlist.txt"].body.decode()
    values = dict(line.split(",", 1) for line in body.splitlines())
    assert values["text1"] == "Một, hai, ba"
    assert (values["count"], values["until1"]) == ("1", "2026-11-22 14:00:00")
    assert values["image1"].endswith(".png")


def test_every_document_is_well_formed_and_dated() -> None:
    made = documents(feed(NEWS, settings=STANDING, tombstones=[GONE]))
    assert {"playlist.json", "playlist.smil", "playlist.txt", "current.png"} <= set(made)
    for document in made.values():
        assert document.etag.startswith('"')
        assert document.etag.endswith('"')
        assert document.modified == NOW.replace(minute=0)
        assert document.stale_at is not None
        if document.mime == "image/png":
            assert Image.open(BytesIO(document.body)).size == (128, 64)


def test_documents_do_not_depend_on_anything_but_the_feed() -> None:
    once: Feed = feed(NEWS, SERVICE, settings=STANDING, tombstones=[GONE])
    assert ADAPTER.documents(once) == ADAPTER.documents(replace(once))


def smil_seconds(written: str) -> dict[str, float]:
    """How long each player shows a picture, in seconds, as its own reading of the duration has it."""
    digits = float("".join(c for c in written if c.isdigit() or c == "."))
    garlic = {"s": 1.0, "n": 60.0, "h": 3600.0}.get(written[-1], 0.0) * digits if written[-2:] != "ms" else 0.0
    return {"signageOS": digits, "garlic-player": garlic, "W3C": digits * (0.001 if written.endswith("ms") else 1)}


@pytest.mark.parametrize("dwell", [4000, 7200, 7250, 8001, 10_000, 10_010, 20_000])
def test_every_player_of_smil_shows_a_page_as_long_as_it_should(dwell: int) -> None:
    whole = Playlist.model_validate(playlist(feed(NEWS, settings=PLAIN)))
    page = whole.items[0].pages[0].model_copy(update={"dwell_ms": dwell})
    item = whole.items[0].model_copy(update={"pages": (page,)})
    written = smil(whole.model_copy(update={"items": (item,)}), NOW).decode()
    shown = re.findall(r'dur="([^"]*)"', written)[0]
    assert re.fullmatch(r"\d+(\.\d{1,3})?s", shown), shown
    assert set(smil_seconds(shown).values()) == {dwell / 1000}


def test_a_playlist_is_never_older_than_what_last_ended_on_the_board() -> None:
    ended = NOW - timedelta(minutes=3)
    made = documents(replace(feed(NEWS, settings=PLAIN), changed=ended))["playlist.json"]
    assert made.modified == ended
