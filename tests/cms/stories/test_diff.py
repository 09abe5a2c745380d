"""The difference of two texts tells both of them completely, and points at words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.words import Words
from cms.stories.editing import diff
from cms.stories.editing.content import Content, parse
from cms.stories.editing.diff import Change, Run

TEXT = st.lists(st.sampled_from(["hồ sơ", "nộp", "trực tuyến", "\n", "\n\n", " ", ",", "2026", "  "]), max_size=30).map(
    "".join
)


@given(TEXT, TEXT)
def test_both_texts_can_be_read_out_of_the_difference(old: str, new: str) -> None:
    runs = diff.words(old, new)
    assert "".join(run.text for run in runs if run.change is not Change.ADDED) == old
    assert "".join(run.text for run in runs if run.change is not Change.REMOVED) == new


@given(TEXT)
def test_equal_texts_have_no_change(text: str) -> None:
    assert all(run.change is Change.SAME for run in diff.words(text, text))


def test_only_the_changed_word_is_marked() -> None:
    assert diff.words("Nộp hồ sơ tại nhà", "Nộp hồ sơ từ nhà") == (
        Run(Change.SAME, "Nộp hồ sơ "),
        Run(Change.REMOVED, "tại"),
        Run(Change.ADDED, "từ"),
        Run(Change.SAME, " nhà"),
    )


def test_a_changed_phrase_is_marked_as_a_phrase() -> None:
    assert diff.words("Nộp hồ sơ, nhận kết quả qua bưu điện.", "Nộp hồ sơ, lấy giấy tờ qua bưu điện.") == (
        Run(Change.SAME, "Nộp hồ sơ, "),
        Run(Change.REMOVED, "nhận kết quả"),
        Run(Change.ADDED, "lấy giấy tờ"),
        Run(Change.SAME, " qua bưu điện."),
    )


def test_a_sentence_written_anew_is_shown_whole() -> None:
    old, new = "Không phải chờ ở bộ phận một cửa", "Chuẩn bị gì, bấm vào đâu, nhận kết quả ra sao"
    assert diff.words(old + ".", new + ".") == (
        Run(Change.REMOVED, old),
        Run(Change.ADDED, new),
        Run(Change.SAME, "."),
    )


def test_an_untouched_paragraph_stays_out_of_it() -> None:
    runs = diff.words("Đoạn một.\n\nĐoạn hai.", "Đoạn một.\n\nĐoạn ba.")
    assert runs[0] == Run(Change.SAME, "Đoạn một.\n\nĐoạn ")


def test_a_long_rewritten_passage_is_shown_whole_rather_than_compared_for_minutes() -> None:
    old = " ".join(["chung", *(f"a{n}" for n in range(3_000))])
    new = " ".join(["chung", *(f"b{n}" for n in range(3_000))])
    assert diff.words(old, new) == (Run(Change.REMOVED, old), Run(Change.ADDED, new))


def test_names_and_lists_are_compared_whole() -> None:
    assert diff.lines("Kỹ năng số\nAn toàn số", "Kỹ năng số\nDịch vụ số") == (
        Run(Change.SAME, "Kỹ năng số\n"),
        Run(Change.REMOVED, "An toàn số\n"),
        Run(Change.ADDED, "Dịch vụ số\n"),
    )


def content(**fields: object) -> Content:
    return parse({"title": "Tin", **fields})


@pytest.mark.parametrize(
    ("old", "new", "fields", "names"),
    [
        (content(), content(), [], []),
        (content(), content(title="Tin mới"), ["title"], ["Tiêu đề"]),
        (content(kind="article"), content(kind="slogan"), ["kind"], ["Loại tin, bài"]),
        (content(body="một"), content(), ["body"], ["Nội dung"]),
        (content(topics=["a"]), content(topics=["a", "b"]), ["topics"], ["Chủ đề"]),
        (content(), content(service={"hotline": "1022"}), ["service.hotline"], ["Đường dây nóng"]),
        (
            content(),
            content(variants={"zalo_oa": {"title": "Khác"}}),
            ["variants.zalo_oa.title"],
            ["Zalo: tiêu đề"],
        ),
        (content(), content(cover={"sha256": "a" * 64, "alt": "Trụ sở"}), ["cover"], ["Ảnh bìa"]),
        (
            content(infographic={"title": "Năm bước", "blocks": [{"kind": "step", "text": "Vào cổng"}]}),
            content(infographic={"title": "Năm bước", "blocks": [{"kind": "step", "text": "Mở cổng"}]}),
            ["infographic"],
            ["Infographic"],
        ),
    ],
)
def test_fields_that_differ_are_named(old: Content, new: Content, fields: list[str], names: list[str]) -> None:
    found = diff.contents(old, new, {"zalo_oa": Words("Zalo")})
    assert [one.field for one in found] == fields
    assert [str(one.name) for one in found] == names
