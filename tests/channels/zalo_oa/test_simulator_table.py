"""What a stand-in for Zalo has to reproduce, row by row, called without the adapter."""

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from channels.zalo_oa.simulator import server
from tests.channels.zalo_oa.running import APP_ID, Running
from tests.channels.zalo_oa.test_simulator_articles import article, ready


def test_only_the_header_access_token_lets_in(simulator: Running) -> None:
    url = f"{simulator.url}/v2.0/oa/getoa"
    for headers in ({"Authorization": f"Bearer {simulator.access}"}, {}, {"access_token": "khac"}):
        answer = simulator.session.get(url, headers=headers, timeout=10)
        assert (answer.status_code, answer.json()["error"]) == (200, -216)
    assert simulator.session.get(url, params={"access_token": simulator.access}, timeout=10).json()["error"] == -216


@pytest.mark.parametrize(
    "path",
    [
        "/v2.0/oa/article/create", "/v3.0/article/create", "/v2.0/article/getlist", "/v2.0/article/upload_imagee",
        "/v4/oa/token",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [200, 404])
def test_a_path_that_is_none(simulator: Running, path: str, status: int) -> None:
    simulator.config(unknown_path_status=status)
    answer = simulator.session.post(simulator.url + path, json={}, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (status, 404)
    assert answer.json()["message"].startswith("You are accessing an empty or invalid API")


@pytest.mark.parametrize("path", ["/v2.0/article/upload_image", "/v3.0/oa/message/transaction"])
def test_what_zalo_has_switched_off(simulator: Running, path: str) -> None:
    answer = simulator.session.post(simulator.url + path, json={}, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (404, -209)


def test_the_calls_of_a_minute_are_counted_in_the_headers(simulator: Running) -> None:
    simulator.config(calls_per_minute=2)
    url, headers = f"{simulator.url}/v2.0/oa/getoa", {"access_token": simulator.access}
    answers = [simulator.session.get(url, headers=headers, timeout=10) for _ in range(3)]
    assert [one.headers["X-RateLimit-Remain"] for one in answers] == ["1", "0", "0"]
    assert {one.headers["X-RateLimit-Limit"] for one in answers} == {"2"}
    assert [one.json()["error"] for one in answers] == [0, 0, -32]
    simulator.clock.advance(60)
    assert simulator.session.get(url, headers=headers, timeout=10).json()["error"] == 0


def test_the_list_takes_plain_parameters_up_to_ten_lines_and_a_type(simulator: Running) -> None:
    def refused(**query: str) -> str:
        answer = simulator.api("GET", "article/getslice", **query)
        assert answer["error"] == -201
        return str(answer["message"])

    assert refused(offset="0", limit="11", type="normal") == "maximum limit is 10"
    assert refused(offset="0", limit="10") == "type accept only 2 value normal and video."
    assert "invalid" in refused(data='{"offset":0,"limit":10,"type":"normal"}')


def test_what_is_not_said_to_be_shown_is_hidden(simulator: Running) -> None:
    ready(simulator, article(status=None))
    ready(simulator, article(title="Hiện"))
    medias = simulator.api("GET", "article/getslice", offset="0", limit="10", type="normal")["data"]["medias"]
    assert {one["title"]: one["status"] for one in medias} == {"Nộp hồ sơ tại nhà": "hide", "Hiện": "show"}
    page = simulator.session.get(simulator.url, timeout=10).text
    assert page.index("Hiện") < page.index("Bài ẩn") < page.index("Nộp hồ sơ tại nhà")


def test_an_update_is_a_job_too_and_needs_the_whole_article(simulator: Running) -> None:
    made = ready(simulator, article())
    assert simulator.api("POST", "article/update", article())["error"] == -201
    assert simulator.api("POST", "article/update", {"id": made, "title": "Chỉ tiêu đề"})["error"] == -201
    assert ready_after_update(simulator, article(id=made, title="Đã sửa")) == made
    assert simulator.articles()[0]["payload"]["title"] == "Đã sửa"


def ready_after_update(simulator: Running, payload: dict[str, object]) -> str:
    token = simulator.api("POST", "article/update", payload)["data"]["token"]
    simulator.clock.advance(21)
    return str(simulator.api("POST", "article/verify", {"token": token})["data"]["id"])


def test_removing_twice_and_asking_for_an_unknown_job_are_refused(simulator: Running) -> None:
    made = ready(simulator, article())
    answers = [simulator.api("POST", "article/remove", {"id": made})["error"] for _ in range(2)]
    assert answers == [0, -201]
    assert simulator.api("POST", "article/verify", {"token": "khong-co"})["error"] == -201


@pytest.mark.parametrize("path", ["/", "/nhat-ky", f"/v4/oa/permission?app_id={APP_ID}&redirect_uri=http://x.vn"])
def test_every_page_says_that_this_is_not_zalo(simulator: Running, path: str) -> None:
    page = simulator.session.get(simulator.url + path, timeout=10).text
    assert page.count("MÔ PHỎNG") >= 2
    assert "không phải Zalo" in page


class Over(Exception):
    """Ends a wait that has no end."""


def test_an_address_at_which_another_server_goes_on_answering_is_left_to_it_for_good() -> None:
    other = make_server("127.0.0.1", 0, Request.application(lambda _request: Response("ai khác")))
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == server.LOOKS:
            other.server_close()
        if len(waits) == server.LOOKS + 3:
            raise Over

    with pytest.raises(Over):
        server.wait_for_place("127.0.0.1", other.port, wait)
    assert waits == [server.LOOK_AGAIN] * (server.LOOKS - 1) + [server.DAY] * 4


def test_it_takes_the_place_of_a_server_that_ends_soon() -> None:
    other = make_server("127.0.0.1", 0, Request.application(lambda _request: Response("ai khác")))
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            other.server_close()

    server.wait_for_place("127.0.0.1", other.port, wait)
    assert waits == [server.LOOK_AGAIN] * 2
    assert not server.is_taken("127.0.0.1", other.port)
