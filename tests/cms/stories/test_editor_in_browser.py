"""In a real browser nothing typed is lost: not when typing stops, nor without a session, a server or a free field."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from cms.models.stories import Story
from tests.cms import newsroom
from tests.cms.newsroom import PASSWORD, Newsroom
from tests.cms.stories.test_pictures import photo
from tests.cms.stories.writing_desk import article, body_of, post, revisions, saved, stories, working_copies
from tests.conftest import Clock

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def house(app: Flask) -> Newsroom:
    made = newsroom.newsroom()
    newsroom.channel("portal_rss", made.paper, "bao", name="Báo điện tử")
    newsroom.channel("zalo_oa", made.paper, "zalo", name="Zalo của báo", settings={"app_id": "1", "oa_id": "2"})
    return made


@pytest.fixture
def draft(house: Newsroom, clock: Clock) -> Story:
    return newsroom.story(house.editor, house.paper, now=clock(), body="Câu đầu.")


def signed_in(context: BrowserContext, username: str = "khoi") -> Page:
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(re.compile(r"/$"))
    return page


@pytest.fixture
def page(context: BrowserContext, house: Newsroom) -> Iterator[Page]:
    """The editor's browser; an error of a script fails the test."""
    wrong: list[str] = []
    made = signed_in(context)
    made.on("pageerror", lambda error: wrong.append(str(error)))
    yield made
    assert wrong == []


def test_a_new_story_is_on_the_server_before_anybody_saves_it(page: Page) -> None:
    page.goto("/stories/new")
    expect(page.get_by_text("Bản xem trước hiện ở đây khi bạn bắt đầu viết.").first).to_be_visible()
    page.fill("#title", "Chợ quê nhận chuyển khoản")
    page.fill("#body", "Bà Sáu bán rau, nay treo mã QR trên quang gánh.")
    page.wait_for_url(re.compile(r"/stories/\d+$"))
    expect(page.get_by_role("tabpanel").get_by_text("Bà Sáu bán rau").first).to_be_visible()
    page.press("#body", "End")
    page.type("#body", " Khách quét là xong.")
    expect(page.locator("[data-kept-status]")).to_have_text("Đã lưu tạm lúc 08:00:00")
    [copy] = working_copies()
    assert copy.content["body"].endswith("Khách quét là xong.")
    page.keyboard.press("Control+s")
    expect(page.locator("[data-kept-status]")).to_have_text("Đã lưu bản 2 lúc 08:00:00.")
    assert body_of(copy.story_id).endswith("Khách quét là xong.")
    assert (stories(), working_copies()) == (1, [])


@pytest.mark.parametrize("width", [1280, 390])
def test_all_four_outputs_and_their_findings_are_in_sight(page: Page, draft: Story, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/stories/{draft.id}", wait_until="networkidle")
    if width < 600:
        page.locator("[data-switch]").click()
    page.evaluate("for (const mark of document.querySelectorAll('.tab-mark')) mark.textContent = '⚠ 12'")
    tabs = page.locator(".previews [role=tablist]")
    assert tabs.evaluate("(row) => row.scrollWidth - row.clientWidth") <= 0


def test_a_session_that_ended_costs_nothing(page: Page, context: BrowserContext, draft: Story) -> None:
    page.goto(f"/stories/{draft.id}", wait_until="networkidle")
    context.clear_cookies()
    page.fill("#body", "Gõ lúc phiên đã hết.")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("[data-problem]")).to_contain_text("Phiên đăng nhập đã hết. Chữ bạn gõ vẫn ở trang này")
    assert page.input_value("#body") == "Gõ lúc phiên đã hết."
    signed_in(context).close()
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("[data-kept-status]")).to_have_text("Đã lưu bản 2 lúc 08:00:00.")
    assert body_of(draft.id) == "Gõ lúc phiên đã hết."


def test_another_persons_session_does_not_take_the_text(page: Page, context: BrowserContext, draft: Story) -> None:
    page.goto(f"/stories/{draft.id}", wait_until="networkidle")
    context.clear_cookies()
    signed_in(context, "vy").close()
    page.fill("#body", "Chữ của Khôi.")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("[data-problem]")).to_contain_text("vừa đăng nhập bằng tài khoản khác")
    assert revisions(draft.id) == 1


def test_without_a_server_the_browser_keeps_the_text_and_gives_it_back(
    page: Page, context: BrowserContext, draft: Story
) -> None:
    page.goto(f"/stories/{draft.id}")
    page.route("**/working-copy", lambda route: route.abort())
    page.fill("#body", "Gõ lúc mất mạng.")
    expect(page.locator("[data-kept-status]")).to_contain_text("chữ đang giữ trong trình duyệt này")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.unroute("**/working-copy")
    assert page.input_value("#body") == "Câu đầu."
    page.get_by_role("button", name="Lấy lại bản đó").click()
    assert page.input_value("#body") == "Gõ lúc mất mạng."
    expect(page.locator("[data-kept-status]")).to_have_text("Đã lưu tạm lúc 08:00:00")
    assert [copy.content["body"] for copy in working_copies()] == ["Gõ lúc mất mạng."]


