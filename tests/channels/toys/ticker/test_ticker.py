"""A kind that is fetched needs a folder and a line: from its form to its address, its page and the quota board."""

from flask import Flask

from tests.channels.toys.walking import Walk
from tests.cms.newsroom import sign_in, visitor
from tests.cms.quotas.province import Province
from tests.conftest import Clock

NAMED = "Nộp hồ sơ từ nhà"


def test_a_story_goes_all_the_way_and_back(app: Flask, there: Province, clock: Clock) -> None:
    walk = Walk.begin(app, there, clock)
    channel = walk.channel("ticker", **{"set-letters": "20"})
    before = walk.counted()

    made = walk.schedule(channel, priority="truoc", title=NAMED)

    assert visitor(app).get("/ticker/kenh-thu.txt").text == f"{NAMED[:20]}\n"
    story = walk.delivery(made).story_id
    public = visitor(app).get(f"/tin/{story}")
    assert f"<p>{NAMED[:20]}</p>" in public.text
    assert visitor(app).get("/static/channels/ticker/band.svg").status_code == 200
    assert walk.counted() != before
    assert "1/2" in walk.counted()
    own = walk.admin.get(f"/channels/{channel.id}").text
    for words in ("Dòng chữ chạy", "/ticker/kenh-thu.txt", "Dòng chữ không chạy nữa.", NAMED):
        assert words in own
    assert 'class="ticker"' in walk.admin.get(f"/deliveries/{made}").text

    walk.retract(made)

    assert visitor(app).get("/ticker/kenh-thu.txt").text == ""
    assert visitor(app).get(f"/tin/{story}").status_code == 410
    assert "1/2" not in walk.counted()


def test_its_outputs_stand_beside_the_text(app: Flask, there: Province, clock: Clock) -> None:
    walk = Walk.begin(app, there, clock)
    walk.channel("ticker")
    shown = sign_in(app, walk.editor).post("/stories/preview", data={"title": NAMED, "kind": "article"}).json
    assert "ticker" in str(shown)
