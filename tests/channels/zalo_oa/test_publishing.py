"""An article's life on the simulator: made, confirmed, corrected, found again and removed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from channels.contract import ChannelError, Continue, ErrorKind, Order, Receipt
from channels.zalo_oa.adapter import ZaloOa
from channels.zalo_oa.articles.jobs import POLLS_MAX, pause
from tests.channels.zalo_oa.driving import account_for, engine, picture, piece
from tests.channels.zalo_oa.running import Running, serving


def test_an_article_goes_from_token_to_id_to_link(simulator: Running) -> None:
    run = engine(simulator)

    first = run.adapter.publish(run.order(), run.account)
    assert isinstance(first, Continue)
    assert set(first.progress) == {"token", "since"}
    assert (first.after, first.repeatable) == (3.0, True)

    run.progress, run.repeatable = first.progress, first.repeatable
    assert run.run() == "live"
    (article,) = simulator.articles()
    assert run.live is not None
    assert run.live.provider_id == article["id"]
    assert run.live.link == f"{simulator.url}/bai/{article['id']}"
    assert run.live.evidence["simulated"] is True
    assert article["payload"]["status"] == "show"
    assert article["payload"]["tracking_link"].startswith("https://tinh.example.vn/tin/7?utm_source=zalo_oa")


def test_polls_grow_slower_and_stay_slow() -> None:
    assert [pause(n) for n in (1, 7, 8, 9, 12, POLLS_MAX)] == [3.0, 3.0, 5.0, 10.0, 60.0, 60.0]


def test_a_correction_keeps_the_article_and_sends_all_of_it(simulator: Running) -> None:
    run = engine(simulator)
    run.run()
    before = run.live
    run.rendition = run.adapter.render(piece(title="Bản đã sửa", revision=3), run.account.settings)

    assert run.run() == "live"

    (article,) = simulator.articles()
    assert before is not None
    assert run.live is not None
    assert run.live.provider_id == before.provider_id == article["id"]
    assert article["payload"]["title"] == "Bản đã sửa"
    assert len(simulator.calls("article/update")) == 1


def test_a_correction_of_an_article_removed_at_zalo_says_so(simulator: Running) -> None:
    run = engine(simulator)
    run.run()
    assert run.live is not None
    simulator.api("POST", "article/remove", {"id": run.live.provider_id})

    assert run.run() == "failed"
    assert "không còn trên Zalo" in str(run.problems[-1].words)


def test_a_retraction_removes_it_and_may_be_repeated(simulator: Running) -> None:
    run = engine(simulator)
    run.run()
    order = run.order()

    run.adapter.retract(order, run.account)
    run.adapter.retract(order, run.account)

    assert simulator.articles() == []


def test_an_article_without_a_receipt_is_found_by_title_time_and_content(simulator: Running) -> None:
    run = engine(simulator)
    made_at = simulator.clock()
    run.run()

    found = run.adapter.find(replace(run.order(), live=None, called_at=made_at), run.account)

    assert run.live is not None
    assert found is not None
    assert (found.provider_id, found.link) == (run.live.provider_id, run.live.link)


def test_last_weeks_article_of_the_same_text_is_another_one(simulator: Running) -> None:
    run = engine(simulator)
    run.run()
    called_at = simulator.clock() + timedelta(days=7)
    assert run.adapter.find(replace(run.order(), live=None, called_at=called_at), run.account) is None


@pytest.mark.parametrize("later", [timedelta(minutes=2), timedelta(hours=20)])
def test_an_earlier_article_of_the_same_text_is_left_to_a_person(simulator: Running, later: timedelta) -> None:
    simulator.config(details="no tracking link")
    run = engine(simulator)
    run.run()
    called_at = simulator.clock() + later
    with pytest.raises(ChannelError) as raised:
        run.adapter.find(replace(run.order(), live=None, called_at=called_at), run.account)
    assert raised.value.kind is ErrorKind.UNCERTAIN


@pytest.mark.parametrize("later", [timedelta(minutes=2), timedelta(hours=20)])
def test_an_earlier_article_of_the_same_title_and_another_text_is_another_one(
    simulator: Running, later: timedelta
) -> None:
    simulator.config(details="no tracking link")
    engine(simulator, piece(body="Hôm qua là chuyện khác.")).run()
    run = engine(simulator)
    called_at = simulator.clock() + later
    assert run.adapter.find(replace(run.order(), called_at=called_at), run.account) is None


def test_an_article_is_found_behind_many_newer_ones(simulator: Running) -> None:
    simulator.config(calls_per_minute=10_000, processing_polls=0)
    run = engine(simulator)
    made_at = simulator.clock()
    run.run()
    for number in range(23):
        payload = {**run.rendition.document["article"], "title": f"Bài khác {number}"}
        simulator.api("POST", "article/create", payload)
    found = run.adapter.find(replace(run.order(), live=None, called_at=made_at), run.account)
    assert run.live is not None
    assert found is not None
    assert found.provider_id == run.live.provider_id


def test_same_title_but_other_content_is_left_to_a_person(simulator: Running) -> None:
    simulator.config(details="no tracking link")
    made_at = simulator.clock()
    other = engine(simulator, piece(summary="Một bài khác có cùng tiêu đề."))
    other.run()
    run = engine(simulator)
    with pytest.raises(ChannelError) as raised:
        run.adapter.find(replace(run.order(), called_at=made_at), run.account)
    assert raised.value.kind is ErrorKind.UNCERTAIN


def test_a_job_in_the_works_cannot_be_called_absent(simulator: Running) -> None:
    run = engine(simulator)
    run.step()
    with pytest.raises(ChannelError) as raised:
        run.adapter.find(run.order(), run.account)
    assert raised.value.kind is ErrorKind.UNCERTAIN

    simulator.clock.advance(30)
    found = run.adapter.find(run.order(), run.account)
    assert found is not None
    assert found.provider_id == simulator.articles()[0]["id"]


def test_the_receipt_never_waits_for_a_link(simulator: Running) -> None:
    simulator.fault("article/getslice", "500", times=0)
    run = engine(simulator)
    assert run.run() == "live"
    assert run.live is not None
    assert run.live.link == ""


def test_an_order_without_a_live_item_has_nothing_to_take_down(simulator: Running) -> None:
    run = engine(simulator)
    run.adapter.retract(run.order(), run.account)
    assert simulator.calls() == []


class Pictures:
    """A web server with files under their hashes, as the store serves them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def answer(self, request: Request) -> Response:
        data = self.files.get(request.path.rpartition("/")[2])
        return Response(data, content_type="image/jpeg") if data else Response(status=404)