def test_a_text_that_is_too_large_stays_where_it_was_typed(page: Page, draft: Story) -> None:
    page.goto(f"/stories/{draft.id}")
    page.evaluate("document.getElementById('body').value = 'dài '.repeat(300000)")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("[data-problem]")).to_contain_text("Nội dung lớn quá mức cho phép")
    assert len(page.input_value("#body")) == 1_200_000
    assert revisions(draft.id) == 1


def test_a_picture_that_is_too_heavy_is_told_its_figures_also_where_another_server_refuses_it(
    page: Page, draft: Story
) -> None:
    page.goto(f"/stories/{draft.id}")
    chosen, problem = page.locator("[data-cover-file]"), page.locator("[data-upload-problem]")
    chosen.set_input_files({"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": photo() + bytes(9_000_000)})
    expect(problem).to_have_text("Ảnh nặng 9,0 MB, tối đa là 8,0 MB; hãy giảm kích thước ảnh.")
    page.route("**/assets", lambda route: route.fulfill(status=413, content_type="text/html", body="<h1>nginx</h1>"))
    chosen.set_input_files({"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": photo() + bytes(2_000_000)})
    expect(problem).to_have_text("Ảnh nặng 2,0 MB, tối đa là 8,0 MB; hãy giảm kích thước ảnh.")
    page.unroute("**/assets")
    chosen.set_input_files({"name": "anh.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(page.locator("[data-cover-slot] [data-picture]")).to_be_visible()


def test_two_texts_are_merged_on_one_page(page: Page, app: Flask, house: Newsroom, draft: Story) -> None:
    page.goto(f"/stories/{draft.id}")
    app.config["WTF_CSRF_ENABLED"] = False
    theirs = article(house, base=draft.current_id, body="Câu của Vy.", title="Tiêu đề của Vy")
    assert post(newsroom.sign_in(app, house.colleague), f"/stories/{draft.id}", theirs).status_code == 303
    app.config["WTF_CSRF_ENABLED"] = True
    page.fill("#body", "Câu của Khôi.")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("heading", name="Trần Thảo Vy đã lưu bản 2 trong lúc bạn viết")).to_be_visible()
    page.wait_for_load_state()
    assert page.input_value("#body") == "Câu của Khôi."
    page.locator("[data-take='title']").click()
    assert page.input_value("#title") == "Tiêu đề của Vy"
    page.locator("main").get_by_role("button", name="Lưu").click()
    expect(page.locator(".overtaken")).to_have_count(0)
    assert (saved(draft.id).title, body_of(draft.id)) == ("Tiêu đề của Vy", "Câu của Khôi.")


def test_a_refusal_leads_to_the_field(page: Page, draft: Story) -> None:
    page.goto(f"/stories/{draft.id}")
    page.fill("#title", "")
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.locator("[data-problem]")).to_have_text("Tin, bài chưa có tiêu đề; hãy viết tiêu đề rồi gửi duyệt.")
    expect(page.locator("#title")).to_be_focused()


def test_a_finding_leads_to_the_field_and_a_picture_settles_it(page: Page, draft: Story, app: Flask) -> None:
    page.goto(f"/stories/{draft.id}")
    page.get_by_role("tab", name="Zalo").first.click()
    page.get_by_role("button", name="Zalo không nhận bài không có ảnh bìa.").click()
    expect(page.locator("[data-cover-file]")).to_be_visible()
    no_picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": "không phải ảnh".encode()}
    page.locator("[data-cover-file]").set_input_files(no_picture)  # type: ignore[arg-type]  # a literal is no TypedDict
    expect(page.locator("[data-upload-problem]")).to_have_text(
        "Tệp này không phải ảnh JPEG, PNG, WebP, GIF, HEIC hoặc AVIF; hãy chọn tệp ảnh khác."
    )
    picture = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo("JPEG", (640, 360))}
    page.locator("[data-cover-file]").set_input_files(picture)  # type: ignore[arg-type]  # as above
    page.fill("[name='cover.alt']", "Bến phà buổi sớm")
    expect(page.get_by_role("button", name="Zalo không nhận bài không có ảnh bìa.")).to_have_count(0)
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("[data-kept-status]")).to_have_text("Đã lưu bản 2 lúc 08:00:00.")
    current = saved(draft.id).current
    assert current is not None
    assert current.content["cover"]["alt"] == "Bến phà buổi sớm"


