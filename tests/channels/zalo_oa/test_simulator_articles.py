"""The simulator's Article API, called as the documents describe it and without the adapter."""

from typing import Any

import pytest

from tests.channels.zalo_oa.running import Running

PICTURE = "https://tinh.example.vn/anh/bia.jpg"


def article(**change: object) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "normal",
        "title": "Nộp hồ sơ tại nhà",
        "author": "Ban biên tập",
        "description": "Bốn bước để nộp hồ sơ trực tuyến.",
        "cover": {"cover_type": "photo", "photo_url": PICTURE, "status": "show"},
        "body": [{"type": "text", "content": "Bước một."}],
        "status": "show",
        "comment": "show",
    }
    return {name: value for name, value in (body | change).items() if value is not None}


def ready(simulator: Running, payload: dict[str, Any]) -> str:
    """Create an article and poll until it has its id."""
    token = simulator.api("POST", "article/create", payload)["data"]["token"]
    for _ in range(5):
        answer = simulator.api("POST", "article/verify", {"token": token})
        if answer["error"] == 0:
            return str(answer["data"]["id"])
        assert answer["error"] == -214
    raise AssertionError("never ready")


def test_an_article_exists_only_after_it_was_processed(simulator: Running) -> None:
    token = simulator.api("POST", "article/create", article())["data"]["token"]

    answers = [simulator.api("POST", "article/verify", {"token": token})["error"] for _ in range(3)]

    assert answers == [-214, -214, 0]
    assert [one["payload"]["title"] for one in simulator.articles()] == ["Nộp hồ sơ tại nhà"]


def test_a_job_ends_only_when_it_or_the_list_is_asked_for(simulator: Running) -> None:
    made = ready(simulator, article())
    for title in ("Bản sửa", "Bản sửa nữa"):
        simulator.api("POST", "article/update", article(id=made, title=title))
    simulator.clock.advance(3600)
    simulator.session.get(simulator.url, timeout=10)
    assert simulator.api("GET", "article/getdetail", id=made)["data"]["title"] == "Nộp hồ sơ tại nhà"

    simulator.api("GET", "article/getslice", offset="0", limit="10", type="normal")
    assert simulator.api("GET", "article/getdetail", id=made)["data"]["title"] == "Bản sửa nữa"


def test_a_job_ends_by_itself_where_the_switch_says_so(simulator: Running) -> None:
    simulator.config(jobs_end="by themselves")
    simulator.api("POST", "article/create", article())
    assert simulator.articles() == []

    simulator.clock.advance(21)

    assert len(simulator.articles()) == 1


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"title": "x" * 149}, 0, "Success"),
        ({"title": "x" * 150}, -201, "title allow 1 to 150 characters"),
        ({"title": ""}, -201, "title allow 1 to 150 characters"),
        ({"description": "x" * 299}, 0, "Success"),
        ({"description": "x" * 300}, -201, "description allow 1 to 300 characters"),
        ({"author": "x" * 51}, -201, "author allow 1 to 50 characters"),
        ({"cover": None}, -201, "cover value is invalid"),
        ({"cover": {"cover_type": "video", "photo_url": PICTURE, "status": "show"}}, -201, "cover value is invalid"),
        ({"cover": {"cover_type": "photo", "photo_url": PICTURE}}, -201, "create media fail"),
        (
            {"cover": {"cover_type": "photo", "photo_url": "https://tinh.vn/ảnh.jpg", "status": "show"}},
            -201,
            "photo_url in cover is invalid",
        ),
        (
            {"cover": {"cover_type": "photo", "photo_url": "https://tinh.vn/a b.jpg", "status": "show"}},
            -201,
            "photo_url in cover is invalid",
        ),
        ({"body": []}, -201, "body is invalid"),
        ({"body": [{"type": "text", "content": " "}]}, -201, "body is invalid"),
        ({"body": [{"type": "image", "url": "/a.jpg"}]}, -201, "body is invalid"),
        ({"status": "enable"}, -201, "status is invalid"),
        ({"comment": "enable"}, -201, "comment is invalid"),
        ({"type": "slide"}, -201, "type is invalid"),
    ],
)
def test_create_keeps_the_rules_of_the_document(
    simulator: Running, change: dict[str, Any], code: int, message: str
) -> None:
    answer = simulator.api("POST", "article/create", article(**change))
    assert (answer["error"], answer["message"]) == (code, message)


def test_an_article_is_hidden_unless_it_says_show(simulator: Running) -> None:
    ready(simulator, article(status=None))
    (listed,) = simulator.api("GET", "article/getslice", offset="0", limit="10", type="normal")["data"]["medias"]
    assert listed["status"] == "hide"


def test_the_list_is_sliced_newest_first(simulator: Running) -> None:
    for number in range(12):
        ready(simulator, article(title=f"Bài {number}"))
        simulator.clock.advance(1)

    first = simulator.api("GET", "article/getslice", offset="0", limit="10", type="normal")["data"]
    rest = simulator.api("GET", "article/getslice", offset="10", limit="10", type="normal")["data"]

    assert first["total"] == 12
    assert [one["title"] for one in first["medias"] + rest["medias"]] == [f"Bài {n}" for n in range(11, -1, -1)]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"offset": "0", "limit": "11", "type": "normal"}, "maximum limit is 10"),
        ({"offset": "0", "limit": "10"}, "type accept only 2 value normal and video."),
        ({"data": '{"offset":0,"limit":10,"type":"normal"}'}, "offset is invalid"),
    ],
)
def test_the_list_takes_plain_parameters_and_ten_at_most(
    simulator: Running, query: dict[str, str], message: str
) -> None:
    answer = simulator.api("GET", "article/getslice", **query)
    assert (answer["error"], answer["message"]) == (-201, message)


