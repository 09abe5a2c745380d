"""The printed forms: Word and PDF."""

import io
import zipfile
from functools import cache

import pytest
from docx import Document
from docx.shared import Mm, Pt
from pypdf import PdfReader

from channels.radio_script.adapter import RadioScript, to_docx, to_pdf, to_txt
from channels.radio_script.script import Priority
from channels.radio_script.settings import Settings
from tests.channels.radio_script.pieces import BODY, article

LONG_BODY = "\n\n".join([BODY] * 8)


@cache
def document(body: str = LONG_BODY, priority: Priority = Priority.NORMAL) -> dict[str, object]:
    rendition = RadioScript().render(article(body=body), Settings(priority=priority))
    return dict(rendition.document)


def pages(data: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


def test_word_is_a4_with_big_type_and_air() -> None:
    made = Document(io.BytesIO(to_docx(document(), withdrawn=False)))
    section = made.sections[0]
    assert section.page_width == pytest.approx(Mm(210), rel=1e-3)
    assert section.page_height == pytest.approx(Mm(297), rel=1e-3)
    style = made.styles["Normal"]
    assert Pt(16) <= style.font.size <= Pt(18)
    assert style.paragraph_format.line_spacing == 1.5


def test_word_keeps_sentences_whole_and_labels_with_what_they_label() -> None:
    made = Document(io.BytesIO(to_docx(document(), withdrawn=False)))
    spoken = [p for p in made.paragraphs if p.text.startswith("Theo Quyết định")]
    assert spoken
    assert all(p.paragraph_format.keep_together for p in spoken)
    labels = [p for p in made.paragraphs if p.text.startswith("PTV")]
    assert labels
    assert all(p.paragraph_format.keep_with_next for p in labels)


def test_word_has_programme_title_and_page_on_every_page() -> None:
    made = Document(io.BytesIO(to_docx(document(), withdrawn=False)))
    header = made.sections[0].header
    text = " ".join(p.text for p in header.paragraphs)
    assert "Chuyển đổi số · Trung tâm Văn hóa huyện Sông Bé" in text
    assert "Nộp hồ sơ trực tuyến trong 3 bước · bản 3" in text
    assert "NUMPAGES" in header._element.xml
    assert not made.sections[0].different_first_page_header_footer


def test_word_shows_the_original_in_small_type_beside_the_spoken_form() -> None:
    made = Document(io.BytesIO(to_docx(document(BODY), withdrawn=False)))
    (run,) = [run for p in made.paragraphs for run in p.runs if "[1588/QĐ-TTg]" in run.text]
    assert run.font.size is not None
    assert run.font.size <= Pt(11)


def test_word_marks_what_is_unclear() -> None:
    made = Document(io.BytesIO(to_docx(document("Trung tâm XQZ mở cửa cho mọi người dân."), withdrawn=False)))
    (run,) = [run for p in made.paragraphs for run in p.runs if run.text == "[XQZ?]"]
    assert run.font.highlight_color is not None


def test_equal_scripts_are_equal_files() -> None:
    assert to_docx(document(), withdrawn=False) == to_docx(document(), withdrawn=False)
    assert to_pdf(document(), withdrawn=False) == to_pdf(document(), withdrawn=False)


def test_word_is_a_sound_archive() -> None:
    with zipfile.ZipFile(io.BytesIO(to_docx(document(), withdrawn=True))) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == len(set(archive.namelist()))


def test_pdf_has_the_header_on_every_page() -> None:
    found = pages(to_pdf(document(), withdrawn=False))
    assert len(found) > 2
    for number, text in enumerate(found, 1):
        assert f"Trang {number}/{len(found)}" in text
        assert "Chuyển đổi số · Trung tâm Văn hóa huyện Sông Bé" in text


def test_pdf_holds_every_vietnamese_letter() -> None:
    letters = "Ặẵ ệ ỗ ự ỵ ỹ ợ ử ẩ Đ đ Ư ư Ơ ơ"
    text = " ".join(pages(to_pdf(document(f"Thử chữ {letters} cho đủ."), withdrawn=False)))
    assert letters in text


def test_pdf_never_breaks_a_sentence_across_pages() -> None:
    sentence = "Bà con hãy nộp hồ sơ tại nhà, không phải đi lại, không phải chờ đợi, kết quả được trả qua bưu điện."
    numbered = "\n\n".join(f"Câu thứ {n}: {sentence}" for n in range(1, 40))
    found = pages(to_pdf(document(numbered), withdrawn=False))
    assert len(found) > 3
    assert sum(text.count(sentence) for text in found) == 39


def test_an_urgent_script_says_so() -> None:
    text = pages(to_pdf(document(BODY, Priority.URGENT), withdrawn=False))[0]
    assert "KHẨN CẤP – PHÁT NGAY" in text


@pytest.mark.parametrize("withdrawn", [True, False])
def test_a_withdrawn_script_says_so_in_red_on_every_page(withdrawn: bool) -> None:
    banner = "ĐÃ THU HỒI – KHÔNG PHÁT"
    assert all((banner in text) is withdrawn for text in pages(to_pdf(document(), withdrawn=withdrawn)))
    made = Document(io.BytesIO(to_docx(document(), withdrawn=withdrawn)))
    runs = [
        run for p in (*made.sections[0].header.paragraphs, *made.paragraphs) for run in p.runs if run.text == banner
    ]
    assert len(runs) == (2 if withdrawn else 0)
    assert all(str(run.font.color.rgb) == "C00000" for run in runs)


def test_the_text_of_a_withdrawn_script_cannot_be_aired_by_mistake() -> None:
    text = to_txt(document(), withdrawn=True).decode()
    assert text == "ĐÃ THU HỒI – KHÔNG PHÁT: Nộp hồ sơ trực tuyến trong 3 bước\n"
    assert "dịch vụ công chấm" in to_txt(document(), withdrawn=False).decode()