def test_markdown_at_the_press_of_a_key_can_be_undone(page: Page, draft: Story) -> None:
    page.goto(f"/stories/{draft.id}")
    page.focus("#body")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+b")
    assert page.input_value("#body") == "**Câu đầu.**"
    page.keyboard.press("Control+z")
    assert page.input_value("#body") == "Câu đầu."
    page.get_by_role("button", name="Danh sách", exact=True).click()
    assert page.input_value("#body") == "- Câu đầu."


def test_blocks_of_an_infographic_are_added_moved_and_drawn(page: Page) -> None:
    page.goto("/stories/new?kind=infographic")
    page.fill("#title", "Hai con số của chuyển đổi số")
    for label, value in (("Con số", "85%"), ("Con số", "40%")):
        page.get_by_role("group", name="Thêm ô").get_by_role("button", name=label).click()
        page.locator("[data-block]").last.locator("[name$='.value']").fill(value)
        page.locator("[data-block]").last.locator("[name$='.label']").fill("hồ sơ trực tuyến")
    page.locator("[data-block]").nth(1).get_by_role("button", name="Đưa ô lên").click()
    assert page.input_value("[name='infographic.blocks.0.value']") == "40%"
    expect(page.get_by_role("tabpanel").locator("img[src^='data:image/png']").first).to_be_visible()
    page.get_by_role("button", name="Lưu").click()
    page.wait_for_url(re.compile(r"/stories/\d+$"))
    page.wait_for_load_state()
    current = saved(int(page.url.rpartition("/")[2])).current
    assert current is not None
    assert [block["value"] for block in current.content["infographic"]["blocks"]] == ["40%", "85%"]
    assert current.content["cover"]["sha256"]


def test_the_inbox_is_worked_by_keyboard(context: BrowserContext, house: Newsroom, clock: Clock) -> None:
    for title in ("Bài một", "Bài hai"):
        newsroom.submitted(house.editor, house.paper, now=clock.turn(minutes=1), title=title)
    page = signed_in(context, "diep")
    page.goto("/inbox")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Bài hai").first).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("r")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type("jka")
    assert page.input_value("#reason") == "jka"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Bài một").first).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã duyệt “Bài một”.")).to_be_visible()


def test_two_tabs_of_one_person_keep_both_texts_and_say_so(page: Page, context: BrowserContext, draft: Story) -> None:
    page.goto(f"/stories/{draft.id}", wait_until="networkidle")
    second = context.new_page()
    second.goto(f"/stories/{draft.id}", wait_until="networkidle")
    expect(page.locator("[data-elsewhere]")).to_contain_text("đang mở ở một thẻ khác")
    expect(second.locator("[data-elsewhere]")).to_contain_text("đang mở ở một thẻ khác")
    page.fill("#body", "Câu đầu. Đoạn của thẻ một.")
    expect(page.locator("[data-kept-status]")).to_have_text("Đã lưu tạm lúc 08:00:00")
    second.fill("#body", "Câu đầu. Đoạn của thẻ hai.")
    expect(second.locator("[data-kept-status]")).to_have_text("Đã lưu tạm lúc 08:00:00")
    expect(second.locator("[data-elsewhere]")).to_contain_text("Bạn còn một bản khác của bài này")
    assert {copy.content["body"] for copy in working_copies()} == {
        "Câu đầu. Đoạn của thẻ một.", "Câu đầu. Đoạn của thẻ hai.",
    }  # fmt: skip
    third = context.new_page()
    third.goto(f"/stories/{draft.id}", wait_until="networkidle")
    here = third.input_value("#body")
    third.locator(".other-copy summary").click()
    third.get_by_role("link", name="Mở bản kia").click()
    third.wait_for_url(re.compile(r"copy="))
    assert {here, third.input_value("#body")} == {"Câu đầu. Đoạn của thẻ một.", "Câu đầu. Đoạn của thẻ hai."}


def test_a_finding_is_settled_by_a_click_or_a_key_and_can_be_undone(page: Page, draft: Story) -> None:
    typed = "Cả nhà 👨‍👩‍👧 vào [cổng](www.longan.gov.vn) nhé."
    page.goto(f"/stories/{draft.id}")
    page.fill("#body", f"\n{typed}")
    button = page.get_by_role("tabpanel").get_by_role("button", name="Ghi đủ https://").first
    button.focus()
    page.keyboard.press("Enter")
    mended = typed.replace("(www", "(https://www")
    expect(page.locator("#body")).to_have_value(mended)
    expect(button).to_have_count(0)
    page.press("#body", "Control+z")
    expect(page.locator("#body")).to_have_value(f"\n{typed}")
    expect(button).to_be_visible()