def test_update_takes_the_whole_payload_and_is_processed_again(simulator: Running) -> None:
    made = ready(simulator, article())

    patch = simulator.api("POST", "article/update", {"id": made, "title": "Chỉ sửa tiêu đề"})
    token = simulator.api("POST", "article/update", article(id=made, title="Bản sửa"))["data"]["token"]
    simulator.clock.advance(21)

    assert patch["error"] == -201
    assert simulator.api("POST", "article/verify", {"token": token})["data"] == {"id": made}
    assert simulator.api("GET", "article/getdetail", id=made)["data"]["title"] == "Bản sửa"


def test_the_details_show_the_tracking_link_and_every_field_that_was_sent(simulator: Running) -> None:
    sent = article(tracking_link="https://tinh.example.vn/tin/7?utm_id=1")
    made = ready(simulator, sent)
    assert simulator.api("GET", "article/getdetail", id=made)["data"] == {"id": made, **sent}
    simulator.config(details="no tracking link")
    assert "tracking_link" not in simulator.api("GET", "article/getdetail", id=made)["data"]
    simulator.config(details="none")
    assert simulator.api("GET", "article/getdetail", id=made)["error"] == 404


def test_an_article_may_show_up_late_in_the_list_and_in_either_order(simulator: Running) -> None:
    simulator.config(listed_after_looks=2, newest_first=False)
    made = [ready(simulator, article(title=f"Bài {number}")) for number in range(2)]
    lists = [
        simulator.api("GET", "article/getslice", offset="0", limit="10", type="normal")["data"]["medias"]
        for _ in range(3)
    ]
    assert [[one["id"] for one in medias] for medias in lists] == [[], [], made]


def test_an_article_that_may_not_be_removed_stays_and_can_be_hidden(simulator: Running) -> None:
    simulator.config(may_remove=False)
    made = ready(simulator, article())
    assert simulator.api("POST", "article/remove", {"id": made})["error"] == -200
    assert len(simulator.articles()) == 1


def test_what_was_removed_is_gone_and_cannot_be_removed_again(simulator: Running) -> None:
    made = ready(simulator, article())

    answers = [simulator.api("POST", "article/remove", {"id": made})["error"] for _ in range(2)]

    assert answers == [0, -201]
    assert simulator.api("GET", "article/getdetail", id=made)["error"] == -201
    assert simulator.articles() == []


@pytest.mark.parametrize(
    ("switch", "code", "message"),
    [
        ({"package": "Cơ bản"}, -224, "The OA needs to upgrade OA Tier Package to use this feature"),
        ({"may_manage_articles": False}, -223, "OA has not authorized this API"),
        ({"articles_per_month": 0}, -223, "Your OA has reach the limit quota create article"),
        ({"require_appsecret_proof": True}, -242, "appsecret_proof provided is invalid"),
        ({"calls_per_minute": 0}, -32, "Your application reached limit call api"),
    ],
)
def test_who_may_not_create_is_told_why(simulator: Running, switch: dict[str, Any], code: int, message: str) -> None:
    simulator.config(**switch)
    answer = simulator.api("POST", "article/create", article())
    assert (answer["error"], answer["message"]) == (code, message)


def test_a_picture_of_this_machine_is_really_fetched(simulator: Running) -> None:
    missing = f"{simulator.url}/khong-co.jpg"
    token = simulator.api(
        "POST",
        "article/create",
        article(cover={"cover_type": "photo", "photo_url": missing, "status": "show"}),
    )["data"]["token"]
    simulator.clock.advance(21)

    answer = simulator.api("POST", "article/verify", {"token": token})

    assert (answer["error"], answer["message"]) == (-200, "Upload media failed")
    assert simulator.articles() == []


def test_state_survives_a_restart(simulator: Running) -> None:
    from channels.zalo_oa.simulator import make_app, seed

    made = ready(simulator, article())
    seed(
        simulator.path,
        app_id="4012345678901234567",
        app_secret="bi-mat-cua-ung-dung",
        access_token="access-1",
        refresh_token="refresh-1",
        oa_name="Tên khác",
        clock=simulator.clock,
    )
    again = make_app(simulator.path, clock=simulator.clock)
    with again.state.transaction() as db:
        assert [row["id"] for row in db.execute("SELECT id FROM articles")] == [made]
        assert db.execute("SELECT count(*) AS n FROM tokens").fetchone()["n"] == 2


@pytest.mark.parametrize("path", ["/v3.0/article/create", "/v2.0/oa/article/create", "/v2.0/article/getlist"])
def test_an_unknown_address_answers_as_zalo_does(simulator: Running, path: str) -> None:
    answer = simulator.session.post(simulator.url + path, json={}, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (404, 404)


def test_a_bearer_header_is_not_a_token(simulator: Running) -> None:
    answer = simulator.session.get(
        f"{simulator.url}/v2.0/oa/getoa", headers={"Authorization": "Bearer access-1"}, timeout=10
    )
    assert answer.json()["error"] == -216


def test_calls_are_counted_by_the_minute(simulator: Running) -> None:
    simulator.config(calls_per_minute=2)
    answers = [simulator.api("GET", "oa/getoa")["error"] for _ in range(3)]
    simulator.clock.advance(60)
    headers = simulator.session.get(
        f"{simulator.url}/v2.0/oa/getoa", headers={"access_token": "access-1"}, timeout=10
    ).headers

    assert answers == [0, 0, -32]
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remain"]) == ("2", "1")
