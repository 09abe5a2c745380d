"""The whole job through the API: written, approved, out on four channels, counted; called back, gone, not counted."""

import subprocess
import sys
from typing import Any

import requests

from cms.people.accounts.tokens import SCOPES
from tests.end_to_end import outside
from tests.end_to_end.outside import BOARD, FEED, RADIO, ZALO, until
from tests.end_to_end.running import Running

TITLE = "Mười phút nộp hồ sơ tại nhà"
BODY = (
    "Từ nay, người dân có thể nộp hồ sơ qua [Cổng Dịch vụ công](https://dichvucong.longan.gov.vn) ngay tại nhà.\n\n"
    "Mở trang, đăng nhập bằng tài khoản VNeID, chọn việc cần làm rồi gửi ảnh giấy tờ. Hồ sơ có mã để theo dõi.\n\n"
    "Cần giúp, hãy gọi 0272.1022 hoặc nhờ Tổ công nghệ số cộng đồng nơi mình ở."
)


class Caller:
    """A machine that calls the API with one person's token."""

    def __init__(self, running: Running, username: str) -> None:
        scopes = [part for scope in SCOPES for part in ("--scope", scope)]
        made = subprocess.run(
            [sys.executable, "-m", "cms.app.cli", "token", "create", username, *scopes],
            capture_output=True, check=True, text=True,
        )  # fmt: skip
        self.base = f"{running.address}/api/v1"
        self.headers = {"Authorization": f"Bearer {made.stdout.strip()}"}

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Call; anything but success fails the test with the problem's own words."""
        answer = requests.post(self.base + path, json=body or None, headers=self.headers, timeout=30)
        assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    def get(self, path: str) -> Any:
        """Read."""
        answer = requests.get(self.base + path, headers=self.headers, timeout=30)
        assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()


def test_the_whole_job_by_api(running: Running) -> None:
    editor, lead, province = (Caller(running, name) for name in ("khoi", "diep", "chi"))
    picture = _picture(running, editor)
    story = editor.post(
        "/stories",
        unit="bao-long-an",
        content={
            "kind": "article", "title": TITLE, "summary": "Không phải chờ, không phải đi lại.", "body": BODY,
            "byline": "Minh Khôi", "column": "chuyen-doi-so",
            "cover": {"sha256": picture, "alt": "Tấm bìa mang tên bài"},
        },
    )  # fmt: skip
    number = story["id"]
    before = outside.counted("2.1", "bao-long-an")
    editor.post(f"/stories/{number}/submit")
    lead.post(f"/stories/{number}/approve")
    lead.post(f"/stories/{number}/schedule", channels=[{"channel": FEED}, {"channel": ZALO}])
    province.post(f"/stories/{number}/schedule", channels=[{"channel": BOARD}, {"channel": RADIO}])

    until(lambda: outside.in_feed(running, TITLE), "the item in the feed")
    until(lambda: outside.on_board(running, number), "the item on the playlist")
    until(lambda: outside.at_zalo(running, TITLE), "the article at Zalo")
    until(lambda: _script(province, TITLE) is not None, "the script")
    script = _script(province, TITLE)
    assert script is not None
    text = requests.get(
        f"{running.address}/api/v1/radio/scripts/{script['id']}.txt", headers=province.headers, timeout=30
    ).text
    assert "không hai bảy hai" in text
    assert "0272" not in text
    until(lambda: outside.counted("2.1", "bao-long-an") == before + 1, "the quota's number rise")

    lead.post(f"/stories/{number}/retract", reason="Nội dung cần kiểm tra lại")
    until(lambda: not outside.in_feed(running, TITLE), "the item leave the feed")
    until(lambda: not outside.on_board(running, number), "the item leave the playlist")
    until(lambda: not outside.at_zalo(running, TITLE), "the article removed at Zalo")
    until(lambda: _script(province, TITLE) is None, "the script withdrawn")
    until(lambda: outside.counted("2.1", "bao-long-an") == before, "the quota's number fall")


def _picture(running: Running, editor: Caller) -> str:
    from media.pictures.cover import Cover, draw

    files = {"file": ("bia.png", draw(Cover(TITLE)), "image/png")}
    answer = requests.post(
        f"{editor.base}/assets", data={"unit": "bao-long-an"}, files=files, headers=editor.headers, timeout=30
    )
    assert answer.ok, answer.text
    return str(answer.json()["sha256"])


def _script(caller: Caller, title: str) -> dict[str, Any] | None:
    items: list[dict[str, Any]] = caller.get("/radio/scripts")["items"]
    return next((item for item in items if item["title"] == title and not item.get("withdrawn")), None)
