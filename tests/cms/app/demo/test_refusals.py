"""A story file that cannot be used is refused with its name, the place and the reason."""

import unicodedata

import pytest

from cms.app.demo.content import STORIES, load_stories, parse_story
from cms.app.demo.files import DemoError

GOOD = (STORIES / "01-nop-ho-so-tu-nha.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("---\nkind", "kind", "phần đầu phải nằm giữa hai dòng ---"),
        ("kind: article", "kind: ballad", "kind: "),
        ("kind: article", "kind: notice", "thông tin ngắn phải có mục service"),
        ("kind: article", "kind: infographic", "infographic phải có mục infographic"),
        ("column: chuyen-doi-so", "column: Chuyển đổi số", "column: "),
        ("column: chuyen-doi-so", "colour: red", "column: "),
        ("column: chuyen-doi-so", 'column: "chuyen', "YAML sai ở dòng "),
        ("outcome: live}", "outcome: draft}", "tin, bài chưa duyệt chỉ có một dự định phát hành"),
        ("outcome: live}", "outcome: retracted}", "trả lại hoặc thu hồi phải ghi lý do ở note"),
        ("outcome: live}", "outcome: live, broadcast: true}", "broadcast chỉ dùng cho kịch bản phát thanh"),
        ("unit: bao-long-an", "unit: Báo", "unit: "),
        ("[portal_rss, zalo_oa]", "[portal_rss, portal_rss]", "một tin, bài chỉ lên mỗi kênh một lần"),
        ("[portal_rss, zalo_oa]", "[carrier_pigeon]", "schedule.0.channels.0: "),
        ('time: "07:30"', 'time: "7h30"', "schedule.0.time: "),
    ],
)
def test_a_bad_story_is_refused_with_its_file_and_the_reason(old: str, new: str, reason: str) -> None:
    changed = GOOD.replace(old, new, 1)
    with pytest.raises(DemoError) as refused:
        parse_story(changed, "01-x.md")
    assert str(refused.value).startswith(f"01-x.md: {reason}")


def test_decomposed_letters_are_composed_on_the_way_in() -> None:
    story = parse_story(unicodedata.normalize("NFD", GOOD), "01-nop-ho-so-tu-nha.md")
    assert story == load_stories()[0]