@pytest.fixture
def store() -> Iterator[tuple[str, dict[str, bytes]]]:
    """The address of a file server on loopback and the files it serves by name."""
    pictures = Pictures()
    server = make_server("127.0.0.1", 0, Request.application(pictures.answer), threaded=True)
    with serving(server):
        yield f"http://127.0.0.1:{server.port}", pictures.files


def heavy_png() -> bytes:
    """A PNG of more than 5 MB, as a scanner gives it."""
    out = BytesIO()
    Image.effect_noise((2400, 2300), 90).convert("RGB").save(out, "PNG", compress_level=1)
    return out.getvalue()


def test_a_five_megabyte_picture_is_made_light_and_really_fetched(
    simulator: Running, store: tuple[str, dict[str, bytes]]
) -> None:
    data = heavy_png()
    assert len(data) > 5_000_000
    url, files = store
    sha = "cd" * 32
    heavy = picture(
        sha256=sha, mime="image/png", width=2400, height=2300, size=len(data), url=f"{url}/media/{sha}.png",
        read=lambda: data,
    )  # fmt: skip
    run = engine(simulator, piece(cover=heavy))
    (made,) = run.rendition.files
    files[f"{made.sha256}.jpg"] = made.data

    assert made.size <= 950_000
    assert run.run() == "live"
    assert simulator.articles()[0]["payload"]["cover"]["photo_url"] == f"{url}/media/{made.sha256}.jpg"


def test_a_picture_zalo_cannot_fetch_is_replaced_once_by_the_default_cover(
    simulator: Running, store: tuple[str, dict[str, bytes]]
) -> None:
    url, _ = store
    missing = picture(url=f"{url}/media/{'ab' * 32}.jpg")
    run = engine(simulator, piece(cover=missing), default_cover="https://tinh.example.vn/bia.png")

    assert run.run() == "live"

    (article,) = simulator.articles()
    assert article["payload"]["cover"]["photo_url"] == "https://tinh.example.vn/bia.png"
    assert run.live is not None
    assert run.live.evidence["cover"] == "default"
    assert 60.0 in run.waits


def test_without_a_default_cover_the_editor_is_told_about_the_picture(
    simulator: Running, store: tuple[str, dict[str, bytes]]
) -> None:
    url, _ = store
    run = engine(simulator, piece(cover=picture(url=f"{url}/media/{'ab' * 32}.jpg")))
    assert run.run() == "failed"
    assert "không tải được ảnh" in str(run.problems[-1].words)
    assert len(simulator.calls("article/create")) == 2
    assert simulator.articles() == []


@pytest.mark.parametrize(
    ("switch", "state", "words"),
    [
        ({"package": "Cơ bản"}, "held", "Gói dịch vụ không có Open API"),
        ({"may_manage_articles": False}, "held", "chưa cấp quyền quản lý bài viết"),
        ({"articles_per_month": 0}, "sending", "đủ số bài của gói"),
        ({"require_appsecret_proof": True}, "held", "appsecret_proof"),
    ],
)
def test_what_an_admin_must_do_is_said_and_nothing_is_sent(
    simulator: Running, switch: dict[str, object], state: str, words: str
) -> None:
    simulator.config(**switch)
    run = engine(simulator)
    assert run.run(steps=3) == state
    assert words in str(run.problems[-1].words)
    assert simulator.articles() == []


def test_a_proof_is_sent_when_the_app_wants_one(simulator: Running) -> None:
    simulator.config(require_appsecret_proof=True)
    assert engine(simulator, appsecret_proof=True).run() == "live"


def test_a_receipt_carries_no_secret(simulator: Running) -> None:
    run = engine(simulator)
    run.run()
    assert isinstance(run.live, Receipt)
    assert not any(secret in repr(run.live) + repr(run.order()) for secret in ("access-1", "refresh-1"))


def test_a_foreign_settings_object_is_refused(simulator: Running) -> None:
    account = replace(account_for(simulator), settings=simulator.app.state)  # type: ignore[arg-type]  # on purpose
    order = Order("k", engine(simulator).rendition)
    with pytest.raises(TypeError):
        ZaloOa().publish(order, account)
