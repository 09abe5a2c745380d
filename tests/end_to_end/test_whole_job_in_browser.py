"""The whole job by hand, in a real browser: written, submitted, approved, out on four channels and counted; then called
back, gone from all four and no longer counted."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from media.pictures.cover import Cover, draw
from tests.end_to_end import outside
from tests.end_to_end.outside import until
from tests.end_to_end.running import Running

TITLE = "Sáng thứ Hai, cả xã cùng nộp hồ sơ qua mạng"
SUMMARY = "Không phải chờ ở bộ phận một cửa, người dân nộp và theo dõi hồ sơ ngay trên điện thoại."
BODY = (
    "Người dân đăng nhập bằng tài khoản VNeID, chọn việc cần làm rồi gửi ảnh giấy tờ.\n\n"
    "Mỗi hồ sơ có một mã để theo dõi. Ai chưa quen có thể nhờ Tổ công nghệ số cộng đồng hoặc gọi 0272.1022.\n\n"
    "Giờ làm việc: 7h30 đến 17h, từ thứ Hai đến thứ Sáu."
)
CHANNELS = (
    "Báo Long An điện tử – Chuyển đổi số",
    "Zalo Báo Long An",
    "Bảng điện tử ngã tư Bến Lức",
    "Truyền thanh Bến Lức",
)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # by the API it is done on PostgreSQL
def test_the_whole_job_in_a_browser(person: Callable[[str], Page], running: Running, tmp_path: Path) -> None:
    editor, lead, presenter, admin = (person(name) for name in ("khoi", "chi", "phuong", "quan"))
    before = outside.counted("2.1", "bao-long-an")
    number = _editor_writes_and_submits(editor, tmp_path)
    _lead_approves(lead, number)
    _lead_schedules_now_on_four_channels(lead, number)

    until(lambda: outside.in_feed(running, TITLE), "the item in the feed")
    until(lambda: outside.on_board(running, number), "the item on the playlist")
    until(lambda: outside.at_zalo(running, TITLE), "the article at Zalo")
    until(lambda: outside.counted("2.1", "bao-long-an") == before + 1, "the quota's number rise")
    editor.goto(f"/tin/{number}")
    expect(editor.get_by_role("heading", name=TITLE)).to_be_visible()
    _presenter_downloads_the_script(presenter, tmp_path)
    _quota_board_shows(admin, TITLE)

    _lead_retracts(lead, number)
    until(lambda: not outside.in_feed(running, TITLE), "the item leave the feed")
    until(lambda: not outside.on_board(running, number), "the item leave the playlist")
    until(lambda: not outside.at_zalo(running, TITLE), "the article removed at Zalo")
    until(lambda: outside.counted("2.1", "bao-long-an") == before, "the quota's number fall")
    _presenter_sees_that_it_was_withdrawn(presenter)


def _editor_writes_and_submits(page: Page, tmp_path: Path) -> int:
    page.goto("/stories/new")
    page.get_by_label("Chuyên mục").select_option("chuyen-doi-so")
    page.get_by_label("Bút danh").fill("Minh Khôi")
    page.locator("#title").fill(TITLE)
    page.locator("#summary").fill(SUMMARY)
    page.locator("#body").fill(BODY)
    picture = tmp_path / "bia.png"
    picture.write_bytes(draw(Cover(TITLE)))
    page.locator("[data-cover-file]").set_input_files(picture)
    page.locator("[name='cover.alt']").fill("Tấm bìa mang dòng chữ của tiêu đề")
    _four_previews_show_the_text(page)
    page.get_by_role("button", name="Gửi duyệt").click()
    page.wait_for_url(re.compile(r"/stories/\d+$"))
    expect(page.get_by_text("Chờ duyệt").first).to_be_visible()
    return int(page.url.rsplit("/", 1)[1])


def _four_previews_show_the_text(page: Page) -> None:
    side = page.get_by_label("Xem trước và trạng thái")
    for tab, words in (("RSS", TITLE), ("Zalo", TITLE), ("LED", ""), ("Phát thanh", "không hai bảy hai")):
        side.get_by_role("tab", name=tab).click()
        panel = side.get_by_role("tabpanel")
        if words:
            expect(panel.get_by_text(words).first).to_be_visible()
        else:
            expect(panel.locator("img").first).to_be_visible()


def _lead_approves(page: Page, number: int) -> None:
    page.goto(f"/inbox?story={number}")
    page.get_by_role("button", name="Duyệt bản 1").click()
    expect(page.locator(f"main a[href='/inbox?story={number}']")).to_have_count(0)


def _lead_schedules_now_on_four_channels(page: Page, number: int) -> None:
    page.goto(f"/stories/{number}/schedule")
    for name in CHANNELS:
        page.locator("[data-place]", has_text=name).get_by_role("checkbox").check()
    page.get_by_label("Ngay bây giờ").check()
    page.locator("form[data-schedule]").get_by_role("button", name="Phát hành ngay trên").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Phát hành ngay trên").click()
    page.wait_for_url(re.compile(rf"/stories/{number}$"))


def _presenter_downloads_the_script(page: Page, tmp_path: Path) -> None:
    page.goto("/radio")
    page.get_by_role("link", name=TITLE, exact=True).click()
    expect(page.get_by_text("không hai bảy hai").first).to_be_visible()
    with page.expect_download() as wanted:
        page.locator("a[href$='.docx']").first.click()
    path = tmp_path / "kich-ban.docx"
    wanted.value.save_as(path)
    assert path.read_bytes()[:2] == b"PK"


def _quota_board_shows(page: Page, title: str) -> None:
    page.goto("/quotas")
    page.locator("a[href*='/bao-long-an?']").first.click()
    expect(page.get_by_text(title).first).to_be_visible()


def _lead_retracts(page: Page, number: int) -> None:
    page.goto(f"/stories/{number}/retract")
    page.get_by_label("Lý do thu hồi").fill("Giờ làm việc đã thay đổi")
    page.get_by_role("button", name="Thu hồi trên mọi kênh").click()
    page.wait_for_url(re.compile(rf"/stories/{number}$"))


def _presenter_sees_that_it_was_withdrawn(page: Page) -> None:
    page.goto("/radio?shelf=all")
    expect(page.get_by_text("thu hồi").first).to_be_visible()
